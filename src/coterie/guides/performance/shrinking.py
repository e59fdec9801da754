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
from scipy.optimize import minimize
from scipy.special import betaln, expit, logit
from scipy.stats import beta

MOST = 1e6
"""So many customers' worth is the prior at most: the guides are then all alike."""
LEAST = 2.0
TAIL = 0.05


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

    def surprise(at: NDArray[np.float64]) -> float:
        mean, weight = float(expit(at[0])), float(np.exp(at[1]))
        a, b = mean * weight, (1 - mean) * weight
        return -float((betaln(k + a, n - k + b) - betaln(a, b)).sum())

    bounds = [(-12.0, 12.0), (np.log(LEAST), np.log(MOST))]
    starts = [np.array([logit(overall), np.log(weight)]) for weight in (8.0, 80.0, 5_000.0)]
    found = [minimize(surprise, start, bounds=bounds, method="L-BFGS-B") for start in starts]
    best = min(found, key=lambda one: float(one.fun))
    return Prior(float(expit(best.x[0])), float(np.exp(best.x[1])))


def believed(hits: Sequence[int], cases: Sequence[int], prior: Prior) -> list[Believed]:
    """Return what is believed of each rate.

    >>> few, many = believed([3, 300], [3, 1000], Prior(0.3, 20.0))
    >>> few.mean < 0.5 and few.high - few.low > many.high - many.low
    True
    """
    k, n = (np.array(each, dtype=float) for each in (hits, cases))
    a, b = prior.mean * prior.weight + k, (1 - prior.mean) * prior.weight + n - k
    low, high = beta.ppf(TAIL, a, b), beta.ppf(1 - TAIL, a, b)
    return [
        Believed(float(mean), float(under), float(over))
        for mean, under, over in zip(a / (a + b), low, high, strict=True)
    ]
