"""Which message ids were there before, within the window: one by one, and in the files of bulks."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coterie.core.ids import uuid7
from coterie.events import seen_store
from coterie.events.seen import LARGEST, Digests, SeenFiles, joined
from coterie.storage.work import Work


class Seen:
    """Remembers ids for ``window`` ms, by their digests."""

    def __init__(self, folder: Path, window: int) -> None:
        self._files = SeenFiles(folder)
        self._window = window

    def note(self, work: Work, digests: Collection[bytes]) -> set[bytes]:
        """Remember digests one by one; return those that were not known."""
        if not digests:
            return set()
        seen = seen_store.seen(work, digests)
        expired = work.now - self._window
        in_files = self._in_files(work, Digests.of(digests)).tolist()
        new = {
            digest
            for digest, is_known in zip(digests, in_files, strict=True)
            if not is_known and seen.get(digest, expired) <= expired
        }
        seen_store.mark_seen(
            work,
            new=[digest for digest in digests if digest in new and digest not in seen],
            again=[digest for digest in digests if digest in new and digest in seen],
        )
        return new

    def are_known(self, work: Work, digests: Digests) -> NDArray[np.bool_]:
        """Say of each digest of a bulk whether it is known."""
        known = self._in_files(work, digests)
        if seen_store.any_seen(work):
            expired, each = work.now - self._window, digests.as_bytes()
            one_by_one = seen_store.seen(work, each)
            held = [one_by_one.get(one, expired) > expired for one in each]
            known |= np.array(held, dtype=bool)
        return known

    def remember(self, work: Work, digests: Digests) -> None:
        """Keep a bulk's digests in a file, together with those of this moment that are as few.

        The files that it replaces are deleted with the commit: nobody reads them without the lock
        on the log's state, which this transaction has.
        """
        parts, old = [digests.shortened()], []
        for row in sorted(seen_store.seen_files(work), key=lambda row: row.ids):
            size = sum(map(len, parts))
            if row.at == work.now and row.ids <= 2 * size and row.ids + size <= LARGEST:
                parts.append(self._files.read(row.file))
                old.append(row.file)
        whole = joined(parts)
        file = uuid7(work.now)
        self._files.write(file, whole)
        seen_store.retire_seen_files(work, old)
        seen_store.add_seen_file(work, file, len(whole))
        work.after_commit(lambda: self._files.delete(old))

    def prune(self, work: Work) -> None:
        """Forget what was seen before the window."""
        seen_store.prune_seen(work, work.now - self._window)

    def files(self, work: Work) -> set[str]:
        """Name the files that hold digests."""
        return {row.file for row in seen_store.seen_files(work)}

    def _in_files(self, work: Work, digests: Digests) -> NDArray[np.bool_]:
        expired = work.now - self._window
        files = [row.file for row in seen_store.seen_files(work) if row.at > expired]
        return self._files.known(files, digests)
