"""Whom a file has named so far, by columns. Pure."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Longs = NDArray[np.int64]
Recognise = Callable[[Sequence[str], Longs, Longs], NDArray[np.int32]]
"""Returns the profiles of ids, given when each was seen first and last."""

_NOBODY = -1
_EARLY, _LATE = -(2**63), 2**63 - 1


class Met:
    """Whom a file has named so far by ids of one kind: nobody is looked up twice.

    People are known by the places of their ids. Of those who came in more than one portion, the
    moments at which they were seen after the first one are kept.
    """

    def __init__(self) -> None:
        self._profile = np.empty(0, np.int32)
        self._first, self._last = np.empty(0, np.int64), np.empty(0, np.int64)

    def profiles(
        self, who: NDArray[np.int32], time: Longs, ids: NDArray[Any], recognise: Recognise
    ) -> NDArray[np.int32]:
        """Return whose each row is, ``who`` at ``time``; those not met before are recognised.

        ``ids`` are the ids by their places; who is named first is recognised first.
        """
        self._make_room(len(ids))
        first, last = np.full(len(ids), _LATE), np.full(len(ids), _EARLY)
        np.minimum.at(first, who, time)
        np.maximum.at(last, who, time)
        row = np.full(len(ids), -1, np.int64)
        row[who[::-1]] = np.arange(len(who))[::-1]  # the first row of each is written last
        is_new = self._profile == _NOBODY
        again = np.flatnonzero((row >= 0) & ~is_new)
        self._first[again] = np.minimum(self._first[again], first[again])
        self._last[again] = np.maximum(self._last[again], last[again])
        new = np.flatnonzero((row >= 0) & is_new)
        if len(new):
            new = new[np.argsort(row[new])]
            self._profile[new] = recognise(ids[new].tolist(), first[new], last[new])
        return self._profile[who]

    def again(self) -> NDArray[np.intp]:
        """Return the places of those who came in more than one portion."""
        return np.flatnonzero(self._last > _EARLY)

    def span(self, places: Sequence[int]) -> tuple[Longs, Longs]:
        """Return when some of these were seen first and last, after their first portion."""
        return self._first[places], self._last[places]

    def _make_room(self, number: int) -> None:
        more = number - len(self._profile)
        self._profile = np.append(self._profile, np.full(more, _NOBODY, np.int32))
        self._first = np.append(self._first, np.full(more, _LATE))
        self._last = np.append(self._last, np.full(more, _EARLY))
