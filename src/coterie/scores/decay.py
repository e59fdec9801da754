"""Forward decay: a score that halves every half-life, kept as one number that never changes.

A contribution of weight ``w`` at ``t_i`` is worth ``w * 2 ** ((t_i - t) / h)`` at ``t``. Instead of
lowering every score as time goes by, keep ``level = log2(sum(w_i * 2 ** (t_i / h)))`` and ask
``value(now) = 2 ** (level - now / h)`` (Cormode et al., Forward Decay, ICDE 2009).

Laws: the level is the same to the last bit in any order of the contributions, since the sum is
rounded once (``math.fsum``) and split into a whole and a fractional exponent, and whatever else the
person did; one contribution more never lowers it; after one half-life the value is half.
"""

from collections.abc import Sequence
from math import frexp, fsum, ldexp, log2

Term = tuple[int, float]
"""A contribution: ``whole`` half-lives since the epoch and a factor, worth factor * 2**whole."""


def term(time: int, weight: float, half_life: int) -> Term:
    """Write a contribution of ``weight`` at ``time`` (ms) as a term; both > 0."""
    whole, rest = divmod(time, half_life)
    return whole, weight * 2.0 ** (rest / half_life)


def level(terms: Sequence[Term]) -> float | None:
    """Return the level of some contributions, None when there are none.

    >>> level([term(0, 8.0, 1000)]), level([])
    (3.0, None)
    """
    if not terms:
        return None
    newest, total = terms[0]
    if len(terms) > 1:
        newest = max([whole for whole, _ in terms])
        # relative to the newest, so that 2**whole cannot overflow; far older ones round to nothing
        total = fsum([ldexp(factor, whole - newest) for whole, factor in terms])
    fraction, exponent = frexp(total)
    return newest + exponent + log2(fraction)


def value(found: float | None, now: int, half_life: int) -> float:
    """Return what a level is worth at a moment; nothing is worth 0.

    >>> value(3.0, 1000, 1000)
    4.0
    """
    if found is None:
        return 0.0
    return float(2.0 ** (found - now / half_life))
