"""Fresh events put on the lists that they belong to, all events of a batch at once.

Which lists an event of a name on some items is for is found once and remembered; whether it passes
a list's tests, and its values, are read of single events, where a list asks for either.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from coterie.core.event import Event
from coterie.core.numbers import scaled
from coterie.events.model import Logged
from coterie.segments.engine.listing import SAME, TEST, Column, Listing
from coterie.segments.engine.postings import NOTHING, Ints, Rows
from coterie.segments.model import Condition
from coterie.segments.person.evaluate import is_asked
from coterie.segments.person.measures import identity
from coterie.segments.person.operators import Frame, holds, look_up


class _Meant(NamedTuple):
    """The choice of lists that events of a name are meant for: by the item, and of all others."""

    others: int
    by_item: dict[str, int]


class Sorter:
    """Puts fresh events on some lists; remembers which lists are for which names and items."""

    def __init__(self, listings: Iterable[Listing], zone: ZoneInfo) -> None:
        self.listings = list(listings)
        self._frame = Frame(0, zone)  # what is listed passes tests that last, whenever asked
        self._meant: dict[tuple[str, bool], _Meant] = {}
        self._choices: dict[tuple[int, ...], int] = {}

    def sort(self, events: Sequence[Event | Logged]) -> dict[int, Rows]:
        """Return the rows of each list that gets any, by its place among those given."""
        if not events:
            return {}
        times = np.array([event.time for event in events], np.int64)
        profiles = np.array(_came_with(events), np.int32)
        if bool(np.any(times[1:] < times[:-1])):  # rows come by time, then as they arrived
            order = np.argsort(times, kind="stable")
            events = [events[place] for place in order.tolist()]
            times, profiles = times[order], profiles[order]
        rows: dict[int, Rows] = {}
        for place, chosen in self._chosen(events).items():
            listing = self.listings[place]
            if listing.where:
                taken = [self._passes(listing.where, events[one]) for one in chosen.tolist()]
                chosen = chosen[taken]
            if len(chosen):
                own = [events[one] for one in chosen.tolist()] if listing.columns else ()
                values = {name: self._read(listing, c, own) for name, c in listing.columns.items()}
                rows[place] = Rows(times[chosen], profiles[chosen], values)
        return rows

    def _chosen(self, events: Sequence[Event | Logged]) -> dict[int, Ints]:
        """Return which of the events are meant for each list, but for its tests."""
        codes = np.array(list(map(self._choice_of, events)), np.int64)
        order = np.argsort(codes, kind="stable")
        begins = np.flatnonzero(np.append(True, np.diff(codes[order]) != 0))
        lists = list(self._choices)
        found: dict[int, list[Ints]] = {}
        parts = np.split(order, begins[1:])
        for code, chosen in zip(codes[order][begins].tolist(), parts, strict=True):
            for place in lists[code]:
                found.setdefault(place, []).append(chosen)
        return {
            place: some[0] if len(some) == 1 else np.sort(np.concatenate(some))
            for place, some in found.items()
        }

    def _choice_of(self, event: Event | Logged) -> int:
        """Return the number of the choice of lists that an event is meant for."""
        meant = self._meant.get((event.name, event.type == "fact"))
        if meant is None:
            meant = self._meant[event.name, event.type == "fact"] = self._means(event)
        items = event.items
        if len(items) == 1:
            return meant.by_item.get(items[0], meant.others)
        some = {meant.by_item[item] for item in items if item in meant.by_item}
        if len(some) < 2:
            return next(iter(some), meant.others)
        lists = list(self._choices)
        return self._number({place for choice in some for place in lists[choice]})

    def _means(self, event: Event | Logged) -> _Meant:
        asked = [n for n, one in enumerate(self.listings) if is_asked(event, one.name)]
        always = [place for place in asked if self.listings[place].topic is None]
        by_item: dict[str, list[int]] = {}
        for place in asked:
            for item in self.listings[place].items:
                by_item.setdefault(item, []).append(place)
        numbers = {item: self._number([*always, *own]) for item, own in by_item.items()}
        return _Meant(self._number(always), numbers)

    def _number(self, places: Collection[int]) -> int:
        """Number a choice of lists."""
        return self._choices.setdefault(tuple(sorted(places)), len(self._choices))

    def _read(self, listing: Listing, column: Column, events: Sequence[Event | Logged]) -> Ints:
        """Read a column's value of each event."""
        if column.kind == TEST:
            return np.array([self._passes(column.tests, event) for event in events], np.int64)
        values = [look_up(event.properties, column.of) for event in events]
        if column.kind == SAME:
            codes = [
                NOTHING if value is None else listing.code((column.of, identity(value)))
                for value in values
            ]
            return np.array(codes, np.int64)
        numbers = map(scaled, values)
        return np.array([NOTHING if one is None else one for one in numbers], np.int64)

    def _passes(self, tests: Sequence[Condition], event: Event | Logged) -> bool:
        return all(holds(test, look_up(event.properties, test.path), self._frame) for test in tests)


def _came_with(events: Sequence[Event | Logged]) -> list[int]:
    """Return the profiles that events came with; those that were read name it as theirs."""
    return [
        (event.came_with or event.profile) if isinstance(event, Event) else event.profile
        for event in events
    ]
