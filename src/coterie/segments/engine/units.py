"""The days, weeks, months and hours of a zone's wall clock that moments lie in, for many at once.

A zone's clock runs evenly between two changes of its offset; these are looked for once a year of
the calendar, and a moment's number is reckoned from the offset that was in force then.
"""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from coterie.core.clock import DAY, HOUR, SECOND, from_datetime, to_datetime
from coterie.segments.engine.postings import Ints

_STEP = 6 * HOUR
"""No zone has ever changed its offset twice within so short a time."""

_FIRST_DAY = 719_163
"""1970-01-01, counted from the first day of the year 1 as 1 (``date.toordinal``)."""

_EARLIEST, _LATEST = -62_135_596_800_000 + 2 * DAY, 253_402_300_799_999 - 2 * DAY
"""Two days within the years 1 and 9999: nearer to the ends a wall clock leaves the calendar."""


def unit_numbers(unit: str, moments: Ints, zone: ZoneInfo) -> Ints:
    """Number the unit (@day, @week, @month, @hour) of the zone's wall clock of each moment.

    A week is named by its Monday. Equal numbers are the same unit, greater ones are later.
    """
    if not len(moments):
        return moments
    local = moments + _offsets(moments, zone)
    days = local // DAY
    if unit == "@hour":
        found: Ints = days * 24 + local % DAY // HOUR
        return found
    if unit == "@month":
        return days.astype("M8[D]").astype("M8[M]").astype(np.int64)
    return days if unit == "@day" else days - (days + _FIRST_DAY - 1) % 7


def stretches(unit: str, number: int, zone: ZoneInfo) -> list[tuple[int, int]]:
    """Return the stretches start <= moment < end that a unit is made of, in order.

    It is one, but where the zone's clock is set back over the unit's edge.

    >>> stretches("@hour", 3, ZoneInfo("UTC"))
    [(10800000, 14400000)]
    """
    begins, ends = _wall(unit, number), _wall(unit, number + (7 if unit == "@week" else 1))
    start, end = begins - 2 * DAY, ends + 2 * DAY
    found, offset = [], _offset(start, zone)
    turns = [one for year in range(_year(start), _year(end) + 1) for one in _changes(year, zone)]
    for turn, following in [*turns, (end, 0)]:
        if turn <= start:
            continue
        first, last = max(start, begins - offset), min(turn, end, ends - offset)
        if first < last:
            found.append((first, last))
        start, offset = turn, following
    return found


def _wall(unit: str, number: int) -> int:
    """Return when a unit begins by the wall clock, in ms."""
    if unit == "@hour":
        return number * HOUR
    days = (
        int(np.datetime64(number, "M").astype("M8[D]").astype(int)) if unit == "@month" else number
    )
    return days * DAY


def _offsets(moments: Ints, zone: ZoneInfo) -> Ints:
    """Return how far the zone's wall clock is ahead of UTC at each moment, in ms."""
    changes, offsets = [], [_offset(int(moments.min()), zone)]
    for year in range(_year(int(moments.min())), _year(int(moments.max())) + 1):
        for change, offset in _changes(year, zone):
            changes.append(change)
            offsets.append(offset)
    if not changes:
        return np.full(len(moments), offsets[0], np.int64)
    offsets[0] = _offset(changes[0] - 1, zone)
    places = np.searchsorted(np.array(changes, np.int64), moments, side="right")
    return np.array(offsets, np.int64)[places]


@lru_cache(maxsize=4_096)
def _changes(year: int, zone: ZoneInfo) -> tuple[tuple[int, int], ...]:
    """Return when, in a year of UTC, a zone's offset becomes another one, and which."""
    first = from_datetime(datetime(year, 1, 1, tzinfo=UTC))
    last = from_datetime(datetime(year, 12, 31, tzinfo=UTC)) + DAY
    found = []
    before = _offset(first - 1, zone)
    for moment in range(first, last, _STEP):
        after = _offset(moment + _STEP - 1, zone)
        if after != before:
            found.append((_turn(moment - 1, moment + _STEP - 1, zone), after))
            before = after
    return tuple(found)


def _turn(low: int, high: int, zone: ZoneInfo) -> int:
    """Return the first moment, after ``low`` and up to ``high``, with the offset of ``high``."""
    there = _offset(high, zone)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _offset(middle, zone) == there else (middle, high)
    return high


def _offset(moment: int, zone: ZoneInfo) -> int:
    within = min(max(moment, _EARLIEST), _LATEST)
    offset = to_datetime(within).astimezone(zone).utcoffset()
    assert offset is not None, "the moment has a zone"
    return round(offset.total_seconds()) * SECOND


def _year(moment: int) -> int:
    return to_datetime(min(max(moment, _EARLIEST), _LATEST)).year
