"""The lists and counters, brought from one moment to a later one."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from coterie.core.event import Event
from coterie.segments.engine.counters import Changed, Counter, summable
from coterie.segments.engine.listing import Listing
from coterie.segments.engine.loading import Loading
from coterie.segments.engine.postings import Postings, Rows
from coterie.segments.engine.shelf import Shelf
from coterie.segments.engine.sorting import Sorter
from coterie.segments.model import World
from coterie.storage.work import Work


class TooLarge(Exception):
    """Numbers of a column are so large that sums of them might overflow."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


class Lists:
    """Adds what is fresh to the lists, loads new ones, and moves the counters."""

    def __init__(self, loading: Loading, zone: ZoneInfo) -> None:
        self._loading = loading
        self._zone = zone
        self._sorter: Sorter | None = None

    def prepare(self, shelf: Shelf, world: World, retagged: bool) -> list[Listing]:
        """Return the lists that must be loaded.

        New ones, those whose topic has other items, and those asked about earlier than they begin.
        """
        for listing in shelf.listings.values():
            if listing.topic is not None and (retagged or listing.postings is None):
                items = world.items_of[listing.topic]
                if items != listing.items:
                    listing.items, listing.postings = items, None
                    self._sorter = None
            if listing.postings is not None and listing.least(world.now) < listing.floor:
                listing.postings = None
        return [one for one in shelf.listings.values() if one.postings is None]

    def fresh(
        self, work: Work, shelf: Shelf, world: World, events: Sequence[Event] | None, since: int
    ) -> dict[int, Rows]:
        """Return the rows since a seq for the lists that stand; by the list's ``id()``.

        ``events`` are those since then, None where they must be read.
        """
        standing = [one for one in shelf.listings.values() if one.postings is not None]
        if events is not None:
            if self._sorter is None or self._sorter.listings != standing:
                self._sorter = Sorter(standing, self._zone)
            sorted_out = self._sorter.sort(events)
            return {id(standing[place]): rows for place, rows in sorted_out.items()}
        read = self._loading.rows(work, standing, world, since)
        return {id(one): rows for one, rows in zip(standing, read, strict=True) if len(rows)}

    def count(
        self, shelf: Shelf, fresh: dict[int, Rows], before: int, now: int
    ) -> dict[int, Changed]:
        """Move the counters of the lists that stand; tell what each changed, by its ``id()``.

        Raises TooLarge, with nothing of use left.
        """
        counted: dict[int, Changed] = {}
        for counter in _standing(shelf):
            rows = fresh.get(id(counter.listing))
            if rows is not None:
                _check(counter, rows)
            counted[id(counter)] = counter.move(before, now, rows)
        return counted

    def add(self, shelf: Shelf, fresh: dict[int, Rows]) -> None:
        """Put the fresh rows on the lists."""
        for listing in shelf.listings.values():
            if id(listing) in fresh:
                listing.rows.add(fresh[id(listing)])

    def load(self, work: Work, shelf: Shelf, world: World, listings: Sequence[Listing]) -> None:
        """Load lists whole, and build the counters of these and all new ones; raises TooLarge."""
        for listing in listings:
            listing.floor = listing.least(world.now)
        loaded = self._loading.rows(work, listings, world)
        for listing, rows in zip(listings, loaded, strict=True):
            listing.postings = Postings(rows)
        anew = set(map(id, listings))
        unbuilt = [
            counter
            for counter in shelf.counters.values()
            if not counter.is_built or id(counter.listing) in anew
        ]
        for together in _ending_together(unbuilt, world.now):
            shorter = None
            for counter in together:
                for run in counter.listing.rows.runs:
                    _check(counter, run.rows)
                counter.build(world.now, shorter)
                shorter = counter


def _standing(shelf: Shelf) -> Iterable[Counter]:
    """Return the counters that can be moved on: built, of lists that need not be loaded."""
    counters = shelf.counters.values()
    return (one for one in counters if one.is_built and one.listing.postings is not None)


def _ending_together(counters: Sequence[Counter], now: int) -> Iterable[list[Counter]]:
    """Put counters of the same that end with the same moment together, the shortest first."""
    found: dict[object, list[Counter]] = {}
    for one in counters:
        about = id(one.listing), one.column, one.counted, one.span.last(now)
        found.setdefault(about, []).append(one)
    for together in found.values():
        yield sorted(together, key=lambda one: one.span.first(now), reverse=True)


def _check(counter: Counter, rows: Rows) -> None:
    column = counter.column
    if column is not None and not counter.counted and not summable([rows], column):
        raise TooLarge(column)
