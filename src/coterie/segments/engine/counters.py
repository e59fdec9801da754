"""What can be counted by adding and subtracting: numbers and sums of events in a window.

From one moment to a later one only the rows that come into the window, and those that fall out of
it, change anything; so a window that expires with no new event costs what expires. Sums are of
integers, so they are the same in any order.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coterie.segments.engine.listing import Listing
from coterie.segments.engine.postings import NOTHING, Ints, People, Rows
from coterie.segments.engine.spans import Span

BOUND = 2**40
"""Values nearer to zero than this can be summed up, millions of them, within 63 bits."""

_SMALL = np.iinfo(np.uint16).max


class Counter:
    """The rows of a list within a span, counted by the profile that they came with.

    ``column`` None counts rows; else its values are summed up, or, with ``counted``, the rows are
    counted that have one. ``numbers[profile]`` is the count, in the smallest integers that hold it.
    """

    def __init__(
        self, listing: Listing, span: Span, column: str | None = None, *, counted: bool = False
    ) -> None:
        self.listing = listing
        self.span = span
        self.column = column
        self.counted = counted
        self.numbers: NDArray[Any] = np.zeros(0, np.uint16)
        self.turn: int | None = None
        self.is_built = False

    def build(self, now: int) -> None:
        """Count everything from the list."""
        slices = list(self.listing.rows.between(self.span.first(now), self.span.last(now)))
        size = max((int(rows.profiles.max()) + 1 for rows in slices), default=0)
        totals = np.zeros(size, np.int64)
        for rows in slices:
            self._count(totals, rows)
        self.numbers = totals if self._sums else _narrowed(totals)
        self.is_built = True
        self.foresee(now)

    def move(self, before: int, now: int, fresh: Rows | None) -> People:
        """Come from one moment to a later one; return the profiles whose number changed.

        ``fresh`` are rows that are not in the list yet, and will be.
        """
        changes = self._passed(before, now) if self.turn is not None and self.turn <= now else []
        if fresh is not None:
            inside = (fresh.times >= self.span.first(now)) & (fresh.times <= self.span.last(now))
            if inside.any():
                changes.append((fresh.take(inside), 1))
        if not changes:
            return np.empty(0, np.int32)
        people = np.concatenate([rows.profiles for rows, _ in changes])
        worth = np.concatenate([sign * self._worth(rows) for rows, sign in changes])
        return self._apply(people, worth)

    def foresee(self, now: int) -> None:
        """See when time alone changes a number next; after the fresh rows came into the list."""
        self.turn = self.span.next_turn(self.listing.rows, now)

    @property
    def _sums(self) -> bool:
        return self.column is not None and not self.counted

    def _passed(self, before: int, now: int) -> list[tuple[Rows, int]]:
        """Return the rows of the list that came in, with 1, and those that fell out, with -1."""
        span = self.span
        first, last = span.first(now), span.last(now)
        old_first, old_last = span.first(before), span.last(before)
        came = self.listing.rows.between(max(old_last + 1, first), last)
        went = self.listing.rows.between(old_first, min(old_last, first - 1))
        return [*((rows, 1) for rows in came), *((rows, -1) for rows in went)]

    def _worth(self, rows: Rows) -> Ints:
        if self.column is None:
            return np.ones(len(rows), np.int64)
        values = rows.values[self.column]
        there = values != NOTHING
        return there.astype(np.int64) if self.counted else np.where(there, values, 0)

    def _count(self, totals: Ints, rows: Rows) -> None:
        if self.column is None:
            found = np.bincount(rows.profiles)
            totals[: len(found)] += found
        else:
            np.add.at(totals, rows.profiles, self._worth(rows))

    def _apply(self, people: People, worth: Ints) -> People:
        who: People
        who, places = np.unique(people, return_inverse=True)
        change = np.zeros(len(who), np.int64)
        np.add.at(change, places, worth)
        moved = change != 0
        who, change = who[moved], change[moved]
        if not len(who):
            return who
        self._make_room(int(who[-1]) + 1)
        after = self.numbers[who].astype(np.int64) + change
        if self.numbers.dtype == np.uint16 and int(after.max()) > _SMALL:
            self.numbers = self.numbers.astype(np.int64)
        self.numbers[who] = after
        return who

    def _make_room(self, size: int) -> None:
        if size > len(self.numbers):
            grown = np.zeros(size + size // 4, self.numbers.dtype)
            grown[: len(self.numbers)] = self.numbers
            self.numbers = grown


def _narrowed(totals: Ints) -> NDArray[Any]:
    """Return counts in two bytes each where they fit: there are hundreds of such arrays."""
    return totals.astype(np.uint16) if int(totals.max(initial=0)) <= _SMALL else totals


def summable(rows: Sequence[Rows], column: str) -> bool:
    """Say whether all values of a column are small enough that no sum of them overflows."""
    for part in rows:
        values = part.values[column]
        there = values[values != NOTHING]
        if len(there) and int(np.abs(there).max()) >= BOUND:
            return False
    return True
