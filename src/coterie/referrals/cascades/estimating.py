"""K, honestly: how many new people one brings, when not everybody has had the time yet. Pure.

A cohort that has just come has brought few so far; to count it as the others pulls K down. So each
age counts only those who have reached it: K is the mean cumulative number of friends by age
(Nelson 1988; the sum over friends of one over how many people were watched at that age), which is
the plain mean where everybody was watched to the end.
"""

import numpy as np
from numpy.typing import NDArray

from coterie.core.clock import DAY
from coterie.referrals.cascades.model import KEPT, Forest, Generation, Three

Numbers = NDArray[np.int64]
LEAST = 20
"""Fewer people watched for some time say nothing."""
PART = 20
"""An age counts as long as one in so many of all people were watched at it."""


def mean_cumulative(entered: Numbers, ages: Numbers, now: int) -> tuple[float, int] | None:
    """Return how many friends one brings, and the age up to which that is known.

    ``entered`` is when each came, ``ages`` how long after her coming each friend of anybody came.
    None where too few were watched.

    >>> mean_cumulative(np.zeros(100, np.int64), np.ones(80, np.int64), 1_000)
    (0.8, 1000)
    """
    watched = np.sort(now - entered)
    watched = watched[watched > 0]
    least = max(LEAST, len(entered) // PART)
    if len(watched) < least:
        return None
    horizon = int(watched[len(watched) - least])
    counted = ages[(ages >= 0) & (ages <= horizon)]
    at_risk = len(watched) - np.searchsorted(watched, counted, side="left")
    return float(round(np.sum(1.0 / at_risk), 9)), horizon


def three(forest: Forest, now: int, generation: int | None = None) -> Three | None:
    """Return K of all, or of one generation, three times; None where too little is known."""
    mine = (
        np.ones(len(forest.entered), bool)
        if generation is None
        else forest.generation == generation
    )
    entered = forest.entered[mine]
    children = forest.parent >= 0
    brought = children & np.isin(forest.parent, np.flatnonzero(mine))
    ages = forest.entered[brought] - forest.entered[forest.parent[brought]]
    who, when = forest.claims
    claimed = mine[who]
    others = when[claimed] - forest.entered[who[claimed]]
    clean = mean_cumulative(entered, ages, now)
    gross = mean_cumulative(entered, np.concatenate([ages, others]), now)
    if gross is None or clean is None:
        return None
    kept = _kept(forest, brought, now)
    kept = _kept(forest, children, now) if kept is None else kept
    return Three(gross[0], clean[0], clean[0] * (1.0 if kept is None else kept), clean[1])


def _kept(forest: Forest, friends: NDArray[np.bool_], now: int) -> float | None:
    """Return the part of friends who stayed, of those who could have for long enough."""
    known = friends & (forest.entered <= now - KEPT)
    if int(known.sum()) < LEAST:
        return None
    gone = forest.gone[known]
    return float(np.mean((gone < 0) | (gone > KEPT)))


def generations(forest: Forest, now: int, most: int = 12) -> list[Generation]:
    """Return generation by generation how many people there are, and their K."""
    sizes = np.bincount(forest.generation) if len(forest.generation) else np.zeros(0, np.int64)
    reached = np.cumsum(sizes)
    return [
        Generation(number, int(sizes[number]), int(reached[number]), three(forest, now, number))
        for number in range(min(len(sizes), most))
    ]


def cycle(forest: Forest) -> tuple[dict[int, float], list[int]]:
    """Return quantiles (percent) of the days from coming to bringing, and the counts by day."""
    brought = forest.parent >= 0
    ages = forest.entered[brought] - forest.entered[forest.parent[brought]]
    days = np.maximum(ages, 0) / DAY
    if not len(days):
        return {}, []
    quantiles = {one: round(float(np.percentile(days, one)), 2) for one in (25, 50, 75, 90)}
    return quantiles, [int(one) for one in np.bincount(days.astype(np.int64))[:60]]


def amplification(k: float) -> float | None:
    """Return how many people come of one in the end; None unless K is below 1.

    >>> amplification(0.8), amplification(1.0)
    (5.0, None)
    """
    return round(1 / (1 - k), 6) if k < 1 else None


def effective(k: float, reached: int, audience: int) -> float:
    """Return K where part of an audience is reached already: whom one touches may be one of them.

    >>> effective(0.8, 250, 1_000)
    0.6
    """
    return round(k * max(0.0, 1 - reached / audience), 6) if audience > 0 else 0.0
