"""The event log: what happened, once, in arrival order; the face that every other room reads.

Fresh events lie in the hot tail (``hot``) and are visible at once, in the transaction that appends
them. ``flush`` moves them to the lake (``lake``), ``compact`` puts the lake's files together,
``sweep`` removes what is wanted no more. All of it under the manifest in the operational database
(``store``), so that a transaction that fails leaves no trace that a reader could see.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from coterie.core.clock import DAY, HOUR
from coterie.core.errors import Invalid, NotFound
from coterie.core.event import Event
from coterie.core.ids import uuid7
from coterie.events import compaction, hot, store
from coterie.events.lake import Lake
from coterie.events.model import EventSpec, LakeState, Logged, Sought
from coterie.events.resolve import resolve
from coterie.events.rows import Columns, rows_after, to_columns, to_logged, to_rows
from coterie.storage.work import Work

GRACE = 1 * HOUR
"""How long a file stays after it was replaced: somebody may still be reading it."""

_NEVER = 2**63 - 1
"""Greater than every seq."""

_TIMELINES = "events.timelines"


class Log:
    """All events, in a hot tail and a lake of Parquet files under ``folder/lake``.

    An event counts once per id within ``dedup_window`` ms of its last appending (30 days): ids are
    kept that long and forgotten by ``sweep``. The hot tail is flushed when it holds ``flush_rows``
    events. The lake itself forgets nothing.
    """

    def __init__(
        self, folder: Path, *, dedup_window: int = 30 * DAY, flush_rows: int = 50_000
    ) -> None:
        self._lake = Lake(folder / "lake")
        self._mirror = hot.Mirror()
        self._window = dedup_window
        self._flush_rows = flush_rows

    def define_specs(self, work: Work, specs: Sequence[EventSpec]) -> None:
        """Say where some events keep their items, amount and store; for what comes from now on."""
        for spec in specs:
            if not spec.name:
                raise Invalid("an event spec needs the name of its event", path="name")
        store.save_specs(work, specs)

    def specs(self, work: Work) -> dict[str, EventSpec]:
        """Return the specs by the name of their event."""
        return store.specs(work)

    def append(self, work: Work, events: Sequence[Event]) -> list[Event]:
        """Append to the hot tail; return only the events that were not there yet.

        They come back with items, amount and store filled in. The same id counts once, within one
        append as well as across appends and restarts.
        """
        if not events:
            return []
        state = store.take_state(work)
        fresh = self._fresh(work, events)
        if fresh:
            hot.append(work, to_rows(fresh, state.next_seq))
            _forget(work, fresh)
            held = state.hot + len(fresh)
            store.set_state(work, next_seq=state.next_seq + len(fresh), hot=held)
            if held >= self._flush_rows:
                self.flush(work)
        return fresh

    def append_bulk(self, work: Work, events: Sequence[Event]) -> list[Event]:
        """Append history straight to the lake, by the same law; for imports.

        One call makes one segment: give it 100,000 events and more at a time.
        """
        if not events:
            return []
        state = store.take_state(work)
        fresh = self._fresh(work, events)
        if fresh:
            self._write_segment(work, to_columns(to_rows(fresh, state.next_seq)))
            store.set_state(work, next_seq=state.next_seq + len(fresh))
            _forget(work, fresh)
        return fresh

    def timelines(
        self, work: Work, profiles: Collection[int], *, since: int | None = None
    ) -> dict[int, list[Logged]]:
        """Return the events of some people, each person's by (time, seq); all asked have a key.

        With ``since``, only events at or after that moment. Whole timelines are read once a work,
        since several rooms ask for the same people's.
        """
        if since is not None:
            return self._read_timelines(work, profiles, since)
        memo: dict[int, list[Logged]] = work.memo.setdefault(_TIMELINES, {})
        memo.update(self._read_timelines(work, [p for p in profiles if p not in memo], None))
        return {profile: memo[profile] for profile in profiles}

    def _read_timelines(
        self, work: Work, profiles: Collection[int], since: int | None
    ) -> dict[int, list[Logged]]:
        asked = dict.fromkeys(profiles)
        if not asked:
            return {}
        fresh = hot.of_profiles(work, asked, since)
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
        found: dict[int, list[Logged]] = {profile: [] for profile in asked}
        for row in sorted(rows, key=lambda row: (row[1], row[0])):
            found[row[3]].append(to_logged(row))
        return found

    def newest(
        self, work: Work, sought: Sought, limit: int, *, after: int = 0, before: int | None = None
    ) -> list[Logged]:
        """Return the newest events that are sought, by arrival, with after < seq < before.

        The newest first. Both the hot tail and the lake are asked: a bulk import goes straight to
        the lake, past what is hot.
        """
        end = _NEVER if before is None else before
        rows: list[Sequence[Any]] = list(hot.newest(work, sought, after, end, limit))
        flushed, manifest = store.manifest(work)
        rows = [row for row in rows if row[0] > flushed]
        files = [row.file for row in manifest if _may_hold(row, sought)]
        if files:
            rows += self._lake.newest(files, sought, after, end, limit)
        rows.sort(key=lambda row: row[0], reverse=True)
        return [to_logged(row) for row in rows[:limit]]

    def one(self, work: Work, seq: int) -> Logged:
        """Return the event of a seq; raises NotFound."""
        for event in self.newest(work, Sought(), 1, after=seq - 1, before=seq + 1):
            return event
        raise NotFound(f"there is no event {seq}")

    def watermark(self, work: Work) -> tuple[int, ...]:
        """Return what changes whenever the log takes something in, as this transaction sees it.

        Answers that were read under one watermark hold as long as it stays the same.
        """
        return (*store.position(work), hot.stamp(work))

    def profiles_between(
        self, work: Work, names: Sequence[str], after: int, until: int
    ) -> set[int]:
        """Return who did one of ``names`` with after < time <= until.

        A name is exact, a prefix (``"Wine*"``), or ``"*"``: every event that is no fact of ours.
        """
        if not names:
            return set()
        found = hot.profiles_between(work, names, after, until)
        spans = [
            span for span in store.spans(work, names) if span.last > after and span.first <= until
        ]
        if spans:
            files, exact = _distinct(spans)
            found |= self._lake.profiles_between(files, exact, after, until)
        return found

    def next_time(self, work: Work, names: Sequence[str], after: int) -> int | None:
        """Return the earliest time after a moment at which one of ``names`` happened, or None."""
        if not names:
            return None
        times = [hot.next_time(work, names, after)]
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
        found = hot.profiles_of_items(work, items)
        _, manifest = store.manifest(work)
        if manifest:
            found |= self._lake.profiles_of_items([row.file for row in manifest], items)
        return found

    def counts(self, work: Work) -> dict[str, int]:
        """Return how many events of each name there are."""
        return store.counts(work)

    @contextmanager
    def open_lake(self, work: Work) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a private DuckDB connection over everything this transaction sees.

        Views: ``events(seq, time, received, profile, name, type, source, store, amount,
        properties JSON)``, a row an event, and ``event_items(seq, item)``, a row an item. What is
        created through the connection is gone when the block ends.
        """
        columns = self._mirror.columns(work)
        flushed, manifest = store.manifest(work)
        hot_columns = rows_after(columns, flushed)
        with self._lake.open([row.file for row in manifest], hot_columns) as connection:
            yield connection

    def flush(self, work: Work) -> int:
        """Move the hot tail to the lake; return how many events moved."""
        state = store.take_state(work)
        columns = rows_after(self._mirror.columns(work), state.flushed)
        moved = len(columns["seq"])
        if moved:
            upto = int(columns["seq"][-1])
            self._write_segment(work, columns)
            hot.drop(work, upto)
            store.set_state(work, flushed=upto, hot=0)
        return moved

    def compact(self, work: Work) -> int:
        """Put the segments of closed days, and of closed 30-day blocks, together; count the new.

        Days are UTC. The old files leave the manifest now and the disk in a later sweep.
        """
        store.take_state(work)
        groups = compaction.groups(store.segments(work), work.now // DAY)
        for group in groups:
            whole = compaction.merged(group, uuid7(work.now))
            old = [segment.file for segment in group]
            self._lake.merge(old, whole.file)
            store.retire(work, old)
            store.add_segment(work, whole)
        return len(groups)

    def sweep(self, work: Work) -> int:
        """Delete files that have been wanted no more for an hour; return how many segments.

        Those are what compaction replaced, and orphans of transactions that failed: a file that
        is not in the manifest is marked by one sweep and deleted by a later one. Also forgets the
        ids whose window has passed.
        """
        store.take_state(work)
        store.prune_seen(work, work.now - self._window)
        _, manifest = store.manifest(work)
        wanted = {row.file for row in manifest}
        marked = store.retired(work)
        present = self._lake.files()
        old = [
            file
            for file, at in marked.items()
            if file in present and file not in wanted and at <= work.now - GRACE
        ]
        done = [file for file in marked if file in wanted or file not in present]
        store.forget_retired(work, done + old)
        store.mark_retired(work, sorted(present - wanted - set(marked)))
        work.after_commit(lambda: self._lake.delete(old))
        return len(old)

    def state(self, work: Work) -> LakeState:
        """Say how the lake's files stand; changes nothing."""
        segments = store.segments(work)
        present, wanted = self._lake.files(), {segment.file for segment in segments}
        return LakeState(
            hot=store.hot_count(work),
            files=len(segments),
            to_compact=sum(map(len, compaction.groups(segments, work.now // DAY))),
            orphans=len(present - wanted),
            missing=len(wanted - present),
        )

    def close(self) -> None:
        """Stop DuckDB."""
        self._lake.close()

    def _fresh(self, work: Work, events: Sequence[Event]) -> list[Event]:
        """Leave out what is known by its id, remember the rest, and find what they touched."""
        by_digest: dict[bytes, Event] = {}
        for event in events:
            by_digest.setdefault(hashlib.sha256(event.id.encode()).digest()[:16], event)
        seen = store.seen(work, by_digest)
        expired = work.now - self._window
        fresh = {
            digest: event
            for digest, event in by_digest.items()
            if seen.get(digest, expired) <= expired
        }
        store.mark_seen(
            work,
            new=[digest for digest in fresh if digest not in seen],
            again=[digest for digest in fresh if digest in seen],
        )
        return resolve(list(fresh.values()), store.specs(work)) if fresh else []

    def _write_segment(self, work: Work, columns: Columns) -> None:
        segment = self._lake.write(columns, uuid7(work.now), work.now // DAY)
        store.add_segment(work, segment)


def _may_hold(row: Any, sought: Sought) -> bool:
    if sought.profile is None:
        return True
    held: bool = row.low_profile <= sought.profile <= row.high_profile
    return held


def _distinct(spans: Sequence[Any]) -> tuple[list[str], list[str]]:
    """Return the files and the exact names of some manifest rows."""
    return sorted({span.file for span in spans}), sorted({span.name for span in spans})


def _forget(work: Work, fresh: Sequence[Event]) -> None:
    memo = work.memo.get(_TIMELINES, {})
    for event in fresh:
        memo.pop(event.profile, None)
