"""Acting: what a brand promises its people: coupons and benefits."""
