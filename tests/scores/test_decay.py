import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.clock import DAY
from coterie.scores.decay import level, term, value

H = 14 * DAY
NOW = 1_767_225_600_000

contributions = st.lists(
    st.tuples(
        st.integers(NOW - 3_000 * DAY, NOW),
        st.floats(0.001, 1_000_000, allow_nan=False),
    ),
    min_size=1,
    max_size=40,
)


def of(parts: list[tuple[int, float]], half_life: int = H) -> float | None:
    return level([term(time, weight, half_life) for time, weight in parts])


def test_ten_points_are_five_after_a_half_life() -> None:
    assert value(of([(NOW, 10.0)]), NOW + 14 * DAY, H) == pytest.approx(5.0, abs=1e-9)


def test_a_point_a_week_for_thirteen_weeks() -> None:
    weekly = [(NOW - week * 7 * DAY, 1.0) for week in range(13)]
    assert value(of(weekly), NOW, H) == pytest.approx(3.376, abs=5e-4)
    exact = sum(2 ** (-week / 2) for week in range(13))
    assert value(of(weekly), NOW, H) == pytest.approx(exact, abs=1e-9)


@given(contributions)
def test_the_value_is_the_plain_sum_of_decayed_weights(parts: list[tuple[int, float]]) -> None:
    plain = sum(weight * 2 ** ((time - NOW) / H) for time, weight in parts)
    assert value(of(parts), NOW, H) == pytest.approx(plain, rel=1e-9)


@given(contributions, st.integers(0, 400 * DAY))
def test_after_one_half_life_it_is_half(parts: list[tuple[int, float]], later: int) -> None:
    found = of(parts)
    before = value(found, NOW + later, H)
    assert value(found, NOW + later + H, H) == pytest.approx(before / 2, rel=1e-9)


@given(contributions, st.randoms(use_true_random=False))
def test_any_order_gives_the_same_bits(
    parts: list[tuple[int, float]], shuffle: random.Random
) -> None:
    shuffled = list(parts)
    shuffle.shuffle(shuffled)
    assert of(shuffled) == of(parts)


@given(contributions, st.integers(NOW - 3_000 * DAY, NOW), st.floats(0.001, 1_000_000))
def test_one_more_never_lowers(parts: list[tuple[int, float]], time: int, weight: float) -> None:
    before, after = of(parts), of([*parts, (time, weight)])
    assert before is not None and after is not None
    assert after >= before


def test_a_short_half_life_over_a_long_history_neither_overflows_nor_vanishes() -> None:
    minute = 60_000
    old = of([(0, 1.0)], minute)
    assert old == 0.0
    both = of([(0, 1.0), (NOW, 4.0)], minute)
    assert value(both, NOW, minute) == pytest.approx(4.0, rel=1e-6)


def test_nothing_is_worth_nothing() -> None:
    assert of([]) is None
    assert value(None, NOW, H) == 0.0
