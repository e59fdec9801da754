"""Bands of money with round edges, by what everybody spends. Pure."""

from collections.abc import Sequence

import numpy as np

_BANDS = 5
_STEPS = (1, 2, 5, 10)


def edges(values: Sequence[int]) -> tuple[int, ...]:
    """Return round edges that cut some amounts into about as many people each; few make fewer.

    An amount belongs to the band after the last edge that it reaches.

    >>> edges([10_000 * n for n in range(1, 1_001)])
    (2000000, 5000000, 10000000)
    >>> edges([])
    ()
    """
    if not values:
        return ()
    cuts = np.quantile(np.array(values, np.float64), [n / _BANDS for n in range(1, _BANDS)])
    return tuple(sorted({rounded(float(cut)) for cut in cuts if cut > 0}))


def rounded(amount: float) -> int:
    """Round an amount to 1, 2 or 5 times a power of ten.

    >>> [rounded(n) for n in (1, 3, 40, 260_000, 8_000)]
    [1, 2, 50, 200000, 10000]
    """
    power = 1
    while power * 10 <= amount:
        power *= 10
    return min((step * power for step in _STEPS), key=lambda one: (abs(one - amount), one))


def band(amount: int, cuts: Sequence[int]) -> int:
    """Return the number of the band that an amount belongs to, the lowest 0.

    >>> [band(n, (10, 20)) for n in (9, 10, 25)]
    [0, 1, 2]
    """
    return int(np.searchsorted(np.array(cuts, np.int64), amount, side="right"))
