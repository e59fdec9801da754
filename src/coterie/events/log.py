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

import duckdb
import numpy as np

from coterie.core.clock import DAY, HOUR
from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.core.ids import uuid7
from coterie.core.people import Alone, Heads, Shift
from coterie.events import compaction, store
from coterie.events.answers import TIMELINES, Answers, may_hold
from coterie.events.dedup import Seen
from coterie.events.desk import Arrivals
from coterie.events.lake import Lake
from coterie.events.model import EventSpec, LakeState, Logged, Taken
from coterie.events.resolve import resolve
from coterie.events.rows import Columns, laid_out, rows_after
from coterie.events.seen import Digests
from coterie.storage.work import Work

GRACE = 1 * HOUR
"""How long a file stays after it was replaced: somebody may still be reading it."""


class Log(Answers):
    """All events, in a hot tail and a lake of Parquet files under ``folder/lake``.

    An event counts once per id within ``dedup_window`` ms of its last appending (30 days): ids are
    kept that long and forgotten by ``sweep``. A hot tail of ``flush_rows`` events is flushed before
    more are appended. The lake itself forgets nothing.

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
        super().__init__(Lake(folder / "lake"), Alone() if heads is None else heads)
        self._seen = Seen(folder / "lake" / "ids", dedup_window)
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
        if store.take_state(work).hot >= self._flush_rows:
            self.flush(work)  # before, so that what comes now is hot for the rest of the batch
        state = store.take_state(work)
        fresh = self._fresh(work, events)
        if fresh:
            self._tail.append(work, laid_out(fresh, state.next_seq))
            _forget(work, fresh)
            grown = len(fresh)
            store.set_state(work, next_seq=state.next_seq + grown, hot=state.hot + grown)
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
            self._write_segment(work, laid_out(fresh, state.next_seq))
            store.set_state(work, next_seq=state.next_seq + len(fresh))
            _forget(work, fresh)
        return fresh

    @contextmanager
    def desk(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a connection to read files of history with."""
        with self._lake.desk() as desk:
            yield desk

    def lay(
        self, work: Work, rows: Sequence[int], events: Sequence[Event]
    ) -> tuple[list[Event], Arrivals]:
        """Lay single events out as ``take_in`` takes them; ``rows`` say where they arrive.

        They come back too, with items, amount and store filled in.
        """
        found = resolve(events, store.specs(work))
        digests = Digests.of([digest_of(event.id) for event in events]).cut()
        laid = self._lake.marked(laid_out(found, 0))
        return found, Arrivals(np.array(rows, np.int64), digests, laid)

    def take_in(self, work: Work, arrivals: Arrivals) -> Taken:
        """Append arrivals straight to the lake, by the law of ``append_bulk``.

        Of equal ids the first row counts. Seqs are given profile by profile, each one's by
        (time, row): in the order that timelines are read in.
        """
        state = store.take_state(work)
        is_fresh = arrivals.digests.first_of_each()
        is_fresh &= ~self._seen.are_known(work, arrivals.digests)
        fresh = arrivals if is_fresh.all() else arrivals.take(is_fresh)
        if not len(fresh.rows):
            return Taken(fresh.rows, [])
        laid = fresh.laid.numbered(state.next_seq, fresh.rows)
        segment = self._lake.write_laid(laid, uuid7(work.now), work.now // DAY)
        store.add_segment(work, segment)
        self._seen.remember(work, fresh.digests)
        store.set_state(work, next_seq=state.next_seq + len(laid))
        work.memo.pop(TIMELINES, None)
        profile = laid.numbers["profile"]
        return Taken(fresh.rows, profile[np.flatnonzero(np.diff(profile, prepend=-1))].tolist())

    def follow(self, work: Work, shifts: Sequence[Shift]) -> None:
        """Tell people's events as those of the heads that lead them now."""
        memo: dict[int, list[Logged]] = work.memo.get(TIMELINES, {})
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
        tail = self._tail.blank(work, profiles)
        segments = store.segments(work)
        files = [one.file for one in segments if may_hold(one, profiles)]
        held = self._lake.holding(files, profiles)
        for segment in segments:
            if segment.file in held:
                anew = replace(segment, file=uuid7(work.now))
                self._lake.blank(segment.file, profiles, anew.file)
                store.retire(work, [segment.file])
                store.add_segment(work, anew)
        work.memo.pop(TIMELINES, None)
        store.revise(work)
        old = self._lake.files() - self._wanted(work)
        work.after_commit(lambda: self._lake.delete(old))
        work.after_commit(self._tail.forget)
        return {"log_hot": tail, "lake": sum(held.values())}

    def search(self, work: Work, texts: Collection[str]) -> list[str]:
        """Return the places where one of these texts stands, to prove that none does.

        Looked through are the hot tail and every value of every file in the lake's folder, of
        those too that are wanted no more. Upper and lower case are one.
        """
        found = [f"log_hot: {text}" for text in texts if self._tail.holds(work, text)]
        return found + self._lake.search(texts)

    def flush(self, work: Work) -> int:
        """Move the hot tail to the lake; return how many events moved."""
        state = store.take_state(work)
        columns = rows_after(self._tail.columns(work), state.flushed)
        moved = len(columns["seq"])
        if moved:
            upto = int(columns["seq"][-1])
            self._write_segment(work, columns)
            self._tail.drop(work, upto)
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
        self._seen.prune(work)
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
        digests = Digests.of([digest_of(event.id) for event in events])
        new = self._seen.note(work, digests).tolist()
        fresh = [event for event, is_new in zip(events, new, strict=True) if is_new]
        return resolve(fresh, store.specs(work)) if fresh else []

    def _wanted(self, work: Work) -> set[str]:
        """Name every file that belongs to the log."""
        held = {row.file for row in store.manifest(work)[1]}
        return held | self._seen.files(work)

    def _write_segment(self, work: Work, columns: Columns) -> None:
        segment = self._lake.write(columns, uuid7(work.now), work.now // DAY)
        store.add_segment(work, segment)


def digest_of(message_id: str) -> bytes:
    """Return what is remembered of a message id."""
    return hashlib.sha256(message_id.encode()).digest()[:16]


def _forget(work: Work, fresh: Sequence[Event]) -> None:
    memo = work.memo.get(TIMELINES)
    if memo:
        for event in fresh:
            memo.pop(event.profile, None)
