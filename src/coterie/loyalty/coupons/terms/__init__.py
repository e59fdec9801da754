"""What coupons are and may cost: budgets, and templates with all their versions."""
