"""The smallest difference that an audience can show, against figures known from elsewhere."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.experiments.sizes import smallest_shown, split


def test_the_sample_size_formula_gives_the_difference_back() -> None:
    """Fleiss, Levin and Paik, 3rd edition, section 4.2: n for 0.10 against 0.15, power 0.8."""
    p1, p2 = 0.10, 0.15
    pooled = (p1 + p2) / 2
    n = (
        1.959964 * sqrt(2 * pooled * (1 - pooled)) + 0.841621 * sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    ) ** 2 / (p2 - p1) ** 2
    assert round(n) == 686
    found = smallest_shown(686, 686, p1)
    assert found == pytest.approx(0.05, abs=1e-4)


def test_fifty_seven_people_show_next_to_nothing() -> None:
    found = smallest_shown(*split(57, 10))
    assert found is not None
    assert 0.4 < found < 0.6


@pytest.mark.parametrize("groups", [(0, 10), (10, 0), (1, 1), (3, 1)])
def test_some_audiences_can_show_nothing_at_all(groups: tuple[int, int]) -> None:
    assert smallest_shown(*groups) is None


@given(told=st.integers(200, 100_000), out=st.integers(200, 100_000))
def test_more_people_never_show_less(told: int, out: int) -> None:
    one, more = smallest_shown(told, out), smallest_shown(told * 2, out * 2)
    assert one is not None and more is not None
    assert more <= one
