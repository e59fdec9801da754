"""The best hour to reach a person: her own hours, held back by everybody's while there are few.

Pure, over columns.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coterie.scores.values.orders import Ints, People, starts_of

HOURS = 24
_AT_ONCE = 200_000
"""People whose hours are laid out together: 24 numbers each."""

_OWN, _EVERYONE = 0, 1


@dataclass(frozen=True)
class BestHours:
    """Each person's best hour in the brand's zone, what it rests on, and everybody's hours.

    ``basis`` is 0 for her own events, 1 for everybody's because she has too few.
    """

    profile: People
    hour: Ints
    basis: Ints
    everyone: NDArray[np.float64]


def best_hours(
    profile: People, hour: Ints, count: Ints, *, enough: int, weight: float
) -> BestHours:
    """Find best hours from (profile, hour, count) rows sorted by profile.

    Who has at least ``enough`` events gets the hour with the most of them, after ``weight`` more
    were added in everybody's proportions (the mean of a Dirichlet prior); of equals the earlier.
    Others get everybody's best hour.

    >>> one = best_hours(np.array([1, 1], np.int32), np.array([9, 20]), np.array([6, 2]),
    ...                  enough=5, weight=5)
    >>> one.hour.tolist(), one.basis.tolist()
    ([9], [0])
    """
    everyone = np.bincount(hour, weights=count, minlength=HOURS).astype(np.float64)
    shares = everyone / max(everyone.sum(), 1)
    starts = starts_of(profile)
    people = profile[starts]
    best = np.full(len(people), int(np.argmax(shares)), np.int64)
    basis = np.full(len(people), _EVERYONE, np.int64)
    ends = np.append(starts[1:], len(profile))
    for first in range(0, len(people), _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        rows = slice(starts[part][0], ends[part][-1])
        table = np.zeros((len(people[part]), HOURS))
        place = np.searchsorted(people[part], profile[rows])
        np.add.at(table, (place, hour[rows]), count[rows])
        own = table.sum(axis=1) >= enough
        best[part][own] = np.argmax(table[own] + weight * shares, axis=1)
        basis[part][own] = _OWN
    return BestHours(people, best, basis, everyone)
