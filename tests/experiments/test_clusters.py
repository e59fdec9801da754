"""Whole groups as units: intervals that hold where counting people does not."""

import numpy as np
import pytest
from scipy import stats

from coterie.experiments.clusters import (
    Group,
    alternating,
    compare,
    is_day_on,
    of_groups,
)
from coterie.experiments.intervals import newcombe
from coterie.experiments.ratios import Sums, of_ratio

RUNS, GROUPS = 300, 12


def play(source: np.random.Generator) -> list[Group]:
    """Draw an arm of twelve groups of 30 to 210 people, alike with an ICC of about .05."""
    sizes = source.integers(30, 211, GROUPS)
    rates = source.beta(1.9, 17.1, GROUPS)
    return [Group(int(n), float(source.binomial(n, p))) for n, p in zip(sizes, rates, strict=True)]


def test_clustered_intervals_cover_where_those_of_people_fail() -> None:
    source = np.random.default_rng(3)
    covered = naive = 0
    for _ in range(RUNS):
        one, other = play(source), play(source)
        covered += 0 in compare(one, other).interval()
        counted = [(int(sum(g.total for g in arm)), sum(g.people for g in arm))
                   for arm in (one, other)]  # fmt: skip
        naive += 0 in newcombe(*counted[0], *counted[1])
    assert covered / RUNS >= 0.93
    assert naive / RUNS < 0.75, "the negative control: people of a group are no single draws"


def test_groups_of_one_size_give_the_t_test_of_their_means() -> None:
    one, other = [4.0, 6.0, 5.0, 9.0], [3.0, 4.0, 2.0]
    found = compare([Group(10, 10 * v) for v in one], [Group(10, 10 * v) for v in other])
    welch = stats.ttest_ind(one, other, equal_var=False).confidence_interval()
    assert found.interval().low == pytest.approx(welch.low)
    assert found.interval().high == pytest.approx(welch.high)
    assert (found.groups, found.groups_other) == (4, 3)


def test_one_group_an_arm_shows_nothing() -> None:
    found = compare([Group(500, 90.0)], [Group(400, 40.0), Group(300, 33.0)])
    assert found.interval().high == float("inf")
    assert found.difference == pytest.approx(0.18 - 73 / 700)
    assert of_groups([]).people == 0


def test_alternating_days_are_drawn_in_pairs_and_compared_within_them() -> None:
    days = [is_day_on("tea", day) for day in range(2_000)]
    assert all(days[at] != days[at + 1] for at in range(0, 2_000, 2))
    assert 0.45 < sum(days[::2]) / 1_000 < 0.55, "which of a pair comes first is a lot too"
    source = np.random.default_rng(4)
    season = np.linspace(10, 60, 28)
    pairs = [(s + 3 + source.normal(), s + source.normal()) for s in season]
    assert 3 in alternating(pairs).interval()
    assert 0 not in alternating(pairs).interval()
    assert alternating(pairs[:1]).interval().high == float("inf")


def test_a_ratio_by_the_delta_method_covers() -> None:
    source = np.random.default_rng(5)
    covered = 0
    for _ in range(RUNS):
        orders = source.poisson(1 + source.gamma(2, 1, 400))
        amount = orders * 20 + source.normal(0, 5, 400) * np.sqrt(orders)
        found = of_ratio(
            Sums(400, amount.sum(), orders.sum(), (amount**2).sum(), (orders**2).sum(),
                 (amount * orders).sum())
        )  # fmt: skip
        covered += abs(found.mean - 20) <= 1.96 * found.error
    assert covered / RUNS == pytest.approx(0.95, abs=0.035)
    assert of_ratio(Sums(5, 1, 0, 1, 0, 0)).mean == 0
