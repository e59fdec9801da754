"""Coupons at the desk: what is given away, what came of it, and what it may cost in all."""
