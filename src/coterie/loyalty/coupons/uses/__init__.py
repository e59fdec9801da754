"""What was tried with coupons, and what came of it: also the answers that a key gives again."""
