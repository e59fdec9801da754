"""What the log's lists tell of people: atoms that count, and atoms that gather.

An atom is told what moved and says whom it may concern; asked of these heads, it tells of each.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from coterie.core.numbers import SCALE
from coterie.segments.engine import gathered
from coterie.segments.engine.bounds import ratio, whole
from coterie.segments.engine.counters import Counter
from coterie.segments.engine.distinct import Units
from coterie.segments.engine.gathered import Gathered, gather
from coterie.segments.engine.listing import NUMBER, SAME, TEST, Column, Listing
from coterie.segments.engine.moments import Moment, Moved
from coterie.segments.engine.postings import NOTHING, Flags, Ints, People
from coterie.segments.engine.shelf import Shelf
from coterie.segments.engine.spans import Span
from coterie.segments.model import Did, Last, Matching, Rule, Share, Then, Trend, Window

Answer = TypeVar("Answer")
Told = TypeVar("Told", covariant=True)


class Atom(Protocol[Told]):
    """What the log's lists alone tell of each head: whether she meets a leaf, or her measure."""

    @property
    def counters(self) -> Sequence[Counter]:
        """The counters that it is made of."""
        ...

    @property
    def listings(self) -> Sequence[Listing]:
        """The lists that it is made of."""
        ...

    def reaches(self) -> Iterable[tuple[Listing, Span]]:
        """Tell of which moments it looks at rows, for each list."""
        ...

    def concerned(self, moved: Moved) -> People:
        """Return the profiles for whom its answer may have changed; some may come twice."""
        ...

    def ask(self, heads: People, moment: Moment, everybody: bool) -> Told:
        """Tell of each of these heads, in order; ``everybody``: they are all there are."""
        ...

    def next_turn(self, now: int) -> int | None:
        """Return the next moment at which time alone may change somebody's answer."""
        ...


@dataclass(frozen=True)
class Counting(Generic[Answer]):
    """An atom made of counters."""

    counters: Sequence[Counter]
    test: Callable[[list[Ints]], Answer]

    @property
    def listings(self) -> Sequence[Listing]:
        """Return the lists that are counted."""
        return [counter.listing for counter in self.counters]

    def reaches(self) -> Iterable[tuple[Listing, Span]]:
        """Tell of which moments rows are counted."""
        return [(counter.listing, counter.span) for counter in self.counters]

    def concerned(self, moved: Moved) -> People:
        """Return those of whom a number changed."""
        return np.concatenate([moved.counted[id(counter)].people for counter in self.counters])

    def ask(self, heads: People, moment: Moment, everybody: bool) -> Answer:  # noqa: ARG002
        """Ask of what is counted."""
        return self.test([moment.leading.summed(c.numbers, heads) for c in self.counters])

    def next_turn(self, now: int) -> int | None:
        """Return the next moment at which a counter changes."""
        turns = [counter.next_turn(now) for counter in self.counters]
        return min((turn for turn in turns if turn is not None), default=None)


@dataclass(frozen=True)
class Edge:
    """A row of a list may change an answer when ``shift`` ms have passed since its time."""

    listing: Listing
    shift: int


@dataclass(frozen=True)
class Gathering(Generic[Answer]):
    """An atom for which all rows of the people concerned are looked at.

    ``listings`` are those it asks about, each within its span, in the order in which ``test``
    takes them; it looks at these ``columns`` of theirs (None: at all).
    """

    listings: Sequence[Listing]
    spans: Sequence[Span]
    edges: Sequence[Edge]
    test: Callable[[list[Gathered], Moment], Answer]
    columns: Sequence[str] | None = None
    counters: Sequence[Counter] = ()

    def reaches(self) -> Iterable[tuple[Listing, Span]]:
        """Tell of which moments rows are looked at."""
        return zip(self.listings, self.spans, strict=True)

    def concerned(self, moved: Moved) -> People:
        """Return those with fresh rows, and those of whom a row passed an edge."""
        found = [moved.fresh[id(one)].profiles for one in self.listings if id(one) in moved.fresh]
        for edge in self.edges:
            passed = edge.listing.rows.between(
                moved.before - edge.shift + 1, moved.now - edge.shift
            )
            found += [rows.profiles for rows in passed]
        return np.concatenate(found) if found else np.empty(0, np.int32)

    def ask(self, heads: People, moment: Moment, everybody: bool) -> Answer:
        """Look at the rows of these heads and of whom they lead."""
        asked = zip(self.listings, self.spans, strict=True)
        now, leading = moment.now, moment.leading
        found = [
            gather(
                one, span.first(now), span.last(now), heads, leading,
                everybody=everybody, columns=self.columns,
            )
            for one, span in asked
        ]  # fmt: skip
        return self.test(found, moment)

    def next_turn(self, now: int) -> int | None:
        """Return the next moment at which a row passes an edge."""
        turns = []
        for edge in self.edges:
            following = edge.listing.rows.next_after(now - edge.shift)
            if following is not None:
                turns.append(following + edge.shift)
        return min(turns, default=None)


def span_of(window: Window) -> Span:
    """Return the moments of a rule's window."""
    return Span(back=window.within, start=window.start, end=window.end)


def atom_of(rule: Rule, shelf: Shelf) -> Atom[Flags] | None:
    """Make the atom of a leaf; None when the log's lists do not answer it."""
    match rule:
        case Did(matching) if shelf.can_list(matching):
            return _did(rule, shelf)
        case Share(matching) if shelf.can_list(matching):
            return _share(rule, shelf)
        case Trend(matching) if shelf.can_list(matching):
            return _trend(rule, shelf)
        case Last(matching) if shelf.can_list(matching, rule.has):
            return _last(rule, shelf)
        case Then(first, second) if shelf.can_list(first) and shelf.can_list(second):
            return _then(rule, shelf)
    return None


def _did(rule: Did, shelf: Shelf) -> Atom[Flags] | None:
    matching, bounds = rule.matching, rule.bounds
    listing, span = shelf.listing(matching), span_of(matching.window)
    if rule.measure == "count":
        return Counting([shelf.counter(listing, span)], lambda n: whole(n[0], bounds))
    if rule.measure == "distinct":
        assert rule.of is not None, "the parser asks for it"
        if rule.of.startswith("@"):
            return Units(shelf.units(listing, span, rule.of), lambda n: whole(n, bounds))
        column = listing.want(Column(SAME, rule.of))
        return Gathering(
            [listing], [span], edges(listing, span),
            lambda g, _at: whole(gathered.distinct(g[0], column), bounds), [column],
        )  # fmt: skip
    assert rule.of is not None, "the parser asks for it"
    column = listing.want(Column(NUMBER, rule.of))
    if rule.measure in ("min", "max"):
        return Gathering(
            [listing], [span], edges(listing, span),
            lambda g, _at: _extreme_holds(g[0], column, rule), [column],
        )  # fmt: skip
    if column in shelf.too_large:
        return None
    total = shelf.counter(listing, span, column)
    if rule.measure == "sum":
        return Counting([total], lambda n: whole(n[0], bounds, SCALE))
    number = shelf.counter(listing, span, column, counted=True)
    return Counting([total, number], lambda n: ratio(n[0], n[1], bounds, SCALE))


def distinct_of(of: str, listing: Listing) -> Callable[[Gathered, Moment], Ints]:
    """Return what counts each one's different values under a path, or units of the calendar."""
    if of.startswith("@"):
        return lambda found, at: gathered.distinct_units(found, of, at.zone)
    column = listing.want(Column(SAME, of))
    return lambda found, _at: gathered.distinct(found, column)


def _extreme_holds(found: Gathered, column: str, rule: Did) -> Flags:
    values = gathered.extreme(found, column, largest=rule.measure == "max")
    held: Flags = (values != NOTHING) & whole(values, rule.bounds, SCALE)
    return held


def _share(rule: Share, shelf: Shelf) -> Atom[Flags]:
    span = span_of(rule.matching.window)
    part = shelf.counter(shelf.listing(rule.matching), span)
    every = shelf.counter(shelf.listing(Matching(rule.matching.name)), span)
    return Counting([part, every], lambda n: ratio(n[0], n[1], rule.bounds))


def _trend(rule: Trend, shelf: Shelf) -> Atom[Flags]:
    listing, width = shelf.listing(rule.matching), rule.window
    late = shelf.counter(listing, Span(back=width))
    early = shelf.counter(listing, Span(back=2 * width, skip=width + 1))
    return Counting(
        [late, early],
        lambda n: ratio(n[0], n[1], rule.bounds) & (n[1] >= rule.at_least_before),
    )


def _last(rule: Last, shelf: Shelf) -> Atom[Flags]:
    listing, span = shelf.listing(rule.matching), span_of(rule.matching.window)
    column = listing.want(Column(TEST, tests=rule.has))
    return Gathering(
        [listing], [span], edges(listing, span),
        lambda g, _at: gathered.last(g[0], column), [column],
    )  # fmt: skip


def _then(rule: Then, shelf: Shelf) -> Atom[Flags]:
    first, second = shelf.listing(rule.first), shelf.listing(rule.second)
    outer = span_of(rule.first.window)
    turning = [*edges(first, outer), Edge(second, 0)]
    if rule.absent:
        turning.append(Edge(first, rule.within or 0))
    return Gathering(
        [first, second], [outer, Span(back=outer.back, start=outer.start)], turning,
        lambda g, at: gathered.pairs(
            g[0], g[1],
            rule.after, rule.within, rule.absent, at.now,
        ),
        (),
    )  # fmt: skip


def edges(listing: Listing, span: Span) -> list[Edge]:
    """Return when a row comes into a span and falls out of it."""
    out = [] if span.back is None else [Edge(listing, span.back + 1)]
    return [Edge(listing, 0), *out]
