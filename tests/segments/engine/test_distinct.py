"""Counting units of the calendar by what comes and goes is what counting them anew gives."""

from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.core.clock import DAY, HOUR
from coterie.segments.engine.distinct import UnitCounter
from coterie.segments.engine.listing import Listing
from coterie.segments.engine.postings import Postings, Rows
from coterie.segments.engine.spans import Span
from coterie.segments.engine.units import unit_numbers

NOW = 1_730_023_200_000
"""An hour in which clocks are set back in some zones."""

ZONES = st.sampled_from(["UTC", "Europe/Dublin", "Australia/Lord_Howe", "Asia/Shanghai"])
UNITS = st.sampled_from(["@hour", "@day", "@week", "@month"])
Made = list[tuple[int, int]]
"""(time, profile) of some rows."""

TIMES = st.one_of(
    st.integers(-40 * DAY, 3 * DAY), st.integers(-5 * HOUR, 5 * HOUR),
    st.integers(-400, 400).map(lambda n: n * HOUR // 4),
)  # fmt: skip
MADE = st.lists(st.tuples(TIMES, st.integers(0, 3)), max_size=8)
STEPS = st.lists(
    st.tuples(st.sampled_from([0, 1, HOUR // 2, 3 * HOUR, DAY, 9 * DAY]), MADE, st.booleans()),
    max_size=5,
)
SPANS = st.builds(
    Span,
    back=st.sampled_from([None, HOUR, DAY, 7 * DAY, 30 * DAY]),
    skip=st.sampled_from([0, 0, HOUR]),
    start=st.sampled_from([None, NOW - 3 * DAY]),
    end=st.sampled_from([None, NOW + DAY]),
)


def rows(made: Made, now: int) -> Rows:
    times, profiles = zip(*made, strict=True) if made else ((), ())
    moments = np.array([now + time for time in times], np.int64)
    return Rows(moments, np.array(profiles, np.int32)).in_order()


def counted(listing: Listing, span: Span, unit: str, zone: ZoneInfo, now: int) -> list[int]:
    """Count anew, without a counter."""
    pairs = set[tuple[int, int]]()
    for part in listing.rows.between(span.first(now), span.last(now)):
        numbers = unit_numbers(unit, part.times, zone).tolist()
        pairs |= set(zip(part.profiles.tolist(), numbers, strict=True))
    return [sum(who == each for who, _ in pairs) for each in range(4)]


def held(counter: UnitCounter) -> list[int]:
    return [*counter.numbers[:4].tolist(), 0, 0, 0, 0][:4]


@settings(max_examples=150)
@given(SPANS, UNITS, ZONES, MADE, STEPS)
def test_any_sequence_of_moves_is_what_counting_anew_gives(
    span: Span, unit: str, zone_name: str, first: Made, steps: list[tuple[int, Made, bool]]
) -> None:
    zone, now = ZoneInfo(zone_name), NOW
    counter = UnitCounter(Listing("Read", postings=Postings(rows(first, now))), span, unit, zone)
    counter.build(now)
    assert held(counter) == counted(counter.listing, span, unit, zone, now)
    for later, made, foresees in steps:
        before, now, was = now, now + later, held(counter)
        fresh = rows(made, now)
        moved = counter.move(before, now, fresh if len(fresh) else None)
        counter.listing.rows.add(fresh)
        told = held(counter)
        assert told == counted(counter.listing, span, unit, zone, now)
        people = moved.people.tolist()  # who has one unit for another among them
        assert people == sorted(set(people))
        assert {who for who in range(4) if was[who] != told[who]} <= set(people)
        assert moved.before.tolist() == [was[who] for who in moved.people]
        assert moved.after.tolist() == [told[who] for who in moved.people]
        if foresees:
            counter.next_turn(now)
