"""People who bring people, drawn: each brings a Poisson number, each after some time of her own."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from coterie.core.clock import DAY
from coterie.referrals.cascades.model import Forest

Numbers = NDArray[np.int64]


def drawn(
    dice: Generator, seeds: Numbers, k: float, mean_days: float = 0.0, until: int | None = None,
    most: int = 60,
) -> Forest:  # fmt: skip
    """Draw trees; ``seeds`` are when the seeds come. Who comes after ``until`` is not there."""
    parent, entered = [np.full(len(seeds), -1)], [seeds]
    generation = [np.zeros(len(seeds), np.int64)]
    first, above = 0, seeds
    for number in range(1, most):
        brought = dice.poisson(k, len(above))
        who = np.repeat(np.arange(len(above)), brought)
        after = dice.exponential(mean_days * DAY, len(who)).astype(np.int64) + 1
        when = above[who] + after
        there = np.ones(len(who), bool) if until is None else when <= until
        who, when = who[there], when[there]
        if not len(who):
            break
        parent.append(who + first)
        entered.append(when)
        generation.append(np.full(len(who), number))
        first, above = first + len(above), when
    nobody = np.zeros(0, np.int64)
    count = sum(map(len, entered))
    return Forest(
        np.concatenate(parent), np.concatenate(entered), np.concatenate(generation),
        np.full(count, -1), (nobody, nobody),
    )  # fmt: skip
