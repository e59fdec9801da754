"""The words of experiments."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True)
class Interval:
    """A range of a mean, a proportion or a difference of two, both ends included."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        """Say whether a value lies in it.

        >>> 0 in Interval(-1, 1), 2 in Interval(-1, 1)
        (True, False)
        """
        return self.low <= value <= self.high


@dataclass(frozen=True)
class Sample:
    """One arm in three numbers: how many units, their mean, and their variance (n - 1 below)."""

    people: int
    mean: float
    variance: float

    @property
    def error(self) -> float:
        """The standard error of the mean; infinite of fewer than two."""
        return sqrt(self.variance / self.people) if self.people > 1 else float("inf")


def of_sums(people: int, total: float, squares: float) -> Sample:
    """Make a sample of what SQL gives: a count, a sum and a sum of squares.

    >>> of_sums(4, 10, 30)
    Sample(people=4, mean=2.5, variance=1.6666666666666667)
    """
    if people < 2:
        return Sample(people, total / people if people else 0.0, 0.0)
    mean = total / people
    return Sample(people, mean, max(0.0, (squares - people * mean * mean) / (people - 1)))


def of_counts(did: int, people: int) -> Sample:
    """Make a sample of who did it and who did not.

    Where nobody did, or everybody, a sample of finite size does not show that nobody ever would:
    its variance is taken as if one more had done otherwise, of ``people + 2`` (A. Agresti,
    B. Caffo, The American Statistician 54 (2000), 280-288, who add one of each kind).

    >>> of_counts(0, 98).variance > 0
    True
    """
    if not people:
        return Sample(0, 0.0, 0.0)
    smooth = (did + 1) / (people + 2)
    return Sample(people, did / people, smooth * (1 - smooth))


def of_values(values: Sequence[float]) -> Sample:
    """Make a sample of single values."""
    return of_sums(len(values), sum(values), sum(value * value for value in values))
