"""Whose answer turned, by what moved, is whose answer another one than before: merges or not."""

from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coterie.core.clock import DAY, HOUR
from coterie.core.people import Led
from coterie.segments.engine.atoms import Atom, Counting
from coterie.segments.engine.bounds import ratio, whole
from coterie.segments.engine.counters import Counter
from coterie.segments.engine.distinct import UnitCounter, Units
from coterie.segments.engine.leading import Leading
from coterie.segments.engine.listing import Listing
from coterie.segments.engine.moments import Moment, Moved
from coterie.segments.engine.postings import Flags, People, Postings, Rows
from coterie.segments.engine.spans import Span
from coterie.segments.engine.turning import turned
from coterie.segments.model import Bounds

NOW, PEOPLE = 1_767_225_600_000, 7
ZONE = ZoneInfo("Asia/Shanghai")
MADE = st.lists(
    st.tuples(st.integers(-60, 2).map(lambda n: n * HOUR), st.integers(0, PEOPLE - 1)), max_size=12
)
LED = st.dictionaries(st.integers(3, PEOPLE - 1), st.integers(0, 2), max_size=3)
BOUNDS = st.builds(
    lambda op, value: Bounds(((op, value),)), st.sampled_from([">=", "=", "<"]), st.integers(0, 3)
)


def rows(made: list[tuple[int, int]], now: int) -> Rows:
    times = np.array([now + time for time, _ in made], np.int64)
    return Rows(times, np.array([who for _, who in made], np.int32)).in_order()


def atoms(listing: Listing, bounds: Bounds) -> list[Atom[Flags]]:
    late, early = Counter(listing, Span(back=DAY)), Counter(listing, Span(back=2 * DAY, skip=DAY))
    days = UnitCounter(listing, Span(back=2 * DAY), "@day", ZONE)
    return [
        Counting([late], lambda n: whole(n[0], bounds)),
        Counting([late, early], lambda n: ratio(n[0], n[1], bounds)),
        Units(days, lambda n: whole(n, bounds)),
    ]


def leading_of(led: dict[int, int]) -> Leading:
    profiles = np.array(sorted(led), np.int32)
    return Leading(Led(profiles, np.array([led[one] for one in profiles.tolist()], np.int32)))


def met(atom: Atom[Flags], heads: People, moment: Moment) -> set[int]:
    return set(heads[atom.ask(heads, moment, False)].tolist())


@settings(max_examples=150)
@example(  # two members had a day each, and end up with one day that is the same
    [(-9 * HOUR, 1), (-33 * HOUR, 4)], [(-39 * HOUR, 4)], 30 * HOUR, {4: 1}, Bounds(((">=", 2),))
)
@given(MADE, MADE, st.sampled_from([0, HOUR, 5 * HOUR, 30 * HOUR]), LED, BOUNDS)
def test_who_turned_is_found_from_what_moved(
    first: list[tuple[int, int]], fresh: list[tuple[int, int]], later: int, led: dict[int, int],
    bounds: Bounds,
) -> None:  # fmt: skip
    listing, now = Listing("Read", postings=Postings(rows(first, NOW))), NOW + later
    leading, new = leading_of(led), rows(fresh, now)
    heads = np.array([one for one in range(PEOPLE) if one not in led], np.int32)
    made = atoms(listing, bounds)
    counters = {id(one): one for atom in made for one in atom.counters}
    for counter in counters.values():
        counter.build(NOW)
    before = [met(atom, heads, Moment(NOW, ZONE, leading)) for atom in made]
    counted = {key: one.move(NOW, now, new if len(new) else None) for key, one in counters.items()}
    listing.rows.add(new)
    for atom, was in zip(made, before, strict=True):
        told = turned(atom, Moved(NOW, now, {id(listing): new}, counted), leading)
        surely, perhaps = (set(some.tolist()) for some in told)
        differs = was ^ met(atom, heads, Moment(now, ZONE, leading))
        assert surely <= differs <= surely | perhaps
        assert not perhaps or isinstance(atom, Units)
        assert perhaps <= set(led.values())
