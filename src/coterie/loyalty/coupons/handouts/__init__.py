"""Coupons for a whole segment, in portions: no transaction is long, whoever is in it."""
