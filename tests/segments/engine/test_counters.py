"""Counters: whatever comes and whatever time passes, they are what counting anew gives."""

from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.segments.engine.counters import BOUND, Counter, summable
from coterie.segments.engine.listing import Listing
from coterie.segments.engine.postings import NOTHING, Postings, Rows
from coterie.segments.engine.spans import Span

Made = list[tuple[int, int, int]]
"""(time, profile, value) of some rows."""

KINDS = st.sampled_from([(None, False), ("v", False), ("v", True)])
SPANS = st.builds(
    Span,
    back=st.none() | st.integers(0, 25),
    skip=st.integers(0, 12),
    start=st.none() | st.integers(-20, 30),
    end=st.none() | st.integers(-10, 60),
)


class Next(NamedTuple):
    """One step: time that passes, and rows at so many ms from now (the late and the future).

    ``foresees``: whether somebody wants to know afterwards when time moves a number next.
    """

    later: int
    fresh: Made
    foresees: bool


def rows(made: Made) -> Rows:
    times, profiles, values = zip(*made, strict=True) if made else ((), (), ())
    held = {"v": np.array(values, np.int64)}
    return Rows(np.array(times, np.int64), np.array(profiles, np.int32), held).in_order()


MADE = st.lists(
    st.tuples(st.integers(-40, 20), st.integers(0, 3), st.sampled_from([NOTHING, -3, 0, 1, 7])),
    max_size=6,
)
STEPS = st.lists(
    st.builds(Next, st.sampled_from([0, 1, 2, 9, 40]), MADE, st.booleans()), max_size=6
)


def numbers(counter: Counter) -> list[int]:
    """Return what is counted, of as many profiles as there may be."""
    found = np.zeros(8, np.int64)
    held = counter.numbers[:8]
    found[: len(held)] = held
    assert not counter.numbers[8:].any()
    return found.tolist()


def anew(counter: Counter, now: int) -> Counter:
    made = Counter(counter.listing, counter.span, counter.column, counted=counter.counted)
    made.build(now)
    return made


def listed(made: Made) -> Listing:
    return Listing("Read", postings=Postings(rows(made)))


@settings(max_examples=80)
@given(SPANS, KINDS, MADE, STEPS)
def test_any_sequence_of_moves_is_what_counting_anew_gives(
    span: Span, kind: tuple[str | None, bool], first: Made, steps: list[Next]
) -> None:
    counter = Counter(listed(first), span, kind[0], counted=kind[1])
    now = 0
    counter.build(now)
    for step in steps:
        before, now = now, now + step.later
        was = numbers(counter)
        fresh = rows([(now + ago, profile, value) for ago, profile, value in step.fresh])
        moved = counter.move(before, now, fresh if len(fresh) else None)
        counter.listing.rows.add(fresh)
        told = numbers(counter)
        assert told == numbers(anew(counter, now))
        changed = [who for who in range(8) if was[who] != told[who]]
        assert moved.people.tolist() == changed
        assert moved.before.tolist() == [was[who] for who in changed]
        assert moved.after.tolist() == [told[who] for who in changed]
        if step.foresees:
            assert counter.next_turn(now) == anew(counter, now).next_turn(now)


@settings(max_examples=60)
@given(SPANS, KINDS, MADE)
def test_no_number_changes_before_the_turn(
    span: Span, kind: tuple[str | None, bool], made: Made
) -> None:
    counter = Counter(listed(made), span, kind[0], counted=kind[1])
    counter.build(0)
    now = numbers(counter)
    turned = [later for later in range(1, 80) if numbers(anew(counter, later)) != now]
    turn = counter.next_turn(0)
    assert turn is None or turn > 0
    if turned:
        assert turn is not None and turn <= turned[0]


@given(SPANS, st.integers(-50, 50))
def test_a_span_counts_the_moments_that_it_says(span: Span, time: int) -> None:
    inside = span.first(0) <= time <= span.last(0)
    expected = time <= -span.skip
    expected &= span.back is None or time >= -span.back
    expected &= span.start is None or time >= span.start
    expected &= span.end is None or time < span.end
    assert inside is expected


def test_more_than_two_bytes_hold_are_counted_on() -> None:
    counter = Counter(listed([(0, 1, 1)] * 65_535 + [(5, 2, 1)]), Span(back=10))
    counter.build(5)
    assert counter.numbers.dtype == np.uint16 and numbers(counter)[1] == 65_535
    fresh = rows([(6, 1, 1), (6, 5, 1)])
    assert counter.move(5, 6, fresh).people.tolist() == [1, 5]
    assert numbers(counter)[:6] == [0, 65_536, 1, 0, 0, 1]
    counter.listing.rows.add(fresh)
    assert numbers(anew(counter, 6)) == numbers(counter)
    assert counter.next_turn(6) == 11
    assert counter.move(6, 11, None).people.tolist() == [1]
    assert numbers(counter)[1] == 1


def test_sums_are_of_values_so_small_that_none_overflows() -> None:
    assert summable([rows([(0, 1, BOUND - 1), (0, 1, 1 - BOUND), (0, 1, NOTHING)])], "v")
    assert not summable([rows([(0, 1, BOUND)])], "v")
    assert not summable([rows([]), rows([(0, 1, -BOUND)])], "v")
