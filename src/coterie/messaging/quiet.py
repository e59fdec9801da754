"""Quiet hours: windows of a person's local day, exact on the days when clocks change.

The end is exclusive; a window whose start is after its end runs over midnight. A local time that
the clocks skip is the next valid moment, one that they repeat is the first.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from coterie.core.clock import SECOND, from_datetime, local_date
from coterie.core.errors import Invalid

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


@dataclass(frozen=True)
class Window:
    """A part of every local day, from ``start`` to before ``end``."""

    start: time
    end: time

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise Invalid(
                f"quiet hours from {self.start:%H:%M} to {self.end:%H:%M} have no length",
                path="quiet",
                hint="choose two different times, or no quiet hours at all",
            )


def parse_window(start: str, end: str) -> Window | None:
    """Read a window from two local times; None when both are empty.

    >>> parse_window("22:00", "08:00")
    Window(start=datetime.time(22, 0), end=datetime.time(8, 0))
    """
    if not start and not end:
        return None
    return Window(_parse_clock(start, "quiet_start"), _parse_clock(end, "quiet_end"))


def _parse_clock(text: str, path: str) -> time:
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise Invalid(f"{text!r} is not a time of day", path=path, hint="write it like 22:00")
    return time(int(match[1]), int(match[2]))


def local_moment(day: date, clock: time, where: ZoneInfo) -> int:
    """Return when a zone's clocks show a time on a day, in milliseconds UTC.

    A time that they skip is the next valid moment, one that they repeat is the first.

    >>> from coterie.core.clock import format_time
    >>> format_time(local_moment(date(2026, 3, 29), time(2, 30), ZoneInfo("Europe/Berlin")))
    '2026-03-29T01:00:00.000Z'
    """
    wanted = datetime.combine(day, clock, tzinfo=where)
    moment = wanted.astimezone(UTC)
    if moment.astimezone(where).replace(tzinfo=None) == wanted.replace(tzinfo=None):
        return from_datetime(moment)
    return _change_between(wanted.replace(fold=1).astimezone(UTC), moment, where)


def _change_between(before: datetime, after: datetime, where: ZoneInfo) -> int:
    """Find the moment at which a zone's offset changes, to the second."""
    low, high = from_datetime(before) // SECOND, from_datetime(after) // SECOND
    old = before.astimezone(where).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        offset = datetime.fromtimestamp(middle, where).utcoffset()
        low, high = (middle, high) if offset == old else (low, middle)
    return high * SECOND


@lru_cache(maxsize=4_096)
def end_of_quiet(moment: int, window: Window, where: ZoneInfo) -> int:
    """Return the first moment from ``moment`` on that lies outside the window.

    Kept, since it is asked at one moment for everybody of a zone.
    """
    while (end := _end_of_window_around(moment, window, where)) is not None:
        moment = end
    return moment


def _end_of_window_around(moment: int, window: Window, where: ZoneInfo) -> int | None:
    today = local_date(moment, where)
    over_midnight = timedelta(days=1 if window.end < window.start else 0)
    for back in range(3):
        day = today - timedelta(days=back)
        start = local_moment(day, window.start, where)
        end = local_moment(day + over_midnight, window.end, where)
        if start <= moment < end:
            return end
    return None
