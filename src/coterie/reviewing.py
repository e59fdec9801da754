"""What the review of a campaign takes from the rooms around it: its plan, stores, coupons, friends.

Called by the composition of what campaigns grow on; each of these rooms keeps its own definition.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from coterie.analytics.review.model import Phase, Scope
from coterie.analytics.review.ports import Owed, Spread
from coterie.analytics.review.service import Reviews
from coterie.analytics.service import Analytics
from coterie.campaigns.plans.model import Scope as Planned
from coterie.core.errors import NotFound
from coterie.events.log import Log
from coterie.guides.gathered import Guides
from coterie.storage.work import Work

_PERCENT = 100


class Plans(Protocol):
    """Who keeps the plans of campaigns."""

    def scope(self, work: Work, slug: str) -> Planned:
        """Return what a campaign is; raises NotFound."""
        ...


class Friends(Protocol):
    """Who keeps the programmes by which friends come."""

    def spread(self, work: Work, programme: str, since: int, until: int) -> Spread:
        """Return how a programme spread in a time; raises NotFound."""
        ...


class Promises(Protocol):
    """Who keeps coupons."""

    def templates(self, work: Work) -> Sequence[Any]:
        """Return all templates."""
        ...

    def numbers(self, work: Work, templates: Collection[str]) -> Mapping[str, Any]:
        """Count the coupons of templates by state."""
        ...


def open_reviews(
    log: Log,
    analytics: Analytics,
    zone: ZoneInfo,
    plans: Plans,
    guides: Guides,
    friends: Friends | None,
    promises: Promises | None,
) -> Reviews:
    """Build the reviews of one house."""
    return Reviews(
        log, analytics, zone, _Scopes(plans, guides), guides.credit, _Spreads(friends),
        _Owed(promises),
    )  # fmt: skip


class _Scopes:
    """A plan with the stores of the brand, by whether they have a door."""

    def __init__(self, plans: Plans, guides: Guides) -> None:
        self._plans = plans
        self._guides = guides

    def scope(self, work: Work, slug: str) -> Scope:
        """Return what belongs to a campaign; raises NotFound."""
        plan = self._plans.scope(work, slug)
        stores = self._guides.organisation.all_stores(work)
        return Scope(
            slug=plan.slug,
            since=plan.opens,
            until=plan.until,
            titles=plan.titles,
            phases=tuple(Phase(*one) for one in plan.phases),
            codes=plan.group_codes,
            templates=plan.coupons,
            programme=plan.programme,
            physical=frozenset(one.id for one in stores if one.kind == "offline"),
            online=frozenset(one.id for one in stores if one.kind != "offline"),
            holdout=plan.holdout / _PERCENT,
            spend=plan.spend,
            margin=None if plan.margin is None else plan.margin * _PERCENT,
            targets={str(name): number for name, number in plan.targets.items()},
        )


class _Spreads:
    """How programmes spread; nothing where there are none."""

    def __init__(self, friends: Friends | None) -> None:
        self._friends = friends

    def spread(self, work: Work, programme: str, since: int, until: int) -> Spread | None:
        """Return how a programme spread in a time; None where there is no such programme."""
        if self._friends is None:
            return None
        try:
            return self._friends.spread(work, programme, since, until)
        except NotFound:
            return None


class _Owed:
    """What coupons may still cost: those that are out, at the most that each takes off."""

    def __init__(self, promises: Promises | None) -> None:
        self._promises = promises

    def owed(self, work: Work, templates: Collection[str]) -> Owed | None:
        """Return what coupons of some templates may still cost; None where none is known."""
        if self._promises is None:
            return None
        wanted = {*templates}
        known = {one.slug: one for one in self._promises.templates(work) if one.slug in wanted}
        if not known:
            return None
        coupons = amount = open_ended = 0
        for slug, numbers in self._promises.numbers(work, sorted(known)).items():
            out = numbers.states.get("available", 0) + numbers.states.get("locked", 0)
            most = _most(known[slug])
            coupons += out
            amount += out * (most or 0)
            open_ended += out if most is None else 0
        return Owed(coupons, amount, open_ended)


def _most(template: Any) -> int | None:
    """Return the most that one coupon costs (scaled), None where nothing limits it."""
    if template.kind == "amount":
        return int(template.amount)
    if template.kind == "gift":
        return int(template.cost)
    return None if template.most is None else int(template.most)
