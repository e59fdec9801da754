"""Which events a list is of, and what is kept of each: from a rule's words to columns of integers.

An event is read twice over: from the log's lake by SQL (``loading``), and, while it is fresh, as
the object that the road carries (here). Both make the same integers of it.
"""

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from coterie.core.event import Event
from coterie.core.numbers import scaled
from coterie.events.model import Logged
from coterie.segments.engine.postings import NOTHING, Postings, Rows
from coterie.segments.engine.spans import LONG_AGO, Span
from coterie.segments.language.calendar import is_lasting
from coterie.segments.model import Condition, Matching
from coterie.segments.person.evaluate import is_asked
from coterie.segments.person.measures import identity
from coterie.segments.person.operators import Frame, holds, look_up

NUMBER, SAME, TEST = "number", "same", "test"


@dataclass(frozen=True)
class Column:
    """What is kept of each event.

    By its kind: the scaled number under a path, a code for what is the same under it, or whether
    some tests hold (1 or 0).
    """

    kind: str
    of: str = ""
    tests: tuple[Condition, ...] = ()

    @property
    def name(self) -> str:
        """Tell columns apart."""
        return f"{self.kind} {self.of}{self.tests!r}"


@dataclass(eq=False)
class Listing:
    """One list: the events of a name that pass tests that last, on items of a topic.

    ``items`` are the topic's, as they were when it was loaded; ``codes`` number the values that a
    column of what is the same has met. ``spans`` say which moments the rules in force ask about;
    no row before ``floor`` was loaded. ``postings`` is None until it is loaded.
    """

    name: str
    where: tuple[Condition, ...] = ()
    topic: str | None = None
    columns: dict[str, Column] = field(default_factory=dict)
    items: frozenset[str] = frozenset()
    codes: dict[Hashable, int] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    floor: int = LONG_AGO
    postings: Postings | None = None

    def least(self, now: int) -> int:
        """Return the earliest moment that a rule in force asks about."""
        return min((span.first(now) for span in self.spans), default=now)

    @property
    def rows(self) -> Postings:
        """Return what is listed, once it is loaded."""
        assert self.postings is not None, "a list is loaded before it is asked"
        return self.postings

    def want(self, column: Column) -> str:
        """Have a column kept of each event; return its name. What lacks it is loaded anew."""
        if column.name not in self.columns:
            self.columns[column.name] = column
            self.postings = None
        return column.name

    def code(self, value: Hashable) -> int:
        """Number a value: the same one gets the same number."""
        return self.codes.setdefault(value, len(self.codes))

    def takes(self, event: Event | Logged, frame: Frame) -> bool:
        """Say whether an event of its name and topic belongs to it."""
        return all(holds(t, look_up(event.properties, t.path), frame) for t in self.where)


def key_of(matching: Matching) -> str:
    """Tell lists apart: 1 and True are equal in Python, and mean different things in a rule."""
    return repr((matching.name, matching.where, matching.topic))


def can_be_listed(matching: Matching) -> bool:
    """Say whether what belongs to a list never changes by time alone, nor by who asks."""
    window = matching.window
    return not matching.same_key and window.since is None and all(map(is_lasting, matching.where))


class _Meant(NamedTuple):
    """For which lists the events of a name are: of whatever item, and by the item."""

    always: list[int]
    by_item: dict[str, list[int]]


class Sorter:
    """Puts fresh events on some lists; remembers which lists are for which names and items."""

    def __init__(self, listings: Iterable[Listing], zone: ZoneInfo) -> None:
        self.listings = list(listings)
        self._frame = Frame(0, zone)  # what is listed passes tests that last, whenever asked
        self._meant: dict[tuple[str, bool], _Meant] = {}

    def sort(self, events: Sequence[Event | Logged]) -> dict[int, Rows]:
        """Return the rows of each list that gets any, by its place among those given."""
        found: dict[int, list[Event | Logged]] = {}
        for event in events:
            for place in self._places(event):
                if self.listings[place].takes(event, self._frame):
                    found.setdefault(place, []).append(event)
        return {place: self._rows(self.listings[place], own) for place, own in found.items()}

    def _places(self, event: Event | Logged) -> Collection[int]:
        about = event.name, event.type == "fact"
        meant = self._meant.get(about)
        if meant is None:
            meant = self._meant[about] = self._means(event)
        found = [place for item in event.items for place in meant.by_item.get(item, ())]
        return [*meant.always, *(found if len(event.items) < 2 else dict.fromkeys(found))]

    def _means(self, event: Event | Logged) -> _Meant:
        meant = _Meant([], {})
        for place, one in enumerate(self.listings):
            if not is_asked(event, one.name):
                continue
            if one.topic is None:
                meant.always.append(place)
            for item in one.items:
                meant.by_item.setdefault(item, []).append(place)
        return meant

    def _rows(self, listing: Listing, events: Sequence[Event | Logged]) -> Rows:
        values = {
            name: np.array([self._read(listing, column, event) for event in events], np.int64)
            for name, column in listing.columns.items()
        }
        times = np.array([event.time for event in events], np.int64)
        profiles = np.array([came_with(event) for event in events], np.int32)
        return Rows(times, profiles, values).in_order()

    def _read(self, listing: Listing, column: Column, event: Event | Logged) -> int:
        if column.kind == TEST:
            read = (holds(t, look_up(event.properties, t.path), self._frame) for t in column.tests)
            return int(all(read))
        value = look_up(event.properties, column.of)
        if column.kind == NUMBER:
            number = scaled(value)
            return NOTHING if number is None else number
        return NOTHING if value is None else listing.code((column.of, identity(value)))


def came_with(event: Event | Logged) -> int:
    """Return the profile that an event came with; one that was read names it as its profile."""
    return (event.came_with or event.profile) if isinstance(event, Event) else event.profile
