"""What can be counted by adding and subtracting: numbers and sums of events in a window.

From one moment to a later one only the rows that come into the window, and those that fall out of
it, change anything; so a window that expires with no new event costs what expires. Sums are of
integers, so they are the same in any order.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coterie.segments.engine.listing import Listing
from coterie.segments.engine.postings import NOTHING, Ints, People, Rows
from coterie.segments.engine.spans import Span

BOUND = 2**40
"""Values nearer to zero than this can be summed up, millions of them, within 63 bits."""

SMALL = np.iinfo(np.uint16).max


class Changed(NamedTuple):
    """Whose number a step changed, in order, from what to what."""

    people: People
    before: Ints
    after: Ints

    def before_of(self, people: People, after: Ints) -> Ints:
        """Return what the numbers of some people were; all changed ones are among them."""
        found = after.copy()
        found[np.searchsorted(people, self.people)] = self.before
        return found


NOBODY = Changed(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.int64))


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
        self.is_built = False
        self._turn: int | None = None
        self._is_foreseen = False

    def build(self, now: int, shorter: "Counter | None" = None) -> None:
        """Count everything from the list.

        On from ``shorter``, if given: another counter of the same, built already, whose span begins
        later and ends with this one's.
        """
        first, last = self.span.first(now), self.span.last(now)
        if shorter is not None:
            last = min(last, shorter.span.first(now) - 1)
        slices = list(self.listing.rows.between(first, last))
        size = max((int(rows.profiles.max()) + 1 for rows in slices), default=0)
        base = np.zeros(0, np.uint16) if shorter is None else shorter.numbers
        if self._sums:
            self.numbers = _grown(base.astype(np.int64), size)
            for rows in slices:
                np.add.at(self.numbers, rows.profiles, self._worth(rows))
        else:
            self.numbers = _counted(base, [self._whose(rows) for rows in slices], size)
        self.is_built, self._is_foreseen = True, False

    def move(self, before: int, now: int, fresh: Rows | None) -> Changed:
        """Come from one moment to a later one; return of whom the number changed.

        ``fresh`` are rows that are not in the list yet, and will be.
        """
        rests = self._is_foreseen and (self._turn is None or self._turn > now)
        changes = [] if rests else self._passed(before, now)
        self._is_foreseen = rests and fresh is None
        if fresh is not None:
            inside = (fresh.times >= self.span.first(now)) & (fresh.times <= self.span.last(now))
            if inside.any():
                changes.append((fresh.take(inside), 1))
        return self._moved(changes, before, now) if changes else NOBODY

    def _moved(self, changes: Sequence[tuple[Rows, int]], before: int, now: int) -> Changed:  # noqa: ARG002
        """Take in what came, with 1, and what went, with -1."""
        people = np.concatenate([rows.profiles for rows, _ in changes])
        worth = np.concatenate([sign * self._worth(rows) for rows, sign in changes])
        return self._apply(people, worth)

    def next_turn(self, now: int) -> int | None:
        """Return when time alone changes a number next; looked for when it is first wanted."""
        if not self._is_foreseen:
            self._turn = self.span.next_turn(self.listing.rows, now)
            self._is_foreseen = True
        return self._turn

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

    def _whose(self, rows: Rows) -> People:
        """Return whose the rows are that are counted."""
        people = rows.profiles
        if self.column is not None:
            people = people[rows.values[self.column] != NOTHING]
        return people

    def _apply(self, people: People, worth: Ints, *, evened_out: bool = False) -> Changed:
        """Add up; who comes out even is told of only with ``evened_out``."""
        who: People
        who, places = np.unique(people, return_inverse=True)
        change = np.zeros(len(who), np.int64)
        np.add.at(change, places, worth)
        if not evened_out:
            moved = change != 0
            who, change = who[moved], change[moved]
        if not len(who):
            return NOBODY
        self._make_room(int(who[-1]) + 1)
        before = self.numbers[who].astype(np.int64)
        after = before + change
        if self.numbers.dtype == np.uint16 and int(after.max()) > SMALL:
            self.numbers = self.numbers.astype(np.int64)
        self.numbers[who] = after
        return Changed(who, before, after)

    def _make_room(self, size: int) -> None:
        if size > len(self.numbers):
            grown = np.zeros(size + size // 4, self.numbers.dtype)
            grown[: len(self.numbers)] = self.numbers
            self.numbers = grown


def _counted(base: NDArray[Any], parts: Sequence[People], size: int) -> NDArray[Any]:
    """Count people on from what is counted: in two bytes each where they hold it.

    That takes half the time. Whether a number went beyond them, and began anew, shows in the sum.
    """
    if base.dtype == np.uint16:
        numbers, total = _grown(base, size), sum(map(len, parts))
        for people in parts:
            np.add.at(numbers, people, np.uint16(1))
        if not len(base) and total <= SMALL:
            return numbers
        if int(numbers.sum(dtype=np.int64)) == int(base.sum(dtype=np.int64)) + total:
            return numbers
    numbers = _grown(base.astype(np.int64), size)
    for people in parts:
        numbers += np.bincount(people, minlength=len(numbers))
    return numbers


def _grown(base: NDArray[Any], size: int) -> NDArray[Any]:
    """Return a copy with room for so many at least."""
    numbers = np.zeros(max(size, len(base)), base.dtype)
    numbers[: len(base)] = base
    return numbers


def summable(rows: Sequence[Rows], column: str) -> bool:
    """Say whether all values of a column are small enough that no sum of them overflows."""
    for part in rows:
        values = part.values[column]
        there = values[values != NOTHING]
        if len(there) and int(np.abs(there).max()) >= BOUND:
            return False
    return True
