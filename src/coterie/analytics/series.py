"""Shape counts by time for people to look at: days of a zone, day by hour, week against week. Pure.

Days are calendar days of the brand's zone, cut where its midnights are, so a day has 23 or 25
hours where clocks are changed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from coterie.analytics.model import Compared
from coterie.core.clock import local_date, midnight, to_datetime

WEEKDAYS = 7
HOURS = 24


def day_starts(last: date, days: int, zone: ZoneInfo) -> list[int]:
    """Return the first moments of ``days`` days, the last of them ``last``.

    >>> [start // 3_600_000 for start in day_starts(date(1970, 1, 2), 2, ZoneInfo("UTC"))]
    [0, 24]
    """
    return [midnight(last - timedelta(days=days - 1 - back), zone) for back in range(days)]


def heat(slots: Iterable[tuple[int, int]], zone: ZoneInfo) -> list[list[int]]:
    """Sum (moment, count) by weekday (Monday first) and hour of the day.

    >>> grid = heat([(0, 2), (3_600_000, 3)], ZoneInfo("Asia/Shanghai"))
    >>> grid[3][8], grid[3][9]
    (2, 3)
    """
    grid = [[0] * HOURS for _ in range(WEEKDAYS)]
    for moment, count in slots:
        local = to_datetime(moment).astimezone(zone)
        grid[local.weekday()][local.hour] += count
    return grid


def by_hour(
    slots: Iterable[tuple[int, str, int]], day: date, zone: ZoneInfo
) -> dict[str, list[int]]:
    """Sum (moment, name, count) of one day by name and hour; the most frequent name first."""
    found: dict[str, list[int]] = {}
    for moment, name, count in slots:
        if local_date(moment, zone) == day:
            hours = found.setdefault(name, [0] * HOURS)
            hours[to_datetime(moment).astimezone(zone).hour] += count
    return dict(sorted(found.items(), key=lambda item: (-sum(item[1]), item[0])))


def compared(name: str, days: Sequence[int]) -> Compared:
    """Hold the last of at least eight days against the same weekday a week before.

    >>> compared("x", [5, 0, 0, 0, 0, 0, 0, 9]).change
    4
    """
    return Compared(name, days[-1], days[-1 - WEEKDAYS], tuple(days))


def per_day(counts: Mapping[int, int], days: int) -> list[int]:
    """Lay counts by day number out in order; a day without any has 0.

    >>> per_day({1: 4}, 3)
    [0, 4, 0]
    """
    return [counts.get(day, 0) for day in range(days)]


def running(first: int, changes: Sequence[int]) -> list[int]:
    """Sum changes up, from what was there before the first of them.

    >>> running(10, [1, -2, 0])
    [11, 9, 9]
    """
    found, total = [], first
    for change in changes:
        total += change
        found.append(total)
    return found


def curve(first_day: Sequence[int], days: int) -> list[int]:
    """Sum up how many had done it by the end of each day.

    >>> curve((2, 0, 1), 4)
    [2, 2, 3, 3]
    """
    return running(0, per_day(dict(enumerate(first_day)), days))


def tally(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Sum counts by day."""
    found: Counter[int] = Counter()
    for day, count in pairs:
        found[day] += count
    return dict(found)
