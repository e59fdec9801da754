"""Lifecycle classes, RFM and the angles of value: pure, over columns.

Ranks are the same for ever: by value, the greater first, ties by the smaller bucket key.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from coterie.scores.values.model import CELLS, Settings
from coterie.scores.values.orders import Buyers, Ints

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_CELLS_BY_RF = (
    "lost lost at_risk at_risk cannot_lose",
    "hibernating hibernating at_risk at_risk cannot_lose",
    "about_to_sleep about_to_sleep needs_attention loyal loyal",
    "promising potential potential loyal loyal",
    "new potential potential champions champions",
)
CELL_OF = np.array([[CELLS.index(cell) for cell in line.split()] for line in _CELLS_BY_RF])
"""The cell's number by (recency - 1, frequency - 1)."""


def ranks(values: NDArray[np.generic], tie: Ints) -> Ints:
    """Return everybody's rank, 0 for the greatest value; ties by the smaller ``tie``.

    >>> ranks(np.array([5, 9, 5]), np.array([1, 2, 0])).tolist()
    [2, 0, 1]
    """
    order = np.lexsort((tie, -values.astype(np.float64)))
    found = np.empty(len(values), np.int64)
    found[order] = np.arange(len(values))
    return found


def quintiles(values: NDArray[np.generic], tie: Ints) -> Ints:
    """Return 5 for the fifth of people with the greatest values, down to 1.

    >>> quintiles(np.array([10, 20, 30, 40, 50]), np.arange(5)).tolist()
    [1, 2, 3, 4, 5]
    """
    return 5 - ranks(values, tie) * 5 // max(len(values), 1)


def rfm(buyers: Buyers, tie: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Return recency, frequency, monetary value (1 to 5 each) and the cell's number."""
    recency = quintiles(buyers.last, tie)
    frequency = quintiles(buyers.orders, tie)
    monetary = quintiles(buyers.spend, tie)
    return recency, frequency, monetary, CELL_OF[recency - 1, frequency - 1]


def loyal(buyers: Buyers, at: int, settings: Settings, day: int) -> Flags:
    """Say who bought on enough days of the window, and lately. ``day`` is a day's length."""
    often: Flags = buyers.recent_days >= settings.loyal_orders
    lately: Flags = buyers.last > at - settings.loyal_recency_days * day
    return often & lately


def high_value(spend: Ints, tie: Ints, share: float) -> Flags:
    """Choose the fewest people who bring a share of all sales; nobody who brought none.

    >>> high_value(np.array([50, 30, 20]), np.arange(3), 0.6).tolist()
    [True, True, False]
    """
    chosen = np.zeros(len(spend), np.bool_)
    order = np.argsort(ranks(spend, tie))
    before = np.cumsum(spend[order]) - spend[order]
    chosen[order] = (before < share * spend.sum()) & (spend[order] > 0)
    return chosen


def percentiles(values: Floats) -> Floats:
    """Return how many percent of those who have a value have a smaller one; NaN has none.

    >>> percentiles(np.array([1.0, 1.0, 3.0, np.nan])).round(1).tolist()
    [0.0, 0.0, 66.7, nan]
    """
    there = ~np.isnan(values)
    found = np.full(len(values), np.nan)
    ordered = np.sort(values[there])
    if len(ordered):
        found[there] = 100 * np.searchsorted(ordered, values[there]) / len(ordered)
    return found


def front(angles: Mapping[str, Floats]) -> Flags:
    """Say who is on the Pareto front: nobody is at least as good in all angles and better in one.

    A missing angle counts as the least. Equal people stand or fall together.
    """
    table = np.column_stack([np.nan_to_num(values, nan=-np.inf) for values in angles.values()])
    table = table[:, np.isfinite(table).any(axis=0)]
    if not table.size:
        return np.zeros(len(next(iter(angles.values()))), np.bool_)
    points, whose = np.unique(table, axis=0, return_inverse=True)
    places = np.column_stack(
        [np.unique(points[:, one], return_inverse=True)[1] for one in range(points.shape[1])]
    )
    best = np.zeros(len(points), np.bool_)
    # who has the greatest sum of places is dominated by nobody: she stands, and what she
    # dominates falls; each round ends with fewer
    left = np.argsort(-places.sum(axis=1), kind="stable")
    while len(left):
        first = left[0]
        best[first] = True
        left = left[(places[left] > places[first]).any(axis=1)]
    stands: Flags = best[whose.reshape(-1)]
    return stands & np.asarray(np.isfinite(table).any(axis=1))
