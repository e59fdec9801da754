"""When a step's window is, and until when it may be done. Pure.

Days and times are those of a zone, the store's. A time that daylight saving skips is as much
later; of one that it repeats, the first counts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from coterie.core.clock import from_datetime, local_date
from coterie.guides.tasks.plans.model import Plan, Step

_DAY = timedelta(days=1)
_MINUTES = 24 * 60


@dataclass(frozen=True)
class Window:
    """From ``opens`` until before ``closes``; after that it is late until ``over``."""

    opens: int
    closes: int
    over: int


def at(day: date, minute: int, zone: ZoneInfo) -> int:
    """Return the moment of a minute of a day; minute 1,440 is the midnight after.

    >>> at(date(1970, 1, 2), 8 * 60, ZoneInfo("Asia/Shanghai")) == 24 * 3_600_000
    True
    """
    if minute == _MINUTES:
        day, minute = day + _DAY, 0
    wall = datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone)
    return from_datetime(wall)


def window(plan: Plan, step: Step, day: date, zone: ZoneInfo) -> Window:
    """Return a step's window on a day."""
    closes = at(day, step.closes, zone)
    over = closes
    if plan.missed == "late":
        over = at(day + plan.grace * _DAY, step.closes, zone)
    return Window(at(day, step.opens, zone), closes, over)


def from_anchor(plan: Plan, step: Step, anchor: int, now: int, zone: ZoneInfo) -> Window | None:
    """Return the window of a step that counts days from a moment; None when it is past for good.

    Of ``next`` it is the first that has not closed by now nor by the moment it counts from, within
    the days of grace.
    """
    day = local_date(anchor, zone) + (step.day or 0) * _DAY
    found = window(plan, step, day, zone)
    if plan.missed == "next":
        last = day + plan.grace * _DAY
        while found.closes <= max(now, anchor) and day < last:
            day += _DAY
            found = window(plan, step, day, zone)
    return found if max(now, anchor) < found.over else None


def days_of(plan: Plan, step: Step, now: int, zone: ZoneInfo) -> Iterator[date]:
    """Yield the days of a step by the calendar that may matter: lately past, and the next one."""
    today = local_date(now, zone)
    if plan.start == "dated":
        if step.date is not None:
            yield step.date
        return
    first = today - (plan.grace + 1) * _DAY
    for ahead in range(plan.grace + 9):
        day = first + ahead * _DAY
        if day.weekday() == step.weekday:
            yield day


def by_calendar(plan: Plan, step: Step, now: int, zone: ZoneInfo) -> Iterator[tuple[date, Window]]:
    """Yield a step's days with their windows, those of ``next`` moved where they have passed."""
    for day in days_of(plan, step, now, zone):
        found = window(plan, step, day, zone)
        moved = day
        while plan.missed == "next" and found.closes <= now and moved < day + plan.grace * _DAY:
            moved += _DAY
            found = window(plan, step, moved, zone)
        yield day, found


def earliest(moments: Iterable[int | None]) -> int | None:
    """Return the earliest of some moments."""
    return min((one for one in moments if one is not None), default=None)
