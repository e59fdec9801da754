"""Ratios of two measures, and lift in percent, by the delta method. Pure.

Source: A. Deng, U. Knoblich, J. Lu, "Applying the delta method in metric analytics: a practical
guide with novel ideas", KDD 2018: the variance of a ratio of two means, whose units are those that
were drawn (amount an order, where people were drawn and not orders).
"""

from dataclasses import dataclass
from math import sqrt

from coterie.experiments.model import Sample


@dataclass(frozen=True)
class Sums:
    """Two measures of each unit of an arm, summed: ``above`` over ``below``, squares, product."""

    people: int
    above: float
    below: float
    above_squares: float
    below_squares: float
    products: float


def of_ratio(sums: Sums) -> Sample:
    """Return a ratio as a sample: its mean the ratio of sums, its variance that of one unit.

    >>> of_ratio(Sums(2, 30, 3, 500, 5, 50)).mean
    10.0
    """
    n = sums.people
    if n < 2 or not sums.below:
        return Sample(n, 0.0, 0.0)
    above, below, ratio = sums.above / n, sums.below / n, sums.above / sums.below
    spread_above = (sums.above_squares - n * above * above) / (n - 1)
    spread_below = (sums.below_squares - n * below * below) / (n - 1)
    together = (sums.products - n * above * below) / (n - 1)
    spread = spread_above - 2 * ratio * together + ratio * ratio * spread_below
    return Sample(n, ratio, max(0.0, spread) / below**2)


def relative(one: Sample, other: Sample) -> tuple[float, float]:
    """Return how much higher ``one`` is than ``other`` as a share of it, and its standard error.

    Raises ZeroDivisionError where ``other`` is 0: nothing is a share of nothing.

    >>> rise, error = relative(Sample(1_000, 0.13, 0.11), Sample(1_000, 0.1, 0.09))
    >>> round(rise, 2), round(error, 3)
    (0.3, 0.162)
    """
    ratio = one.mean / other.mean
    error = sqrt(one.error**2 + (ratio * other.error) ** 2) / abs(other.mean)
    return ratio - 1, error
