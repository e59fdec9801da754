"""Issue coupons: to many at once, each want once, never more than was promised."""

from collections.abc import Collection, Sequence
from typing import Any

from coterie.core.errors import Conflict
from coterie.core.event import Event
from coterie.core.facts import fact
from coterie.core.ids import derived_id
from coterie.ledger.model import Ask
from coterie.loyalty.coupons import store
from coterie.loyalty.coupons.allocating import Allocation, allocate
from coterie.loyalty.coupons.base import moment, told
from coterie.loyalty.coupons.budgeting import Budgeting, budget_account
from coterie.loyalty.coupons.codes import code_of
from coterie.loyalty.coupons.model import Coupon, Reason, Template, Want
from coterie.loyalty.coupons.terms import store as terms
from coterie.loyalty.coupons.timing import counted_since, span
from coterie.loyalty.coupons.uses import store as uses
from coterie.storage.work import Work

Refused = tuple[Want, Reason, str]


class Issuing(Budgeting):
    """Issues coupons. A template's row is held meanwhile, so no unit is given twice."""

    def issue(self, work: Work, wants: Sequence[Want]) -> list[Event]:
        """Give coupons to people; return the facts: issued, or refused with a reason.

        A want whose key has its coupon already is passed over. However many wants there are, it
        takes a few statements a template. First come, first served.
        """
        issued, refused = self._issue(work, wants)
        keys = {coupon_id(want.key): want.key for want in wants}
        facts = [
            told("issued", one, work.now, expires=moment(one.expires), key=keys[one.id])
            for one in issued
        ]
        return facts + [_refused(*one, work.now) for one in refused if one[0].profile]

    def _issue(self, work: Work, wants: Sequence[Want]) -> tuple[list[Coupon], list[Refused]]:
        once: dict[str, Want] = {}
        by_template: dict[str, list[Want]] = {}
        for want in wants:
            if once.setdefault(want.key, want) is want:
                by_template.setdefault(want.template, []).append(want)
        if not once:
            return [], []
        self._ledger.hold(work)
        templates = terms.templates(work, by_template, hold=True)
        known = store.known(work, [coupon_id(key) for key in once])
        issued: list[Coupon] = []
        refused: list[Refused] = []
        for slug, several in sorted(by_template.items()):
            fresh = [want for want in several if coupon_id(want.key) not in known]
            template = templates.get(slug)
            if template is None:
                refused += [(want, "not_found", "") for want in fresh]
            elif fresh:
                allocation = self._allocate(work, template, fresh)
                issued += self._made(work, template, allocation.given)
                refused += allocation.refused
        store.add(work, issued)
        uses.refuse(work, refused)
        return issued, refused

    def _allocate(self, work: Work, template: Template, wants: Sequence[Want]) -> Allocation:
        """Choose who gets one, and set aside what it may cost and one of the stock for each."""
        found = self._choose(work, template, wants)
        self._charge(work, template, found)
        if found.given and not terms.take_stock(work, template.slug, len(found.given)):
            raise Conflict(f"the stock of {template.slug!r} changed meanwhile: try again")
        return found

    def _choose(self, work: Work, template: Template, wants: Sequence[Want]) -> Allocation:
        """Choose who may have one, whatever the budget."""
        until = span(template, work.now, self._zone)[1]
        if until is not None and until <= work.now:
            return Allocation([], [(want, "expired", "") for want in wants])
        had = {}
        if template.per_person is not None:
            since = counted_since(template.per, work.now, self._zone)
            had = store.had(work, template.slug, {want.profile for want in wants}, since)
        segment = template.segment
        belong = None if segment is None else self._belonging(work, segment)
        return allocate(template, wants, had, belong)

    def _charge(self, work: Work, template: Template, found: Allocation) -> None:
        """Keep those for whom the budget has enough; set aside what they may cost."""
        if template.budget is None or not found.given:
            return
        [(budget, _)] = terms.budgets(work, [template.budget]).values()
        granted: set[str] = set()
        if budget.until is None or work.now < budget.until:
            until = span(template, work.now, self._zone)[1]
            asks = [Ask(coupon_id(one.key), template.reserved, until) for one in found.given]
            about = {"template": template.slug}
            granted = self._ledger.reserve(work, budget_account(budget.slug), asks, **about)
        wants, found.given = found.given, []
        for want in wants:
            if coupon_id(want.key) in granted:
                found.given.append(want)
            else:
                found.refused.append((want, "campaign_budget", ""))

    def _made(self, work: Work, template: Template, wants: Sequence[Want]) -> list[Coupon]:
        starts, until = span(template, work.now, self._zone)
        cost = template.reserved if template.budget is not None else 0
        return [self._coupon(template, want, work.now, starts, until, cost) for want in wants]

    def _coupon(
        self, template: Template, want: Want, now: int, starts: int | None, until: int | None,
        cost: int,
    ) -> Coupon:  # fmt: skip
        name = coupon_id(want.key)
        return Coupon(
            id=name,
            code=code_of(self._secret, name),
            template=template.slug,
            version=template.version,
            profile=want.profile,
            came_with=want.profile,
            origin=want.origin,
            campaign=want.campaign or template.campaign,
            state="available",
            issued=now,
            starts=starts,
            expires=until,
            cost=cost,
        )

    # --- taking back what was not used

    def revoke(self, work: Work, coupons: Collection[str], reason: str) -> list[Event]:
        """Take coupons back that were not used; return the facts. Used ones stay as they are."""
        self._ledger.hold(work)
        return self._revoke(work, store.by_id(work, coupons, hold=True), reason)

    def _revoke(self, work: Work, coupons: Sequence[Coupon], reason: str) -> list[Event]:
        taken = [one for one in coupons if one.state_at(work.now) in ("available", "locked")]
        for one in taken:
            one.state, one.lock, one.locked_until = "revoked", None, None
        store.save(work, taken)
        self._ledger.void(work, [one.id for one in taken if one.cost])
        return [told("revoked", one, work.now, reason=reason) for one in taken]


def coupon_id(key: str) -> str:
    """Return the id of the coupon that a want's key stands for."""
    return derived_id("coupon", key)


def _refused(want: Want, reason: Reason, why: str, now: int) -> Event:
    optional = {"why": why, "campaign": want.campaign}
    said: dict[str, Any] = {name: value for name, value in optional.items() if value}
    return fact(
        "coupon.refused",
        room="coupons",
        profile=want.profile,
        at=now,
        cause=(want.key, reason),
        template=want.template,
        origin=want.origin,
        reason=reason,
        key=want.key,
        **said,
    )
