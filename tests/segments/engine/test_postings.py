"""Posting lists: whatever is added in whatever pieces, they tell what plain Python tells."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.segments.engine.postings import Postings, Rows, joined, order_by, ranges

FIRST, LAST = -62_135_596_800_000, 253_402_300_799_999
"""The year 1 and the year 9999."""

TIMES = st.one_of(st.integers(0, 6), st.sampled_from([FIRST, FIRST + 1, LAST - 1, LAST]))
PEOPLE = st.sampled_from([0, 1, 2, 2**31 - 3])


class Row(NamedTuple):
    """One event; ``seq`` counts in the order of arrival."""

    time: int
    profile: int
    seq: int


def rows_of(events: Sequence[Row]) -> Rows:
    return Rows(
        np.array([one.time for one in events], np.int64),
        np.array([one.profile for one in events], np.int32),
        {"seq": np.array([one.seq for one in events], np.int64)},
    )


def told(rows: Rows) -> list[Row]:
    columns = rows.times.tolist(), rows.profiles.tolist(), rows.values["seq"].tolist()
    return [Row(*one) for one in zip(*columns, strict=True)]


@st.composite
def batches(draw: st.DrawFn, times: st.SearchStrategy[int] = TIMES) -> list[list[Row]]:
    sizes = draw(st.lists(st.integers(0, 12), min_size=1, max_size=6))
    ends = np.cumsum(sizes).tolist()
    drawn = draw(st.lists(st.tuples(times, PEOPLE), min_size=ends[-1], max_size=ends[-1]))
    events = [Row(time, profile, seq) for seq, (time, profile) in enumerate(drawn)]
    return [events[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def posted(given_in: Sequence[Sequence[Row]]) -> Postings:
    made = Postings(rows_of(given_in[0]))
    for batch in given_in[1:]:
        made.add(rows_of(batch).in_order())
    return made


@given(st.lists(st.integers(0, 5), max_size=12))
def test_order_by_is_a_stable_sort_by_person(people: list[int]) -> None:
    order = order_by(np.array(people, np.int32)).tolist()
    assert order == sorted(range(len(people)), key=lambda place: people[place])


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), max_size=6))
def test_ranges_are_the_numbers_of_every_pair(pairs: list[tuple[int, int]]) -> None:
    lows = np.array([low for low, _ in pairs], np.int64)
    highs = np.array([low + length for low, length in pairs], np.int64)
    expected = [number for low, length in pairs for number in range(low, low + length)]
    assert ranges(lows, highs).tolist() == expected


@settings(max_examples=60)
@given(batches(), TIMES, TIMES)
def test_runs_keep_all_rows_by_time_and_equal_ones_by_arrival(
    given_in: list[list[Row]], first: int, last: int
) -> None:
    made = posted(given_in)
    every = sorted((one for batch in given_in for one in batch), key=lambda one: one.time)
    assert len(made) == len(every)
    lengths = [len(run) for run in made.runs]
    assert all(older >= 8 * newer for older, newer in pairwise(lengths))
    found = list(made.between(first, last))
    expected = [one for one in every if first <= one.time <= last]
    assert all(told(part) == sorted(told(part), key=lambda one: one.time) for part in found)
    assert (told(joined(found).in_order()) if found else []) == expected
    later = [one.time for one in every if one.time > first]
    assert made.next_after(first) == min(later, default=None)


@settings(max_examples=60)
@given(batches(), st.sets(PEOPLE), st.tuples(TIMES, st.integers(-1, 1)), TIMES)
def test_rows_of_some_people_are_a_filter(
    given_in: list[list[Row]], people: set[int], near: tuple[int, int], last: int
) -> None:
    first = near[0] + near[1]
    made = posted(given_in)
    found = made.of(np.array(sorted(people), np.int32), first, last)
    expected = [
        one
        for batch in given_in
        for one in batch
        if one.profile in people and first <= one.time <= last
    ]
    by_person = sorted(told(found), key=lambda one: (one.profile, one.time))
    assert by_person == sorted(expected, key=lambda one: (one.profile, one.time))


def test_a_grain_coarser_than_a_millisecond_is_looked_through() -> None:
    """2 ** 31 profiles and ten thousand years make more than 62 bits: a key holds some 2 s."""
    many = 2**31 - 3
    times = [FIRST, LAST - 1, LAST, 1, 2, 3, 4]
    made = Postings(rows_of([Row(time, many, seq) for seq, time in enumerate(times)]))
    found = made.of(np.array([5, many], np.int32), 2, 3)
    assert told(found) == [Row(2, many, 4), Row(3, many, 5)]
    assert told(made.of(np.array([5], np.int32), FIRST, LAST)) == []


def test_small_runs_do_not_copy_a_large_one() -> None:
    made = posted([[Row(time, 1, time) for time in range(100)]])
    large = made.runs[0]
    for time in range(12):
        made.add(rows_of([Row(time, 2, 100 + time)]))
    assert made.runs[0] is large
    assert [len(run) for run in made.runs] == [100, 12]
