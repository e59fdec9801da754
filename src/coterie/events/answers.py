"""The questions that the log answers: of people and their events, in the hot tail and the lake."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb

from coterie.core.errors import NotFound
from coterie.core.people import Alone, Heads
from coterie.events import store
from coterie.events.lake import Lake
from coterie.events.model import Logged, Sought, Traces
from coterie.events.rows import rows_after, to_logged
from coterie.events.tail import Tail
from coterie.storage.work import Work

TIMELINES = "events.timelines"
"""Under this name a unit of work keeps the timelines that it read, by head."""

_NEVER = 2**63 - 1
"""Greater than every seq."""


class Answers:
    """The part of ``Log`` that reads. It is asked of heads, and speaks of heads."""

    def __init__(self, lake: Lake, heads: Heads[Work]) -> None:
        self._lake = lake
        self._heads = heads
        self._tail = Tail()

    def timelines(
        self, work: Work, profiles: Collection[int], *, since: int | None = None
    ) -> dict[int, list[Logged]]:
        """Return the events of some people, each person's by (time, seq); all asked have a key.

        With ``since``, only events at or after that moment. Whole timelines are read once a work,
        since several rooms ask for the same people's.
        """
        if since is not None:
            return self._read_timelines(work, profiles, since)
        memo: dict[int, list[Logged]] = work.memo.setdefault(TIMELINES, {})
        memo.update(self._read_timelines(work, [p for p in profiles if p not in memo], None))
        return {profile: memo[profile] for profile in profiles}

    def _read_timelines(
        self, work: Work, profiles: Collection[int], since: int | None
    ) -> dict[int, list[Logged]]:
        found: dict[int, list[Logged]] = {profile: [] for profile in profiles}
        asked = self._heads_of_members(work, found)
        if not asked:
            return found
        fresh = self._tail.rows(work, asked, since)
        flushed, manifest = store.manifest(work)
        low, high = min(asked), max(asked)
        files = [
            row.file
            for row in manifest
            if row.low_profile <= high and row.high_profile >= low
            and (since is None or row.last >= since)
        ]  # fmt: skip
        rows: list[Sequence[Any]] = [row for row in fresh if row[0] > flushed]
        if files:
            rows.extend(self._lake.of_profiles(files, asked, since))
        for row in sorted(rows, key=lambda row: (row[1], row[0])):
            found[asked[row[3]]].append(to_logged(row, asked))
        return found

    def traces(self, work: Work, profiles: Collection[int]) -> Traces:
        """Return what some people did, by columns: for questions of very many at once."""
        asked = self._heads_of_members(work, profiles)
        names = ("seq", "profile", "time", "name", "type", "items")
        fresh = self._tail.rows(work, asked, names=names) if asked else []
        flushed, manifest = store.manifest(work)
        low, high = min(asked, default=0), max(asked, default=-1)
        files = [
            row.file for row in manifest if row.low_profile <= high and row.high_profile >= low
        ]
        return self._lake.traces(files, asked, [row[1:] for row in fresh if row[0] > flushed])

    def _heads_of_members(self, work: Work, heads: Collection[int]) -> dict[int, int]:
        """Return the head of every profile of these persons."""
        of_each = self._heads.members(work, heads) if heads else {}
        return {member: head for head, members in of_each.items() for member in members}

    def _heads_of(self, work: Work, came_with: Collection[int]) -> set[int]:
        return set(self._heads.heads(work, came_with).values()) if came_with else set()

    def newest(
        self, work: Work, sought: Sought, limit: int, *, after: int = 0, before: int | None = None
    ) -> list[Logged]:
        """Return the newest events that are sought, by arrival, with after < seq < before.

        The newest first. Both the hot tail and the lake are asked: a bulk import goes straight to
        the lake, past what is hot.
        """
        end = _NEVER if before is None else before
        members = [] if sought.profile is None else self._heads_of_members(work, [sought.profile])
        if sought.profile is not None and not members:
            return []
        asked = sorted(members)
        rows: list[Sequence[Any]] = list(self._tail.newest(work, sought, asked, after, end, limit))
        flushed, manifest = store.manifest(work)
        rows = [row for row in rows if row[0] > flushed]
        files = [row.file for row in manifest if may_hold(row, asked)]
        if files:
            rows += self._lake.newest(files, sought, asked, after, end, limit)
        rows.sort(key=lambda row: row[0], reverse=True)
        heads = self._heads.heads(work, {row[3] for row in rows[:limit]})
        return [to_logged(row, heads) for row in rows[:limit]]

    def one(self, work: Work, seq: int) -> Logged:
        """Return the event of a seq; raises NotFound."""
        for event in self.newest(work, Sought(), 1, after=seq - 1, before=seq + 1):
            return event
        raise NotFound(f"there is no event {seq}")

    def watermark(self, work: Work) -> tuple[int, ...]:
        """Return what changes whenever the log's answers may, as this transaction sees it.

        Answers that were read under one watermark hold as long as it stays the same.
        """
        return (*store.position(work), store.newest_stamp(work))

    def profiles_between(
        self, work: Work, names: Sequence[str], after: int, until: int
    ) -> set[int]:
        """Return who did one of ``names`` with after < time <= until.

        A name is exact, a prefix (``"Wine*"``), or ``"*"``: every event that is no fact of ours.
        """
        if not names:
            return set()
        found = self._tail.profiles_between(work, names, after, until)
        spans = [
            span for span in store.spans(work, names) if span.last > after and span.first <= until
        ]
        if spans:
            files, exact = _distinct(spans)
            found |= self._lake.profiles_between(files, exact, after, until)
        return self._heads_of(work, found)

    def next_time(self, work: Work, names: Sequence[str], after: int) -> int | None:
        """Return the earliest time after a moment at which one of ``names`` happened, or None."""
        if not names:
            return None
        times = [self._tail.next_time(work, names, after)]
        spans = [span for span in store.spans(work, names) if span.last > after]
        times += [span.first for span in spans if span.first > after]
        within = [span for span in spans if span.first <= after]
        if within:
            files, exact = _distinct(within)
            times.append(self._lake.next_time(files, exact, after))
        return min((time for time in times if time is not None), default=None)

    def profiles_of_items(self, work: Work, items: Collection[str]) -> set[int]:
        """Return who touched one of the items, in any event at any time."""
        if not items:
            return set()
        found = self._tail.profiles_of_items(work, items)
        _, manifest = store.manifest(work)
        if manifest:
            found |= self._lake.profiles_of_items([row.file for row in manifest], items)
        return self._heads_of(work, found)

    def counts(self, work: Work) -> dict[str, int]:
        """Return how many events of each name there are."""
        columns = self._tail.columns(work)
        flushed, found = store.counts(work)
        for name in rows_after(columns, flushed)["name"].tolist():
            found[name] = found.get(name, 0) + 1
        return found

    def next_seq(self, work: Work) -> int:
        """Return the seq that the next event gets: the log holds all the lower ones."""
        return store.position(work)[0]

    def has_lake(self, work: Work) -> bool:
        """Say whether anything lies in the lake; if not, the hot tail is the whole log."""
        return bool(store.manifest(work)[1])

    def tail(self, work: Work, after: int) -> list[Logged]:
        """Return the events of the hot tail after a seq, each with the profile it came with."""
        _, flushed, _ = store.position(work)
        rows = self._tail.after(work, max(after, flushed))
        return [to_logged(row, {row[3]: row[3]}) for row in rows]

    @contextmanager
    def open_lake(
        self, work: Work, *, as_came: bool = False
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a private DuckDB connection over everything this transaction sees.

        Views: ``events(seq, time, received, profile, name, type, source, store, amount,
        properties JSON)``, a row an event, ``event_items(seq, item)``, a row an item, and
        ``event_lines(seq, time, profile, name, item)``, the same with its event. A profile is the
        head; in ``event_lines``, and with ``as_came`` everywhere, the one that the event came
        with. What is created through the connection is gone when the block ends.
        """
        columns = self._tail.columns(work)
        flushed, manifest = store.manifest(work)
        hot_columns = rows_after(columns, flushed)
        files = [row.file for row in manifest]
        led = Alone().led(work) if as_came else self._heads.led(work)
        with self._lake.open(files, hot_columns, led) as connection:
            yield connection


def may_hold(row: Any, members: Collection[int]) -> bool:
    """Say whether a segment may hold events of a person (nobody: of anybody)."""
    return not members or any(row.low_profile <= one <= row.high_profile for one in members)


def _distinct(spans: Sequence[Any]) -> tuple[list[str], list[str]]:
    """Return the files and the exact names of some manifest rows."""
    return sorted({span.file for span in spans}), sorted({span.name for span in spans})
