"""Intervals and sample sizes for the difference of two proportions. Pure.

Sources: E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
JASA 22 (1927), 209-212. R. G. Newcombe, "Interval estimation for the difference between
independent proportions: comparison of eleven methods", Statistics in Medicine 17 (1998), 873-890:
its method 10, the hybrid score interval without continuity correction. J. L. Fleiss, B. Levin,
M. C. Paik, "Statistical Methods for Rates and Proportions", 3rd ed. (2003), chapter 4: sample
sizes, unequal ones too, without continuity correction.
"""

from math import ceil, sqrt
from statistics import NormalDist

from coterie.analytics.model import Interval

LEVEL = 0.95
POWER = 0.80
_NORMAL = NormalDist()
_STEPS = 60
"""Halvings in the search for the smallest difference: finer than a float can tell."""


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


def people_needed(rate: float, rate_other: float, ratio: float = 1.0) -> tuple[int, int]:
    """Return how many people each arm needs to show such a difference with 80 % power.

    ``ratio`` is how many of the first arm come on one of the other. Raises ValueError where there
    is no difference to be shown.

    >>> people_needed(0.6, 0.5)
    (388, 388)
    """
    if rate == rate_other or ratio <= 0:
        raise ValueError("equal rates differ by nothing, however many people there are")
    z_level, z_power = quantile(LEVEL), _NORMAL.inv_cdf(POWER)
    pooled = (ratio * rate + rate_other) / (ratio + 1)
    under_none = z_level * sqrt((1 + 1 / ratio) * pooled * (1 - pooled))
    under_some = z_power * sqrt(rate * (1 - rate) / ratio + rate_other * (1 - rate_other))
    other = ((under_none + under_some) / (rate - rate_other)) ** 2
    return ceil(ratio * other), ceil(other)


def smallest_shown(people: int, people_other: int, rate_other: float) -> float | None:
    """Return the smallest rise over ``rate_other`` that these arms show with 80 % power.

    Where the other arm does it nearly always, the smallest fall. None when not even the greatest
    difference would show.

    >>> round(smallest_shown(388, 388, 0.5), 2)
    0.1
    """
    if not people or not people_other:
        return None
    ratio = people / people_other
    sign = 1 if rate_other <= 0.5 else -1
    room = 1 - rate_other if sign > 0 else rate_other

    def shows(difference: float) -> bool:
        needed = people_needed(rate_other + sign * difference, rate_other, ratio)
        return needed[1] <= people_other

    if not shows(room):
        return None
    low, high = 0.0, room
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if middle > 0 and shows(middle):
            high = middle
        else:
            low = middle
    return high


def fits(drawn: int, people: int, share: float) -> bool:
    """Say whether ``drawn`` of ``people`` may come of drawing each with probability ``share``.

    A deviation that chance brings in fewer than one of a thousand such draws does not fit
    (normal approximation with continuity correction; samples too small for it always fit).
    """
    expected = people * share
    spread = sqrt(people * share * (1 - share))
    if expected < 5 or people - expected < 5:
        return True
    return max(0.0, abs(drawn - expected) - 0.5) <= quantile(0.999) * spread
