"""Coupons: who gets one, what it takes off an order, and that no more is given than was promised.

The road, benefits and the console ask for coupons by ``issue``; the till, the shop and the pages
validate, lock and redeem them. A budget is an account of the ledger: what a coupon may cost is set
aside when it is issued, spent when it is redeemed, and comes back when it is rolled back, expires
or is revoked. Every use is written down, the refused ones with their reason.
"""
