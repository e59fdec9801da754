"""The box at the door: what came is on the disk at once, whatever the road is doing.

On SQLite it is a file of its own, for there the road's batch would keep a writer waiting longer
than WeCom waits for an answer; on PostgreSQL a table beside the others. The road empties it into
the table of callbacks, where what came twice is one.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from threading import Lock

from coterie.channels.wecom.inbox.box import store
from coterie.channels.wecom.inbox.box.store import Boxed
from coterie.core.actor import CLOCK
from coterie.storage.database import Database

FILE = "wecom.db"


class Box:
    """Takes callbacks at the door; thread-safe. It is made when the first comes."""

    def __init__(self, shared: Database, file: Path | None = None) -> None:
        self._shared, self._file = shared, file
        self._opened: Database | None = None
        self._lock = Lock()

    @classmethod
    def beside(cls, db: Database, folder: Path) -> "Box":
        """Return the box of a house: beside its PostgreSQL tables, or a file in its folder."""
        return cls(db, None if db.dialect == "postgresql" else folder / FILE)

    def put(self, xml: bytes, now: int) -> str:
        """Keep a callback, opened; return its hash, which names it for ever."""
        digest = sha256(xml).hexdigest()
        text = xml.decode("utf-8", "replace").replace("\x00", "")
        with self._database().begin(CLOCK, now) as work:
            store.put(work, digest, text)
        return digest

    def peek(self, limit: int) -> list[Boxed]:
        """Return the oldest that are in it."""
        if self._is_missing():
            return []
        with self._database().read(CLOCK, 0) as work:
            return store.peek(work, limit)

    def drop(self, ids: Sequence[int]) -> None:
        """Take out what lies in the table of callbacks by now."""
        with self._database().begin(CLOCK, 0) as work:
            store.drop(work, ids)

    def count(self) -> int:
        """Count what waits in it."""
        if self._is_missing():
            return 0
        with self._database().read(CLOCK, 0) as work:
            return store.count(work)

    def close(self) -> None:
        """Close what is its own."""
        if self._opened is not None and self._opened is not self._shared:
            self._opened.close()

    def _is_missing(self) -> bool:
        return self._opened is None and self._file is not None and not self._file.exists()

    def _database(self) -> Database:
        with self._lock:
            if self._opened is None:
                self._opened = self._open()
            return self._opened

    def _open(self) -> Database:
        opened = self._shared
        if self._file is not None:
            opened = Database(f"sqlite:///{self._file}")
        store.prepare(opened)
        return opened
