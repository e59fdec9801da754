"""The box's own table: in a SQLite file of its own, or beside the operational ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, MetaData, String, Table, Text, delete, event, func, select

from coterie.core.actor import CLOCK
from coterie.storage.database import Database
from coterie.storage.schema import BigId, Moment
from coterie.storage.work import Work

metadata = MetaData()
"""Of its own, because the box is no part of the operational schema."""
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
_LOCK = 7_345_129_040


@dataclass(frozen=True)
class Boxed:
    """A callback in the box."""

    id: int
    hash: str
    came: int
    xml: str


def prepare(database: Database) -> None:
    """Make the table if it is missing; on SQLite let every commit reach the disk."""
    if database.dialect == "sqlite":
        event.listen(database.engine, "connect", _wait_for_the_disk)
    with database.begin(CLOCK, 0) as work:
        if database.dialect == "postgresql":  # two processes that make it at once would collide
            work.connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        metadata.create_all(work.connection)


def put(work: Work, digest: str, text: str) -> None:
    """Keep a callback."""
    work.insert(box_rows, [{"hash": digest, "came": work.now, "xml": text}])


def peek(work: Work, limit: int) -> list[Boxed]:
    """Return the oldest that are in it."""
    rows = work.connection.execute(select(box_rows).order_by(_C.id).limit(limit))
    return [Boxed(row.id, row.hash, row.came, row.xml) for row in rows]


def drop(work: Work, ids: Sequence[int]) -> None:
    """Take callbacks out."""
    work.connection.execute(delete(box_rows).where(work.among(_C.id, ids)))


def count(work: Work) -> int:
    """Count what is in it."""
    return work.connection.execute(select(func.count()).select_from(box_rows)).scalar_one()


def _wait_for_the_disk(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")
