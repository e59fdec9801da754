"""Whether a coupon may be used, and what it takes off an order. Pure.

First the coupon itself is asked (whose, when, used up), then the customer, then the order, then the
price: a line never falls below its floor, whatever coupons come together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from coterie.loyalty.coupons.model import (
    WHOLE,
    Coupon,
    Order,
    OrderLine,
    Quote,
    Refusal,
    Share,
    Template,
)
from coterie.loyalty.coupons.parting import part


@dataclass(frozen=True)
class Other:
    """Another coupon on the same order: its terms, and what it takes off each line."""

    template: Template
    off: Mapping[str, int]


@dataclass(frozen=True)
class Around:
    """What a coupon is judged by besides itself.

    ``goods`` are the items that it applies to (None: all), ``floors`` the least price of a piece
    by item, ``coin`` the smallest coin of the ``currency``, ``belongs`` whether the customer is in
    the segment that the coupon is for.
    """

    now: int
    currency: str
    coin: int
    goods: frozenset[str] | None = None
    floors: Mapping[str, int] = field(default_factory=dict)
    others: Sequence[Other] = ()
    belongs: bool = True


def standing(
    coupon: Coupon, template: Template, profile: int | None, now: int, lock: str | None = None
) -> Refusal | None:
    """Say why a coupon cannot be used now, whatever the order; None when it can.

    Who presents the lock in time may use it, whatever has ended meanwhile.
    """
    if profile is not None and profile != coupon.profile:
        return Refusal("recipient_mismatch")
    state = coupon.state_at(now)
    if state == "revoked":
        return Refusal("revoked")
    if state == "redeemed":
        return Refusal("quantity_exceeded", "redeemed")
    if lock is not None:
        kept = state == "locked" and coupon.lock == lock
        return None if kept else Refusal("reservation_expired")
    if state == "locked":
        return Refusal("quantity_exceeded", "locked", {"until": coupon.locked_until})
    if state == "expired":
        return Refusal("expired", "", {"at": coupon.expires})
    if not template.enabled:
        return Refusal("disabled")
    if coupon.starts is not None and now < coupon.starts:
        return Refusal("not_active_yet", "", {"from": coupon.starts})
    return None


def quoted(coupon: str, template: Template, order: Order | None, around: Around) -> Quote | Refusal:
    """Say what a coupon takes off an order, or why it does not apply."""
    if not around.belongs:
        return Refusal("customer_rules", "segment", {"segment": template.segment})
    refusal = _order_rules(template, order, around)
    if refusal is not None:
        return refusal
    lines = [_net(line, around.others) for line in (order.goods if order else ())]
    if template.kind == "gift":
        goods = tuple(Share(line.id, 0, line.amount, line.quantity) for line in lines)
        return Quote(
            coupon=coupon, template=template.slug, discount=0, shares=goods, gift=template.gift
        )
    ours = [line for line in lines if _applies(line, around)]
    whole = sum(line.amount for line in ours)
    discount = _discount(template, whole, around.coin)
    if discount <= 0:
        return Refusal("order_rules", "zero")
    offs = dict(
        zip(
            (line.id for line in ours),
            part(discount, [line.amount for line in ours], around.coin),
            strict=True,
        )
    )
    refusal = _price_floor(template, lines, offs, around)
    if refusal is not None:
        return refusal
    shares = tuple(
        Share(line.id, offs.get(line.id, 0), line.amount, line.quantity) for line in lines
    )
    return Quote(coupon=coupon, template=template.slug, discount=discount, shares=shares)


def _order_rules(template: Template, order: Order | None, around: Around) -> Refusal | None:
    if any(other.template.exclusive for other in around.others) or (
        template.exclusive and around.others
    ):
        return Refusal("order_rules", "exclusive")
    if template.stores and (order is None or order.store not in template.stores):
        return Refusal("order_rules", "store", {"stores": list(template.stores)})
    if order is None or not order.goods:
        needs = template.kind != "gift" or template.minimum or not template.is_wide
        return Refusal("order_rules", "no_order") if needs else None
    if order.currency is not None and order.currency != around.currency:
        return Refusal("order_rules", "currency", {"currency": around.currency})
    ours = [
        line
        for line in (_net(each, around.others) for each in order.goods)
        if _applies(line, around)
    ]
    if not ours:
        return Refusal("order_rules", "items")
    whole = sum(line.amount for line in ours)
    if whole < template.minimum:
        return Refusal(
            "order_rules",
            "minimum",
            {"minimum": template.minimum, "missing": template.minimum - whole},
        )
    return None


def _net(line: OrderLine, others: Sequence[Other]) -> OrderLine:
    """Return a line as the other coupons of its order leave it."""
    off = sum(other.off.get(line.id, 0) for other in others)
    whole = line.amount if line.list is None else line.list
    return OrderLine(
        id=line.id, amount=line.amount - off, item=line.item, quantity=line.quantity, list=whole
    )


def _applies(line: OrderLine, around: Around) -> bool:
    return line.amount > 0 and (around.goods is None or line.item in around.goods)


def _discount(template: Template, whole: int, coin: int) -> int:
    """Return what is taken off goods worth so much; a percentage is rounded down to the coin."""
    if template.kind == "amount":
        return min(template.amount, whole)
    off = whole * template.percent // WHOLE // coin * coin
    return off if template.most is None else min(off, template.most)


def _price_floor(
    template: Template, lines: Sequence[OrderLine], offs: Mapping[str, int], around: Around
) -> Refusal | None:
    share = max([template.floor, *(other.template.floor for other in around.others)])
    for line in lines:
        off = offs.get(line.id, 0)
        whole = line.amount if line.list is None else line.list
        least = max(-(-whole * share // WHOLE), around.floors.get(line.item, 0) * line.quantity)
        if off and line.amount - off < least:
            return Refusal("price_floor", "", {"line": line.id, "item": line.item, "least": least})
    return None
