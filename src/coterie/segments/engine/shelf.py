"""The lists and counters that the rules in force need, each one once for all that share it."""

from collections.abc import Collection, Iterable
from itertools import chain
from zoneinfo import ZoneInfo

from coterie.segments.engine.counters import Counter
from coterie.segments.engine.distinct import UnitCounter
from coterie.segments.engine.listing import Listing, can_be_listed, key_of
from coterie.segments.engine.spans import Span
from coterie.segments.language.calendar import is_lasting
from coterie.segments.model import Condition, Matching

_About = tuple[str, Span, str | None, bool]


class Shelf:
    """Hands out lists and counters by what they are of.

    ``too_large`` names the columns with numbers so large that sums of them might overflow: rules
    that sum these up are left to the readers. ``zone`` is whose days are counted.
    """

    def __init__(self, too_large: Collection[str], zone: ZoneInfo) -> None:
        self._zone = zone
        self.listings: dict[str, Listing] = {}
        self.counters: dict[_About, Counter] = {}
        self.too_large = too_large

    def can_list(self, matching: Matching, tests: Iterable[Condition] = ()) -> bool:
        """Say whether a list can be kept of what matches, and of whether some tests hold of it."""
        return can_be_listed(matching) and all(map(is_lasting, tests))

    def listing(self, matching: Matching) -> Listing:
        """Return the list of what matches, at any time."""
        key = key_of(matching)
        if key not in self.listings:
            self.listings[key] = Listing(matching.name, matching.where, matching.topic)
        return self.listings[key]

    def counter(
        self, listing: Listing, span: Span, column: str | None = None, *, counted: bool = False
    ) -> Counter:
        """Return the counter of a list's rows, or of a column of them, within a span."""
        key = key_of(Matching(listing.name, listing.where, listing.topic))
        about = key, span, column, counted
        if about not in self.counters:
            self.counters[about] = Counter(listing, span, column, counted=counted)
        return self.counters[about]

    def units(self, listing: Listing, span: Span, unit: str) -> UnitCounter:
        """Return the counter of the calendar's units in which a list has rows within a span."""
        key = key_of(Matching(listing.name, listing.where, listing.topic))
        made = self.counters.get((key, span, unit, True))
        if not isinstance(made, UnitCounter):
            made = UnitCounter(listing, span, unit, self._zone)
            self.counters[key, span, unit, True] = made
        return made

    def keep(self, listings: Collection[Listing], counters: Collection[Counter]) -> None:
        """Put away what no rule needs any more."""
        wanted = set(map(id, chain(listings, counters)))
        self.listings = {k: one for k, one in self.listings.items() if id(one) in wanted}
        self.counters = {k: one for k, one in self.counters.items() if id(one) in wanted}
