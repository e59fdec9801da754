"""Bounds over arrays: as exact as fractions of the decimals that were written."""

import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.segments.engine.bounds import ratio, whole
from coterie.segments.model import Bounds

TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne,
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le,
}  # fmt: skip

TOTALS = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([29_999, 30_000, 30_001, 2**53 + 1, 2**61 - 1, 1 - 2**61]),
)
VALUES = st.one_of(
    st.sampled_from([0, 1, -1, 2.5, 3, 0.3, -0.5, 2**53 + 1, 2**61 - 1, 10**30, -(10**30)]),
    st.sampled_from([1e-300, -1e-300, 1e300, 0.3333333333333333, 0.30000000000000004, 5e-324]),
    st.floats(allow_nan=False, allow_infinity=False),
)
BOUNDS = st.lists(st.tuples(st.sampled_from(sorted(TESTS)), VALUES), max_size=2)
UNITS = st.sampled_from([1, 10_000])


def held(measure: Fraction, tests: list[tuple[str, float]]) -> bool:
    return all(TESTS[op](measure, Fraction(Decimal(str(value)))) for op, value in tests)


@settings(max_examples=100)
@given(st.lists(TOTALS, max_size=5), BOUNDS, UNITS)
def test_totals_are_compared_as_fractions_are(
    totals: list[int], tests: list[tuple[str, float]], unit: int
) -> None:
    found = whole(np.array(totals, np.int64), Bounds(tuple(tests)), unit)
    assert found.tolist() == [held(Fraction(total, unit), tests) for total in totals]


@settings(max_examples=100)
@given(st.lists(st.tuples(TOTALS, st.integers(0, 4) | st.just(2**61)), max_size=5), BOUNDS, UNITS)
def test_ratios_are_compared_as_fractions_are_and_none_of_nothing_holds(
    pairs: list[tuple[int, int]], tests: list[tuple[str, float]], unit: int
) -> None:
    parts = np.array([part for part, _ in pairs], np.int64)
    wholes = np.array([every for _, every in pairs], np.int64)
    found = ratio(parts, wholes, Bounds(tuple(tests)), unit)
    assert found.tolist() == [
        every > 0 and held(Fraction(part, every * unit), tests) for part, every in pairs
    ]


@pytest.mark.parametrize("bound", [1e-30, 1e30])
def test_nothing_at_all_is_compared_with_any_number(bound: float) -> None:
    none, one = np.array([0], np.int64), np.array([1], np.int64)
    below = Bounds((("<", bound),))
    assert ratio(none, one, below).tolist() == [True]
    assert ratio(none, none, below).tolist() == [False]
    assert ratio(none[:0], none[:0], below).tolist() == []


def test_a_third_is_less_than_the_decimal_just_above_it() -> None:
    one, three = np.array([1, 1], np.int64), np.array([3, 0], np.int64)
    just_above, just_below = 0.3333333333333334, 0.3333333333333333
    assert ratio(one, three, Bounds((("<", just_above),))).tolist() == [True, False]
    assert ratio(one, three, Bounds((("<=", just_below),))).tolist() == [False, False]
    assert ratio(one, three, Bounds((("!=", just_below),))).tolist() == [True, False]
