"""The room's tables in the operational database, and the SQL of keys, specs and the manifest.

The hot tail's SQL is in ``hot.py``, the inbox's in ``inbox_store.py``.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from coterie.core.event import OWN
from coterie.events.model import EventSpec, NameSpan, Segment
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work

key_rows = Table(
    "write_keys",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("source", String, nullable=False),
    Column("created", Moment, nullable=False),
    Column("disabled", Moment),
    Column("used", Moment),
)

spec_rows = Table(
    "event_specs",
    metadata,
    Column("name", String, primary_key=True),
    Column("item_path", String),
    Column("amount_path", String),
    Column("store_path", String),
)

state_rows = Table(
    "log_state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("next_seq", BigInteger, nullable=False),
    Column("flushed", BigInteger, nullable=False),  # hot events up to this seq are in the lake
    Column("hot", BigInteger, nullable=False),  # how many events the hot tail holds
    # grows whenever the log tells something else without having taken anything in
    Column("revision", BigInteger, nullable=False, server_default="0"),
)

hot_rows = Table(
    "log_hot",
    metadata,
    Column("last", BigId, primary_key=True, autoincrement=False),
    Column("events", Integer, nullable=False),
    Column("stamp", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""A row holds what one transaction appended, or a few did: events up to the seq ``last``."""

segment_rows = Table(
    "log_segments",
    metadata,
    Column("file", String, primary_key=True),
    Column("day", Integer, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("first", Moment, nullable=False),
    Column("last", Moment, nullable=False),
    Column("low_profile", Integer, nullable=False),
    Column("high_profile", Integer, nullable=False),
)

name_rows = Table(
    "log_segment_names",
    metadata,
    Column("file", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("events", BigInteger, nullable=False),
    Column("first", Moment, nullable=False),
    Column("last", Moment, nullable=False),
)

retired_rows = Table(
    "log_retired",
    metadata,
    Column("file", String, primary_key=True),
    Column("at", Moment, nullable=False),
)


# write keys


def add_key(work: Work, digest: str, source: str) -> None:
    """Keep a key's digest."""
    work.insert(key_rows, [{"digest": digest, "source": source, "created": work.now}])


def source_of_key(work: Work, digest: str) -> str | None:
    """Return the source of a key that is not disabled."""
    query = select(key_rows.c.source).where(
        key_rows.c.digest == digest, key_rows.c.disabled.is_(None)
    )
    return work.connection.execute(query).scalar()


def disable_key(work: Work, start: str) -> bool:
    """Disable the key whose digest begins so; say whether there was one."""
    statement = (
        update(key_rows)
        .where(func.substr(key_rows.c.digest, 1, len(start)) == start)
        .values(disabled=func.coalesce(key_rows.c.disabled, work.now))
    )
    return work.connection.execute(statement).rowcount > 0


def mark_used(work: Work, moments: Mapping[str, int]) -> None:
    """Write down when keys were last used, by digest."""
    table = key_rows
    statement = (
        update(table)
        .where(table.c.digest == bindparam("of"))
        .where(func.coalesce(table.c.used, 0) < bindparam("at"))
        .values(used=bindparam("at"))
    )
    if moments:
        rows = [{"of": digest, "at": at} for digest, at in moments.items()]
        work.connection.execute(statement, rows)


def keys(work: Work) -> list[Row[Any]]:
    """Return every key's row, oldest first."""
    query = select(key_rows).order_by(key_rows.c.created, key_rows.c.digest)
    return list(work.connection.execute(query))


# event specs


def save_specs(work: Work, specs: Iterable[EventSpec]) -> None:
    """Write specs; one of the same name is replaced."""
    paths = ["item_path", "amount_path", "store_path"]
    rows = [{name: getattr(spec, name) for name in ["name", *paths]} for spec in specs]
    work.upsert(spec_rows, rows, key=["name"], change=paths)


def specs(work: Work) -> dict[str, EventSpec]:
    """Return every spec by the name of its event."""
    rows = work.connection.execute(select(spec_rows))
    return {
        row.name: EventSpec(row.name, row.item_path, row.amount_path, row.store_path)
        for row in rows
    }


# numbering


def take_state(work: Work) -> Row[Any]:
    """Return the log's state, locked until the transaction ends: one writer at a time."""
    query = select(state_rows).with_for_update()
    row = work.connection.execute(query).first()
    if row is None:
        work.insert_new(state_rows, [{"id": 1, "next_seq": 1, "flushed": 0, "hot": 0}])
        row = work.connection.execute(query).one()
    return row


def position(work: Work) -> tuple[int, int, int]:
    """Return the next seq, the one up to which the lake holds everything, and the revision."""
    columns = state_rows.c.next_seq, state_rows.c.flushed, state_rows.c.revision
    row = work.connection.execute(select(*columns)).first()
    return (1, 0, 0) if row is None else (row.next_seq, row.flushed, row.revision)


def revise(work: Work) -> None:
    """Write down that the log tells something else from now on."""
    work.connection.execute(update(state_rows).values(revision=state_rows.c.revision + 1))


def newest_stamp(work: Work) -> int:
    """Return the stamp of the hot tail's newest row, 0 when the tail is empty."""
    query = select(hot_rows.c.stamp).order_by(hot_rows.c.last.desc()).limit(1)
    return work.connection.execute(query).scalar() or 0


def hot_count(work: Work) -> int:
    """Return how many events the hot tail holds."""
    return work.connection.execute(select(state_rows.c.hot)).scalar() or 0


def set_state(work: Work, **values: int) -> None:
    """Change the log's state."""
    work.connection.execute(update(state_rows).values(**values))


# the manifest


def named(column: ColumnElement[str], names: Sequence[str]) -> ColumnElement[bool]:
    """Write the condition that a column holds one of ``names``.

    A name is exact, a prefix (``Wine*``), or ``*``: every event that is no fact of our own.
    """
    tests: list[ColumnElement[bool]] = []
    exact = [name for name in names if not name.endswith("*")]
    if exact:
        tests.append(column.in_(exact))
    for name in names:
        if name == "*":
            tests.append(func.substr(column, 1, len(OWN)) != OWN)
        elif name.endswith("*"):
            tests.append(func.substr(column, 1, len(name) - 1) == name[:-1])
    return or_(*tests)


def add_segment(work: Work, segment: Segment) -> None:
    """Write a segment into the manifest: from the commit on, readers see its files."""
    columns = ("file", "day", "events", "first", "last", "low_profile", "high_profile")
    work.insert(segment_rows, [{name: getattr(segment, name) for name in columns}])
    work.insert(
        name_rows,
        [
            {
                "file": segment.file,
                "name": span.name,
                "events": span.events,
                "first": span.first,
                "last": span.last,
            }
            for span in segment.names
        ],
    )


def manifest(work: Work) -> tuple[int, list[Row[Any]]]:
    """Return the seq that is flushed and every segment's row, of one and the same moment.

    Read the hot tail first and this after it: what a flush moves meanwhile is then found twice,
    and known by its seq, but never missed.
    """
    joined = state_rows.outerjoin(segment_rows, state_rows.c.id == 1)
    query = select(state_rows.c.flushed, segment_rows).select_from(joined)
    rows = list(work.connection.execute(query.order_by(segment_rows.c.file)))
    return (rows[0].flushed if rows else 0), [row for row in rows if row.file is not None]


def spans(work: Work, names: Sequence[str]) -> list[Row[Any]]:
    """Return (file, name, first, last) of every segment that holds one of the names."""
    query = select(name_rows).where(named(name_rows.c.name, names))
    return list(work.connection.execute(query))


def segments(work: Work) -> list[Segment]:
    """Return the whole manifest."""
    by_file: defaultdict[str, list[NameSpan]] = defaultdict(list)
    for row in work.connection.execute(select(name_rows).order_by(name_rows.c.name)):
        by_file[row.file].append(NameSpan(row.name, row.events, row.first, row.last))
    return [
        Segment(
            file=row.file,
            day=row.day,
            events=row.events,
            first=row.first,
            last=row.last,
            low_profile=row.low_profile,
            high_profile=row.high_profile,
            names=tuple(by_file[row.file]),
        )
        for row in work.connection.execute(select(segment_rows).order_by(segment_rows.c.file))
    ]


def counts(work: Work) -> tuple[int, dict[str, int]]:
    """Return the seq that is flushed, and how many events of each name the lake holds.

    Both of one moment, as ``manifest``.
    """
    joined = state_rows.outerjoin(name_rows, state_rows.c.id == 1)
    total = func.sum(name_rows.c.events)
    query = select(state_rows.c.flushed, name_rows.c.name, total.label("total"))
    grouped = query.select_from(joined).group_by(state_rows.c.flushed, name_rows.c.name)
    rows = list(work.connection.execute(grouped))
    named = {row.name: int(row.total) for row in rows if row.name is not None}
    return (rows[0].flushed if rows else 0), named


def retire(work: Work, files: Sequence[str]) -> None:
    """Take segments out of the manifest; their files stay until a later sweep."""
    for table in (segment_rows, name_rows):
        work.connection.execute(delete(table).where(table.c.file.in_(files)))
    mark_retired(work, files)


def mark_retired(work: Work, files: Iterable[str]) -> None:
    """Write down that files are wanted no more, from now on."""
    work.insert_new(retired_rows, [{"file": file, "at": work.now} for file in files])


def retired(work: Work) -> Mapping[str, int]:
    """Return the files that are wanted no more, and since when."""
    return {row.file: row.at for row in work.connection.execute(select(retired_rows))}


def forget_retired(work: Work, files: Sequence[str]) -> None:
    """Drop retired files from the list: they are deleted, or in the manifest after all."""
    work.connection.execute(delete(retired_rows).where(retired_rows.c.file.in_(files)))
