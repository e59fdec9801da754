"""Intervals of a proportion and of the difference of two. Pure.

Sources: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
JASA 22 (1927), 209-212. R. G. Newcombe, "Interval estimation for the difference between
independent proportions: comparison of eleven methods", Statistics in Medicine 17 (1998), 873-890:
its method 10, the hybrid score interval without continuity correction.
"""

from math import sqrt
from statistics import NormalDist

from coterie.experiments.model import Interval

LEVEL = 0.95
_NORMAL = NormalDist()


def quantile(level: float = LEVEL) -> float:
    """Return how many standard deviations hold ``level`` of a normal distribution, two-sided.

    >>> round(quantile(0.95), 4)
    1.96
    """
    return _NORMAL.inv_cdf((1 + level) / 2)


def wilson(did: int, people: int, level: float = LEVEL) -> Interval:
    """Return the score interval of a proportion; of nobody, nothing is known.

    >>> wilson(0, 0)
    Interval(low=0.0, high=1.0)
    """
    if people == 0:
        return Interval(0.0, 1.0)
    z, rate = quantile(level), did / people
    centre = (2 * did + z * z) / (2 * (people + z * z))
    half = z * sqrt(z * z + 4 * did * (1 - rate)) / (2 * (people + z * z))
    # at the ends the formula gives 0 and 1 but for the last digit of a float
    low = 0.0 if did == 0 else centre - half
    return Interval(low, 1.0 if did == people else centre + half)


def newcombe(did: int, people: int, did_other: int, people_other: int, level: float = LEVEL) -> (
    Interval
):  # fmt: skip
    """Return the hybrid score interval of ``did/people - did_other/people_other``.

    >>> interval = newcombe(56, 70, 48, 80)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.0524, 0.3339)
    """
    one, other = wilson(did, people, level), wilson(did_other, people_other, level)
    rate = did / people if people else 0.0
    rate_other = did_other / people_other if people_other else 0.0
    difference = rate - rate_other
    low = difference - sqrt((rate - one.low) ** 2 + (other.high - rate_other) ** 2)
    high = difference + sqrt((one.high - rate) ** 2 + (rate_other - other.low) ** 2)
    return Interval(max(-1.0, low), min(1.0, high))
