"""Rates of few cases, drawn towards what is usual: empirical Bayes. Pure.

Of a guide with three customers who all bought nobody knows much; by her raw rate she would lead.
So each rate is taken for a draw from a beta distribution that all guides share, fitted to their
counts by maximum marginal likelihood; what is believed of one is the posterior mean, between the
5th and the 95th percentile. Sources: Efron and Morris, "Data Analysis Using Stein's Estimator"
(JASA 70, 1975); Casella, "An Introduction to Empirical Bayes Data Analysis" (The American
Statistician 39, 1985). The interval takes the shared distribution as known (as Morris, JASA 78,
1983, warns, it is then a little narrow where there are very few guides).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, betaln, expit, logit

MOST = 1e6
"""So many customers' worth is the prior at most: the guides are then all alike."""
LEAST = 2.0
TAIL = 0.05
_SIDE = np.linspace(-1.0, 1.0, 17)
_GRID = np.array([(mean, weight) for mean in _SIDE for weight in _SIDE])
_ROUNDS, _CLOSER = 7, 3.0
"""The best place is looked for on a grid, then on finer ones about it."""


@dataclass(frozen=True)
class Prior:
    """What guides share: the middle rate, and for how many customers' worth it counts."""

    mean: float
    weight: float

    @property
    def spread(self) -> float:
        """The standard deviation of true rates between guides."""
        return float(np.sqrt(self.mean * (1 - self.mean) / (self.weight + 1)))


@dataclass(frozen=True)
class Believed:
    """What is believed of one rate."""

    mean: float
    low: float
    high: float


def fit(hits: Sequence[int], cases: Sequence[int]) -> Prior:
    """Fit the distribution that all rates come from.

    With nobody who had a case, or just one, all that is known is the rate itself.

    >>> fit([], []).mean, round(fit([5], [10]).mean, 2)
    (0.5, 0.5)
    """
    k, n = (np.array(each, dtype=float) for each in (hits, cases))
    k, n = k[n > 0], n[n > 0]
    overall = float((k.sum() + 0.5) / (n.sum() + 1.0))
    if len(n) < 2:
        return Prior(overall, LEAST)

    pairs, times = np.unique(np.column_stack([k, n]), axis=0, return_counts=True)
    middle = np.array([logit(overall), (np.log(LEAST) + np.log(MOST)) / 2])
    reach = np.array([2.0, (np.log(MOST) - np.log(LEAST)) / 2])
    for _ in range(_ROUNDS):
        grid = middle + reach * _GRID
        grid[:, 1] = np.clip(grid[:, 1], np.log(LEAST), np.log(MOST))
        middle = grid[np.argmax(_likelihood(grid, pairs, times))]
        reach = reach / _CLOSER
    return Prior(float(expit(middle[0])), float(np.exp(middle[1])))


def _likelihood(
    grid: NDArray[np.float64], pairs: NDArray[np.float64], times: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return how likely the counts are for each (logit of the mean, log of the weight)."""
    mean, weight = expit(grid[:, :1]), np.exp(grid[:, 1:])
    a, b = mean * weight, (1 - mean) * weight
    hits, cases = pairs[:, 0], pairs[:, 1]
    found: NDArray[np.float64] = ((betaln(hits + a, cases - hits + b) - betaln(a, b)) * times).sum(
        axis=1
    )
    return found


def believed(hits: Sequence[int], cases: Sequence[int], prior: Prior) -> list[Believed]:
    """Return what is believed of each rate.

    >>> few, many = believed([3, 300], [3, 1000], Prior(0.3, 20.0))
    >>> few.mean < 0.5 and few.high - few.low > many.high - many.low
    True
    """
    k, n = (np.array(each, dtype=float) for each in (hits, cases))
    a, b = prior.mean * prior.weight + k, (1 - prior.mean) * prior.weight + n - k
    low, high = betaincinv(a, b, TAIL), betaincinv(a, b, 1 - TAIL)
    return [
        Believed(float(mean), float(under), float(over))
        for mean, under, over in zip(a / (a + b), low, high, strict=True)
    ]
