"""How small a difference an audience can show at all, before anything is sent. Pure.

For two independent proportions of unequal groups, two-sided with the normal approximation and no
continuity correction: Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, 3rd
edition (Wiley 2003), section 4.2 and, for unequal groups, 4.3.
"""

from math import sqrt
from statistics import NormalDist

BASELINE = 0.10
"""Of those who are told nothing, so many are taken to do it anyway, until better is known."""

SMALL = 0.05
"""A difference that only a very good message makes: what cannot show even that is told so."""

_STEPS = 60


def smallest_difference(
    told: int,
    held_out: int,
    baseline: float = BASELINE,
    *,
    significance: float = 0.05,
    power: float = 0.8,
) -> float | None:
    """Return the smallest gain over ``baseline`` that ``told`` and ``held_out`` people can show.

    A share, 0.21 for 21 points; None when not even everybody doing it would show.

    >>> round(smallest_difference(9_000, 1_000), 3)
    0.03
    >>> smallest_difference(3, 1) is None
    True
    """
    if told < 1 or held_out < 1 or not 0 <= baseline < 1:
        return None
    z_alpha = NormalDist().inv_cdf(1 - significance / 2)
    z_beta = NormalDist().inv_cdf(power)

    def shows(difference: float) -> bool:
        """Say whether a true difference this large would be found with the power wanted."""
        with_it = baseline + difference
        pooled = (told * with_it + held_out * baseline) / (told + held_out)
        under_none = sqrt(pooled * (1 - pooled) * (1 / told + 1 / held_out))
        under_it = sqrt(with_it * (1 - with_it) / told + baseline * (1 - baseline) / held_out)
        return difference >= z_alpha * under_none + z_beta * under_it

    low, high = 0.0, 1 - baseline
    if not shows(high):
        return None
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if shows(middle) else (middle, high)
    return high


def split(audience: int, holdout: int) -> tuple[int, int]:
    """Return how many of an audience are told and how many held out, at a percentage.

    >>> split(57, 10)
    (51, 6)
    """
    out = round(audience * holdout / 100)
    return audience - out, out
