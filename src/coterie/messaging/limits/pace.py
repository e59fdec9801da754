"""When messages may go by a channel's limits: the first now, the others as room comes. Pure."""

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from coterie.core.clock import DAY, local_date, midnight, next_midnight
from coterie.messaging.limits.model import Limit

Use = tuple[int, int]
"""So many messages went at a moment: (moment, number), in order of the moments."""


class Pace:
    """Hands out the earliest moments from ``start`` on that all of a channel's limits allow.

    ``uses`` is what went already, or was given a moment, none of them after ``start``.
    """

    def __init__(self, limits: Sequence[Limit], uses: Sequence[Use], start: int, zone: ZoneInfo):
        self._at = self._start = start
        self._windows: list[_Rolling | _Fixed] = []
        for limit in limits:
            window = _Fixed(limit, zone) if limit.calendar else _Rolling(limit)
            for moment, number in uses:
                window.take(moment, number)
            self._windows.append(window)

    def room(self, wanted: int) -> int:
        """Count how many of so many may go at the start."""
        return sum(self.next() == self._start for _ in range(wanted))

    def next(self) -> int:
        """Return when the next message may go, and count it."""
        moment = self._at
        while (
            later := max((each.free(moment) for each in self._windows), default=moment)
        ) > moment:
            moment = later
        for each in self._windows:
            each.take(moment, 1)
        self._at = moment
        return moment


class _Rolling:
    """Any stretch of a length holds at most a number."""

    def __init__(self, limit: Limit) -> None:
        self._number, self._length = limit.number, limit.length
        self._taken: deque[list[int]] = deque()
        self._count = 0

    def free(self, moment: int) -> int:
        while self._taken and self._taken[0][0] + self._length <= moment:
            self._count -= self._taken.popleft()[1]
        if self._count < self._number:
            return moment
        over = self._count - self._number
        for at, number in self._taken:
            if number > over:
                return at + self._length
            over -= number
        return moment

    def take(self, moment: int, number: int) -> None:
        if self._taken and self._taken[-1][0] == moment:
            self._taken[-1][1] += number
        else:
            self._taken.append([moment, number])
        self._count += number


class _Fixed:
    """Each span of the clock or the calendar holds at most a number."""

    def __init__(self, limit: Limit, zone: ZoneInfo) -> None:
        self._limit, self._zone = limit, zone
        self._end = 0
        self._count = 0

    def free(self, moment: int) -> int:
        if moment >= self._end or self._count < self._limit.number:
            return moment
        return self._end

    def take(self, moment: int, number: int) -> None:
        if moment >= self._end:
            self._end, self._count = end_of_span(self._limit, moment, self._zone), 0
        self._count += number


def end_of_span(limit: Limit, moment: int, zone: ZoneInfo) -> int:
    """Return the end of the span of the clock or calendar that a moment lies in."""
    if limit.span == "day":
        return next_midnight(moment, zone)
    if limit.span not in ("week", "month"):
        return (moment // limit.length + 1) * limit.length
    day = local_date(moment, zone)
    if limit.span == "week":
        return midnight(day + timedelta(days=7 - day.weekday()), zone)
    return midnight((day.replace(day=1) + timedelta(days=31)).replace(day=1), zone)


def longest(limits: Iterable[Limit]) -> int:
    """Return how far back uses matter, in milliseconds."""
    return max((limit.length + DAY for limit in limits), default=0)


def lasts(limits: Iterable[Limit], number: int) -> int:
    """Estimate how long so many messages need by a channel's limits, in ms, were it idle now."""
    return max(
        ((number - 1) // limit.number * limit.length for limit in limits if number > 0), default=0
    )
