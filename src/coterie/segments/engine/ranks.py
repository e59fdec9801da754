"""Who is first by rank: the one kind of leaf for which somebody else's event can turn an answer.

Everybody's value is kept in an array, brought up to date for whom it changed; who is first is found
anew by a partial sort, which takes milliseconds for millions.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from coterie.segments.engine import gathered
from coterie.segments.engine.atoms import Atom, Counting, Gathering, distinct_of, edges, span_of
from coterie.segments.engine.listing import NUMBER, Column
from coterie.segments.engine.postings import NOTHING, Flags, Ints, People
from coterie.segments.engine.shelf import Shelf
from coterie.segments.model import Did, Top

Keys = NDArray[np.uint64]


class Measured(NamedTuple):
    """A measure of some people, and who of them has one: two arrays of one length."""

    values: NDArray[np.float64] | Ints
    there: Flags


class Ranked:
    """Everybody's values by one measure, and who is first by them."""

    def __init__(self, top: Top) -> None:
        self.top = top
        self._values: NDArray[Any] = np.zeros(0, np.int64)
        self._there: Flags = np.zeros(0, np.bool_)

    def learn(self, heads: People, measured: Measured) -> None:
        """Take in the values of some heads."""
        if not len(heads):
            return
        self._make_room(int(heads.max()) + 1, measured.values.dtype)
        self._values[heads] = measured.values
        self._there[heads] = measured.there

    def forget(self, people: People) -> None:
        """Let go of people who are not known any more."""
        inside = people[people < len(self._there)]
        self._there[inside] = False

    def first(self, keys_of: Callable[[People], Keys], fade: float | None = None) -> People:
        """Return who is first: by value, descending (bottom: ascending), then by smaller key.

        ``keys_of`` gives two columns, compared one after the other. With ``fade`` the values are
        levels of fading traits, seen after so many half-lives, in steps of a millionth.
        """
        people = np.flatnonzero(self._there).astype(np.int32)
        places = self._places(len(people))
        if not 0 < places < len(people):
            return people if places else people[:0]
        values: NDArray[Any] = self._values[people]
        if fade is not None:
            values = np.round(np.exp2(np.minimum(values - fade, 1_000.0)), 6)
        signed = values if self.top.bottom else -values
        edge = np.partition(signed, places - 1)[places - 1]
        inside: Flags = signed < edge
        tied = people[signed == edge]
        missing = places - int(np.count_nonzero(inside))
        if missing < len(tied):
            keys = keys_of(tied)
            tied = tied[np.lexsort((keys[:, 1], keys[:, 0]))[:missing]]
        return np.concatenate([people[inside], tied])

    def _places(self, ranked: int) -> int:
        if self.top.count is not None:
            return min(self.top.count, ranked)
        assert self.top.share is not None, "the parser asks for one of the two"
        return -(-ranked * self.top.share // 10_000)

    def _make_room(self, size: int, kind: np.dtype[Any]) -> None:
        if self._values.dtype != kind:
            self._values = np.array(self._values, dtype=kind)
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
