"""What is measured of matching events, exactly: counts, sums, averages, extremes, distinct values.

Decided where ``reference/rules.md`` is silent, for every reader:

1. ``sum avg min max`` read each value by ``core.numbers.scaled`` (a JSON number or a decimal text,
   times 10,000, halves away from zero); events whose value is anything else are left out. With
   none left the sum is 0 and avg, min and max are missing. An average divides by the values read.
2. ``distinct`` counts the different values that are not missing: numbers by their value (1 and
   1.0 are one, 1 and ``"1"`` two), texts by code points, booleans, and an array or an object as
   one value, by its compact JSON as stored (there 1 and 1.0, or another order of keys, differ).
3. ``@day @week @month @hour`` are read off the wall clock of the brand's zone; ``@week`` by its
   Monday, ``@hour`` with its day (an hour that the clock repeats counts once).
4. Bounds compare exactly, as fractions: a sum of 0.1 and 0.2 equals 0.3, a share of one in three
   is less than 0.3333333333333334. With a missing measure no bound holds, ``!=`` neither.
"""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Hashable
from datetime import timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from coterie.core.clock import local_date, to_datetime
from coterie.core.numbers import SCALE, as_decimal, is_number, scaled
from coterie.events.model import Logged
from coterie.segments.model import Bounds, Did
from coterie.segments.person.operators import look_up

Measured = Fraction | int | None


class Tally:
    """The measure of a set of events that grows and shrinks one by one."""

    def __init__(self, did: Did, zone: ZoneInfo) -> None:
        self._did = did
        self._zone = zone
        self._events = 0
        self._total = 0
        self._numbers: list[int] = []
        self._values: Counter[Hashable] = Counter()

    def add(self, event: Logged) -> None:
        """Count an event in."""
        self._events += 1
        value = self._read(event)
        if value is None:
            return
        if self._did.measure == "distinct":
            self._values[value] += 1
        else:
            assert isinstance(value, int)
            self._total += value
            insort(self._numbers, value)

    def drop(self, event: Logged) -> None:
        """Count an event out again."""
        self._events -= 1
        value = self._read(event)
        if value is None:
            return
        if self._did.measure == "distinct":
            self._values[value] -= 1
            if not self._values[value]:
                del self._values[value]
        else:
            assert isinstance(value, int)
            self._total -= value
            del self._numbers[bisect_left(self._numbers, value)]

    @property
    def events(self) -> int:
        """How many events are in."""
        return self._events

    def value(self) -> Measured:
        """Return the measure now; None when it is missing."""
        return _MEASURES[self._did.measure](self)

    def holds(self) -> bool:
        """Say whether the bounds hold now."""
        return bounds_hold(self._did.bounds, self.value())

    def _read(self, event: Logged) -> Hashable:
        of = self._did.of
        if of is None:
            return None
        if of.startswith("@"):
            return calendar_unit(of, event.time, self._zone)
        value = look_up(event.properties, of)
        if value is None:
            return None
        return identity(value) if self._did.measure == "distinct" else scaled(value)

    def _of_numbers(self, pick: Callable[[list[int]], int]) -> Measured:
        return Fraction(pick(self._numbers), SCALE) if self._numbers else None


_MEASURES: dict[str, Callable[[Tally], Measured]] = {
    "count": lambda tally: tally._events,
    "sum": lambda tally: Fraction(tally._total, SCALE),
    "avg": lambda tally: (
        Fraction(tally._total, SCALE * len(tally._numbers)) if tally._numbers else None
    ),
    "min": lambda tally: tally._of_numbers(lambda numbers: numbers[0]),
    "max": lambda tally: tally._of_numbers(lambda numbers: numbers[-1]),
    "distinct": lambda tally: len(tally._values),
}


def bounds_hold(bounds: Bounds, value: Measured) -> bool:
    """Say whether a measure lies within bounds, exactly; a missing one never does."""
    if value is None:
        return False
    return all(_COMPARE[op](value, exact(limit)) for op, limit in bounds.tests)


@lru_cache(maxsize=4_096)
def exact(number: float | int) -> Fraction:
    """Read a JSON number as the decimal that was written."""
    decimal = as_decimal(number)
    assert decimal is not None, "the parser lets only finite numbers in"
    return Fraction(decimal)


def calendar_unit(unit: str, moment: int, zone: ZoneInfo) -> Hashable:
    """Name the day, week, month or hour of the zone's wall clock that a moment lies in."""
    day = local_date(moment, zone)
    if unit == "@day":
        return day
    if unit == "@week":
        return day - timedelta(days=day.weekday())
    if unit == "@month":
        return day.replace(day=1)
    return day, to_datetime(moment).astimezone(zone).hour


def identity(value: Any) -> Hashable:
    """Return what two values share exactly when ``distinct`` takes them for one."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "boolean", value
    if is_number(value):
        return "number", value
    return "json", msgspec.json.encode(value)


_COMPARE: dict[str, Callable[[Fraction | int, Fraction], bool]] = {
    "=": lambda value, limit: value == limit,
    "!=": lambda value, limit: value != limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
}
