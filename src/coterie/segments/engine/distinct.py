"""In how many units of the calendar somebody did something: counted by what comes and what goes.

A row that comes in adds a unit to her who had none in it, one that falls out takes it away from her
who has no other left. To find out which, the rows of that one unit are looked through: a day of
everybody's, where all rows of the people concerned would be a month of theirs.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from coterie.segments.engine.counters import NOBODY, SMALL, Changed, Counter
from coterie.segments.engine.gathered import distinct_units, gather
from coterie.segments.engine.listing import Listing
from coterie.segments.engine.moments import Moment, Moved
from coterie.segments.engine.postings import Flags, Ints, People, Rows
from coterie.segments.engine.spans import Span
from coterie.segments.engine.units import stretches, unit_numbers

_BITS = 32
"""Below a unit's number stands the profile, so that one number is the two."""

_MASK = (1 << _BITS) - 1


class UnitCounter(Counter):
    """In how many different units of a zone's calendar each profile has a row within the span."""

    def __init__(self, listing: Listing, span: Span, unit: str, zone: ZoneInfo) -> None:
        super().__init__(listing, span, unit, counted=True)
        self.unit = unit
        self._zone = zone

    def build(self, now: int, shorter: Counter | None = None) -> None:  # noqa: ARG002
        """Count everything from the list, unit by unit; a shorter span's units are not whole."""
        first, last = self.span.first(now), self.span.last(now)
        self.numbers = np.zeros(0, np.uint16)
        for number, parts in enumerate(self._by_unit(first, last), start=1):
            self._make_room(max(int(rows.profiles.max()) for rows in parts) + 1)
            has = np.zeros(len(self.numbers), np.bool_)
            for rows in parts:
                has[rows.profiles] = True
            if number > SMALL:
                self.numbers = self.numbers.astype(np.int64, copy=False)
            self.numbers += has
        self.is_built, self._is_foreseen = True, False

    def _by_unit(self, first: int, last: int) -> Iterator[list[Rows]]:
        """Give the rows with first <= time <= last, those of a unit at once."""
        seen, moment = set[int](), self.listing.rows.next_after(first - 1)
        while moment is not None and moment <= last:
            number = int(unit_numbers(self.unit, np.array([moment]), self._zone)[0])
            inside = stretches(self.unit, number, self._zone)
            if number not in seen:
                seen.add(number)
                yield list(self._rows(inside, first, last))
            end = next(end for start, end in inside if start <= moment < end)
            moment = self.listing.rows.next_after(end - 1)

    def _rows(self, inside: Iterable[tuple[int, int]], first: int, last: int) -> Iterator[Rows]:
        for start, end in inside:
            yield from self.listing.rows.between(max(start, first), min(end - 1, last))

    def _moved(self, changes: Sequence[tuple[Rows, int]], before: int, now: int) -> Changed:
        came = self._keys([rows for rows, sign in changes if sign > 0])
        went = self._keys([rows for rows, sign in changes if sign < 0])
        both = np.intersect1d(came, went, assume_unique=True)
        came = np.setdiff1d(came, both, assume_unique=True)
        went = np.setdiff1d(went, both, assume_unique=True)
        if len(came):
            self._make_room(int((came & _MASK).max()) + 1)
        had = self._has(came, self.span.first(before), self.span.last(before))
        has = self._has(went, self.span.first(now), self.span.last(now))
        people = np.concatenate([came[~had], went[~has]]) & _MASK
        worth = np.repeat(np.array([1, -1]), [np.count_nonzero(~had), np.count_nonzero(~has)])
        if not len(people):
            return NOBODY
        # one unit for another: her number is the same, but not what her head's units come to
        return self._apply(people.astype(np.int32), worth, evened_out=True)

    def _keys(self, parts: Sequence[Rows]) -> Ints:
        """Return who has a row in which unit, each pair as one number, in order."""
        if not parts:
            return np.empty(0, np.int64)
        numbers = unit_numbers(self.unit, np.concatenate([p.times for p in parts]), self._zone)
        return np.unique(numbers << _BITS | np.concatenate([p.profiles for p in parts]))

    def _has(self, keys: Ints, first: int, last: int) -> Flags:
        """Say for which pairs the list has a row with first <= time <= last."""
        found = np.zeros(len(keys), np.bool_)
        units, begins = np.unique(keys >> _BITS, return_index=True)
        ends = np.append(begins, len(keys))[1:]
        for unit, begin, end in zip(units.tolist(), begins, ends, strict=True):
            has = np.zeros(len(self.numbers), np.bool_)
            for rows in self._rows(stretches(self.unit, unit, self._zone), first, last):
                has[rows.profiles] = True
            found[begin:end] = has[keys[begin:end] & _MASK]
        return found


@dataclass(frozen=True)
class Units:
    """An atom of a unit counter.

    Whoever leads others is asked by looking at all their rows: what two did on one day is one day.
    """

    counter: UnitCounter
    test: Callable[[Ints], Flags]

    @property
    def counters(self) -> Sequence[Counter]:
        """Return the counter."""
        return [self.counter]

    @property
    def listings(self) -> Sequence[Listing]:
        """Return the list."""
        return [self.counter.listing]

    def reaches(self) -> Iterable[tuple[Listing, Span]]:
        """Tell of which moments rows are counted."""
        return [(self.counter.listing, self.counter.span)]

    def concerned(self, moved: Moved) -> People:
        """Return those of whom the number changed."""
        return moved.counted[id(self.counter)].people

    def ask(self, heads: People, moment: Moment, everybody: bool) -> Flags:  # noqa: ARG002
        """Ask of the numbers; of whoever leads others look at the rows."""
        counter, leading = self.counter, moment.leading
        numbers = leading.summed(counter.numbers, heads)
        leads = leading.leads(heads)
        if leads.any():
            first, last = counter.span.first(moment.now), counter.span.last(moment.now)
            rows = gather(counter.listing, first, last, heads[leads], leading, everybody=False)
            numbers[leads] = distinct_units(rows, counter.unit, moment.zone)
        return self.test(numbers)

    def next_turn(self, now: int) -> int | None:
        """Return the next moment at which the counter changes."""
        return self.counter.next_turn(now)
