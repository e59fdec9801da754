"""Several arms at once: what may still be called a find, and which is likely the best. Pure.

Sources: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal
of Statistics 6 (1979), 65-70. Bests: C. Stucchio, "Bayesian A/B testing at VWO" (2015), on Beta
posteriors from a flat prior, by draws from a fixed seed so that a page says the same twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DRAWS = 40_000
_SEED = 20_260_105


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted so that all finds together err at most as often as one would.

    >>> [round(p, 2) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    adjusted, highest = [1.0] * len(p_values), 0.0
    for rank, at in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - rank) * p_values[at]))
        adjusted[at] = highest
    return adjusted


@dataclass(frozen=True)
class Chance:
    """How likely an arm is the best, and what choosing it loses on average if it is not."""

    best: float
    loss: float


def bests(arms: Sequence[tuple[int, int]], values: Sequence[float] | None = None) -> list[Chance]:
    """Weigh arms given as (did, people); ``values`` is what one of each arm's is worth, else 1.

    ``loss`` is in the unit of the values, a person asked.
    """
    worth = np.ones(len(arms)) if values is None else np.asarray(values, dtype=np.float64)
    source = np.random.default_rng(_SEED)
    draws = (
        np.column_stack([source.beta(1 + did, 1 + people - did, DRAWS) for did, people in arms])
        * worth
    )
    top = draws.max(axis=1)
    winner = draws.argmax(axis=1)
    return [
        Chance(float((winner == at).mean()), float((top - draws[:, at]).mean()))
        for at in range(len(arms))
    ]
