"""Posting lists in memory: the events that one question is about, by time and by person.

A list is a few sorted runs: new rows make a small run, small runs are merged into larger ones, so
that adding a thousand rows to ten million does not copy ten million. A row is the profile that the
event came with (who leads it is asked later, so a merge rewrites nothing), its time, and a value
for each column that some rule measures.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
People = NDArray[np.int32]
Flags = NDArray[np.bool_]

NOTHING = int(np.iinfo(np.int64).min)
"""Stands for a value that is missing."""

_PLACE = 32
"""Bits for the place of a row."""

_RATIO = 8
"""A run is merged with the one before it unless that one is so many times as long."""


@dataclass(frozen=True)
class Rows:
    """Events of one list: arrays of one length, in (time, seq) order."""

    times: Ints
    profiles: People
    values: Mapping[str, Ints] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.times)

    def take(self, places: NDArray[Any] | slice) -> "Rows":
        """Return some of the rows."""
        values = {name: held[places] for name, held in self.values.items()}
        return Rows(self.times[places], self.profiles[places], values)

    def only(self, columns: Collection[str] | None) -> "Rows":
        """Return the rows with some of their columns alone, or (None) with all."""
        if columns is None:
            return self
        return Rows(self.times, self.profiles, {name: self.values[name] for name in columns})

    def in_order(self) -> "Rows":
        """Return the rows by time; of equal times those that came first stay first."""
        if len(self) < 2 or bool(np.all(self.times[1:] >= self.times[:-1])):
            return self
        return self.take(np.argsort(self.times, kind="stable"))


def joined(parts: Sequence[Rows]) -> Rows:
    """Put rows one after the other; all have the same columns."""
    if len(parts) == 1:
        return parts[0]
    return Rows(
        np.concatenate([part.times for part in parts]),
        np.concatenate([part.profiles for part in parts]),
        {name: np.concatenate([part.values[name] for part in parts]) for name in parts[0].values},
    )


def no_rows(columns: Sequence[str] = ()) -> Rows:
    """Return rows that are none."""
    nothing = np.empty(0, np.int64)
    return Rows(nothing, np.empty(0, np.int32), dict.fromkeys(columns, nothing))


class Run:
    """Rows in time order, with an index by person that is made when it is first wanted."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def between(self, first: int, last: int) -> Rows:
        """Return the rows with first <= time <= last."""
        start = int(np.searchsorted(self.rows.times, first))
        end = int(np.searchsorted(self.rows.times, last, side="right"))
        return self.rows.take(slice(start, max(start, end)))

    def next_after(self, moment: int) -> int | None:
        """Return the earliest time after a moment."""
        place = int(np.searchsorted(self.rows.times, moment, side="right"))
        return int(self.rows.times[place]) if place < len(self.rows) else None

    def of(
        self,
        people: People,
        first: int,
        last: int,
        *,
        by_arrival: bool,
        columns: Collection[str] | None,
    ) -> Rows:
        """Return the rows of some profiles, given in order, with first <= time <= last.

        Profile by profile, or all by time and arrival; with some columns, or all.
        """
        who, starts, places = self._by_person
        found = np.searchsorted(who, people)
        found[found == len(who)] = 0
        found = found[who[found] == people]
        lows, ends = starts[found], starts[found + 1]
        if first > int(self.rows.times[0]):
            lows = self._reach(places, lows, ends, first)
        if last < int(self.rows.times[-1]):
            ends = self._reach(places, lows, ends, last + 1)
        chosen = places[ranges(lows, ends)]
        return self.rows.only(columns).take(np.sort(chosen) if by_arrival else chosen)

    def _reach(self, places: NDArray[np.int32], lows: Ints, ends: Ints, moment: int) -> Ints:
        """Return, for each stretch of a person's rows, where the first is that is not earlier.

        All stretches are halved at once: some twenty rounds for the longest.
        """
        low, high = lows.copy(), ends.copy()
        open_ = np.flatnonzero(low < high)
        while len(open_):
            middle = (low[open_] + high[open_]) >> 1
            earlier = self.rows.times[places[middle]] < moment
            low[open_[earlier]] = middle[earlier] + 1
            high[open_[~earlier]] = middle[~earlier]
            open_ = open_[low[open_] < high[open_]]
        return low

    @cached_property
    def _by_person(self) -> tuple[People, Ints, NDArray[np.int32]]:
        """Return who has rows, where each one's begin (and all end), and their places in order."""
        places = order_by(self.rows.profiles)
        ordered = self.rows.profiles[places]
        begins = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
        return ordered[begins], np.append(begins, len(ordered)), places


class Postings:
    """One list. What is added counts as later than all that is there, where times are equal."""

    def __init__(self, rows: Rows) -> None:
        self.runs = [Run(rows.in_order())] if len(rows) else []
        self.columns = tuple(rows.values)

    def __len__(self) -> int:
        return sum(len(run) for run in self.runs)

    def add(self, rows: Rows) -> None:
        """Add rows, in time order."""
        if not len(rows):
            return
        self.runs.append(Run(rows))
        while len(self.runs) > 1 and len(self.runs[-2]) < _RATIO * len(self.runs[-1]):
            newer, older = self.runs.pop(), self.runs.pop()
            self.runs.append(Run(joined([older.rows, newer.rows]).in_order()))

    def between(self, first: int, last: int) -> Iterator[Rows]:
        """Yield the rows with first <= time <= last, run by run."""
        if first > last:
            return
        for run in self.runs:
            found = run.between(first, last)
            if len(found):
                yield found

    def next_after(self, moment: int) -> int | None:
        """Return the earliest time after a moment."""
        found = [run.next_after(moment) for run in self.runs]
        return min((time for time in found if time is not None), default=None)

    def of(
        self,
        people: People,
        first: int,
        last: int,
        *,
        by_arrival: bool = False,
        columns: Collection[str] | None = None,
    ) -> Rows:
        """Return the rows of some profiles, given in order, with first <= time <= last.

        They come run by run, each profile by profile or, with ``by_arrival``, by time; with some
        columns, or (None) all.
        """
        parts = [
            run.of(people, first, last, by_arrival=by_arrival, columns=columns) for run in self.runs
        ]
        return joined(parts) if parts else no_rows(self.columns).only(columns)


def order_by(people: NDArray[Any]) -> NDArray[np.int32]:
    """Return the order that puts rows person by person; equal ones stay as they lie.

    Person and place make one number: sorting numbers is several times as fast as sorting places.

    >>> order_by(np.array([7, 2, 7, 2])).tolist()
    [1, 3, 0, 2]
    """
    keys = people.astype(np.int64) << _PLACE
    keys |= np.arange(len(people), dtype=np.int64)
    keys.sort()
    keys &= (1 << _PLACE) - 1
    return keys.astype(np.int32)


def order_by_both(first: Ints, then: Ints) -> Ints:
    """Return the order of pairs of numbers, by the one and where that is equal by the other.

    >>> order_by_both(np.array([5, 3, 5]), np.array([1, 9, 0])).tolist()
    [1, 2, 0]
    """
    keys = _one_number(first, then)
    return np.lexsort((then, first)) if keys is None else np.argsort(keys)


def in_time(times: Ints, profiles: People) -> Rows:
    """Return rows without values by time. Which person's is first of equal ones does not matter.

    Time and person make one number, so nothing but numbers is sorted, and nothing looked up.
    """
    keys = _one_number(times, profiles)
    if keys is None:
        return Rows(times, profiles).in_order()
    keys.sort()
    bits = _bits(profiles)
    return Rows((keys >> bits) + times.min(), (keys & ((1 << bits) - 1)).astype(np.int32))


def _one_number(first: Ints, then: Ints | People) -> Ints | None:
    """Make one number of each pair, in their order; None where that takes more than 63 bits."""
    if not len(first) or int(then.min()) < 0:
        return None
    low, bits = int(first.min()), _bits(then)
    if (int(first.max()) - low) >> (63 - bits):
        return None
    return ((first - low) << bits) | then


def _bits(numbers: Ints | People) -> int:
    return int(numbers.max()).bit_length()


def ranges(lows: NDArray[np.int64], highs: NDArray[np.int64]) -> Ints:
    """Return the numbers low..high-1 of every pair, one after the other.

    >>> ranges(np.array([2, 7, 7]), np.array([4, 7, 9])).tolist()
    [2, 3, 7, 8]
    """
    lengths = highs - lows
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    found: Ints = np.arange(total, dtype=np.int64) + np.repeat(lows - (ends - lengths), lengths)
    return found
