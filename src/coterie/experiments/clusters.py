"""Differences where whole groups were drawn, or whole days: the group is the unit. Pure.

People of one group are alike, so a thousand of them in ten groups are nearer to ten observations
than to a thousand; an interval that counts people is too narrow by the root of the design effect,
1 + (size - 1) * ICC (L. Kish, "Survey Sampling", 1965).

Sources: R. Bell, D. McCaffrey, "Bias reduction in standard errors for linear regression with
multi-stage samples", Survey Methodology 28 (2002); J. Pustejovsky, E. Tipton, "Small-sample methods
for cluster-robust variance estimation", JBES 36 (2018): the correction CR2. Of arm means a group of
n people among N has leverage n / N, so its summed residual counts ``e / sqrt(1 - n / N)``. Degrees
of freedom after Welch and Satterthwaite with a group less one an arm. Alternating days: I. Bojinov,
D. Simchi-Levi, J. Zhao, "Design and analysis of switchback experiments", Management Science 69
(2023); days come in pairs, of which a draw makes one the day on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt

from scipy.special import stdtrit

from coterie.core.ids import BUCKETS, bucket
from coterie.experiments.intervals import LEVEL
from coterie.experiments.model import Interval, Sample, of_values


@dataclass(frozen=True)
class Group:
    """One drawn group: how many people it has, and the sum of what is measured of them."""

    people: int
    total: float


@dataclass(frozen=True)
class Clustered:
    """A difference with its standard error from groups, and how many of these each arm has."""

    difference: float
    error: float
    freedom: float
    groups: int
    groups_other: int

    def interval(self, level: float = LEVEL) -> Interval:
        """Return the interval with Student's t for as few groups as there are.

        It is for one look at a time settled beforehand: with few groups no asymptotic sequence
        holds.
        """
        if not self.freedom or self.error == inf:
            return Interval(-inf, inf)
        half = float(stdtrit(self.freedom, (1 + level) / 2)) * self.error
        return Interval(self.difference - half, self.difference + half)


def of_groups(groups: Sequence[Group]) -> Sample:
    """Return an arm's mean over people, with the variance that makes ``error`` the groups'.

    ``people`` is the number of groups, which are its units.
    """
    people = sum(group.people for group in groups)
    if not people:
        return Sample(0, 0.0, 0.0)
    mean = sum(group.total for group in groups) / people
    if len(groups) < 2:
        return Sample(len(groups), mean, 0.0)
    squares = sum(
        (group.total - mean * group.people) ** 2 / (1 - group.people / people)
        for group in groups
        if group.people < people
    )
    return Sample(len(groups), mean, len(groups) * squares / people**2)


def compare(one: Sequence[Group], other: Sequence[Group]) -> Clustered:
    """Hold the groups of one arm against those of the other."""
    first, second = of_groups(one), of_groups(other)
    parts = [(each.error**2, each.people - 1) for each in (first, second)]
    if min(freedom for _, freedom in parts) < 1:
        return Clustered(first.mean - second.mean, inf, 0.0, first.people, second.people)
    whole = sum(square for square, _ in parts)
    below = sum(square**2 / freedom for square, freedom in parts)
    freedom = whole**2 / below if below else float(first.people + second.people - 2)
    return Clustered(first.mean - second.mean, sqrt(whole), freedom, first.people, second.people)


def is_day_on(salt: str, day: int) -> bool:
    """Say whether the touch is on at a day: of each pair of days one, drawn by lot.

    >>> {is_day_on("spring", 10), is_day_on("spring", 11)} == {True, False}
    True
    """
    first = bucket(f"days:{salt}", str(day // 2)) < BUCKETS // 2
    return first if day % 2 == 0 else not first


def alternating(pairs: Sequence[tuple[float, float]]) -> Clustered:
    """Compare alternating days: a pair is (what the day on brought, what the day off brought).

    What changes slowly, such as seasons, falls out within a pair.
    """
    each = of_values([on - off for on, off in pairs])
    freedom = float(max(0, each.people - 1))
    return Clustered(each.mean, each.error, freedom, each.people, each.people)
