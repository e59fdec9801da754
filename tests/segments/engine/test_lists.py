"""Counters that end together are built one from the other, and count what each counts alone."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.segments.engine.counters import Counter
from coterie.segments.engine.listing import Listing
from coterie.segments.engine.lists import _ending_together
from coterie.segments.engine.postings import NOTHING, Postings, Rows
from coterie.segments.engine.spans import Span

NOW = 30
KINDS = st.sampled_from([(None, False), ("v", False), ("v", True)])
SPANS = st.builds(
    Span,
    back=st.none() | st.integers(0, 25),
    skip=st.sampled_from([0, 0, 0, 5]),
    start=st.none() | st.integers(-5, 40),
    end=st.none() | st.integers(-5, 40),
)
MADE = st.lists(
    st.tuples(st.integers(-5, 40), st.integers(0, 3), st.sampled_from([NOTHING, -3, 0, 7])),
    max_size=10,
)


def listing(made: list[tuple[int, int, int]]) -> Listing:
    times, profiles, values = zip(*made, strict=True) if made else ((), (), ())
    held = {"v": np.array(values, np.int64)}
    rows = Rows(np.array(times, np.int64), np.array(profiles, np.int32), held).in_order()
    return Listing("x", postings=Postings(rows))


@settings(max_examples=200)
@given(MADE, st.lists(st.tuples(SPANS, KINDS), min_size=1, max_size=6))
def test_what_is_built_from_a_shorter_one_is_what_is_built_alone(
    made: list[tuple[int, int, int]], asked: list[tuple[Span, tuple[str | None, bool]]]
) -> None:
    rows = listing(made)
    counters = [Counter(rows, span, of, counted=counted) for span, (of, counted) in asked]
    for together in _ending_together(counters, NOW):
        shorter = None
        for counter in together:
            counter.build(NOW, shorter)
            shorter = counter
    for counter in counters:
        alone = Counter(rows, counter.span, counter.column, counted=counter.counted)
        alone.build(NOW)
        size = max(len(counter.numbers), len(alone.numbers))
        both = [np.pad(one.numbers, (0, size - len(one.numbers))) for one in (counter, alone)]
        assert both[0].tolist() == both[1].tolist()
        inside = range(counter.span.first(NOW), counter.span.last(NOW) + 1)
        of_one = [value for time, who, value in made if who == 1 and time in inside]
        there = [value for value in of_one if value != NOTHING or counter.column is None]
        expected = sum(there) if counter.column and not counter.counted else len(there)
        assert [*both[0].tolist(), 0, 0][1] == expected


def test_more_than_two_bytes_hold_are_counted() -> None:
    busy = np.full(70_000, 3, np.int32)
    times = np.arange(70_000, dtype=np.int64)
    rows = Listing("x", postings=Postings(Rows(times, busy)))
    short, long, longest = (Counter(rows, Span(start=start)) for start in (60_000, 10_000, 0))
    short.build(100_000)
    long.build(100_000, short)
    longest.build(100_000, long)
    assert [one.numbers[3] for one in (short, long, longest)] == [10_000, 60_000, 70_000]
