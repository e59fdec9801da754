"""What is found from all rows of a person: extremes, distinct values, the last one, pairs."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.segments.engine.gathered import (
    Gathered,
    distinct,
    extreme,
    last,
    pairs,
)
from coterie.segments.engine.postings import NOTHING, Rows

FAR = [-62_135_596_800_000, 0, 1, 2, 5, 253_402_300_799_999]
"""The year 1 to the year 9999: with many people, person and moment do not fit one number."""

MANY = 40_001
"""The last of so many would come before the first, where a key overflowed."""


class Row(NamedTuple):
    """One event of the person who stands at a place."""

    whose: int
    time: int
    value: int


@st.composite
def given_in(draw: st.DrawFn, values: Sequence[int] = (NOTHING, 0, 1, 4)) -> list[Row]:
    """Rows in the order of arrival."""
    row = st.builds(
        Row, st.sampled_from([0, 1, MANY - 1]), st.sampled_from(FAR), st.sampled_from(values)
    )
    return draw(st.lists(row, max_size=14))


def gathered(rows: Sequence[Row], cut: int | None = None, people: int = MANY) -> Gathered:
    """Gather as the engine does: all by time, or (``cut``) two runs, each by person and time."""
    if cut is None:
        laid = sorted(rows, key=lambda one: one.time)
    else:
        parts = rows[:cut], rows[cut:]
        laid = [one for part in parts for one in sorted(part, key=lambda o: (o.whose, o.time))]
    told = Rows(
        np.array([one.time for one in laid], np.int64),
        np.array([one.whose for one in laid], np.int32),
        {"v": np.array([one.value for one in laid], np.int64)},
    )
    return Gathered(told, told.profiles, people)


def own(rows: Sequence[Row], whose: int) -> list[Row]:
    return sorted((one for one in rows if one.whose == whose), key=lambda one: one.time)


def people_of(rows: Sequence[Row]) -> list[int]:
    return sorted({one.whose for one in rows})


CUTS = st.none() | st.integers(0, 14)


@settings(max_examples=60)
@given(given_in(), CUTS)
def test_each_measure_is_what_plain_python_says(rows: list[Row], cut: int | None) -> None:
    found = gathered(rows, cut)
    least, most = extreme(found, "v", largest=False), extreme(found, "v", largest=True)
    different, newest = distinct(found, "v"), last(found, "v")
    for whose in (0, 1, 2, MANY - 1):
        mine = own(rows, whose)
        values = [one.value for one in mine if one.value != NOTHING]
        assert least[whose] == min(values, default=NOTHING)
        assert most[whose] == max(values, default=NOTHING)
        assert different[whose] == len(set(values))
        assert newest[whose] == (bool(mine) and mine[-1].value == 1)


@given(given_in(), st.sampled_from([2, MANY]))
def test_what_grows_with_time_is_counted_stretch_by_stretch(rows: list[Row], people: int) -> None:
    units = [one._replace(value=one.time // 3) for one in rows if one.whose < people]
    found = distinct(gathered(units, people=people), "v")
    for whose in {0, 1, people - 1}:
        assert found[whose] == len({one.time // 3 for one in units if one.whose == whose})


@settings(max_examples=100)
@given(
    given_in(), given_in(), st.sampled_from([0, 1, 2, 5]),
    st.none() | st.sampled_from([1, 2, 3, 6]), st.booleans(), CUTS, st.sampled_from([2, MANY]),
)  # fmt: skip
def test_pairs_are_what_plain_python_says(
    first: list[Row], second: list[Row], after: int, within: int | None, absent: bool,
    cut: int | None, people: int,
) -> None:  # fmt: skip
    now = 5
    first = [one for one in first if one.time <= now and one.whose < people]
    second = [one for one in second if one.time <= now and one.whose < people]
    absent = absent and within is not None
    found = pairs(
        gathered(first, cut, people), gathered(second, cut, people), after, within, absent, now
    )

    def follows(one: Row) -> bool:
        return any(
            one.time + max(after, 1) <= other.time
            and (within is None or other.time < one.time + within)
            for other in own(second, one.whose)
        )

    def counts(one: Row) -> bool:
        return (one.time + (within or 0) <= now and not follows(one)) if absent else follows(one)

    assert set(np.flatnonzero(found).tolist()) == {one.whose for one in first if counts(one)}


@pytest.mark.parametrize(
    ("second", "now", "met"),
    [
        (None, 9, False),
        (None, 10, True),
        (4, 10, True),
        (5, 10, False),
        (9, 10, False),
        (10, 10, True),
    ],
)
def test_an_absence_is_known_once_its_span_has_passed(
    second: int | None, now: int, met: bool
) -> None:
    first = gathered([Row(0, 4, 0)], people=1)
    others = gathered([] if second is None else [Row(0, second, 0)], people=1)
    assert pairs(first, others, 0, 6, True, now).tolist() == [met]


@pytest.mark.parametrize("largest", [True, False])
def test_nobody_has_an_extreme_of_nothing(largest: bool) -> None:
    assert extreme(gathered([], people=3), "v", largest=largest).tolist() == [NOTHING] * 3
    assert last(gathered([], people=3), "v").tolist() == [False] * 3
    assert distinct(gathered([], people=3), "v").tolist() == [0] * 3
