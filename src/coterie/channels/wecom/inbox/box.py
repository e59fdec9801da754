"""The box at the door: what came is on the disk at once, whatever the road is doing.

On SQLite it is a file of its own, for there the road's batch would keep a writer waiting longer
than WeCom waits for an answer; on PostgreSQL a table beside the others. The road empties it into
the table of callbacks, where what came twice is one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Column, MetaData, String, Table, Text, delete, event, func, select, update

from coterie.core.actor import CLOCK
from coterie.storage.database import Database
from coterie.storage.schema import BigId, Moment

metadata = MetaData()
"""Of its own, because the box is no part of the operational schema."""
FILE = "wecom.db"
box_rows = Table(
    "wecom_box",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("hash", String, nullable=False),
    Column("came", Moment, nullable=False),
    Column("xml", Text, nullable=False),
    sqlite_autoincrement=True,
)
_C = box_rows.c


@dataclass(frozen=True)
class Boxed:
    """A callback in the box."""

    id: int
    hash: str
    came: int
    xml: str


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
            work.insert(box_rows, [{"hash": digest, "came": now, "xml": text}])
        return digest

    def peek(self, limit: int) -> list[Boxed]:
        """Return the oldest that are in it."""
        if self._is_missing():
            return []
        with self._database().read(CLOCK, 0) as work:
            query = select(box_rows).order_by(_C.id).limit(limit)
            rows = work.connection.execute(query)
            return [Boxed(row.id, row.hash, row.came, row.xml) for row in rows]

    def drop(self, ids: Sequence[int]) -> None:
        """Take out what lies in the table of callbacks by now."""
        with self._database().begin(CLOCK, 0) as work:
            work.connection.execute(delete(box_rows).where(work.among(_C.id, ids)))

    def count(self) -> int:
        """Count what waits in it."""
        if self._is_missing():
            return 0
        with self._database().read(CLOCK, 0) as work:
            return work.connection.execute(select(func.count()).select_from(box_rows)).scalar_one()

    def blank(self, text: str, instead: str) -> None:
        """Write something else in place of a text, in all that it holds."""
        if self._is_missing():
            return
        with self._database().begin(CLOCK, 0) as work:
            work.connection.execute(
                update(box_rows)
                .where(_C.xml.contains(text, autoescape=True))
                .values(xml=func.replace(_C.xml, text, instead))
            )

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
            event.listen(opened.engine, "connect", _wait_for_the_disk)
        with opened.begin(CLOCK, 0) as work:
            metadata.create_all(work.connection)
        return opened


def _wait_for_the_disk(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")
