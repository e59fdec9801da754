"""Looking as often as one likes: false finds stay rare, true effects are found, p fits interval."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.experiments.model import Sample, of_counts
from coterie.experiments.sequences import (
    EVERYTHING,
    half_widths,
    margins,
    of_difference,
    p_value,
)

RUNS, LOOKS, PEOPLE = 2_000, 20, 5_000


def looks(rate: float, rate_other: float, holdout: float, seed: int) -> tuple[np.ndarray, ...]:
    """Play experiments and look at each twenty times: (difference, its error, people)."""
    source = np.random.default_rng(seed)
    step = PEOPLE // LOOKS
    out = source.binomial(step, holdout, (RUNS, LOOKS))
    told = step - out
    people, people_other = told.cumsum(1), out.cumsum(1)
    did = source.binomial(told, rate).cumsum(1)
    did_other = source.binomial(out, rate_other).cumsum(1)
    smooth, smooth_other = (did + 1) / (people + 2), (did_other + 1) / (people_other + 2)
    error = np.sqrt(
        smooth * (1 - smooth) / people
        + smooth_other * (1 - smooth_other) / np.maximum(people_other, 1)
    )
    return did / people - did_other / np.maximum(people_other, 1), error, people + people_other


@pytest.mark.parametrize("holdout", [0.5, 0.1])
def test_two_thousand_experiments_without_effect_find_one_in_fewer_than_twenty(
    holdout: float,
) -> None:
    seen, error, people = looks(0.1, 0.1, holdout, seed=1)
    finds = np.abs(seen) > half_widths(error, people, PEOPLE)
    naive = np.abs(seen) > 1.96 * error
    assert finds.any(axis=1).mean() <= 0.05
    assert naive.any(axis=1).mean() > 0.15, "what an interval for one look does to who looks often"


def test_a_planted_rise_is_recovered_at_every_look() -> None:
    seen, error, people = looks(0.13, 0.1, 0.5, seed=2)
    inside = np.abs(seen - 0.03) <= half_widths(error, people, PEOPLE)
    assert inside.all(axis=1).mean() >= 0.94
    assert (seen - half_widths(error, people, PEOPLE) > 0)[:, -1].mean() > 0.4, "and mostly found"


def test_the_price_of_looking_is_half_as_much_again_in_width() -> None:
    assert margins(5_000, 5_000) / (1.959964 / 5_000**0.5) == pytest.approx(1.55, abs=0.005)
    best = margins(5_000, 5_000)
    assert best < margins(5_000, 500)
    assert best < margins(5_000, 50_000)


counts = st.integers(2, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts, counts, st.floats(10, 1e6))
def test_the_p_value_is_below_a_twentieth_where_the_interval_leaves_out_zero(
    one: tuple[int, int], other: tuple[int, int], planned: float
) -> None:
    first, second = of_counts(*one), of_counts(*other)
    interval, p = of_difference(first, second, planned), p_value(first, second, planned)
    if abs(p - 0.05) > 1e-9:
        assert (0 in interval) == (p > 0.05)


def test_of_nobody_nothing_is_known() -> None:
    assert of_difference(of_counts(0, 0), of_counts(3, 10), 100) == EVERYTHING
    assert p_value(of_counts(0, 0), of_counts(3, 10), 100) == 1
    assert p_value(Sample(9, 1.0, 0.0), Sample(9, 1.0, 0.0), 100) == 1
