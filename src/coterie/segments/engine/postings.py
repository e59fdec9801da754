"""Posting lists in memory: the events that one question is about, by time and by person.

A list is a few sorted runs: new rows make a small run, small runs are merged into larger ones, so
that adding a thousand rows to ten million does not copy ten million. A row is the profile that the
event came with (who leads it is asked later, so a merge rewrites nothing), its time, and a value
for each column that some rule measures.
"""

from collections.abc import Iterator, Mapping, Sequence
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

    def of(self, people: People, first: int, last: int, *, by_arrival: bool) -> Rows:
        """Return the rows of some profiles, given in order, with first <= time <= last.

        Profile by profile, or all by time and arrival.
        """
        base, grain, width = self._scale
        first, last = max(first - base, 0), min(last - base, (width << grain) - 1)
        if first > last:
            return self.rows.take(slice(0, 0))
        places, keys = self._by_person
        starts = people.astype(np.int64) * width
        lows = np.searchsorted(keys, starts + (first >> grain))
        highs = np.searchsorted(keys, starts + (last >> grain), side="right")
        chosen = places[ranges(lows, highs)]
        found = self.rows.take(np.sort(chosen) if by_arrival else chosen)
        if not grain:
            return found
        return found.take((found.times >= base + first) & (found.times <= base + last))

    @cached_property
    def _scale(self) -> tuple[int, int, int]:
        """Return the earliest time, a grain as a power of two of ms, and the grains there are.

        The grain is 1 ms, but where person and time would not fit one number: there it is coarser.
        """
        base = int(self.rows.times[0])
        extent, people = int(self.rows.times[-1]) - base, int(self.rows.profiles.max()) + 2
        grain = max(0, (extent + 1).bit_length() + people.bit_length() - 62)
        return base, grain, (extent >> grain) + 1

    @cached_property
    def _by_person(self) -> tuple[NDArray[np.int32], Ints]:
        """Return the places of the rows, person by person, and person and time as one number."""
        base, grain, width = self._scale
        places = order_by(self.rows.profiles)
        keys = self.rows.profiles[places].astype(np.int64) * width
        keys += (self.rows.times[places] - base) >> grain
        return places, keys


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

    def of(self, people: People, first: int, last: int, *, by_arrival: bool = False) -> Rows:
        """Return the rows of some profiles, given in order, with first <= time <= last.

        They come run by run, each profile by profile or, with ``by_arrival``, by time.
        """
        parts = [run.of(people, first, last, by_arrival=by_arrival) for run in self.runs]
        return joined(parts) if parts else no_rows(self.columns)


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
