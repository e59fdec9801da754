"""What cannot be counted by adding and subtracting: extremes, distinct values, last, pairs.

It is found anew for the people concerned, from all their rows, which lie person by person and by
time. ``whose`` says for each row at which place its person stands among those asked; answers are by
that place. Pure.
"""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from coterie.segments.engine.postings import NOTHING, Flags, Ints, Rows, order_by
from coterie.segments.engine.units import unit_numbers


@dataclass(frozen=True)
class Gathered:
    """The rows of the people asked, by (whose, time, arrival)."""

    rows: Rows
    whose: Ints
    people: int

    def take(self, wanted: Flags) -> "Gathered":
        """Return some of the rows."""
        return Gathered(self.rows.take(wanted), self.whose[wanted], self.people)

    def with_value(self, column: str) -> "Gathered":
        """Return those that have a value in a column."""
        return self.take(self.rows.values[column] != NOTHING)

    def starts(self) -> Ints:
        """Return where each person's rows begin, of those who have any."""
        return np.flatnonzero(_changes(self.whose))


def by_person(rows: Rows, whose: Ints, people: int) -> Gathered:
    """Put rows in order: person by person, then by time; equal ones stay as they lie."""
    times = rows.times
    if len(rows) and bool(np.all(times[1:] >= times[:-1])):
        order: NDArray[Any] = order_by(whose)
    elif bool(np.all((whose[1:] > whose[:-1]) | _later(times, whose))):
        return Gathered(rows, whose, people)
    else:  # a few sorted runs, one after the other: a merge sort finds them
        [keys] = _keys(people, (whose, times))
        order = np.argsort(keys, kind="stable")
    return Gathered(rows.take(order), whose[order], people)


def extreme(gathered: Gathered, column: str, *, largest: bool) -> Ints:
    """Return each one's smallest or largest value; ``NOTHING`` for who has none."""
    some = gathered.with_value(column)
    found = np.full(gathered.people, NOTHING, np.int64)
    if len(some.rows):
        starts = some.starts()
        kind = np.maximum if largest else np.minimum
        found[some.whose[starts]] = kind.reduceat(some.rows.values[column], starts)
    return found


def distinct(gathered: Gathered, column: str) -> Ints:
    """Count each one's different values."""
    some = gathered.with_value(column)
    whose, values = some.whose, some.rows.values[column]
    in_order = (values[1:] >= values[:-1]) | (whose[1:] != whose[:-1])
    if not in_order.all():  # days grow with time, most other values do not
        low = int(values.min())
        width = int(values.max()) - low + 1
        keys = np.sort(whose * width + (values - low))
        whose, values = keys // width, keys % width
    new = _changes(whose)
    new[1:] |= values[1:] != values[:-1]
    return np.bincount(whose[new], minlength=gathered.people).astype(np.int64)


def distinct_units(gathered: Gathered, unit: str, zone: ZoneInfo) -> Ints:
    """Count each one's different days, weeks, months or hours of a zone's wall clock."""
    rows = gathered.rows
    units = {unit: unit_numbers(unit, rows.times, zone)}
    told = Gathered(Rows(rows.times, rows.profiles, units), gathered.whose, gathered.people)
    return distinct(told, unit)


def last(gathered: Gathered, column: str) -> Flags:
    """Say whether each one's newest row has a 1 in a column; False for who has no row."""
    found = np.zeros(gathered.people, np.bool_)
    ends = np.append(gathered.starts()[1:], len(gathered.rows)) - 1
    if len(gathered.rows):
        found[gathered.whose[ends]] = gathered.rows.values[column][ends] == 1
    return found


def pairs(
    first: Gathered, second: Gathered, after: int, within: int | None, absent: bool, now: int
) -> Flags:
    """Say who has a first row with a second one in its span or, with ``absent``, one without.

    The span of a first at f is f + max(after, 1) <= time < f + within; ``second`` are rows up to
    now. An absence counts once f + within <= now.
    """
    found = np.zeros(first.people, np.bool_)
    if not len(first.rows):
        return found
    met = _met(first, second, max(after, 1), within)
    if absent:
        assert within is not None, "the parser asks for it"
        met = ~met & (first.rows.times + within <= now)
    found[first.whose[met]] = True
    return found


def _met(first: Gathered, second: Gathered, after: int, within: int | None) -> Flags:
    """Say for each first row whether a second lies in its span: the earliest that may is looked at.

    Person and time make one number to search for, so that one search serves all people.
    """
    if not len(second.rows):
        return np.zeros(len(first.rows), np.bool_)
    least = first.rows.times + after
    asked, keys = _keys(first.people, (first.whose, least), (second.whose, second.rows.times))
    places = np.searchsorted(keys, asked)
    places[places == len(keys)] = 0
    met: Flags = (keys[places] >= asked) & (second.whose[places] == first.whose)
    if within is not None:
        met &= second.rows.times[places] < first.rows.times + within
    return met


def _keys(people: int, *given: tuple[Ints, Ints]) -> list[Ints]:
    """Make one number of person and moment, in their order, for each pair of (whose, times).

    Where the times lie too far apart for that, their ranks stand for them.
    """
    base = min(int(times.min()) for _, times in given)
    width = max(int(times.max()) for _, times in given) - base + 1
    if width * (people + 1) < 2**63:
        return [whose * width + (times - base) for whose, times in given]
    moments = np.unique(np.concatenate([times for _, times in given]))
    return [whose * len(moments) + np.searchsorted(moments, times) for whose, times in given]


def _changes(whose: Ints) -> Flags:
    """Say of each row whether its person is another one than that of the row before."""
    changes = np.ones(len(whose), np.bool_)
    changes[1:] = whose[1:] != whose[:-1]
    return changes


def _later(times: Ints, whose: Ints) -> Flags:
    later: Flags = (whose[1:] == whose[:-1]) & (times[1:] >= times[:-1])
    return later
