"""Whether arms are as large as the draw was to make them (sample ratio mismatch). Pure.

Where they are not, something else than chance parts them (a filter after the draw, a share changed
on the way, lost facts), and no difference between them can be trusted.

Source: A. Fabijan et al., "Diagnosing sample ratio mismatch in online controlled experiments",
KDD 2019: Pearson's chi-squared test of the sizes against the shares that were meant.
"""

from collections.abc import Sequence

from scipy.special import chdtrc

BLOCKS = 0.001
"""A chance smaller than this blocks a result: one sound experiment in a thousand is stopped."""

_TOO_FEW = 5
"""Where an arm was to have fewer, the test says nothing."""


def mismatch(sizes: Sequence[int], shares: Sequence[float]) -> float:
    """Return how likely sizes that deviate so much are, were the shares as meant: 0..1.

    Shares are in any unit. Samples too small to tell give 1.

    >>> round(mismatch([5_000, 5_200], [1, 1]), 3)
    0.048
    >>> f"{mismatch([5_000, 5_400], [1, 1]):.1e}"
    '8.8e-05'
    """
    people, whole = sum(sizes), sum(shares)
    expected = [people * share / whole for share in shares] if whole else []
    if len(expected) < 2 or min(expected) < _TOO_FEW:
        return 1.0
    deviation = sum(
        (size - meant) ** 2 / meant for size, meant in zip(sizes, expected, strict=True)
    )
    return float(chdtrc(len(sizes) - 1, deviation))


def fits(sizes: Sequence[int], shares: Sequence[float]) -> bool:
    """Say whether arms of such sizes may come of such shares.

    >>> fits([5_000, 5_200], [1, 1]), fits([5_000, 5_400], [1, 1])
    (True, False)
    """
    return mismatch(sizes, shares) >= BLOCKS
