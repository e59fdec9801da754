"""Which payment a coupon is kept for or was used by, and what is noted of it. Pure."""

from collections.abc import Mapping, Sequence

import msgspec

from coterie.core.errors import Invalid
from coterie.loyalty.coupons.model import (
    Coupon,
    Locked,
    Order,
    Quote,
    Redeemed,
    Result,
    Returned,
    RolledBack,
    Share,
)


def lock_of(coupon: Coupon, order: Order | None, now: int) -> str | None:
    """Return the lock of a coupon that is kept for this very order: it need not be presented."""
    if order is None or not order.number or coupon.state_at(now) != "locked":
        return None
    same = coupon.order == order.number and coupon.shop == order.shop
    return coupon.lock if same else None


def is_same(coupon: Coupon, order: Order | None, lock: str | None) -> bool:
    """Say whether it is the payment that a coupon was redeemed by."""
    if lock is not None:
        return coupon.lock == lock
    if order is None or not order.number:
        return False
    return (coupon.order, coupon.shop) == (order.number, order.shop)


def note(coupon: Coupon, order: Order | None, quote: Quote) -> None:
    """Note on a coupon which order it is for, and what it does for it."""
    coupon.quote = msgspec.to_builtins(quote)
    if order is not None:
        if order.number:
            coupon.shop, coupon.order = order.shop, order.number
        coupon.store = order.store or coupon.store


def free(coupon: Coupon) -> None:
    """Let a coupon go from the order that it was for."""
    coupon.state, coupon.lock, coupon.locked_until = "available", None, None
    coupon.shop, coupon.order, coupon.quote = "", None, None


def check_pieces(
    shares: Sequence[Share], before: Mapping[str, int], pieces: Mapping[str, int]
) -> None:
    """Raise Invalid for more pieces than are left of a line."""
    known = {share.line: share.quantity for share in shares}
    for line, more in pieces.items():
        left = known.get(line, 0) - before.get(line, 0)
        if not 0 < more <= left:
            raise Invalid(
                f"{more} pieces cannot be returned: {left} are left", path=f"lines.{line}"
            )


def amount_of(result: Result) -> int:
    """Return how much a use was about."""
    if isinstance(result, Locked | Redeemed):
        return result.quote.discount
    return result.amount if isinstance(result, RolledBack | Returned) else 0
