"""The face of coupons: a listener on the road, and a keeper of whose they are."""

from collections.abc import Collection, Sequence
from typing import Any

from coterie.core.clock import format_time
from coterie.core.event import Event, Move
from coterie.core.numbers import unscaled
from coterie.core.people import Shift
from coterie.loyalty.coupons import store
from coterie.loyalty.coupons.base import told
from coterie.loyalty.coupons.handing import Handing
from coterie.loyalty.coupons.handouts import store as handouts
from coterie.loyalty.coupons.model import Coupon
from coterie.loyalty.coupons.orders import CANCELLED, COMPLETED, REFUNDED, codes_in, order_of
from coterie.loyalty.coupons.terms import store as terms
from coterie.loyalty.coupons.uses import store as uses
from coterie.storage import keeping
from coterie.storage.work import Work

AT_ONCE = 5_000
"""How many coupons one ``wake`` lets expire."""

HEARD = (COMPLETED, REFUNDED, CANCELLED)


class Coupons(Handing):
    """Coupons of one house: issued, used, given back; a listener on the road, and a keeper."""

    # --- the road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:  # noqa: ARG002
        """Redeem what an order says it was paid with; roll back what an order gave back."""
        orders = [one for one in events if one.name in HEARD and one.type != "fact"]
        if not orders:
            return []
        codes = {code for one in orders for code in codes_in(one)}
        ours = store.codes_among(work, codes) | terms.shared_among(work, codes) if codes else set()
        facts: list[Event] = []
        for event in orders:
            for code in codes_in(event):
                facts += self._paid(work, event, code) if code in ours else []
        return facts + self._given_back(work, [one for one in orders if one.name != COMPLETED])

    def _paid(self, work: Work, event: Event, code: str) -> list[Event]:
        """Redeem a coupon that an order names, unless the till did so before."""
        order, found = order_of(event), self.find(work, code)
        if found is not None and found.state == "redeemed" and found.order == order.number:
            return []
        profile = event.profile if found is None else None
        return list(self.redeem(work, code, order, profile, key=f"order:{event.id}:{code}").facts)

    def _given_back(self, work: Work, events: Sequence[Event]) -> list[Event]:
        """Roll back what orders used that were cancelled or refunded; one paid just now as well."""
        numbers = {order_of(one).number for one in events} - {""}
        if not numbers:
            return []
        self._ledger.hold(work)
        using: dict[str, list[Coupon]] = {}
        for coupon in store.of_orders(work, numbers, hold=True):
            using.setdefault(coupon.order or "", []).append(coupon)
        return [fact for event in events for fact in self._back(work, event, using)]

    def _back(self, work: Work, event: Event, using: dict[str, list[Coupon]]) -> list[Event]:
        """Roll back what a cancelled order used, or one of which all was refunded."""
        order = order_of(event)
        mine = [
            one
            for one in using.get(order.number, ())
            if one.state == "redeemed"
            and (not one.shop or not order.shop or one.shop == order.shop)
        ]
        if not mine:
            return []
        if event.name == REFUNDED and event.amount is not None:
            for one in mine:
                one.refunded += event.amount
            paid = [_paid_for(one) for one in mine if one.quote and one.quote.get("shares")]
            if not paid or mine[0].refunded < min(paid):
                store.save(work, mine)
                return []
        reason = "order_refunded" if event.name == REFUNDED else "order_cancelled"
        facts: list[Event] = []
        for one in mine:
            assert one.redemption is not None, "what is redeemed has its redemption"
            key = f"order:{event.id}:{one.id}"
            facts += self.rollback(work, one.redemption, reason=reason, key=key).facts
            one.state = "available"  # nothing more of this batch gives it back
        return facts

    def wake(self, work: Work) -> list[Event]:
        """Hand out the next portions; let expire what nobody used, and give its money back."""
        due = self.next_due(work)
        if due is None or due > work.now:
            return []
        self._ledger.hold(work)
        facts = self._hand_on(work)
        self._ledger.sweep(work)
        late = store.overdue(work, AT_ONCE)
        for one in late:
            one.state, one.lock, one.locked_until = "expired", None, None
        store.save(work, late)
        return facts + [told("expired", one, work.now) for one in late]

    def next_due(self, work: Work) -> int | None:
        """Return when the next coupon expires, or the moment that a handout waits since."""
        dues = (store.next_due(work), handouts.first_under_way(work))
        return min((due for due in dues if due is not None), default=None)

    # --- keeping

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let coupons and what was tried with them follow their people."""
        keeping.follow(work, store.coupon_rows, shifts)
        keeping.follow(work, uses.use_rows, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return a person's coupons, as plain JSON."""
        return {
            "coupons": [
                {
                    "coupon": one.template,
                    "code": one.code,
                    "state": one.state_at(work.now),
                    "origin": one.origin,
                    "issued": format_time(one.issued),
                    "expires": None if one.expires is None else format_time(one.expires),
                    "order": one.order,
                    "discount": unscaled(one.discount),
                }
                for one in store.of_profile(work, profile)
            ]
        }

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Revoke what she has not used, and forget whose the coupons were; the sums stay."""
        self._ledger.hold(work)
        unused = store.unused(work, profiles)
        self._revoke(work, unused, "erased")
        return {"coupons": store.erase(work, profiles), "coupon_uses": uses.erase(work, profiles)}


def _paid_for(coupon: Coupon) -> int:
    """Return what was left to pay of the order after this coupon and those before it."""
    shares = (coupon.quote or {})["shares"]
    return sum(share["amount"] - share["off"] for share in shares)
