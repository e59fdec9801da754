"""A campaign's calendar: phases move with the first day of sale, at local midnights. Pure.

Days are counted on the calendar and turned into moments one by one, so that a day of 23 or 25
hours moves nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from coterie.campaigns.plans.model import Campaign, Defined, Phase, PhaseName, Scope, TeamTask
from coterie.core.clock import from_datetime, local_date, midnight

SAYING_HOUR = 10
"""The warm-up speaks at this hour of the brand's day, not at midnight."""


@dataclass(frozen=True)
class Overlap:
    """How the operation of groups and the sale lie: the sale is days ``first`` to ``last`` of it.

    ``before`` days of operation come before the sale, ``within`` fall into it, ``after`` days of
    sale come after the operation has ended.
    """

    days: int
    first: int
    last: int
    before: int
    within: int
    after: int


def day_of(campaign: Campaign, day: int) -> date:
    """Return the calendar day of a day counted from the first of sale."""
    return campaign.start + timedelta(days=day)


def first_day(campaign: Campaign) -> date:
    """Return the first day of the first phase."""
    return day_of(campaign, campaign.phases[0].day)


def last_day(campaign: Campaign) -> date:
    """Return the last day of the last phase."""
    return day_of(campaign, campaign.phases[-1].after - 1)


def span(campaign: Campaign, phase: Phase, zone: ZoneInfo) -> tuple[int, int]:
    """Return a phase as moments: from its first midnight until before the one after its last day.

    >>> from coterie.campaigns.plans.parse import parse
    >>> plan = parse({"title": "x", "start": "2026-03-30"})
    >>> spring = span(plan, plan.phases[1], ZoneInfo("Europe/Berlin"))  # an hour is missing
    >>> (spring[1] - spring[0]) // 3_600_000
    95
    """
    return (
        midnight(day_of(campaign, phase.day), zone),
        midnight(day_of(campaign, phase.after), zone),
    )


def phase_on(campaign: Campaign, day: date) -> Phase | None:
    """Return the phase of a calendar day; None before, after, and in a gap between two."""
    number = (day - campaign.start).days
    return next((one for one in campaign.phases if one.day <= number < one.after), None)


def overlap(campaign: Campaign) -> Overlap:
    """Say how the operation overlaps the sale.

    >>> from coterie.campaigns.plans.parse import parse
    >>> overlap(parse({"title": "x", "start": "2026-09-18"}))
    Overlap(days=14, first=8, last=17, before=7, within=7, after=3)
    """
    day, days = campaign.operation
    sale = campaign.sale
    within = max(0, min(day + days, sale.after) - max(day, sale.day))
    return Overlap(
        days=days,
        first=sale.day - day + 1,
        last=sale.after - day,
        before=max(0, min(sale.day, day + days) - day),
        within=within,
        after=max(0, sale.after - max(day + days, sale.day)),
    )


def saying_hour(day: date, zone: ZoneInfo) -> int:
    """Return the moment of a day at which the warm-up speaks."""
    return from_datetime(datetime.combine(day, time(SAYING_HOUR), tzinfo=zone))


def team_tasks(
    campaign: Campaign, done: Mapping[str, tuple[int, str]] | None = None
) -> list[TeamTask]:
    """Return the tasks of the team by day, one a store where each has its own."""
    offsets = {one.phase: one.day for one in campaign.phases}
    found: list[TeamTask] = []
    for task in campaign.tasks:
        day = day_of(campaign, offsets[task.phase] + task.day)
        stores: Sequence[str | None] = campaign.stores if task.each == "store" else (None,)
        for store in stores:
            key = task.key if store is None else f"{task.key}@{store}"
            at, by = (done or {}).get(key, (None, None))
            found.append(
                TeamTask(key, task.key, task.phase, task.role, task.titles, day, store, at, by)
            )
    return sorted(found, key=lambda one: one.day)


def scope_of(one: Defined, zone: ZoneInfo) -> Scope:
    """Say what a campaign is, for those who measure it."""
    campaign = one.campaign
    spans: list[tuple[PhaseName, int, int]] = [
        (phase.phase, *span(campaign, phase, zone)) for phase in campaign.phases
    ]
    sale = span(campaign, campaign.sale, zone)
    return Scope(
        slug=one.slug,
        version=one.version,
        titles=campaign.titles,
        zone=zone,
        opens=spans[0][1],
        sale_from=sale[0],
        sale_until=sale[1],
        until=spans[-1][2],
        phases=tuple(spans),
        stores=campaign.stores,
        group_codes=campaign.group_codes,
        channel_codes=campaign.channel_codes,
        programme=campaign.programme,
        coupons=campaign.coupons,
        benefits=campaign.benefits,
        base=campaign.base,
        holdout=campaign.holdout,
        targets=campaign.targets,
        spend=sum(cost.amount for cost in campaign.spend),
        margin=campaign.margin,
    )


def days_between(campaign: Campaign, now: int, zone: ZoneInfo) -> int:
    """Count the days from today to the first day of sale; negative once it has begun."""
    return (campaign.start - local_date(now, zone)).days
