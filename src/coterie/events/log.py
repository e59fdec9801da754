"""The event log: what happened, once, in arrival order; the face that every other room reads.

Fresh events lie in the hot tail (``hot``) and are visible at once, in the transaction that appends
them. ``flush`` moves them to the lake (``lake``), ``compact`` puts the lake's files together,
``sweep`` removes what is wanted no more. All of it under the manifest in the operational database
(``store``), so that a transaction that fails leaves no trace that a reader could see.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from coterie.core.clock import DAY, HOUR
from coterie.core.errors import Invalid, NotFound
from coterie.core.event import Event
from coterie.core.ids import uuid7
from coterie.core.people import Alone, Heads, Shift
from coterie.events import compaction, hot, store
from coterie.events.lake import Lake
from coterie.events.model import EventSpec, LakeState, Logged, Sought, Taken
from coterie.events.resolve import resolve
from coterie.events.rows import Columns, rows_after, to_columns, to_logged, to_rows
from coterie.events.seen import LARGEST, Digests, joined
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

    A row keeps the profile that its event came with, for ever. All questions are about persons,
    named by their heads (``heads`` knows them; without it everybody is one for herself), and all
    answers name heads: a merge, or an un-merge, rewrites nothing here.
    """

    def __init__(
        self,
        folder: Path,
        *,
        dedup_window: int = 30 * DAY,
        flush_rows: int = 50_000,
        heads: Heads[Work] | None = None,
    ) -> None:
        self._heads: Heads[Work] = Alone() if heads is None else heads
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

    @contextmanager
    def desk(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a connection to lay out history on, in a table ``arrivals``; see ``take_in``."""
        with self._lake.desk() as desk:
            yield desk

    def lay(
        self,
        work: Work,
        desk: duckdb.DuckDBPyConnection,
        rows: Sequence[int],
        events: Sequence[Event],
    ) -> list[Event]:
        """Lay single events on a desk, among what came in columns; ``rows`` say where.

        They come back with items, amount and store filled in.
        """
        found = resolve(events, store.specs(work))
        digests = Digests.of([digest_of(event.id) for event in events])
        self._lake.add_arrivals(desk, to_columns(to_rows(found, 0)), rows, digests)
        return found

    def take_in(self, work: Work, desk: duckdb.DuckDBPyConnection) -> Taken:
        """Append a desk's ``arrivals`` straight to the lake, by the law of ``append_bulk``.

        Its columns: ``row`` (in the order of arrival), ``high`` and ``low`` (the digest of the
        message id), ``profile`` (the one it came with), and those of ``rows.COLUMNS`` with items,
        amount and store resolved, and a null for a missing amount. Of equal ids the first row counts. Seqs are given person by
        person, each person's by (time, row), which is the order that anybody asks for.
        """
        rows, digests = self._lake.arrivals(desk)
        state = store.take_state(work)
        is_fresh = digests.first_of_each()
        is_fresh &= ~self._are_known(work, digests)
        fresh = rows[is_fresh]
        if not len(fresh):
            return Taken(fresh, [])
        people = self._lake.keep_fresh(desk, fresh)
        segment = self._lake.write_arrived(desk, state.next_seq, uuid7(work.now), work.now // DAY)
        store.add_segment(work, segment)
        self._remember(work, digests.take(is_fresh))
        store.set_state(work, next_seq=state.next_seq + len(fresh))
        work.memo.pop(_TIMELINES, None)
        return Taken(fresh, people)

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
        found: dict[int, list[Logged]] = {profile: [] for profile in profiles}
        asked = self._heads_of_members(work, found)
        if not asked:
            return found
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
        for row in sorted(rows, key=lambda row: (row[1], row[0])):
            found[asked[row[3]]].append(to_logged(row, asked))
        return found

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
        rows: list[Sequence[Any]] = list(hot.newest(work, sought, asked, after, end, limit))
        flushed, manifest = store.manifest(work)
        rows = [row for row in rows if row[0] > flushed]
        files = [row.file for row in manifest if _may_hold(row, asked)]
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
        return self._heads_of(work, found)

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
        return self._heads_of(work, found)

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
        files = [row.file for row in manifest]
        with self._lake.open(files, hot_columns, self._heads.led(work)) as connection:
            yield connection

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Tell people's events as those of the heads that lead them now."""
        memo: dict[int, list[Logged]] = work.memo.get(_TIMELINES, {})
        for shift in shifts:
            for profile in (shift.profile, shift.before, shift.head):
                memo.pop(profile, None)
        if shifts:
            store.revise(work)

    def erase(self, work: Work, profiles: Collection[int]) -> dict[str, int]:
        """Empty the properties of everything that came with these profiles; count the events.

        What counts and sums are made of stays: name, time, source, store, items, amount. Segments
        that hold something of hers are written anew under the manifest, in this transaction.
        Their files, and all that wait for a sweep, are deleted as soon as it commits, without the
        hour of grace: what is erased must not lie on the disk. A reader that has a file open
        keeps it until he is done; one that is about to open it fails and may ask again.
        """
        store.take_state(work)
        tail = hot.blank(work, profiles)
        segments = store.segments(work)
        files = [one.file for one in segments if _may_hold(one, profiles)]
        held = self._lake.holding(files, profiles)
        for segment in segments:
            if segment.file in held:
                anew = replace(segment, file=uuid7(work.now))
                self._lake.blank(segment.file, profiles, anew.file)
                store.retire(work, [segment.file])
                store.add_segment(work, anew)
        work.memo.pop(_TIMELINES, None)
        store.revise(work)
        old = self._lake.files() - self._wanted(work)
        work.after_commit(lambda: self._lake.delete(old))
        work.after_commit(self._mirror.forget)
        return {"log_hot": tail, "lake": sum(held.values())}

    def search(self, work: Work, texts: Collection[str]) -> list[str]:
        """Return the places where one of these texts stands, to prove that none does.

        Looked through are the hot tail and every value of every file in the lake's folder, of
        those too that are wanted no more. Upper and lower case are one.
        """
        found = [f"log_hot: {text}" for text in texts if hot.holds(work, text)]
        return found + self._lake.search(texts)

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
        wanted = self._wanted(work)
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
        present, wanted = self._lake.files(), self._wanted(work)
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
            by_digest.setdefault(digest_of(event.id), event)
        seen = store.seen(work, by_digest)
        expired = work.now - self._window
        in_files = self._in_files(work, Digests.of(by_digest)) if by_digest else []
        fresh = {
            digest: event
            for (digest, event), is_known in zip(by_digest.items(), in_files, strict=True)
            if not is_known and seen.get(digest, expired) <= expired
        }
        store.mark_seen(
            work,
            new=[digest for digest in fresh if digest not in seen],
            again=[digest for digest in fresh if digest in seen],
        )
        return resolve(list(fresh.values()), store.specs(work)) if fresh else []

    def _in_files(self, work: Work, digests: Digests) -> Sequence[bool]:
        """Say of each digest whether a bulk brought it within the window."""
        expired = work.now - self._window
        files = [row.file for row in store.seen_files(work) if row.at > expired]
        known: list[bool] = self._lake.seen.known(files, digests).tolist()
        return known

    def _are_known(self, work: Work, digests: Digests) -> NDArray[np.bool_]:
        known = np.array(self._in_files(work, digests), dtype=bool)
        if store.any_seen(work):
            expired = work.now - self._window
            one_by_one = store.seen(work, digests.as_bytes())
            held = [one_by_one.get(one, expired) > expired for one in digests.as_bytes()]
            known |= np.array(held, dtype=bool)
        return known

    def _remember(self, work: Work, digests: Digests) -> None:
        """Keep a bulk's digests, together with those of this moment that are as few."""
        parts, old = [digests], []
        for row in sorted(store.seen_files(work), key=lambda row: row.ids):
            size = sum(map(len, parts))
            if row.at == work.now and row.ids <= 2 * size and row.ids + size <= LARGEST:
                parts.append(self._lake.seen.read(row.file))
                old.append(row.file)
        whole = joined(parts)
        file = uuid7(work.now)
        self._lake.seen.write(file, whole)
        store.retire_seen_files(work, old)
        store.add_seen_file(work, file, len(whole))

    def _wanted(self, work: Work) -> set[str]:
        """Name every file that belongs to the log."""
        held = {row.file for row in store.manifest(work)[1]}
        return held | {row.file for row in store.seen_files(work)}

    def _write_segment(self, work: Work, columns: Columns) -> None:
        segment = self._lake.write(columns, uuid7(work.now), work.now // DAY)
        store.add_segment(work, segment)


def digest_of(message_id: str) -> bytes:
    """Return what is remembered of a message id."""
    return hashlib.sha256(message_id.encode()).digest()[:16]


def _may_hold(row: Any, members: Collection[int]) -> bool:
    """Say whether a segment may hold events of a person (nobody: of anybody)."""
    return not members or any(row.low_profile <= one <= row.high_profile for one in members)


def _distinct(spans: Sequence[Any]) -> tuple[list[str], list[str]]:
    """Return the files and the exact names of some manifest rows."""
    return sorted({span.file for span in spans}), sorted({span.name for span in spans})


def _forget(work: Work, fresh: Sequence[Event]) -> None:
    memo = work.memo.get(_TIMELINES, {})
    for event in fresh:
        memo.pop(event.profile, None)
