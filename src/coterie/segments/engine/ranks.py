"""Who is first by rank: the one kind of leaf for which somebody else's event can turn an answer.

Everybody's value is kept in an array, brought up to date for whom it changed; who is first is found
anew by a partial sort, which takes milliseconds for millions.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

from coterie.segments.engine import gathered
from coterie.segments.engine.atoms import Atom, Counting, Gathering, distinct_of, edges, span_of
from coterie.segments.engine.listing import NUMBER, Column
from coterie.segments.engine.people import bitmap
from coterie.segments.engine.postings import NOTHING, Flags, Ints, People
from coterie.segments.engine.shelf import Shelf
from coterie.segments.model import Did, Top

Keys = NDArray[np.uint64]


class Measured(NamedTuple):
    """A measure of some people, and who of them has one: two arrays of one length."""

    values: NDArray[np.float64] | Ints
    there: Flags


class _Border:
    """The value of the last who is first; who lies above it, and who at it, in order of their keys.

    Both are kept up by those whose value changes: to look among all takes so much longer. ``fresh``
    are at it too, and no key of theirs was read yet; nor of anybody's while that is not needed.
    """

    def __init__(self, value: Any, above: BitMap, tied: People) -> None:
        self.value = value
        self.above = above
        self.tied: People = np.empty(0, np.int32)
        self.fresh = tied
        self._keys: Keys = np.empty((0, 2), np.uint64)

    def count_out(self, heads: People, signed: NDArray[Any]) -> None:
        """Let go of heads with these values."""
        self.above -= bitmap(heads[signed < self.value])
        gone = heads[signed == self.value]
        if len(gone):
            stay = ~np.isin(self.tied, gone)
            self.tied, self._keys = self.tied[stay], self._keys[stay]
            self.fresh = self.fresh[~np.isin(self.fresh, gone)]

    def count_in(self, heads: People, signed: NDArray[Any]) -> None:
        """Take in heads with these values."""
        self.above |= bitmap(heads[signed < self.value])
        self.fresh = np.concatenate([self.fresh, heads[signed == self.value]])

    def holds(self, places: int) -> bool:
        """Say whether the last of so many who are first still has this value."""
        least = len(self.above)
        return least < places <= least + len(self.tied) + len(self.fresh)

    def first(self, places: int, keys_of: Callable[[People], Keys]) -> BitMap:
        """Return so many who are first."""
        missing = places - len(self.above)
        if missing == len(self.tied) + len(self.fresh):
            return self.above | bitmap(self.tied) | bitmap(self.fresh)
        if len(self.fresh):
            self._put_in_order(np.sort(self.fresh), keys_of)
        return self.above | bitmap(self.tied[:missing])

    def _put_in_order(self, fresh: People, keys_of: Callable[[People], Keys]) -> None:
        keys, self.fresh = keys_of(fresh), self.fresh[:0]
        order = np.lexsort((keys[:, 1], keys[:, 0]))
        fresh, keys = fresh[order], keys[order]
        places = np.searchsorted(self._keys[:, 0], keys[:, 0])
        following = np.searchsorted(self._keys[:, 0], keys[:, 0], side="right")
        self.tied = np.insert(self.tied, places, fresh)
        self._keys = np.insert(self._keys, places, keys, axis=0)
        if (following > places).any():  # the first half of a key alone does not tell
            order = np.lexsort((self._keys[:, 1], self._keys[:, 0]))
            self.tied, self._keys = self.tied[order], self._keys[order]


class Ranked:
    """Everybody's values by one measure, and who is first by them."""

    def __init__(self, top: Top) -> None:
        self.top = top
        self._values: NDArray[Any] = np.zeros(0, np.int64)
        self._there: Flags = np.zeros(0, np.bool_)
        self._border: _Border | None = None

    def learn(self, heads: People, measured: Measured) -> None:
        """Take in the values of some heads."""
        if not len(heads):
            return
        self._make_room(int(heads.max()) + 1, measured.values.dtype)
        values = measured.values.astype(self._values.dtype, copy=False)
        changed = (self._there[heads] != measured.there) | (self._values[heads] != values)
        heads = heads[changed]
        self._count_out(heads)
        self._values[heads] = values[changed]
        self._there[heads] = measured.there[changed]
        if self._border is not None:
            here = heads[self._there[heads]]
            self._border.count_in(here, self._signed(self._values[here]))

    def forget(self, people: People) -> None:
        """Let go of people who are not known any more."""
        inside = people[people < len(self._there)]
        self._count_out(inside)
        self._there[inside] = False

    def first(self, keys_of: Callable[[People], Keys], fade: float | None = None) -> BitMap:
        """Return who is first: by value, descending (bottom: ascending), then by smaller key.

        ``keys_of`` gives two columns, compared one after the other. With ``fade`` the values are
        levels of fading traits, seen after so many half-lives, in steps of a millionth.
        """
        ranked = int(np.count_nonzero(self._there))
        places = self._places(ranked)
        if not 0 < places < ranked:
            self._border = None
            return bitmap(np.flatnonzero(self._there).astype(np.int32)[: places and ranked])
        border = self._border if fade is None else None
        if border is None or not border.holds(places):
            border = self._look_for(places, fade)
            self._border = border if fade is None else None
        return border.first(places, keys_of)

    def _look_for(self, places: int, fade: float | None) -> _Border:
        """Find the border among all."""
        signed = self._signed(self._values, fade)
        edge = np.partition(signed[self._there], places - 1)[places - 1]
        above = np.flatnonzero(self._there & (signed < edge)).astype(np.int32)
        tied = np.flatnonzero(self._there & (signed == edge)).astype(np.int32)
        return _Border(edge, bitmap(above), tied)

    def _signed(self, values: NDArray[Any], fade: float | None = None) -> NDArray[Any]:
        """Return values as they are ranked: the least are first."""
        if fade is not None:
            values = np.round(np.exp2(np.minimum(values - fade, 1_000.0)), 6)
        return values if self.top.bottom else -values

    def _count_out(self, heads: People) -> None:
        if self._border is not None:
            heads = heads[self._there[heads]]
            self._border.count_out(heads, self._signed(self._values[heads]))

    def _places(self, ranked: int) -> int:
        if self.top.count is not None:
            return min(self.top.count, ranked)
        assert self.top.share is not None, "the parser asks for one of the two"
        return -(-ranked * self.top.share // 10_000)

    def _make_room(self, size: int, given: np.dtype[Any]) -> None:
        kind = np.dtype(np.float64 if given.kind == "f" else np.int64)
        if self._values.dtype != kind:
            self._values, self._border = np.array(self._values, dtype=kind), None
        if size > len(self._values):
            more = size + size // 4 - len(self._values)
            self._values = np.concatenate([self._values, np.zeros(more, kind)])
            self._there = np.concatenate([self._there, np.zeros(more, np.bool_)])


def measure_of(did: Did, shelf: Shelf) -> Atom[Measured] | None:
    """Make what measures people by an aggregate; None when the log's lists do not answer it."""
    if not shelf.can_list(did.matching):
        return None
    listing, span = shelf.listing(did.matching), span_of(did.matching.window)
    rows = shelf.counter(listing, span)
    if did.of is None:
        return Counting([rows], lambda n: Measured(n[0], n[0] > 0))
    if did.measure == "distinct":
        number_of = distinct_of(did.of, listing)
        return Gathering(
            [listing], [span], edges(listing, span),
            lambda g, at: _distinct(g[0], number_of(g[0], at)),
        )  # fmt: skip
    column = listing.want(Column(NUMBER, did.of))
    if did.measure in ("min", "max"):
        largest = did.measure == "max"
        return Gathering(
            [listing], [span], edges(listing, span),
            lambda g, _at: _extreme(g[0], column, largest=largest),
        )  # fmt: skip
    if column in shelf.too_large:
        return None
    total = shelf.counter(listing, span, column)
    if did.measure == "sum":
        return Counting([total, rows], lambda n: Measured(n[0], n[1] > 0))
    number = shelf.counter(listing, span, column, counted=True)
    return Counting([total, number], lambda n: _average(n[0], n[1]))


def _average(totals: Ints, numbers: Ints) -> Measured:
    """Divide; equal fractions give the same float, so ties stay ties."""
    return Measured(totals / np.maximum(numbers, 1), numbers > 0)


def _distinct(found: gathered.Gathered, numbers: Ints) -> Measured:
    rows = np.bincount(found.whose, minlength=found.people)
    return Measured(numbers, rows > 0)


def _extreme(found: gathered.Gathered, column: str, *, largest: bool) -> Measured:
    values = gathered.extreme(found, column, largest=largest)
    return Measured(values, values != NOTHING)
