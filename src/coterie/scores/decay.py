"""Forward decay: a score that halves every half-life, kept as one number that never changes.

A contribution of weight ``w`` at ``t_i`` is worth ``w * 2 ** ((t_i - t) / h)`` at ``t``. Instead of
lowering every score as time goes by, keep ``level = log2(sum(w_i * 2 ** (t_i / h)))`` and ask
``value(now) = 2 ** (level - now / h)`` (Cormode et al., Forward Decay, ICDE 2009).

A contribution is a whole number of *points*, 2**40 for a weight of 1 at the beginning of a
half-life; the points of one half-life (counted from the epoch) add up exactly, and the half-lives
are put together from the oldest to the newest. So a level is the same to the last bit in whatever
order, and by whatever way, the contributions were added; taking one out undoes adding it. Nothing
here asks the machine's library for a power, so that columns, which have another, agree.

More laws: one contribution more never lowers a level; after one half-life the value is half.
"""

from collections.abc import Iterable
from decimal import Decimal, localcontext
from math import frexp, ldexp, log2

import numpy as np
from numpy.typing import NDArray

SCALE = 40
"""Points are multiples of 2**-40: a millionth of a weight of a millionth still counts."""

STEPS = 256
_NATURAL = 0.6931471805599453 / STEPS
_THIRD, _FOURTH = 1 / 6, 1 / 24

Term = tuple[int, int]
"""A contribution: ``whole`` half-lives since the epoch and its points, worth points * 2**whole."""

Longs = NDArray[np.int64]
Doubles = NDArray[np.float64]


def _roots() -> tuple[float, ...]:
    with localcontext() as context:
        context.prec = 30
        return tuple(float(Decimal(2) ** (Decimal(step) / STEPS)) for step in range(STEPS))


ROOTS = _roots()
"""``2 ** (step / STEPS)``, each the nearest there is: the same on every machine."""

_ROOTS = np.array(ROOTS)


def term(time: int, weight: float, half_life: int) -> Term:
    """Write a contribution of ``weight`` at ``time`` (ms) as a term.

    >>> term(1000, 8.0, 1000) == (1, 8 * 2**SCALE)
    True
    """
    whole, rest = divmod(time, half_life)
    place = rest / half_life * STEPS
    step = int(place)
    x = (place - step) * _NATURAL
    root = ROOTS[step] * (1.0 + x * (1.0 + x * (0.5 + x * (_THIRD + x * _FOURTH))))
    return whole, round(ldexp(weight * root, SCALE))


def terms(times: Longs, weights: Doubles, half_life: int) -> tuple[Longs, Longs]:
    """Write very many contributions as ``term`` writes one; return their wholes and points."""
    whole = times // half_life
    place = (times - whole * half_life) / half_life * STEPS
    step = place.astype(np.int16)
    x = (place - step) * _NATURAL
    root = _ROOTS[step] * (1.0 + x * (1.0 + x * (0.5 + x * (_THIRD + x * _FOURTH))))
    return whole, np.rint(np.ldexp(weights * root, SCALE)).astype(np.int64)


def added(given: Iterable[Term]) -> dict[int, int]:
    """Add up the points of each half-life."""
    sums: dict[int, int] = {}
    for whole, points in given:
        sums[whole] = sums.get(whole, 0) + points
    return sums


def put_together(sums: Iterable[Term], total: float = 0.0, at: int = 0) -> tuple[float, int]:
    """Put half-lives together, the oldest first, on top of a total of older ones; both at ``at``.

    >>> put_together([(5, 1), (3, 1)])
    (1.25, 5)
    """
    for whole, points in sorted(sums):
        # float() rounds once, to the nearest; what is far older rounds to nothing
        total, at = ldexp(total, max(at - whole, -2_000)) + float(points), whole
    return total, at


def level_of(total: float, at: int) -> float | None:
    """Return the level of a total, None when it is nothing."""
    if not total:
        return None
    fraction, exponent = frexp(total)
    return at + exponent - SCALE + log2(fraction)


def level(given: Iterable[Term]) -> float | None:
    """Return the level of some contributions, None when there are none.

    >>> level([term(0, 8.0, 1000)]), level([])
    (3.0, None)
    """
    return level_of(*put_together(added(given).items()))


def all_levels(totals: Doubles, at: Longs) -> list[float]:
    """Return the levels of very many totals, as ``level_of`` does; none may be nothing."""
    fractions, exponents = np.frexp(totals)
    whole: list[int] = (at + exponents - SCALE).tolist()
    # of the machine's logarithms numpy may have another than Python
    return [one + log2(rest) for one, rest in zip(whole, fractions.tolist(), strict=True)]


def all_put_together(
    starts: Longs, wholes: Longs, high: Doubles, low: Doubles
) -> tuple[Doubles, Longs]:
    """Put the half-lives of very many groups together, as ``put_together`` does those of one.

    Each group's half-lives lie together, the oldest first, from its start on. Their points are
    ``high * 2**32 + low``, two exact sums that one rounding joins.
    """
    ends = np.append(starts[1:], len(wholes))
    each = high * 2.0**32 + low
    totals, at = each[starts], wholes[starts]
    place, left = starts + 1, np.flatnonzero(ends - starts > 1)
    while len(left):
        here = place[left]
        gap = np.maximum(at[left] - wholes[here], -2_000).astype(np.int32)
        totals[left] = np.ldexp(totals[left], gap) + each[here]
        at[left] = wholes[here]
        place[left] += 1
        left = left[place[left] < ends[left]]
    return totals, at


def halves(points: Longs) -> tuple[Longs, Longs]:
    """Cut points in two, so that millions of them add up without an overflow."""
    return points >> 32, points & 0xFFFFFFFF


def value(found: float | None, now: int, half_life: int) -> float:
    """Return what a level is worth at a moment; nothing is worth 0.

    >>> value(3.0, 1000, 1000)
    4.0
    """
    if found is None:
        return 0.0
    return float(2.0 ** (found - now / half_life))
