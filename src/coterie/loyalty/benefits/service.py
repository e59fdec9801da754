"""The face of benefits: hears what people did, has coupons issued for it, once for each of them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from coterie.core.clock import format_time
from coterie.core.errors import Invalid, NotFound
from coterie.core.event import Event, Move
from coterie.core.numbers import unscaled
from coterie.core.people import Shift
from coterie.loyalty.benefits import store
from coterie.loyalty.benefits.matching import check, matches, once_for
from coterie.loyalty.benefits.model import REFERRAL, Benefit, Claim, Numbers, State
from coterie.loyalty.benefits.ports import Gives
from coterie.loyalty.benefits.reading import REFUSED, clawed_back, rewards_in, uses_in
from coterie.loyalty.coupons.issuing import coupon_id
from coterie.loyalty.coupons.model import Want
from coterie.storage import audit
from coterie.storage.work import Work

_UNDONE = "benefit_undone"


class Benefits:
    """Benefits of one house; a listener on the road, and a keeper."""

    name = "loyalty.benefits"

    def __init__(self, coupons: Gives) -> None:
        self._coupons = coupons

    # --- the road

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> list[Event]:  # noqa: ARG002
        """Give what was earned, take back what was lost, and note what coupons have cost.

        History gives nothing: who joined before there was a benefit did not come for it.
        """
        facts = self._spent(work, events)
        live = [event for event in events if not event.backfill]
        if live:
            rules = store.switched_on(work)
            facts += self._give(work, [*_earned(rules, live), *_rewarded(live)])
            facts += self._undo(work, rules, live)
        return facts

    def wake(self, _work: Work) -> list[Event]:
        """Do nothing: benefits are given when something happens."""
        return []

    def next_due(self, _work: Work) -> int | None:
        """Return None: time alone gives this room nothing to do."""
        return None

    def _give(self, work: Work, wished: Sequence[Claim]) -> list[Event]:
        """Have issued what nobody of these has; who was refused is tried again."""
        if not wished:
            return []
        known = {
            claim.key: claim
            for claim in store.of_people(
                work, {one.benefit for one in wished}, {one.profile for one in wished}
            )
        }
        asked: dict[str, Claim] = {}
        for one in wished:
            before = known.get(one.key)
            if before is None or (before.state == "refused" and one.benefit != REFERRAL):
                again = one if before is None else replace(
                    before, at=one.at, event=one.event, tries=before.tries + 1
                )  # fmt: skip
                known[one.key] = replace(again, state="given")
                asked[_key(again)] = again
        facts = self._coupons.issue(work, [_want(one, key) for key, one in asked.items()])
        store.save(work, list(_answered(asked, facts)))
        return facts

    def _undo(self, work: Work, rules: Sequence[Benefit], live: Sequence[Event]) -> list[Event]:
        """Take back what an event undoes: unspent coupons are revoked, spent ones are owed."""
        lost = [
            (rule, event) for rule in rules if rule.undo_on for event in live
            if event.name == rule.undo_on
        ]  # fmt: skip
        claims: list[tuple[Claim, str]] = []
        if lost:
            people = {event.profile for _, event in lost}
            held = store.of_people(work, {rule.slug for rule, _ in lost}, people)
            values = {(rule.slug, event.profile, once_for(rule, event)) for rule, event in lost}
            claims += [
                (one, _UNDONE) for one in held if (one.benefit, one.profile, one.by) in values
            ]
        back = clawed_back(live)
        if back:
            claims += [(one, back[one.by]) for one in store.by_values(work, REFERRAL, back)]
        return self._take_back(work, claims)

    def _take_back(self, work: Work, claims: Iterable[tuple[Claim, str]]) -> list[Event]:
        facts: list[Event] = []
        changed: list[Claim] = []
        by_reason: dict[str, list[str]] = {}
        for one, reason in claims:
            if one.state != "given" or one.coupon is None:
                continue
            changed.append(replace(one, state="owed" if one.redeemed else "undone", reason=reason))
            if not one.redeemed:
                by_reason.setdefault(reason, []).append(one.coupon)
        for reason, coupons in by_reason.items():
            facts += self._coupons.revoke(work, coupons, reason)
        store.save(work, changed)
        return facts

    def _spent(self, work: Work, events: Sequence[Event]) -> list[Event]:
        """Note what coupons took off; one owed that comes back unspent is revoked after all."""
        uses = uses_in(events)
        if not uses:
            return []
        changed, free = [], []
        claims = store.of_coupons(work, uses.keys())
        costs = self._gifts(work, {one.template for one in claims})
        for one in claims:
            use = uses[one.coupon or ""]
            redeemed = use.times > 0 or (one.redeemed and use.times == 0)
            spent = one.spent + use.amount + use.times * costs.get(one.template, 0)
            now = replace(one, redeemed=redeemed, spent=spent)
            if now.state == "owed" and not redeemed:
                now = replace(now, state="undone")
                free.append(now)
            changed.append(now)
        store.save(work, changed)
        return self._revoke(work, free)

    def _gifts(self, work: Work, templates: Collection[str]) -> dict[str, int]:
        """Return what each of some coupons costs that is a gift: it takes nothing off an order."""
        found = {}
        for slug in sorted(templates):
            template = self._coupons.template(work, slug)
            if template.kind == "gift":
                found[slug] = template.cost
        return found

    def _revoke(self, work: Work, claims: Sequence[Claim]) -> list[Event]:
        facts: list[Event] = []
        for reason in sorted({one.reason for one in claims}):
            ids = [one.coupon for one in claims if one.reason == reason and one.coupon]
            facts += self._coupons.revoke(work, ids, reason)
        return facts

    # --- rules

    def define(self, work: Work, one: Benefit) -> Benefit:
        """Write a benefit; those who have it keep it. Raises Invalid."""
        check(one)
        try:
            self._coupons.template(work, one.give)
        except NotFound as error:
            raise Invalid(f"there is no coupon {one.give!r}", path="give",
                          hint="make it first") from error  # fmt: skip
        store.write(work, one)
        audit.record(work, "benefit.define", one.slug, on=one.on, give=one.give, once=one.once)
        return one

    def switch(self, work: Work, slug: str, *, on: bool) -> None:
        """Give a benefit from now on, or give it no more; raises NotFound."""
        store.write(work, replace(self.get(work, slug), is_on=on))
        audit.record(work, "benefit.switch", slug, on=on)

    def get(self, work: Work, slug: str) -> Benefit:
        """Return a benefit; raises NotFound."""
        found = store.read(work, slug)
        if not found:
            raise NotFound(f"there is no benefit {slug!r}")
        return found[0]

    def several(self, work: Work, campaign: str | None = None) -> list[Benefit]:
        """Return every benefit, or those of a campaign."""
        return [one for one in store.read(work) if campaign in (None, one.campaign)]

    # --- asked

    def numbers(self, work: Work) -> dict[str, Numbers]:
        """Return what each benefit came to; one that nobody claimed has no key."""
        return store.numbers(work)

    def claims(
        self, work: Work, slug: str | None = None, state: State | None = None,
        limit: int = 50, offset: int = 0,
    ) -> list[Claim]:  # fmt: skip
        """Return claims, the newest first."""
        return store.page(work, slug, state, limit, offset)

    def refusals(self, work: Work, slug: str | None = None) -> Mapping[str, int]:
        """Count why claims stand refused, by reason."""
        return store.refusals(work, slug)

    def of_profile(self, work: Work, profile: int) -> list[Claim]:
        """Return a person's claims, the newest first."""
        return store.of_profile(work, profile)

    # --- a keeper

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Let claims follow whose they are; who was given something twice as two keeps both."""
        store.follow(work, shifts)

    def hand_out(self, work: Work, profile: int) -> dict[str, Any]:
        """Return what a person was given, as plain JSON."""
        return {
            "benefits": [
                {
                    "benefit": one.benefit, "at": format_time(one.at), "state": one.state,
                    "reason": one.reason or None, "coupon": one.coupon,
                    "spent": unscaled(one.spent),
                }
                for one in self.of_profile(work, profile)
            ]
        }  # fmt: skip

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Take a person off her claims; what they cost stays."""
        return store.erase(work, profiles)


def _earned(rules: Sequence[Benefit], live: Sequence[Event]) -> list[Claim]:
    """Return what the events of a batch earn, by the rules."""
    by_name: dict[str, list[Benefit]] = {}
    for rule in rules:
        by_name.setdefault(rule.on, []).append(rule)
    found = []
    for event in live:
        for rule in by_name.get(event.name, ()):
            by = once_for(rule, event)
            if by is not None and matches(rule.where, event.properties):
                found.append(_claim(rule.slug, event, by, rule.give, rule.campaign))
    return found


def _rewarded(live: Sequence[Event]) -> list[Claim]:
    return [
        _claim(REFERRAL, one.event, one.by, one.template, one.campaign) for one in rewards_in(live)
    ]


def _claim(benefit: str, event: Event, by: str, template: str, campaign: str | None) -> Claim:
    return Claim(
        benefit=benefit, profile=event.profile, came_with=event.came_with or event.profile, by=by,
        at=event.time, event=event.id, template=template, state="refused", campaign=campaign,
    )  # fmt: skip


def _key(one: Claim) -> str:
    """Name a claim's asking for good: the same again is the same coupon."""
    if one.benefit == REFERRAL:
        return f"{REFERRAL}:{one.by}"
    return f"benefit:{one.benefit}:{one.came_with}:{one.by}:{one.tries}"


def _want(one: Claim, key: str) -> Want:
    origin = key if one.benefit == REFERRAL else f"benefit:{one.benefit}"
    return Want(one.profile, one.template, key, origin, one.campaign)


def _answered(asked: Mapping[str, Claim], facts: Iterable[Event]) -> Iterable[Claim]:
    """Return what became of each asking: who was not refused has the coupon of its key."""
    refused = {
        str(fact.properties["key"]): str(fact.properties["reason"])
        for fact in facts
        if fact.name == REFUSED
    }
    for key, one in asked.items():
        if key in refused:
            yield replace(one, state="refused", reason=refused[key])
        else:
            yield replace(one, state="given", reason="", coupon=coupon_id(key))
