"""How many people it takes to show a difference, and how small a one so many can show. Pure.

Source: J. L. Fleiss, B. Levin, M. C. Paik, "Statistical Methods for Rates and Proportions", 3rd
ed. (Wiley 2003), sections 4.2 and, for unequal groups, 4.3: two-sided, normal approximation, no
continuity correction.
"""

from math import ceil, sqrt
from statistics import NormalDist

from coterie.experiments.intervals import quantile

POWER = 0.80

BASELINE = 0.10
"""Of those who are told nothing, so many are taken to do it anyway, until better is known."""

SMALL = 0.05
"""A difference that only a very good message makes: what cannot show even that is told so."""

_STEPS = 60
"""Halvings in the search for the smallest difference: finer than a float can tell."""


def people_needed(rate: float, rate_other: float, ratio: float = 1.0) -> tuple[int, int]:
    """Return how many people each arm needs to show such a difference with 80 % power.

    ``ratio`` is how many of the first arm come on one of the other. Raises ValueError where there
    is no difference to be shown.

    >>> people_needed(0.6, 0.5)
    (388, 388)
    """
    if rate == rate_other or ratio <= 0:
        raise ValueError("equal rates differ by nothing, however many people there are")
    z_level, z_power = quantile(), NormalDist().inv_cdf(POWER)
    pooled = (ratio * rate + rate_other) / (ratio + 1)
    under_none = z_level * sqrt((1 + 1 / ratio) * pooled * (1 - pooled))
    under_some = z_power * sqrt(rate * (1 - rate) / ratio + rate_other * (1 - rate_other))
    other = ((under_none + under_some) / (rate - rate_other)) ** 2
    return ceil(ratio * other), ceil(other)


def smallest_shown(people: int, people_other: int, rate_other: float = BASELINE) -> float | None:
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


def split(audience: int, holdout: int) -> tuple[int, int]:
    """Return how many of an audience are told and how many held out, at a percentage.

    >>> split(57, 10)
    (51, 6)
    """
    out = round(audience * holdout / 100)
    return audience - out, out
