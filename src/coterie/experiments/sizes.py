"""How many people it takes to show a difference, and how small a one so many can show. Pure.

Source: S.-C. Chow, J. Shao, H. Wang, "Sample Size Calculations in Clinical Research", 2nd ed.
(Chapman & Hall 2008), section 4.2: two-sided, normal approximation, each arm with its own variance
as in the intervals that are shown, groups of unequal size.
"""

from math import ceil
from statistics import NormalDist

from coterie.experiments.intervals import quantile
from coterie.experiments.sequences import margins

ONE_LOOK = quantile()
"""Standard errors that a difference must reach where one looks once, at a time settled before."""

ANY_LOOK = float(margins(1, 1))
"""The same where one may look at any time, at the size that the sequence is tuned for."""

POWER = 0.80

BASELINE = 0.10
"""Of those who are told nothing, so many are taken to do it anyway, until better is known."""

SMALL = 0.05
"""A difference that only a very good message makes: what cannot show even that is told so."""

_FEW = 5

_STEPS = 60
"""Halvings in the search for the smallest difference: finer than a float can tell."""


def people_needed(
    rate: float, rate_other: float, ratio: float = 1.0, errors: float = ONE_LOOK
) -> tuple[int, int]:
    """Return how many people each arm needs to show such a difference with 80 % power.

    ``ratio`` is how many of the first arm come on one of the other; ``errors`` how many standard
    errors show it (``ONE_LOOK``, ``ANY_LOOK``). Raises ValueError where there is no difference to
    be shown.

    >>> people_needed(0.6, 0.5)
    (385, 385)
    >>> people_needed(0.6, 0.5, errors=ANY_LOOK)
    (737, 737)
    """
    if rate == rate_other or ratio <= 0:
        raise ValueError("equal rates differ by nothing, however many people there are")
    variance = rate * (1 - rate) / ratio + rate_other * (1 - rate_other)
    z = errors + NormalDist().inv_cdf(POWER)
    other = variance * (z / (rate - rate_other)) ** 2
    return max(1, ceil(ratio * other)), max(1, ceil(other))


def smallest_shown(
    people: int, people_other: int, rate_other: float = BASELINE, errors: float = ONE_LOOK
) -> float | None:
    """Return the smallest rise over ``rate_other`` that these arms show with 80 % power.

    Where the other arm does it nearly always, the smallest fall. None when not even the greatest
    difference would show, or an arm has fewer than five: so few follow no normal law.

    >>> round(smallest_shown(385, 385, 0.5), 2)
    0.1
    """
    if min(people, people_other) < _FEW:
        return None
    ratio = people / people_other
    sign = 1 if rate_other <= 0.5 else -1
    room = 1 - rate_other if sign > 0 else rate_other

    def shows(difference: float) -> bool:
        needed = people_needed(rate_other + sign * difference, rate_other, ratio, errors)
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


def audience_needed(rate: float, lift: float, holdout: float, errors: float = ONE_LOOK) -> int:
    """Return the audience that shows ``rate`` risen by ``lift`` (a share of it) at a holdout.

    ``holdout`` is the share left out, 0..1; 80 % power.

    >>> [round(audience_needed(0.1, 0.1, out), -3) for out in (0.05, 0.1)]
    [149000, 79000]
    """
    return sum(people_needed(rate * (1 + lift), rate, (1 - holdout) / holdout, errors))


def smallest_lift(audience: int, holdout: float, rate: float, errors: float) -> float | None:
    """Return the smallest rise, as a share of ``rate``, that an audience shows; None: no rise.

    >>> round(smallest_lift(149_400, 0.05, 0.1, ONE_LOOK), 2)
    0.1
    """
    out = round(audience * holdout)
    shown = smallest_shown(audience - out, out, rate, errors) if rate <= 0.5 else None
    return None if shown is None or not rate else shown / rate
