"""Did guides become more alike? Their spread before and after, and whether chance does that. Pure.

The spread between guides is what is left of the variance of their rates once the variance that so
few customers bring by themselves is taken off (Kleinman, JASA 68, 1973). To judge a change, each
guide's two periods are swapped at random (an exact permutation test for "nothing changed").
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ROUNDS = 2_000
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Period:
    """What each guide did in a time: buyers of customers, in one order of guides for both times."""

    hits: Sequence[int]
    cases: Sequence[int]


@dataclass(frozen=True)
class Evened:
    """The spreads of true rates before and after (standard deviations), and how odd the change is.

    ``p`` is how often chance alone makes guides so much more alike.
    """

    before: float
    after: float
    p: float
    guides: int

    @property
    def is_sure(self) -> bool:
        """Whether they became more alike, beyond what chance does in one case of twenty."""
        return self.after < self.before and self.p <= 0.05


def evened(before: Period, after: Period, seed: int = 1) -> Evened:
    """Compare the spreads of two times; guides who had no customer in one of them are left out."""
    k = np.array([before.hits, after.hits], dtype=float)
    n = np.array([before.cases, after.cases], dtype=float)
    there = (n > 0).all(axis=0)
    k, n = k[:, there], n[:, there]
    guides = int(there.sum())
    if guides < 3:
        return Evened(0.0, 0.0, 1.0, guides)
    first, second = _variance(k[0], n[0]), _variance(k[1], n[1])
    swap = np.random.default_rng(seed).random((ROUNDS, guides)) < 0.5
    one = _variance(np.where(swap, k[1], k[0]), np.where(swap, n[1], n[0]))
    other = _variance(np.where(swap, k[0], k[1]), np.where(swap, n[0], n[1]))
    as_odd = float((one - other >= first - second - 1e-15).mean())
    spreads = np.sqrt(np.maximum([float(first), float(second)], 0.0))
    return Evened(float(spreads[0]), float(spreads[1]), max(as_odd, 1 / ROUNDS), guides)


def _variance(k: Numbers, n: Numbers) -> Numbers:
    """Estimate the variance of true rates; may come out below zero."""
    total = n.sum(axis=-1, keepdims=True)
    mean = k.sum(axis=-1, keepdims=True) / total
    seen = (n * (k / n - mean) ** 2).sum(axis=-1)
    guides = n.shape[-1]
    whole = total[..., 0]
    chance = (mean * (1 - mean))[..., 0] * (guides - 1)
    scale = whole - (n**2).sum(axis=-1) / whole - (guides - 1)
    found: Numbers = (seen - chance) / np.maximum(scale, 1e-12)
    return found
