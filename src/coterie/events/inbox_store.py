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
    Select,
    String,
    Table,
    Text,
    and_,
    delete,
    event,
    func,
    insert,
    select,
    update,
)

from coterie.core.actor import CLOCK
from coterie.events.group import Entry
from coterie.storage.database import Database
from coterie.storage.schema import BigId, Moment
from coterie.storage.work import Work, in_chunks

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

discard_rows = Table(
    "inbox_discarded",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", String, nullable=False),
)
"""Items of the quarantine that somebody gave up, and why; kept as long as the items are."""

_Q = quarantine_rows.c
_open = and_(_Q.replayed.is_(None), _Q.id.not_in(select(discard_rows.c.id)))


def prepare(database: Database) -> None:
    """Create the tables if they are missing; on SQLite make every commit reach the disk."""
    if database.dialect == "sqlite":
        # the answer 200 is a promise: NORMAL would lose the newest commits with the power
        @event.listens_for(database.engine, "connect")
        def _configure(connection: Any, _record: Any) -> None:
            connection.execute("PRAGMA synchronous=FULL")
            # what is deleted is overwritten: no free page keeps a person who was erased
            connection.execute("PRAGMA secure_delete=ON")

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
    return add_all(work, [Entry(work.now, source, count, events)])[0]


def add_all(work: Work, entries: Sequence[Entry]) -> list[int]:
    """Write requests in their order; return the id of each, 0 for one without events."""
    rows = [
        {
            "received": entry.received,
            "source": entry.source,
            "total": entry.total,
            "size": len(entry.events),
            "events": entry.events,
        }
        for entry in entries
        if entry.total
    ]
    if not rows:
        return [0] * len(entries)
    made = insert(inbox_rows).returning(inbox_rows.c.id, sort_by_parameter_order=True)
    keys = iter(work.connection.execute(made, rows).scalars().all())
    return [next(keys) if entry.total else 0 for entry in entries]


def quarantine(work: Work, entry: Entry) -> None:
    """Keep refused items with their reasons, and what they shared with their batch."""
    rows = [
        {
            "received": entry.received,
            "source": entry.source,
            "call": item.call,
            "message_id": item.message_id,
            "code": item.code,
            "reason": item.reason,
            "path": item.path,
            "envelope": entry.envelope,
            "raw": item.raw,
        }
        for item in entry.refused
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


def backlog(work: Work, after: int) -> tuple[int, int, int | None]:
    """Return (requests, events, oldest moment) of what came after an id."""
    table = inbox_rows
    query = select(
        func.count(), func.coalesce(func.sum(table.c.total), 0), func.min(table.c.received)
    ).where(table.c.id > after)
    requests, events, oldest = work.connection.execute(query).one()
    return int(requests), int(events), oldest


def count_refused(work: Work) -> int:
    """Count the quarantined items that nobody has decided on."""
    query = select(func.count()).where(_open)
    return int(work.connection.execute(query).scalar_one())


def forget(work: Work, before: int, upto: int) -> int:
    """Delete carried rows, and quarantined items, received before a moment; count them."""
    carried = delete(inbox_rows).where(inbox_rows.c.id <= upto, inbox_rows.c.received < before)
    kept = delete(quarantine_rows).where(quarantine_rows.c.received < before)
    gone = work.connection.execute(carried).rowcount
    gone += work.connection.execute(kept).rowcount
    left = select(quarantine_rows.c.id)
    work.connection.execute(delete(discard_rows).where(discard_rows.c.id.not_in(left)))
    return gone


def quarantined(
    work: Work, limit: int, offset: int, code: str | None = None, path: str | None = None,
    *, only_open: bool = False,
) -> list[Row[Any]]:  # fmt: skip
    """Return quarantined items, newest first: all, or those of one code and faulty field."""
    query = _with_discards().order_by(_Q.id.desc()).limit(limit).offset(offset)
    return list(work.connection.execute(_chosen(query, code, path, only_open)))


def reasons(work: Work) -> list[Row[Any]]:
    """Group the open items by code and faulty field, the largest group first."""
    count = func.count()
    query = (
        select(
            _Q.code,
            _Q.path,
            count.label("count"),
            func.min(_Q.received).label("first"),
            func.max(_Q.received).label("last"),
            func.count(_Q.source.distinct()).label("sources"),
            func.max(_Q.id).label("example"),
        )
        .where(_open)
        .group_by(_Q.code, _Q.path)
        .order_by(count.desc(), _Q.code, _Q.path)
    )
    return list(work.connection.execute(query))


def next_open(work: Work, after: int, limit: int, code: str, path: str) -> list[Row[Any]]:
    """Return the next open items of one reason with an id above ``after``, oldest first."""
    query = _with_discards().where(_Q.id > after).order_by(_Q.id).limit(limit)
    return list(work.connection.execute(_chosen(query, code, path, True)))


def one_quarantined(work: Work, key: int) -> Row[Any] | None:
    """Return one quarantined item, held fast until the transaction ends."""
    query = _with_discards().where(_Q.id == key)
    return work.connection.execute(query.with_for_update(of=quarantine_rows)).first()


def mark_replayed(work: Work, keys: Sequence[int]) -> None:
    """Write down that quarantined items got in after all."""
    for chunk in in_chunks(keys):
        work.connection.execute(
            update(quarantine_rows).where(_Q.id.in_(chunk)).values(replayed=work.now)
        )


def discard(work: Work, keys: Sequence[int], reason: str, actor: str) -> int:
    """Give open items up; return how many were open."""
    found: list[int] = []
    for chunk in in_chunks(keys):
        query = select(_Q.id).where(_Q.id.in_(chunk), _open).with_for_update()
        found += work.connection.execute(query).scalars()
    rows = [{"id": key, "at": work.now, "reason": reason, "actor": actor} for key in found]
    work.insert_new(discard_rows, rows)
    return len(found)


def open_ids(work: Work, code: str, path: str) -> list[int]:
    """Return the ids of the open items of one reason."""
    query = select(_Q.id).where(_open, _Q.code == code, _Q.path == path).order_by(_Q.id)
    return list(work.connection.execute(query).scalars())


def _with_discards() -> Select[Any]:
    """Read items with the moment and reason of their being given up."""
    given_up = discard_rows.c
    return select(
        quarantine_rows,
        given_up.at.label("discarded"),
        given_up.reason.label("discard_reason"),
    ).select_from(quarantine_rows.outerjoin(discard_rows, given_up.id == _Q.id))


def _chosen(query: Select[Any], code: str | None, path: str | None, only_open: bool) -> Select[Any]:
    if code is not None:
        query = query.where(_Q.code == code)
    if path is not None:
        query = query.where(_Q.path == path)
    return query.where(_open) if only_open else query


def request_ids(work: Work, after: int, limit: int) -> list[int]:
    """Return the ids of the next requests."""
    return _next_ids(work, inbox_rows, after, limit)


def quarantine_ids(work: Work, after: int, limit: int) -> list[int]:
    """Return the ids of the next items of the quarantine."""
    return _next_ids(work, quarantine_rows, after, limit)


def _next_ids(work: Work, table: Table, after: int, limit: int) -> list[int]:
    query = select(table.c.id).where(table.c.id > after).order_by(table.c.id).limit(limit)
    return list(work.connection.execute(query).scalars())


def requests(work: Work, keys: Sequence[int]) -> list[tuple[int, bytes]]:
    """Return the encoded events of some requests."""
    query = select(inbox_rows.c.id, inbox_rows.c.events).where(inbox_rows.c.id.in_(keys))
    return [(row.id, row.events) for row in work.connection.execute(query)]


def rewrite(work: Work, requests: Sequence[tuple[int, int, bytes]]) -> None:
    """Give requests, by id, other events: how many, and encoded."""
    table = inbox_rows.c
    for key, total, events in requests:
        changed = update(inbox_rows).where(table.id == key)
        work.connection.execute(changed.values(total=total, size=len(events), events=events))


def quarantine_texts(work: Work, keys: Sequence[int]) -> list[Row[Any]]:
    """Return what some items of the quarantine hold: message id, reason, raw and envelope."""
    columns = (_Q.id, _Q.message_id, _Q.reason, _Q.raw, _Q.envelope)
    return list(work.connection.execute(select(*columns).where(_Q.id.in_(keys))))


def delete_quarantined(work: Work, keys: Sequence[int]) -> None:
    """Delete items of the quarantine, and what was decided on them."""
    for chunk in in_chunks(keys):
        work.connection.execute(delete(discard_rows).where(discard_rows.c.id.in_(chunk)))
        work.connection.execute(delete(quarantine_rows).where(_Q.id.in_(chunk)))


def scrub(database: Database) -> None:
    """Let nothing that was deleted stay in free pages or, on SQLite, in the write-ahead log.

    PostgreSQL's own log, and a standby's, forget by their own retention.
    """
    if database.dialect == "postgresql":
        plain = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with plain.connect() as connection:
            for table in metadata.sorted_tables:
                connection.exec_driver_sql(f"VACUUM {table.name}")
        return
    raw = database.engine.raw_connection()  # SQLAlchemy would begin a transaction
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        raw.close()
