"""Rows by key, in columns: running points of very many scores, and the times of a day that count.

Of the half-lives that are done with, a row of points holds one total; of the latest one the points,
as whole numbers: the same arithmetic as ``decay`` has, so that a level is the same to the last bit.
"""

from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from coterie.scores.columns import Sums
from coterie.scores.decay import Doubles, Longs, all_levels, all_put_together, halves

Places = NDArray[np.intp]
Flags = NDArray[np.bool_]

WIDEST = 32
"""Times of one kind of event on one day that are kept at most; who does more is read each time."""

_FEWEST = 1_024
_FAR = -2_000
"""Half-lives after which nothing is left of a total (``decay.put_together``)."""


class Rows:
    """Rows found by their keys; a new one holds nothing but zeros."""

    def __init__(self, **shapes: DTypeLike) -> None:
        self._row_of: dict[int, int] = {}
        self.columns: dict[str, NDArray[Any]] = {
            name: np.zeros(_FEWEST, shape) for name, shape in {"key": np.int64, **shapes}.items()
        }

    def __len__(self) -> int:
        """Count the rows."""
        return len(self._row_of)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return a column; beyond the last row it holds zeros."""
        return self.columns[name]

    def find(self, keys: Longs) -> Places:
        """Return the rows of keys, -1 of those that have none."""
        rows = map(self._row_of.get, keys.tolist(), repeat(-1))
        return np.fromiter(rows, np.intp, len(keys))

    def make(self, keys: Longs) -> Places:
        """Return the rows of keys, made where there was none."""
        rows = self.find(keys)
        missing = np.flatnonzero(rows < 0)
        if len(missing):
            row_of, new = self._row_of, keys[missing]
            for key in new.tolist():
                row_of.setdefault(key, len(row_of))
            self._make_room(len(row_of))
            rows[missing] = self.find(new)
            self["key"][rows[missing]] = new
        return rows

    def only(self, kept: Flags) -> None:
        """Keep some of the rows, in their order."""
        for name, column in self.columns.items():
            self.columns[name] = column[: len(self)][kept]
        self._row_of = {key: row for row, key in enumerate(self["key"].tolist())}
        self._make_room(max(len(self), _FEWEST))

    def _make_room(self, rows: int) -> None:
        held = len(self["key"])
        if rows > held:
            more = max(rows, 3 * held // 2) - held
            for name, column in self.columns.items():
                room = np.zeros((more, *column.shape[1:]), column.dtype)
                self.columns[name] = np.concatenate([column, room])


class Points(Rows):
    """Rows of running points.

    ``total`` is that of half-lives done with, as it was in half-life ``at``; of half-life ``whole``
    the points are ``high * 2**32 + low``.
    """

    def __init__(self, **shapes: DTypeLike) -> None:
        counts: dict[str, DTypeLike] = dict.fromkeys(("at", "whole", "high", "low"), np.int64)
        super().__init__(total=np.float64, **counts, **shapes)

    def put(self, rows: Places, sums: Sums) -> None:
        """Write what sums come to, those of one person and topic into one row, in their order."""
        last = np.ones(len(sums), dtype=bool)
        last[:-1] = (sums.profile[1:] != sums.profile[:-1]) | (sums.topic[1:] != sums.topic[:-1])
        for name, values in (("whole", sums.whole), ("high", sums.high), ("low", sums.low)):
            self[name][rows] = values[last]
        if last.all():
            return
        row = rows[np.cumsum(last) - last]  # of each sum
        past, row = sums.where(~last), row[~last]
        starts = np.flatnonzero(np.concatenate([[True], row[1:] != row[:-1]]))
        self["total"][row[starts]], self["at"][row[starts]] = all_put_together(
            starts, past.whole, past.high, past.low
        )

    def late(self, rows: Places, whole: Longs) -> Flags:
        """Say of contributions whether they belong to a half-life before their row's latest."""
        different, place = np.unique(rows, return_inverse=True)
        latest = self["whole"][different]
        np.maximum.at(latest, place, whole)
        late: Flags = whole < latest[place]
        return late

    def add(self, rows: Places, whole: Longs, points: Longs) -> Places:
        """Add contributions, none of them late; return the rows that changed, each once."""
        different, first = np.unique(rows, return_index=True)
        newest = whole[first]
        begun = self["whole"][different] < newest
        older = different[begun]
        self["total"][older], self["at"][older] = self._totals(older), self["whole"][older]
        self["high"][older] = self["low"][older] = 0
        self["whole"][older] = newest[begun]
        high, low = halves(points)
        np.add.at(self["high"], rows, high)
        np.add.at(self["low"], rows, low)
        return different

    def levels(self, rows: Places) -> tuple[Places, Doubles]:
        """Return the levels of rows, and which these are: those that come to something."""
        totals, at = self._totals(rows), self["whole"][rows]
        some = totals != 0
        return rows[some], np.array(all_levels(totals[some], at[some]), np.float64)

    def _totals(self, rows: Places) -> Doubles:
        """Return all of some rows, at their latest half-life."""
        gap = np.maximum(self["at"][rows] - self["whole"][rows], _FAR).astype(np.int32)
        past: Doubles = np.ldexp(self["total"][rows], gap)
        latest: Doubles = self["high"][rows] * 2.0**32 + self["low"][rows]
        return past + latest


class Times(Rows):
    """Which events of a kind count on a day: those at the latest times, so many as its cap allows.

    A row is of one kind of one person, on the latest ``day`` (its first moment) of that kind: the
    ``times`` (ms of the day) that count, as many as ``held``.
    """

    def __init__(self) -> None:
        super().__init__(person=np.int64, day=np.int64, held=np.int64)
        self.columns["times"] = np.zeros((_FEWEST, 2), np.int32)

    def count(
        self, keys: Longs, person: Longs, day: Longs, time: Longs, cap: Longs
    ) -> tuple[Places, Longs, Longs, Flags]:
        """Count events; those of one key are of one person, day and cap.

        Returns (event, time, 1) of what counts from now on, (one of the same kind, time, -1) of
        what counts no longer, and of each event whether its row is full: that of such counts
        nothing.
        """
        distinct, first, group = np.unique(keys, return_index=True, return_inverse=True)
        rows = self.make(distinct)
        self["person"][rows] = person[first]
        begun = self["day"][rows] != day[first]
        self["held"][rows[begun]] = 0
        self["day"][rows] = day[first]
        held, cap = self["held"][rows], cap[first]
        size = held + np.bincount(group, minlength=len(rows))
        full = np.minimum(size, cap) > WIDEST
        self._widen(int(np.minimum(size, cap)[~full].max(initial=0)))
        fits = ~full & (size <= cap)
        here = np.flatnonzero(fits[group])
        rank = held[group] + _rank(group)
        ms = (time - day).astype(np.int32)
        self["times"][rows[group[here]], rank[here]] = ms[here]
        self["held"][rows[fits]] = size[fits]
        plus, minus, lost = self._push(rows, np.flatnonzero(~full & ~fits), group, ms, cap, first)
        place = np.concatenate([here, plus, minus])
        moments = np.concatenate([time[here], time[plus], day[minus] + lost])
        sign = np.ones(len(place), np.int64)
        sign[len(here) + len(plus) :] = -1
        return place, moments, sign, full[group]

    def _push(
        self, rows: Places, over: Places, group: Places, ms: NDArray[np.int32], cap: Longs,
        first: Places,
    ) -> tuple[Places, Places, Longs]:  # fmt: skip
        """Let events into rows that they fill beyond the cap: the latest of all stay.

        Returns the events that count now, and, of those that count no longer, one event of the
        same kind and the time.
        """
        number = np.full(len(rows), -1, np.intp)
        number[over] = np.arange(len(over))
        new = np.flatnonzero(number[group] >= 0)
        held, times = self["held"][rows[over]], self["times"][rows[over]]
        whose, column = np.nonzero(np.arange(times.shape[1]) < held[:, None])
        owner = np.concatenate([whose, number[group[new]]])
        when = np.concatenate([times[whose, column], ms[new]])
        event = np.concatenate([np.full(len(whose), -1, np.intp), new])
        order = np.lexsort((-when, owner))
        owner, when, event = owner[order], when[order], event[order]
        rank = _rank(owner)
        kept = rank < cap[over][owner]
        self["times"][rows[over][owner[kept]], rank[kept]] = when[kept]
        self["held"][rows[over]] = cap[over]
        gone = ~kept & (event < 0)
        return event[kept & (event >= 0)], first[over][owner[gone]], when[gone].astype(np.int64)

    def _widen(self, size: int) -> None:
        times = self["times"]
        if size > times.shape[1]:
            wide = min(max(size, 2 * times.shape[1]), WIDEST)
            self.columns["times"] = np.zeros((len(times), wide), np.int32)
            self.columns["times"][:, : times.shape[1]] = times


def _rank(group: Places) -> Places:
    """Number the members of each group in their order, from 0 on."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    start = (
        np.maximum.accumulate(
            np.where(
                np.concatenate([[True], ordered[1:] != ordered[:-1]]), np.arange(len(order)), 0
            )
        )
        if len(order)
        else order
    )
    rank = np.empty(len(order), np.intp)
    rank[order] = np.arange(len(order)) - start
    return rank
