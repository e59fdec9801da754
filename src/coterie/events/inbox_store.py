"""The inbox's own tables and SQL: a SQLite file of its own, or tables beside the operational ones.

They stand on their own metadata, because the inbox is no part of the operational schema.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    Text,
    delete,
    event,
    func,
    insert,
    select,
    update,
)

from coterie.core.actor import CLOCK
from coterie.events.model import Refused
from coterie.storage.database import Database
from coterie.storage.schema import BigId, Moment
from coterie.storage.work import Work

metadata = MetaData()

_LOCK = 7_345_129_001
"""The advisory lock under which PostgreSQL numbers the inbox, so that ids commit in order."""

inbox_rows = Table(
    "inbox",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("received", Moment, nullable=False),
    Column("source", String, nullable=False),
    Column("total", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("events", LargeBinary, nullable=False),
    sqlite_autoincrement=True,  # an id is never given twice, even when all rows were forgotten
)

quarantine_rows = Table(
    "inbox_quarantine",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("received", Moment, nullable=False),
    Column("source", String, nullable=False),
    Column("call", String, nullable=False),
    Column("message_id", String),
    Column("code", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("path", String, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("replayed", Moment),
    sqlite_autoincrement=True,
)


def prepare(database: Database) -> None:
    """Create the tables if they are missing; on SQLite make every commit reach the disk."""
    if database.dialect == "sqlite":
        # the answer 200 is a promise: NORMAL would lose the newest commits with the power
        @event.listens_for(database.engine, "connect")
        def _configure(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA synchronous=FULL")

    with database.begin(CLOCK, 0) as work:
        lock(work)
        metadata.create_all(work.connection)


def lock(work: Work) -> None:
    """Let one writer at a time number rows: a reader that saw id 6 must never miss id 5.

    SQLite has but one writer anyway.
    """
    if work.dialect == "postgresql":
        work.connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def add(work: Work, source: str, count: int, events: bytes) -> int:
    """Write one request's events; return the row's id."""
    statement = insert(inbox_rows).values(
        received=work.now, source=source, total=count, size=len(events), events=events
    )
    [key] = work.connection.execute(statement.returning(inbox_rows.c.id)).scalars()
    return int(key)


def quarantine(work: Work, source: str, refused: Sequence[Refused], envelope: bytes) -> None:
    """Keep refused items with their reasons, and what they shared with their batch."""
    rows = [
        {
            "received": work.now,
            "source": source,
            "call": item.call,
            "message_id": item.message_id,
            "code": item.code,
            "reason": item.reason,
            "path": item.path,
            "envelope": envelope,
            "raw": item.raw,
        }
        for item in refused
    ]
    work.insert(quarantine_rows, rows)


def sizes_after(work: Work, offset: int, limit: int) -> list[tuple[int, int]]:
    """Return (id, number of events) of the next rows."""
    table = inbox_rows
    query = select(table.c.id, table.c.total).where(table.c.id > offset).order_by(table.c.id)
    return [(row.id, row.total) for row in work.connection.execute(query.limit(limit))]


def between(work: Work, after: int, until: int) -> list[tuple[int, bytes]]:
    """Return (id, events) of the rows with after < id <= until."""
    table = inbox_rows
    query = select(table.c.id, table.c.events).where(table.c.id > after, table.c.id <= until)
    return [(row.id, row.events) for row in work.connection.execute(query.order_by(table.c.id))]


def last(work: Work) -> int:
    """Return the newest id, 0 when the inbox is empty."""
    return work.connection.execute(select(func.max(inbox_rows.c.id))).scalar() or 0


def forget(work: Work, before: int, upto: int) -> int:
    """Delete carried rows, and quarantined items, received before a moment; count them."""
    carried = delete(inbox_rows).where(inbox_rows.c.id <= upto, inbox_rows.c.received < before)
    kept = delete(quarantine_rows).where(quarantine_rows.c.received < before)
    gone = work.connection.execute(carried).rowcount
    return gone + work.connection.execute(kept).rowcount


def quarantined(work: Work, limit: int, offset: int) -> list[Row[Any]]:
    """Return quarantined items, newest first."""
    query = select(quarantine_rows).order_by(quarantine_rows.c.id.desc())
    return list(work.connection.execute(query.limit(limit).offset(offset)))


def one_quarantined(work: Work, key: int) -> Row[Any] | None:
    """Return one quarantined item, held fast until the transaction ends."""
    query = select(quarantine_rows).where(quarantine_rows.c.id == key).with_for_update()
    return work.connection.execute(query).first()


def mark_replayed(work: Work, key: int) -> None:
    """Write down that a quarantined item got in after all."""
    work.connection.execute(
        update(quarantine_rows).where(quarantine_rows.c.id == key).values(replayed=work.now)
    )
