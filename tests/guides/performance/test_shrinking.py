"""Rates with luck taken out: nearer to the truth than raw ones, honest about what is not known."""

import numpy as np
import pytest

from coterie.guides.performance.shrinking import Prior, believed, fit
from coterie.guides.performance.spread import Period, evened


def draw(
    seed: int, guides: int = 200, sd: float = 0.05
) -> tuple[list[float], list[int], list[int]]:
    rng = np.random.default_rng(seed)
    weight = 0.2 * 0.8 / sd**2 - 1
    truth = rng.beta(0.2 * weight, 0.8 * weight, guides)
    cases = rng.integers(3, 150, guides)
    return truth.tolist(), rng.binomial(cases, truth).tolist(), cases.tolist()


def test_shrunken_rates_are_a_fifth_nearer_to_the_truth() -> None:
    truth, hits, cases = draw(1)
    prior = fit(hits, cases)
    assert prior.spread == pytest.approx(0.05, abs=0.012)
    assert prior.mean == pytest.approx(0.2, abs=0.015)
    raw = np.array(hits) / np.array(cases)
    shrunken = np.array([one.mean for one in believed(hits, cases, prior)])
    error = [float(np.sqrt(((each - truth) ** 2).mean())) for each in (raw, shrunken)]
    assert error[1] < 0.8 * error[0]


def test_nine_of_ten_intervals_hold_the_truth() -> None:
    held = []
    for seed in range(5):
        truth, hits, cases = draw(seed)
        each = believed(hits, cases, fit(hits, cases))
        held += [one.low <= rate <= one.high for one, rate in zip(each, truth, strict=True)]
    assert 0.87 < sum(held) / len(held) < 0.93


def test_three_lucky_customers_lead_nobody() -> None:
    few, many = believed([3, 90], [3, 300], Prior(0.2, 40))
    assert few.low < many.low
    assert many.low > 0.2


def test_guides_who_are_all_alike_are_seen_as_alike() -> None:
    rng = np.random.default_rng(4)
    cases = rng.integers(30, 150, 80).tolist()
    hits = rng.binomial(cases, 0.2).tolist()
    assert fit(hits, cases).spread < 0.02


@pytest.mark.parametrize(("later", "sure"), [(0.02, True), (0.08, False)])
def test_that_guides_became_more_alike_is_told_from_chance(later: float, sure: bool) -> None:
    _, hits, cases = draw(1, 120, 0.08)
    _, after, of = draw(2, 120, later)
    found = evened(Period(hits, cases), Period(after, of))
    assert found.is_sure is sure
    assert found.before == pytest.approx(0.08, abs=0.025)


def test_a_change_that_is_none_is_seldom_called_one() -> None:
    called = 0
    for seed in range(40):
        _, hits, cases = draw(seed, 40)
        _, after, of = draw(seed + 1_000, 40)
        called += evened(Period(hits, cases), Period(after, of)).is_sure
    assert called <= 5  # of 40, at 5 % of one side
