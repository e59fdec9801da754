"""Use coupons: validate, lock for a payment, redeem, release, roll back, pay shares back."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from coterie.core.clock import MINUTE
from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.core.ids import uuid7
from coterie.ledger.posting import Overdrawn
from coterie.loyalty.coupons import store
from coterie.loyalty.coupons.base import plain, told
from coterie.loyalty.coupons.budgeting import spent_account
from coterie.loyalty.coupons.codes import read
from coterie.loyalty.coupons.issuing import Issuing, coupon_id
from coterie.loyalty.coupons.judging import quoted, standing
from coterie.loyalty.coupons.model import (
    Coupon,
    Locked,
    Order,
    Outcome,
    Quote,
    Redeemed,
    Refusal,
    Released,
    Result,
    Returned,
    RolledBack,
    Share,
    Template,
    Verb,
    Want,
)
from coterie.loyalty.coupons.parting import coin, paid_back, together
from coterie.loyalty.coupons.payments import (
    amount_of,
    check_pieces,
    free,
    is_same,
    lock_of,
    note,
)
from coterie.loyalty.coupons.terms import store as terms
from coterie.loyalty.coupons.uses import store as uses
from coterie.storage.work import Work

LOCK = 15 * MINUTE
"""How long a coupon is kept for a payment."""

_USABLE = ("available", "locked")
_LONGEST_KEY = 255

Found = tuple[Coupon | Refusal, list[Event]]
Act = tuple[Result, Coupon | None, list[Event]]


class Using(Issuing):
    """Uses coupons up, once each. Whoever uses one holds its row meanwhile."""

    def validate(
        self, work: Work, code: str, order: Order | None = None, profile: int | None = None
    ) -> Quote | Refusal:
        """Say what a code would take off an order, or why not; writes nothing.

        What it says may be over when it is used: only a lock keeps a coupon.
        """
        text = read(code)
        coupon = store.by_code(work, text)
        if coupon is None:
            slug = terms.shared(work, text)
            if slug is None:
                return Refusal("not_found")
            if not profile:
                return Refusal("missing_customer")
            hers = store.hers(work, slug, profile)
            coupon = next((one for one in hers if one.state_at(work.now) in _USABLE), None)
            if coupon is None:
                return self._would_get(work, slug, profile, order, len(hers))
        template = self._terms(work, [coupon])[coupon.template, coupon.version]
        refusal = standing(coupon, template, profile, work.now)
        return refusal or self._quote(work, coupon, template, order)

    def _would_get(
        self, work: Work, slug: str, profile: int, order: Order | None, had: int
    ) -> Quote | Refusal:
        """Say what a shared code would do for somebody who has no coupon of it yet."""
        template, want = self.template(work, slug), self._shared_want(slug, profile, had)
        allocation = self._choose(work, template, [want])
        for _, reason, why in allocation.refused:
            return Refusal(reason, why)
        [coupon] = self._made(work, template, [want])
        refusal = standing(coupon, template, profile, work.now)
        return refusal or self._quote(work, coupon, template, order)

    def lock(
        self, work: Work, code: str, order: Order | None, profile: int | None = None, *, key: str
    ) -> Outcome:
        """Keep a coupon for one payment, 15 minutes long; locking again for its order prolongs it.

        ``key`` makes it happen once. Raises Conflict for a key that came with something else.
        """

        def act(_use: int) -> Act:
            found, facts = self._find(work, code, profile)
            if isinstance(found, Refusal):
                return found, None, facts
            mine = lock_of(found, order, work.now)
            judged = self._judge(work, found, order, profile, mine)
            if isinstance(judged, Refusal):
                return judged, found, facts
            until = work.now + LOCK
            if mine is not None and found.expires is not None and found.expires <= work.now:
                until = found.locked_until or until  # what is over is kept no longer than promised
            lock = found.lock = mine or uuid7(work.now)
            found.state, found.locked_until = "locked", until
            note(found, order, judged)
            store.save(work, [found])
            if found.cost:
                self._ledger.extend(work, found.id, until)
            return Locked(lock, until, judged), found, facts

        return self._once(work, "lock", key, [code, order, profile], order, act)

    def redeem(
        self,
        work: Work,
        code: str,
        order: Order | None = None,
        profile: int | None = None,
        *,
        at: str | None = None,
        lock: str | None = None,
        key: str,
    ) -> Outcome:
        """Use a coupon up: what it takes off is final, and is spent of its budget.

        With its ``lock`` in time the quote that was locked holds, whatever has ended meanwhile; a
        late lock is refused. Without one it is judged anew. What this very payment has redeemed
        already, as the order's own event may have, is answered again. ``at`` is where it is paid.
        """

        def act(use: int) -> Act:
            found, facts = self._find(work, code, profile, lock)
            if isinstance(found, Refusal):
                return found, None, facts
            if found.redemption is not None and is_same(found, order, lock):
                quote = msgspec.convert(found.quote, Quote)
                return Redeemed(found.redemption, quote, found.store), found, facts
            mine = lock or lock_of(found, order, work.now)
            judged = self._judge(work, found, order, profile, mine, final=True)
            if isinstance(judged, Refusal):
                return judged, found, facts
            refusal = self._spend(work, found, judged)
            if refusal is not None:
                return refusal, found, facts
            note(found, order, judged)
            found.store = at or found.store
            found.state, found.locked_until = "redeemed", None
            found.discount, found.redeemed, found.redemption = judged.discount, work.now, use
            store.save(work, [found])
            fact = told(
                "redeemed", found, work.now, use,
                order_id=found.order, store=found.store, amount=plain(judged.discount),
            )  # fmt: skip
            return Redeemed(use, judged, found.store), found, [*facts, fact]

        body = [code, order, profile, at, lock]
        return self._once(work, "redeem", key, body, order, act)

    def release(self, work: Work, lock: str, *, key: str) -> Outcome:
        """Let a coupon go that was kept for a payment which will not come."""

        def act(_use: int) -> Act:
            found = store.by_lock(work, lock, hold=True)
            if found is None:
                return Refusal("not_found"), None, []
            state = found.state_at(work.now)
            if state in ("redeemed", "revoked"):
                return Refusal("quantity_exceeded", state), found, []
            before = replace(found)
            if found.state == "locked":
                free(found)
                store.save(work, [found])
            return Released(found.id, found.state_at(work.now)), before, []

        return self._once(work, "release", key, [lock], None, act)

    def rollback(self, work: Work, redemption: int, *, reason: str, key: str) -> Outcome:
        """Take a redemption back: what it cost goes back, and the coupon is hers while it is good.

        So it does after the campaign has ended.
        """

        def act(_use: int) -> Act:
            found = self._redeemed(work, redemption)
            if found is None or found.state != "redeemed":
                return Refusal("not_found", "not_redeemed"), None, []
            before = replace(found)
            facts = self._undo(work, found, reason)
            return RolledBack(found.id, before.discount, found.state), before, facts

        return self._once(work, "rollback", key, [redemption, reason], None, act)

    def returned(
        self, work: Work, redemption: int, pieces: Mapping[str, int], *, key: str
    ) -> Outcome:
        """Say what to pay back for so many pieces of some lines, to the coin; the coupon is kept.

        Also where what is left would not have had it: that is the policy, and it is never charged
        back. Raises Invalid for a line that there is not, or more pieces than are left of it.
        """

        def act(_use: int) -> Act:
            found = self._redeemed(work, redemption)
            if found is None or found.quote is None:
                return Refusal("not_found", "not_redeemed"), None, []
            shares, before = self._of_order(work, found)
            check_pieces(shares, before, pieces)
            back = paid_back(shares, before, pieces, coin(self._currency))
            mine = Counter(found.quote.get("returned", {})) + Counter(pieces)
            found.quote = {**found.quote, "returned": dict(mine)}
            store.save(work, [found])
            return Returned(found.id, sum(one.amount for one in back), tuple(back)), found, []

        return self._once(work, "return", key, [redemption, dict(pieces)], None, act)

    # --- inside

    def _redeemed(self, work: Work, redemption: int) -> Coupon | None:
        """Find and hold the coupon that a redemption used up, and still does."""
        used = uses.coupon_of(work, redemption)
        found = store.by_id(work, [used] if used else [], hold=True)
        return next((one for one in found if one.redemption == redemption), None)

    def _once(
        self, work: Work, verb: Verb, key: str, body: list[Any], order: Order | None,
        act: Callable[[int], Act],
    ) -> Outcome:  # fmt: skip
        """Do something once for a key, and write down what came of it."""
        if not key or len(key) > _LONGEST_KEY:
            raise Invalid("a use needs a key of its own", path="key",
                          hint="send a UUID, and the same one when you try again")  # fmt: skip
        self._ledger.hold(work)
        use, answer = uses.begin(work, verb, key, body)
        if answer is not None:
            return Outcome(answer, again=True)
        result, coupon, facts = act(use)
        refused = result if isinstance(result, Refusal) else None
        uses.finish(
            work, use, coupon,
            reason=refused.reason if refused else None, why=refused.why if refused else "",
            order=(order.number if order else "") or (coupon.order if coupon else None),
            store=(order.store if order else None) or (coupon.store if coupon else None),
            amount=amount_of(result), answer=result,
        )  # fmt: skip
        return Outcome(result, facts)

    def _find(self, work: Work, code: str, profile: int | None, lock: str | None = None) -> Found:
        """Find and hold the coupon of a code, or of a lock; of a shared code she gets her own."""
        if lock is not None and not code:
            found = store.by_lock(work, lock, hold=True)
            return (Refusal("reservation_expired") if found is None else found), []
        text = read(code)
        found = store.by_code(work, text, hold=True)
        if found is not None:
            return found, []
        slug = terms.shared(work, text)
        if slug is None:
            return Refusal("not_found"), []
        if not profile:
            return Refusal("missing_customer"), []
        hers = store.hers(work, slug, profile)
        name = next((one.id for one in hers if one.state_at(work.now) in _USABLE), None)
        facts: list[Event] = []
        if name is None:
            want = self._shared_want(slug, profile, len(hers))
            name = coupon_id(want.key)
            facts = self.issue(work, [want])
            refused = next((one for one in facts if one.name == "coterie.coupon.refused"), None)
            if refused is not None:
                said = refused.properties
                return Refusal(said["reason"], said.get("why", "")), facts
        return store.by_id(work, [name], hold=True)[0], facts

    def _shared_want(self, slug: str, profile: int, had: int) -> Want:
        return Want(profile, slug, f"shared:{slug}:{profile}:{had}", f"shared:{slug}")

    def _judge(
        self, work: Work, coupon: Coupon, order: Order | None, profile: int | None,
        lock: str | None, *, final: bool = False,
    ) -> Quote | Refusal:  # fmt: skip
        """Judge a coupon; what was quoted under a lock holds when it is paid."""
        template = self._terms(work, [coupon])[coupon.template, coupon.version]
        refusal = standing(coupon, template, profile, work.now, lock)
        if refusal is not None:
            return refusal
        if final and lock is not None and coupon.quote is not None:
            return msgspec.convert(coupon.quote, Quote)
        return self._quote(work, coupon, template, order)

    def _quote(
        self, work: Work, coupon: Coupon, template: Template, order: Order | None
    ) -> Quote | Refusal:
        return quoted(coupon.id, template, order, self._around(work, template, order, coupon))

    def _spend(self, work: Work, coupon: Coupon, quote: Quote) -> Refusal | None:
        """Spend what a coupon costs of its budget; what is left of the reservation goes back."""
        template = self._terms(work, [coupon])[coupon.template, coupon.version]
        if not coupon.cost or template.budget is None:
            return None
        amount = coupon.cost if template.kind == "gift" else quote.discount
        try:
            self._ledger.settle(work, coupon.id, amount, spent_account(template.budget))
        except Overdrawn:
            return Refusal("campaign_budget")
        return None

    def _of_order(self, work: Work, coupon: Coupon) -> tuple[list[Share], Counter[str]]:
        """Return what all coupons of its order take off its lines, and what came back of them."""
        same = [coupon]
        if coupon.order:
            same += [
                one
                for one in store.of_orders(work, [coupon.order])
                if one.id != coupon.id and one.shop == coupon.shop and one.state == "redeemed"
            ]
        quotes = [one.quote for one in same if one.quote is not None]
        shares = [msgspec.convert(one["shares"], list[Share]) for one in quotes]
        back = sum((Counter(one.get("returned", {})) for one in quotes), Counter[str]())
        return together(shares), back

    def _undo(self, work: Work, coupon: Coupon, reason: str) -> list[Event]:
        """Take one redemption back; return that, and that the coupon is over meanwhile if it is."""
        good = coupon.expires is None or work.now < coupon.expires
        if coupon.cost:
            self._ledger.unsettle(work, coupon.id, keep=good, reason=reason)
        before = replace(coupon)
        free(coupon)
        coupon.state = "available" if good else "expired"
        coupon.discount, coupon.refunded = 0, 0
        coupon.redeemed = coupon.redemption = coupon.store = None
        store.save(work, [coupon])
        back = told(
            "rolled_back", coupon, work.now, before.redemption, order_id=before.order,
            store=before.store, amount=plain(before.discount), reason=reason,
        )  # fmt: skip
        return [back] if good else [back, told("expired", coupon, work.now)]
