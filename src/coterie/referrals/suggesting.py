"""Whom a guide may invite to bring friends, and what came of whom she invited."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.clock import read_moment
from coterie.messaging.fitness import held_now
from coterie.messaging.service import Messaging
from coterie.profiles.service import Profiles
from coterie.referrals import store
from coterie.referrals.model import GuideResult, Referral, Suggested, Suggestions
from coterie.referrals.ports import Customers
from coterie.referrals.programmes import store as codes
from coterie.referrals.programmes.service import Programmes
from coterie.referrals.trusting import Customer, trust
from coterie.segments.service import Segments
from coterie.storage.work import Work

_TRAITS = ("value.orders", "value.last_order", "scores.activity")
CHANNEL = "wecom"
_UTC = ZoneInfo("UTC")


class Suggesting:
    """Invitations that guides make. A part of ``Referrals``."""

    programmes: Programmes
    _segments: Segments

    def __init__(self, profiles: Profiles, messaging: Messaging, customers: Customers) -> None:
        self._profiles = profiles
        self._messaging = messaging
        self._customers = customers

    def suggest(self, work: Work, programme: str, guide: str, most: int = 30) -> Suggestions:
        """Return whom of her customers a guide may invite now, the most trusted first.

        Whoever takes part already, was invited, may not be spoken to now (no consent, held out,
        spoken to enough) or never bought is left out, and counted by the reason.
        """
        one = self.programmes.get(work, programme)
        hers = self._customers.owned_by(work, guide)
        left = Counter[str]()
        people = set(hers)
        taken = {each.profile for each in codes.of_people(work, people)
                 if each.programme == programme}  # fmt: skip
        left["takes_part"] = len(people & taken)
        people -= taken
        if one.who is not None:
            allowed = people & set(self._segments.members(work, one.who))
            left["not_invited"] = len(people - allowed)
            people = allowed
        if one.campaign is not None:
            out = self._held_out(work, people, one.campaign)
            left["holdout"] += len(out)
            people -= out
        held = held_now(work, self._messaging, people, CHANNEL, "commercial")
        left.update(held.values())
        found = []
        for customer in self._customers_of(work, people - held.keys()):
            points, reasons = trust(customer, work.now)
            if customer.orders or customer.brought:
                found.append(Suggested(customer.profile, points, reasons))
            else:
                left["never_bought"] += 1
        found.sort(key=lambda each: (-each.trust, each.profile))
        return Suggestions(found[:most], {str(key): n for key, n in left.items() if n})

    def _held_out(self, work: Work, people: set[int], campaign: str) -> set[int]:
        known = self._profiles.known(work, people, ())
        path = f"campaigns.{campaign}.arm"
        return {one for one, hers in known.items() if hers.traits.get(path) == "held_out"}

    def _customers_of(self, work: Work, people: set[int]) -> list[Customer]:
        known = self._profiles.known(work, people, _TRAITS)
        owned = self._customers.owner_of(work, people)
        brought = self._brought(work, people)
        return [
            Customer(
                profile=one,
                orders=int(_number(hers.traits, "value.orders")),
                last_order=read_moment(hers.traits.get("value.last_order"), _UTC),
                bound=getattr(owned.get(one), "since", None),
                active=_number(hers.traits, "scores.activity"),
                brought=brought.get(one, 0),
            )
            for one, hers in sorted(known.items())
        ]

    def _brought(self, work: Work, people: set[int]) -> dict[int, int]:
        """Count the friends who qualified that people brought, in any programme."""
        owner = {one.code: one.profile for one in codes.of_people(work, people)}
        rows = store.by_codes(work, owner.keys())
        return Counter(
            owner[one.code] for one in rows if one.qualified is not None and _stands(one)
        )

    # --- what came of it

    def results(self, work: Work, programme: str) -> list[GuideResult]:
        """Return what came of each guide's invitations, the most friends first."""
        self.programmes.get(work, programme)
        guides = {one.code: one.guide for one in codes.of_programme(work, programme) if one.guide}
        rows: defaultdict[str, list[Referral]] = defaultdict(list)
        for one in store.by_codes(work, guides.keys()):
            rows[guides[one.code]].append(one)
        invited = Counter(guides.values())
        found = [_result(guide, number, rows[guide]) for guide, number in invited.items()]
        return sorted(found, key=lambda one: (-one.joined, -one.invited, one.guide))

    def of_guide(self, work: Work, guide: str) -> GuideResult:
        """Return what came of a guide's invitations to whatever programme is not over."""
        on = {one.slug for one in self.programmes.all(work) if one.standing(work.now) != "over"}
        mine = {one.code for one in codes.of_guide(work, guide) if one.programme in on}
        return _result(guide, len(mine), store.by_codes(work, mine))


def _result(guide: str, invited: int, rows: list[Referral]) -> GuideResult:
    return GuideResult(
        guide, invited, touched=len(rows),
        joined=sum(one.joined is not None and _stands(one) for one in rows),
        qualified=sum(one.qualified is not None and _stands(one) for one in rows),
        rewarded=sum(one.state == "rewarded" for one in rows),
    )  # fmt: skip


def _stands(one: Referral) -> bool:
    return one.state not in ("rejected", "clawed_back")


def _number(traits: Mapping[str, Any], name: str) -> float:
    value = traits.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
