"""The smallest difference that an audience can show, against figures known from elsewhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.experiments.sizes import (
    ANY_LOOK,
    ONE_LOOK,
    audience_needed,
    smallest_lift,
    smallest_shown,
    split,
)


def test_the_sample_size_formula_gives_the_difference_back() -> None:
    """Chow, Shao and Wang, 2nd edition, section 4.2: n for 0.10 against 0.15, power 0.8."""
    p1, p2 = 0.10, 0.15
    n = (1.959964 + 0.841621) ** 2 * (p1 * (1 - p1) + p2 * (1 - p2)) / (p2 - p1) ** 2
    assert round(n) == 683
    found = smallest_shown(683, 683, p1)
    assert found == pytest.approx(0.05, abs=1e-4)


@pytest.mark.parametrize(
    ("rate", "lift", "holdout", "audience"),
    [
        (0.10, 0.10, 0.05, 149_000),
        (0.10, 0.10, 0.10, 79_000),
        (0.02, 0.28, 0.05, 105_000),
        (0.191, 0.294 / 0.191 - 1, 0.10, 1_300),
    ],
)
def test_the_table_of_sizes(rate: float, lift: float, holdout: float, audience: int) -> None:
    needed = audience_needed(rate, lift, holdout)
    assert float(f"{needed:.{len(str(audience).rstrip('0'))}g}") == pytest.approx(
        audience, rel=0.01
    )
    back = smallest_lift(needed, holdout, rate, ONE_LOOK)
    assert back == pytest.approx(lift, rel=0.01)
    looking = smallest_lift(needed, holdout, rate, ANY_LOOK)
    assert looking is not None and back is not None
    assert looking > 1.3 * back, "to look at any time takes a larger effect, or more people"


def test_no_rise_over_nearly_everybody() -> None:
    assert smallest_lift(1_000, 0.1, 0.9, ONE_LOOK) is None
    assert smallest_lift(1_000, 0.1, 0.0, ONE_LOOK) is None


def test_fifty_seven_people_show_next_to_nothing() -> None:
    found = smallest_shown(*split(57, 10))
    assert found is not None
    assert 0.35 < found < 0.6


@pytest.mark.parametrize("groups", [(0, 10), (10, 0), (1, 1), (3, 1)])
def test_some_audiences_can_show_nothing_at_all(groups: tuple[int, int]) -> None:
    assert smallest_shown(*groups) is None


@given(told=st.integers(200, 100_000), out=st.integers(200, 100_000))
def test_more_people_never_show_less(told: int, out: int) -> None:
    one, more = smallest_shown(told, out), smallest_shown(told * 2, out * 2)
    assert one is not None and more is not None
    assert more <= one
