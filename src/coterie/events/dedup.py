"""Which message ids were there before, within the window: the latest in the database, then files.

What an append brings is one row, its digests in order with their moment, written in the append's
transaction. The rows together are held in memory as a few runs, and when they hold many they
become a file. A row never changes and bears a random stamp: so what is held is right for every
transaction that sees these stamps, and rows of one that failed are never asked for again.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coterie.core.ids import uuid7
from coterie.events import seen_store
from coterie.events.seen import LARGEST, Digests, Run, SeenFiles, merged
from coterie.storage.work import Work

HELD = 2**18
"""Digests from which on the rows become a file."""

_FEW = 2_000
"""A row of fewer digests is put together with the next: so there are never many rows."""


class Seen:
    """Remembers ids for ``window`` ms, by their digests; who asks has locked the log's state."""

    def __init__(self, folder: Path, window: int, held: int = HELD) -> None:
        self._files = SeenFiles(folder)
        self._window = window
        self._held = held
        self._known: tuple[frozenset[int], tuple[Run, ...]] = (frozenset(), ())

    def note(self, work: Work, digests: Digests) -> NDArray[np.bool_]:
        """Say of each digest whether it is new, and remember it; of equals the first is."""
        new = digests.first_of_each()
        new &= ~self.are_known(work, digests)
        if new.any():
            self._keep(work, Run.of(digests.take(new).shortened(), work.now))
        return new

    def are_known(self, work: Work, digests: Digests) -> NDArray[np.bool_]:
        """Say of each digest whether it is known."""
        expired = work.now - self._window
        order = np.argsort(digests.high)
        asked = digests.shortened().take(order)
        known = np.zeros(len(asked), dtype=bool)
        for run in self._recent(work):
            known |= run.seen(asked) > expired
        for row in seen_store.seen_files(work):
            if row.at > expired:
                known |= self._files.read(row).seen(asked) > expired
        found = np.empty_like(known)
        found[order] = known
        return found

    def remember(self, work: Work, digests: Digests) -> None:
        """Keep a bulk's digests, in a file."""
        self._file(work, Run.of(digests.shortened(), work.now))

    def prune(self, work: Work) -> None:
        """Forget what was seen before the window."""
        seen_store.prune_seen(work, work.now - self._window)

    def files(self, work: Work) -> set[str]:
        """Name the files that hold digests."""
        return {row.file for row in seen_store.seen_files(work)}

    def _recent(self, work: Work) -> tuple[Run, ...]:
        """Return what the rows hold that this transaction sees."""
        stamps, runs = self._known
        if {part.stamp for part in seen_store.parts(work)} != stamps:
            rows = seen_store.read(work)
            runs = (merged(map(Run.unpacked, rows.values())),) if rows else ()
            self._known = frozenset(rows), runs  # replaced as one: other threads may be reading
        return runs

    def _keep(self, work: Work, new: Run) -> None:
        """Write a row, together with those that are as few; all as a file if they are many."""
        runs = _grown(self._recent(work), new)
        parts = sorted(seen_store.parts(work), key=lambda part: part.ids)
        stamps = {part.stamp for part in parts}
        if sum(map(len, runs)) >= self._held:
            seen_store.drop(work, stamps)
            self._file(work, merged(runs))
            self._known = frozenset(), ()
            return
        over, ids = set[int](), len(new)
        for part in parts:
            if part.ids > min(_FEW, ids):
                break
            over.add(part.stamp)
            ids += part.ids
        if over:
            new = merged([new, *map(Run.unpacked, seen_store.read(work, over).values())])
            seen_store.drop(work, over)
        stamps = stamps - over | {seen_store.write(work, new)}
        self._known = frozenset(stamps), runs

    def _file(self, work: Work, run: Run) -> None:
        """Put a run into a file, together with those of its kind that are as few.

        Of one moment, or of several: a file of one moment is nearly half as large. The files that
        it replaces are deleted with the commit: nobody reads them without the log's lock.
        """
        expired = work.now - self._window
        one_moment = bool((run.at == work.now).all())
        size, parts, old = len(run), [run], list[str]()
        for row in sorted(seen_store.seen_files(work), key=lambda row: row.ids):
            alike = row.first == row.at == work.now if one_moment else row.first < row.at
            if alike and row.ids <= 2 * size and row.ids + size <= LARGEST:
                parts.append(self._files.read(row))
                old.append(row.file)
                size += row.ids
        seen_store.retire_seen_files(work, old)
        whole = merged(parts, expired)
        seen_store.add_seen_file(work, self._files.write(uuid7(work.now), whole))
        work.after_commit(lambda: self._files.delete(old))


def _grown(runs: tuple[Run, ...], new: Run) -> tuple[Run, ...]:
    """Add a run; put together what is not at least twice as large as the next."""
    grown = [*runs, new]
    while len(grown) > 1 and len(grown[-2]) <= 2 * len(grown[-1]):
        grown[-2:] = [merged(grown[-2:])]
    return tuple(grown)
