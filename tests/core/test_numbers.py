import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.numbers import as_decimal, is_number, scaled, unscaled

AMOUNTS = st.one_of(
    st.integers(-(10**12), 10**12),
    st.floats(-1e12, 1e12),
    st.decimals(-(10**9), 10**9, places=6).map(str),
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (29.99, 299_900),
        ("29.99", 299_900),
        (0.1, 1_000),
        ("0.00005", 1),
        ("-0.00005", -1),
        ("0.00015", 2),
        ("-0.00025", -3),
        ("0.000049999", 0),
        ("-0.000049999", 0),
        (0, 0),
        (-0.0, 0),
        ("1e3", 10_000_000),
        ("+.5", 5_000),
        ("7.", 70_000),
        (2**62 // 10_000 + 1, None),
        (1e300, None),
        ("1e999", None),
        (float("nan"), None),
        (float("inf"), None),
        ("Infinity", None),
        ("NaN", None),
        ("1_000", None),
        ("1,000", None),
        (" 1", None),
        ("１", None),
        ("", None),
        (True, None),
        (None, None),
        ([], None),
    ],
)
def test_a_value_is_scaled_with_halves_away_from_zero(value: object, expected: int | None) -> None:
    assert scaled(value) == expected


@given(st.decimals(-(10**9), 10**9, places=8))
def test_scaling_is_off_by_half_a_step_at_most_and_keeps_the_sign(value: Decimal) -> None:
    result = scaled(str(value))
    assert result is not None
    assert abs(result - value * 10_000) <= Decimal("0.5")
    assert scaled(str(-value)) == -result


@given(st.lists(AMOUNTS, min_size=1), st.integers(0, 2**32))
def test_sums_are_the_same_in_any_order(values: list[object], seed: int) -> None:
    parts = [part for part in map(scaled, values) if part is not None]
    other = parts.copy()
    random.Random(seed).shuffle(other)
    middle = len(other) // 2
    assert sum(parts) == sum(other) == sum(other[middle:]) + sum(other[:middle])


def test_ten_dimes_are_exactly_one() -> None:
    dimes = [scaled(0.1) for _ in range(10)]
    assert unscaled(sum(part for part in dimes if part is not None)) == 1.0
    assert sum([0.1] * 10) != 1.0


@given(st.integers(-(10**15), 10**15))
def test_a_scaled_number_comes_back(value: int) -> None:
    assert scaled(unscaled(value)) == value


def test_a_truth_value_is_no_number() -> None:
    assert [is_number(value) for value in (1, 1.5, True, False, "1", None)] == [
        True, True, False, False, False, False,
    ]  # fmt: skip
    assert as_decimal("1.50") == Decimal("1.50")
    assert as_decimal(Decimal("1.5")) is None
