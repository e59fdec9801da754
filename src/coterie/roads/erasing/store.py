"""The road's SQL of erasure: texts looked for in every table, rows blanked, copies, scrubbing."""

import json
from collections.abc import Collection, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    Column,
    LargeBinary,
    String,
    Table,
    delete,
    select,
    update,
)

from coterie.accounts.store import accounts, failed_sign_ins, view_rows
from coterie.core.event import Event
from coterie.events.named import Names
from coterie.profiles.erasure.store import erasure_rows, tombstone_rows
from coterie.profiles.store import key_rows
from coterie.roads.imports.store import rejections
from coterie.roads.store import future_events, strike_facts
from coterie.storage.audit import audit_rows
from coterie.storage.database import Database
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

backup_rows = Table(
    "backups",
    metadata,
    Column("path", String, primary_key=True),
    Column("at", Moment, nullable=False),
)
"""The copies of this house that it knows of, by where they were put."""

_STAFF = (accounts, failed_sign_ins)
"""Tables that speak of those who work here: a customer of the same name is another person."""

_PIECE = 1 << 24
_OURS = (erasure_rows, tombstone_rows)


_MOST_PARTS = 400
"""Conditions in one query: SQLite nests no deeper than a thousand."""


# Looking


def tables() -> list[Table]:
    """Return the tables that may hold a text of a customer's."""
    return [
        table
        for table in metadata.sorted_tables
        if table not in (*_STAFF, *_OURS) and _columns(table)
    ]


def places(work: Work, table: Table, names: Names, texts: Collection[str]) -> list[str]:
    """Return the columns of a table in which one of the texts stands, as ``table.column``."""
    return sorted({f"{table.name}.{name}" for _, name in _hits(work, table, names, texts)})


def _hits(
    work: Work, table: Table, names: Names, texts: Collection[str]
) -> Iterator[tuple[Any, str]]:
    """Yield (row, column name) for each value that really names her.

    The database finds what holds the bytes; whether it is her value, or a longer one that merely
    begins alike, is asked of ``names``.
    """
    columns = _columns(table)
    spelled = sorted({spelling for text in texts for spelling in _spellings(text)})
    for some in in_chunks(spelled, _MOST_PARTS // max(1, len(columns))) if columns else ():
        query, values = _query(work, table, columns, some)
        for row in work.connection.exec_driver_sql(query, values):
            for column in columns:
                value = row._mapping[column.name]
                if value is not None and _is_named(names, _read(column, value)):
                    yield row, column.name


def _columns(table: Table) -> list[Column[Any]]:
    return [
        column
        for column in table.c
        if isinstance(column.type, String | JSON | LargeBinary)
        and (table, column.name) != (audit_rows, "actor")
    ]


def _query(
    work: Work, table: Table, columns: Sequence[Column[Any]], spelled: Sequence[str]
) -> tuple[str, Any]:
    """Write the question by hand: it has hundreds of parts, which take seconds to compile."""
    sqlite = work.dialect == "sqlite"
    parts = []
    for column in columns:
        blob = isinstance(column.type, LargeBinary)
        for number in range(len(spelled)):
            if sqlite:
                given = f"CAST(?{number + 1} AS BLOB)" if blob else f"?{number + 1}"
                parts.append(f'instr("{column.name}", {given}) > 0')
            elif blob:
                parts.append(f'position(%(b{number})s in "{column.name}") > 0')
            else:
                parts.append(f'strpos("{column.name}"::text, %(t{number})s) > 0')
    query = f'SELECT * FROM "{table.name}" WHERE {" OR ".join(parts)}'
    if sqlite:
        return query, tuple(spelled)
    raw = {f"b{number}": spelling.encode() for number, spelling in enumerate(spelled)}
    return query, raw | {f"t{number}": spelling for number, spelling in enumerate(spelled)}


def _spellings(text: str) -> set[str]:
    """Return a text as it stands, and as JSON may write it."""
    return {text, msgspec.json.encode(text).decode()[1:-1], json.dumps(text)[1:-1]}


def _read(column: Column[Any], value: Any) -> Any:
    """Return a value of a column; of JSON what it says, which one driver reads and one does not."""
    return json.loads(value) if isinstance(column.type, JSON) and isinstance(value, str) else value


def _is_named(names: Names, value: Any) -> bool:
    if isinstance(value, bytes | memoryview):
        return names.may_be_in(bytes(value))
    if isinstance(value, str):
        return names.in_text(value)
    return names.in_value(value)


# Taking away


def blank_ours(work: Work, names: Names, texts: Collection[str]) -> dict[str, int]:
    """Blank what operators wrote of her: into the audit, or into a saved view, such as a search."""
    counts = {}
    for table, columns in ((audit_rows, ("object", "detail")), (view_rows, ("name", "query"))):
        found = {row.id: row for row, _ in _hits(work, table, names, texts)}
        for number, row in found.items():
            old = {name: _read(table.c[name], row._mapping[name]) for name in columns}
            changed = {name: names.blanked(value) for name, value in old.items()}
            work.connection.execute(update(table).where(table.c.id == number).values(**changed))
        counts[table.name] = len(found)
    return counts


def drop_rejections(work: Work, names: Names, texts: Collection[str]) -> int:
    """Take the values of rows that an import kept out and that name her; the row stays counted."""
    found = {(row.import_id, row.row) for row, _ in _hits(work, rejections, names, texts)}
    for import_id, number in found:
        work.connection.execute(
            update(rejections)
            .where(rejections.c.import_id == import_id, rejections.c.row == number)
            .values(values={}, faults=[], why="erased", place="", settled=work.now)
        )
    return len(found)


def drop_facts(work: Work, profiles: Collection[int], names: Names, texts: Collection[str]) -> int:
    """Take her facts off the road, and her events from the future."""

    def is_hers(fact: Event, body: bytes) -> bool:
        return fact.profile in profiles or (bool(texts) and names.may_be_in(body))

    count = strike_facts(work, is_hers)
    named = {row.id for row, _ in _hits(work, future_events, names, texts)} if texts else set()
    waiting = select(future_events.c.id, future_events.c.body)
    hers = {
        row.id
        for row in work.connection.execute(waiting)
        if msgspec.msgpack.decode(row.body).get("profile") in profiles
    }
    for chunk in in_chunks(sorted(named | hers)):
        those = future_events.c.id.in_(chunk)
        count += work.connection.execute(delete(future_events).where(those)).rowcount
    return count


# Copies


def note_copy(work: Work, path: str) -> None:
    """Remember where a copy of the house was put."""
    work.upsert(backup_rows, [{"path": path, "at": work.now}], key=["path"], change=["at"])


def copies(work: Work) -> dict[str, int]:
    """Return where copies were put, and when."""
    return {
        row.path: row.at for row in work.connection.execute(select(backup_rows).order_by("path"))
    }


# Scrubbing


def wrapped_keys(work: Work, profiles: Collection[int]) -> list[bytes]:
    """Return the wrapped keys of people, to make sure that no copy of them stays behind."""
    query = select(key_rows.c.wrapped).where(key_rows.c.profile.in_(sorted(profiles)))
    return list(work.connection.execute(query).scalars())


def is_left(database: Database, needles: Collection[bytes]) -> bool:
    """Say whether bytes stand anywhere in the files of a SQLite database, free pages included.

    A page that was put together anew may hold a cell that was on it before.
    """
    if database.dialect != "sqlite" or not database.url.database:
        return False
    longest = max(map(len, needles), default=0)
    for suffix in ("", "-wal"):
        path = Path(f"{database.url.database}{suffix}")
        tail = b""
        with path.open("rb") if path.is_file() else BytesIO() as file:
            while piece := file.read(_PIECE):
                if any(needle in tail + piece for needle in needles):
                    return True
                tail = piece[-longest:]
    return False


def scrub(database: Database, *, thorough: bool = False) -> None:
    """Leave nothing of deleted rows in free pages and, on SQLite, in the write-ahead log.

    ``thorough`` writes the whole file anew. PostgreSQL's own log, and a standby's, forget by their
    own retention.
    """
    if database.dialect == "postgresql":
        plain = database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with plain.connect() as connection:
            for table in metadata.sorted_tables:
                connection.exec_driver_sql(f'VACUUM "{table.name}"')
        return
    raw = database.engine.raw_connection()  # SQLAlchemy would begin a transaction
    try:
        if thorough:
            raw.cursor().execute("VACUUM")
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    finally:
        raw.close()
