"""What all verbs of coupons share: the rooms they ask, terms, budgets, facts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.catalog.service import Catalog
from coterie.core.clock import format_time
from coterie.core.errors import NotFound
from coterie.core.event import Event
from coterie.core.facts import fact
from coterie.core.numbers import scaled, unscaled
from coterie.ledger.service import Ledger
from coterie.loyalty.coupons import store
from coterie.loyalty.coupons.judging import Around, Other
from coterie.loyalty.coupons.model import Coupon, Order, Template
from coterie.loyalty.coupons.parting import coin
from coterie.loyalty.coupons.terms import store as terms
from coterie.storage.work import Work

FLOOR_PRICE = "floor_price"
"""The property of an item that says below which price no coupon may bring a piece of it."""

Members = Callable[[Work, str], BitMap]
"""Says who is in a segment; raises NotFound."""


class Base:
    """The rooms that coupons ask. ``secret`` is the master key, ``zone`` the brand's."""

    name = "coupons"

    def __init__(
        self,
        ledger: Ledger,
        catalog: Catalog,
        members: Members,
        secret: bytes,
        zone: ZoneInfo,
        currency: str,
    ) -> None:
        self._ledger = ledger
        self._catalog = catalog
        self._members = members
        self._secret = secret
        self._zone = zone
        self._currency = currency

    def _terms(self, work: Work, coupons: Sequence[Coupon]) -> dict[tuple[str, int], Template]:
        return terms.of_versions(work, {(one.template, one.version) for one in coupons})

    def _belongs(self, work: Work, template: Template, profile: int | None) -> bool:
        if template.segment is None:
            return True
        return profile is not None and profile in self._belonging(work, template.segment)

    def _belonging(self, work: Work, segment: str) -> BitMap:
        """Return who is in a segment; one that was deleted has nobody in it."""
        try:
            return self._members(work, segment)
        except NotFound:
            return BitMap()

    def _around(
        self, work: Work, template: Template, order: Order | None, coupon: Coupon
    ) -> Around:
        """Gather what a coupon is judged by: its goods, their floors, the order's other coupons."""
        goods = None
        if not template.is_wide:
            topics = (self._catalog.items_of(work, topic) for topic in template.topics)
            goods = frozenset(template.items).union(*topics)
        keys = {line.item for line in (order.goods if order else ()) if line.item}
        floors: dict[str, int] = {}
        for item in self._catalog.items(work, keys) if keys else ():
            least = scaled(item.properties.get(FLOOR_PRICE))
            if least is not None and least > 0:
                floors[item.key] = least
        return Around(
            work.now,
            self._currency,
            coin(self._currency),
            goods,
            floors,
            self._others(work, order, coupon),
            self._belongs(work, template, coupon.profile),
        )

    def _others(self, work: Work, order: Order | None, coupon: Coupon) -> list[Other]:
        """Return the other coupons that an order uses, or is about to."""
        if order is None or not order.number:
            return []
        found = [
            one
            for one in store.of_orders(work, [order.number])
            if one.id != coupon.id
            and one.shop == order.shop
            and one.state_at(work.now) in ("locked", "redeemed")
        ]
        agreed = self._terms(work, found)
        return [Other(agreed[one.template, one.version], offs_of(one)) for one in found]


def offs_of(coupon: Coupon) -> Mapping[str, int]:
    """Return what a coupon takes off the lines of its order."""
    shares = (coupon.quote or {}).get("shares", ())
    return {share["line"]: share["off"] for share in shares}


def told(verb: str, coupon: Coupon, now: int, *cause: object, **said: Any) -> Event:
    """State a fact about a coupon; what is None is left out."""
    about = {
        "coupon": coupon.id,
        "template": coupon.template,
        "origin": coupon.origin,
        "campaign": coupon.campaign,
        **said,
    }
    return fact(
        f"coupon.{verb}",
        room="coupons",
        profile=coupon.profile,
        at=now,
        cause=(coupon.id, *cause),
        **{name: value for name, value in about.items() if value not in (None, "")},
    )


def moment(value: int | None) -> str | None:
    """Write a moment for a fact."""
    return None if value is None else format_time(value)


def plain(amount: int) -> float:
    """Write an amount for a fact, as numbers are on the wire."""
    return unscaled(amount)
