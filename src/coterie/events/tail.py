"""The hot tail in memory, as columns: what is asked of the newest events is asked here.

The rows that a transaction sees tell what the tail is for it; each is decoded once in a process.
Because a row never changes, what is held can be wrong for nobody: rows of a transaction that
failed are never asked for again.
"""

import re
from collections import OrderedDict
from collections.abc import Collection, Sequence
from threading import Lock
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from coterie.core.event import OWN
from coterie.events import hot
from coterie.events.hot import Part
from coterie.events.model import Sought
from coterie.events.rows import COLUMNS, NOTHING, Columns, as_rows, from_lists, joined
from coterie.storage.work import Work

_FEW = 2_000
"""A row of fewer events is put together with the next, if that has not fewer: so there are never
many rows, and none is written over and over again."""

_HELD = 150_000
"""Events of rows that are held decoded: those of the tail, and of works that are under way."""

_NOTHING: list[tuple[()]] = [()] * len(COLUMNS)

Places = NDArray[np.intp]

_items = msgspec.json.Decoder(tuple[str, ...])


class Tail:
    """The hot tail of one log, for any number of transactions and threads at once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._parts: OrderedDict[int, Columns] = OrderedDict()
        self._events = 0
        self._whole: tuple[tuple[int, ...], Columns] = ((), from_lists(_NOTHING))

    def forget(self) -> None:
        """Let go of what is held in memory."""
        with self._lock:
            self._parts.clear()
            self._events = 0
            self._whole = ((), from_lists(_NOTHING))

    def append(self, work: Work, columns: Columns) -> None:
        """Write events at the end of the tail."""
        over = list[Part]()
        for part in reversed(hot.parts(work)):
            if part.events > min(_FEW, len(columns["seq"])):
                break
            columns = joined([self._part(work, part), columns])
            over.append(part)
        if over:
            hot.drop(work, over)
        self._hold(hot.write(work, columns), columns)

    def drop(self, work: Work, upto: int) -> None:
        """Delete the events up to a seq, the end of a row: they are in the lake."""
        hot.drop(work, [part for part in hot.parts(work) if part.last <= upto])

    def blank(self, work: Work, profiles: Collection[int]) -> int:
        """Empty the properties of people's events; return of how many.

        What held some is written anew, so that nobody, in no process, goes on to show (or to
        flush) what was there.
        """
        blanked = 0
        asked = _numbers(profiles)
        for part in hot.parts(work):
            columns = self._part(work, part)
            hers = np.isin(columns["profile"], asked) & (columns["properties"] != NOTHING)
            if hers.any():
                blanked += int(hers.sum())
                properties = columns["properties"].copy()
                properties[hers] = NOTHING
                hot.drop(work, [part])
                hot.write(work, {**columns, "properties": properties})
        return blanked

    def columns(self, work: Work) -> Columns:
        """Return the whole tail as this transaction sees it."""
        while True:
            try:
                return self._joined(work, hot.parts(work))
            except hot.Gone:  # so there are others now
                continue

    def _joined(self, work: Work, parts: Sequence[Part]) -> Columns:
        stamps = tuple(part.stamp for part in parts)
        known, whole = self._whole
        if stamps != known:
            goes_on = stamps[: len(known)] == known
            held = [whole] if goes_on else [from_lists(_NOTHING)]
            newer = parts[len(known) :] if goes_on else parts
            whole = joined([*held, *(self._part(work, part) for part in newer)])
            self._whole = stamps, whole  # replaced as one: other threads may be reading
        return whole

    def rows(
        self,
        work: Work,
        profiles: Collection[int],
        since: int | None = None,
        names: Sequence[str] = COLUMNS,
    ) -> list[tuple[Any, ...]]:
        """Return the events of some people, as values of some columns."""
        held = self.columns(work)
        hers = np.isin(held["profile"], _numbers(profiles))
        if since is not None:
            hers &= held["time"] >= since
        return as_rows(held, np.flatnonzero(hers), names)

    def after(self, work: Work, seq: int) -> list[tuple[Any, ...]]:
        """Return the events after a seq, in order."""
        held = self.columns(work)
        return as_rows(held, np.flatnonzero(held["seq"] > seq))

    def profiles_between(
        self, work: Work, names: Sequence[str], after: int, until: int
    ) -> set[int]:
        """Return who did one of ``names`` with after < time <= until."""
        held = self.columns(work)
        then = np.flatnonzero((held["time"] > after) & (held["time"] <= until))
        return set(held["profile"][_named(held, then, names)].tolist())

    def next_time(self, work: Work, names: Sequence[str], after: int) -> int | None:
        """Return the earliest time after a moment at which one of ``names`` happened."""
        held = self.columns(work)
        then = _named(held, np.flatnonzero(held["time"] > after), names)
        return int(held["time"][then].min()) if len(then) else None

    def profiles_of_items(self, work: Work, items: Collection[str]) -> set[int]:
        """Return who touched one of the items."""
        held, wanted = self.columns(work), frozenset(items)
        texts = {text for text in set(held["items"]) if not wanted.isdisjoint(_items.decode(text))}
        touched = zip(held["profile"].tolist(), held["items"], strict=True)
        return {profile for profile, text in touched if text in texts}

    def newest(
        self,
        work: Work,
        sought: Sought,
        members: Sequence[int],
        after: int,
        before: int,
        limit: int,
    ) -> list[tuple[Any, ...]]:
        """Return the newest events with after < seq < before, newest first.

        ``members`` are the profiles of the person that is sought, nobody: everybody.
        """
        held = self.columns(work)
        found = (held["seq"] > after) & (held["seq"] < before)
        if sought.name is not None:
            found &= held["name"] == sought.name
        if sought.source is not None:
            found &= held["source"] == sought.source
        if members:
            found &= np.isin(held["profile"], _numbers(members))
        places = np.flatnonzero(found)
        if not sought.own:
            places = _named(held, places, ["*"])
        return as_rows(held, places[::-1][:limit])

    def holds(self, work: Work, text: str) -> bool:
        """Say whether a text stands by itself in any text, in whatever case."""
        alone = re.compile(rf"(^|\W){re.escape(text.casefold())}($|\W)")
        return any(
            alone.search(value.casefold())
            for column in self.columns(work).values()
            if column.dtype == object
            for value in set(column.tolist()) - {None}
        )

    def _part(self, work: Work, part: Part) -> Columns:
        with self._lock:
            columns = self._parts.get(part.stamp)
        if columns is None:
            columns = hot.read(work, part)
            self._hold(part, columns)
        return columns

    def _hold(self, part: Part, columns: Columns) -> None:
        with self._lock:
            self._events += 0 if part.stamp in self._parts else part.events
            self._parts[part.stamp] = columns
            while self._events > _HELD and len(self._parts) > 1:
                _, gone = self._parts.popitem(last=False)
                self._events -= len(gone["seq"])


def _named(held: Columns, places: Places, names: Sequence[str]) -> Places:
    """Leave those places whose event has one of ``names``, as ``store.named`` means them."""
    found = held["name"][places].tolist()
    wanted = {name for name in set(found) if any(_is_meant(name, one) for one in names)}
    meant: Places = places[np.array([name in wanted for name in found], dtype=bool)]
    return meant


def _is_meant(name: str, by: str) -> bool:
    if by == "*":
        return not name.startswith(OWN)
    return name.startswith(by[:-1]) if by.endswith("*") else name == by


def _numbers(profiles: Collection[int]) -> NDArray[np.int32]:
    return np.fromiter(profiles, dtype=np.int32, count=len(profiles))
