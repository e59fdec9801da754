"""Calendar days of the brand's zone out of counts by the quarter of an hour."""

from collections.abc import Iterable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from coterie.communities.model import Day
from coterie.core.clock import MINUTE, local_date, midnight

QUARTER = 15 * MINUTE
"""Every zone's midnight falls on a quarter of an hour: coarser counts could not be told apart."""


def bounds(since: date, until: date, zone: ZoneInfo) -> tuple[int, int]:
    """Return the first moment of a day, and the first one after another day.

    >>> start, end = bounds(date(2026, 3, 29), date(2026, 3, 29), ZoneInfo("Europe/Berlin"))
    >>> (end - start) // (60 * MINUTE)
    23
    """
    return midnight(since, zone), midnight(until + timedelta(days=1), zone)


def by_day(
    counts: Iterable[tuple[str, int, int]], since: date, until: date, zone: ZoneInfo
) -> list[Day]:
    """Sum (what happened, quarter of an hour since the epoch, how often) into days.

    Every day from ``since`` to ``until`` is there, with nothing in it or not.
    """
    sums: dict[date, dict[str, int]] = {}
    for name, quarter, count in counts:
        day = sums.setdefault(local_date(quarter * QUARTER, zone), {})
        day[name] = day.get(name, 0) + count
    return [Day(day, **sums.get(day, {})) for day in _days(since, until)]


def _days(since: date, until: date) -> list[date]:
    return [since + timedelta(days=number) for number in range((until - since).days + 1)]
