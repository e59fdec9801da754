"""CUPED: no bias, and as much less variance as the past tells; nobody lost for want of a past."""

import numpy as np
import pytest

from coterie.experiments.before import adjust, adjust_sums, winsorise
from coterie.experiments.change import Periods
from coterie.experiments.model import of_values

RUNS, PEOPLE, RHO, EFFECT = 400, 1_000, 0.7, 0.1


def test_it_is_unbiased_and_leaves_half_of_the_variance() -> None:
    source = np.random.default_rng(7)
    before = source.standard_normal((RUNS, PEOPLE))
    noise = source.standard_normal((RUNS, PEOPLE))
    treated = source.random((RUNS, PEOPLE)) < 0.5
    outcome = RHO * before + np.sqrt(1 - RHO**2) * noise + EFFECT * treated
    found = [
        adjust(each, past, arm) for each, past, arm in zip(outcome, before, treated, strict=True)
    ]
    seen = np.array([one.treated.mean - one.held_out.mean for one in found])
    error = np.sqrt(np.mean([one.treated.error**2 + one.held_out.error**2 for one in found]))
    plain = np.array(
        [y[arm].mean() - y[~arm].mean() for y, arm in zip(outcome, treated, strict=True)]
    )
    # what is left after the past must not lie to one side: compared run by run, where chance
    # of the noise both share falls out
    truth = np.array(
        [
            e[arm].mean() - e[~arm].mean()
            for e, arm in zip(np.sqrt(1 - RHO**2) * noise, treated, strict=True)
        ]
    )
    assert abs((seen - EFFECT - truth).mean()) < 0.1 * error
    assert np.mean([one.kept for one in found]) == pytest.approx(0.51, abs=0.03)
    assert seen.var() / plain.var() == pytest.approx(0.51, abs=0.1), "and in truth, run by run"
    covered = np.abs(seen - EFFECT) <= 1.96 * error
    assert covered.mean() > 0.92


def test_who_has_no_past_stays_in_with_an_indicator_of_her_own() -> None:
    source = np.random.default_rng(8)
    people = 6_000
    missing = source.random(people) < 0.3
    before = np.where(missing, np.nan, source.standard_normal(people) + 5)
    treated = source.random(people) < 0.5
    outcome = np.where(missing, 3.0, np.nan_to_num(before)) + 0.5 * treated
    outcome = outcome + source.standard_normal(people)
    found = adjust(outcome, before, treated, missing=missing)
    assert found.treated.people + found.held_out.people == people
    assert found.treated.mean - found.held_out.mean == pytest.approx(0.5, abs=0.08)
    assert found.kept < 0.6
    without = adjust(outcome, np.nan_to_num(before), treated)
    assert found.kept < without.kept, "a 0 for no past is no past of 0"


def test_people_who_share_an_entry_count_as_often_as_they_are() -> None:
    source = np.random.default_rng(9)
    y, x, arm = (source.integers(0, 2, 500) for _ in range(3))
    single = adjust(y, x, arm)
    cells, people = np.unique(np.column_stack([y, x, arm]), axis=0, return_counts=True)
    together = adjust(cells[:, 0], cells[:, 1], cells[:, 2], people=people)
    assert together.treated.mean == pytest.approx(single.treated.mean)
    assert together.held_out.variance == pytest.approx(single.held_out.variance)
    assert together.kept == pytest.approx(single.kept)


def test_without_a_past_that_differs_nothing_changes() -> None:
    found = adjust([1, 0, 1, 1], [0, 0, 0, 0], [1, 1, 0, 0])
    assert (found.treated, found.held_out) == (of_values([1, 0]), of_values([1, 1]))
    assert found.kept == 1


def test_a_few_rich_ones_are_cut_to_the_quantile() -> None:
    assert winsorise([]).size == 0
    assert winsorise(np.arange(101.0), 0.9).max() == 90


def test_sums_tell_the_same_as_the_people_themselves() -> None:
    random = np.random.default_rng(5)
    before = random.gamma(2, 50, 400)
    after = 0.7 * before + random.gamma(2, 30, 400)
    treated = random.random(400) < 0.8

    def summed(chosen: np.ndarray) -> Periods:
        x, y = before[chosen], after[chosen]
        return Periods(len(x), x.sum(), y.sum(), (x * x).sum(), (y * y).sum(), (x * y).sum())

    people, sums = adjust(after, before, treated), adjust_sums(summed(treated), summed(~treated))
    assert sums.kept == pytest.approx(people.kept)
    for one, other in ((people.treated, sums.treated), (people.held_out, sums.held_out)):
        assert other.mean == pytest.approx(one.mean)
        assert other.variance == pytest.approx(one.variance)
    alone = Periods(1, 3.0, 4.0, 9.0, 16.0, 12.0)
    assert adjust_sums(alone, summed(~treated)).kept == 1.0
