"""What cannot be counted by adding and subtracting: extremes, distinct values, last, pairs.

It is found anew for the people concerned, from all their rows. ``whose`` says for each row at which
place its person stands among those asked; answers are by that place. Rows may lie in any order, but
for one: of a person's rows of one moment the earlier arrived stands first. Nothing here needs them
person by person, and to put everybody's so would take longer than all else. Pure.
"""

from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from coterie.segments.engine.leading import Leading
from coterie.segments.engine.listing import Listing
from coterie.segments.engine.postings import NOTHING, Flags, Ints, People, Rows, joined, no_rows
from coterie.segments.engine.units import unit_numbers

_SHORT = 2**32
"""Keys below it are sorted as numbers of 32 bits: several times as fast."""

_STRETCH = 64
"""Rows by time are counted unit by unit where a unit has one row for so many people, or more."""


@dataclass(frozen=True)
class Gathered:
    """The rows of the people asked."""

    rows: Rows
    whose: People
    people: int

    def told(self, column: str) -> tuple[People, Ints]:
        """Return, of the rows that have a value in a column, whose they are, and the values."""
        values = self.rows.values[column]
        there = values != NOTHING
        return (self.whose, values) if there.all() else (self.whose[there], values[there])


def gather(
    listing: Listing,
    first: int,
    last: int,
    heads: People,
    leading: Leading,
    *,
    everybody: bool,
    columns: Collection[str] | None = None,
) -> Gathered:
    """Collect the rows, with first <= time <= last, of some heads and of whom they lead.

    With some of their columns, or (None) all.
    """
    if everybody:
        parts = [rows.only(columns) for rows in listing.rows.between(first, last)]
        rows = joined(parts).in_order() if parts else no_rows(listing.rows.columns).only(columns)
    else:
        members = leading.members_of(heads)
        by_arrival = len(members) > len(heads)  # the events of several profiles of one person mix
        rows = listing.rows.of(members, first, last, by_arrival=by_arrival, columns=columns)
    whose = leading.places(rows.profiles, heads)
    if len(whose) and int(whose.min()) < 0:  # everybody's rows are also of those not known
        known = whose >= 0
        rows, whose = rows.take(known), whose[known]
    return Gathered(rows, whose, len(heads))


def extreme(gathered: Gathered, column: str, *, largest: bool) -> Ints:
    """Return each one's smallest or largest value; ``NOTHING`` for who has none."""
    whose, values = gathered.told(column)
    found = np.full(gathered.people, NOTHING, np.int64)
    np.maximum.at(found, whose, values if largest else -values)
    return found if largest else np.where(found == NOTHING, found, -found)


def distinct(gathered: Gathered, column: str) -> Ints:
    """Count each one's different values."""
    return _different(*gathered.told(column), gathered.people)


def distinct_units(gathered: Gathered, unit: str, zone: ZoneInfo) -> Ints:
    """Count each one's different days, weeks, months or hours of a zone's wall clock."""
    units = unit_numbers(unit, gathered.rows.times, zone)
    return _different(gathered.whose, units, gathered.people)


def _different(whose: People, values: Ints, people: int) -> Ints:
    if not len(values):
        return np.zeros(people, np.int64)
    starts = np.flatnonzero(np.append(True, values[1:] > values[:-1]))
    grows = bool((values[1:] >= values[:-1]).all())
    if grows and len(starts) * people <= _STRETCH * len(values):
        return _by_stretches(whose, starts, people)
    low = int(values.min())
    width = int(values.max()) - low + 1
    keys = whose * np.int64(width) + (values - low)
    if width * people <= _SHORT:
        keys = keys.astype(np.uint32)
    keys.sort()
    new = np.append(True, keys[1:] != keys[:-1])
    return np.bincount((keys[new] // width).astype(np.int64), minlength=people)


def _by_stretches(whose: People, starts: Ints, people: int) -> Ints:
    """Count in how many stretches of rows, that begin at some places, each one has a row."""
    found = np.zeros(people, np.int64)
    for first, end in zip(starts, np.append(starts[1:], len(whose)), strict=True):
        has = np.zeros(people, np.bool_)
        has[whose[first:end]] = True
        found += has
    return found


def last(gathered: Gathered, column: str) -> Flags:
    """Say whether each one's newest row has a 1 in a column; False for who has no row."""
    whose, times = gathered.whose, gathered.rows.times
    newest = np.full(gathered.people, NOTHING, np.int64)
    np.maximum.at(newest, whose, times)
    [places] = np.nonzero(times == newest[whose])
    ends = np.full(gathered.people, -1, np.int64)
    np.maximum.at(ends, whose[places], places)
    found = ends >= 0
    found[found] = gathered.rows.values[column][ends[found]] == 1
    return found


def pairs(
    first: Gathered, second: Gathered, after: int, within: int | None, absent: bool, now: int
) -> Flags:
    """Say who has a first row with a second one in its span or, with ``absent``, one without.

    The span of a first at f is f + max(after, 1) <= time < f + within; ``second`` are rows up to
    now. An absence counts once f + within <= now.
    """
    whose, times = first.whose, first.rows.times
    met = _met(first, second, max(after, 1), within)
    if absent:
        assert within is not None, "the parser asks for it"
        met = ~met & (times + within <= now)
    found = np.zeros(first.people, np.bool_)
    found[whose[met]] = True
    return found


def _met(first: Gathered, second: Gathered, after: int, within: int | None) -> Flags:
    """Say for each first row whether a second lies in its span: the earliest that may is looked at.

    Person and moment make one number to search for, so that one search serves all people; and in
    order, so that it goes through the second rows once.
    """
    met = np.zeros(len(first.rows), np.bool_)
    if not len(first.rows) or not len(second.rows):
        return met
    ranks = _Ranks(second.rows.times, first.people)
    keys = np.sort(second.whose * ranks.width + ranks.of(second.rows.times))
    begins = first.whose * ranks.width
    lows = begins + ranks.of(first.rows.times + after)
    ends = begins + (ranks.width if within is None else ranks.of(first.rows.times + within))
    order = np.argsort(lows)
    places = np.searchsorted(keys, lows[order])
    following = np.append(keys, np.iinfo(np.int64).max)[places]
    met[order] = following < ends[order]
    return met


class _Ranks:
    """Small numbers in the order of some moments, all below ``width``.

    They are counted from the earliest; where moments lie too far apart to make one number with a
    person, it is how many of them are earlier.
    """

    def __init__(self, moments: Ints, people: int) -> None:
        self._least, most = int(moments.min()), int(moments.max())
        self.width = np.int64(most - self._least + 2)
        self._moments: Ints | None = None
        if int(self.width) * (people + 1) >= 2**63:
            self._moments = np.unique(moments)
            self.width = np.int64(len(self._moments) + 1)

    def of(self, moments: Ints) -> Ints:
        """Return the ranks of any moments: as they lie among those that are ranked."""
        if self._moments is not None:
            return np.searchsorted(self._moments, moments)
        return np.clip(moments - self._least, 0, self.width - 1)
