"""The words for codes of coupons and benefits, in English; see ``vocabulary``."""

from collections.abc import Mapping

COUPON_STATE = {
    "available": "can be used",
    "locked": "kept for a payment",
    "redeemed": "redeemed",
    "expired": "expired",
    "revoked": "taken back",
}

COUPON_USE = {
    "issue": "was to be given",
    "lock": "kept for a payment",
    "redeem": "redeemed",
    "release": "let go again",
    "rollback": "redemption taken back",
    "return": "pieces given back",
}
"""What was done with a coupon."""

COUPON_TRY = {
    "issue": "was to be given",
    "lock": "was to be kept for a payment",
    "redeem": "was to be redeemed",
    "release": "was to be let go again",
    "rollback": "its redemption was to be taken back",
    "return": "pieces were to be given back",
}
"""What was tried with a coupon, and refused."""

COUPON_REASON = {
    "not_found": "there is no such coupon",
    "not_active_yet": "it is not valid yet",
    "expired": "it has expired",
    "disabled": "it is switched off",
    "quantity_exceeded": "none is left, or this one is used up",
    "campaign_budget": "the budget is used up",
    "profile_limit": "she has had as many as one person may",
    "recipient_mismatch": "it is somebody else's",
    "customer_rules": "it is not for this customer",
    "order_rules": "the order does not fit it",
    "missing_customer": "it needs to know the customer",
    "price_floor": "the price would fall below the least allowed",
    "reservation_expired": "the time kept for the payment is over",
    "revoked": "it was taken back",
    "unknown": "nobody knows why",
}
"""Why a coupon was not given, or not taken."""

COUPON_WHY = {
    "stock": "all of them were given out",
    "redeemed": "it was redeemed before",
    "locked": "somebody is paying with it just now",
    "minimum": "the order is too small",
    "store": "it is not taken in this store",
    "items": "nothing of what it is for is in the order",
    "currency": "it is of another currency",
    "exclusive": "it goes with no other coupon",
    "no_order": "it needs to know the order",
    "zero": "there is nothing to take it off",
    "segment": "she is not in the segment it is for",
    "ever": "one person gets no more of them",
    "day": "one person gets no more of them in a day",
    "week": "one person gets no more of them in a week",
    "month": "one person gets no more of them in a month",
    "not_redeemed": "it was not redeemed, or that was taken back",
    "revoked": "it was taken back",
}
"""Which condition of several it was."""

HANDOUT_STAGE = {
    "running": "being given",
    "done": "given",
    "stopped": "stopped",
    "taking": "being taken back",
    "taken": "taken back",
}
"""How far the giving of a coupon to a segment has come."""

BENEFIT_STATE = {
    "given": "given",
    "refused": "refused",
    "undone": "taken back",
    "owed": "spent before it was taken back",
}

OF_COUPONS: Mapping[str, Mapping[str, str]] = {
    "coupon_state": COUPON_STATE,
    "coupon_use": COUPON_USE,
    "coupon_try": COUPON_TRY,
    "coupon_reason": COUPON_REASON,
    "handout_stage": HANDOUT_STAGE,
    "coupon_why": COUPON_WHY,
    "benefit_state": BENEFIT_STATE,
}
