"""The SQL of de-duplication: digests of the latest ids in rows, and which files hold the others."""

import os
from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table, delete, select

from coterie.events.seen import Run, SeenFile
from coterie.events.store import mark_retired
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work

seen_rows = Table(
    "log_seen_runs",
    metadata,
    Column("stamp", BigId, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("ids", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""A row holds what one transaction noted, or a few did: a run of digests, seen up to ``at``."""

seen_file_rows = Table(
    "log_seen_files",
    metadata,
    Column("file", String, primary_key=True),
    Column("first", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Column("ids", BigInteger, nullable=False),
)


class Part(NamedTuple):
    """A row: its stamp, which no other ever has, and how many digests it holds."""

    stamp: int
    ids: int


def parts(work: Work) -> list[Part]:
    """Return the rows, in no order."""
    query = select(seen_rows.c.stamp, seen_rows.c.ids)
    return [Part(*row) for row in work.connection.execute(query)]


def read(work: Work, stamps: Collection[int] | None = None) -> dict[int, bytes]:
    """Return what some rows hold (None: all), by their stamps."""
    query = select(seen_rows.c.stamp, seen_rows.c.body)
    if stamps is not None:
        query = query.where(seen_rows.c.stamp.in_(stamps))
    return {row.stamp: bytes(row.body) for row in work.connection.execute(query)}


def write(work: Work, run: Run) -> int:
    """Write a run as a row of its own; return its stamp."""
    stamp = int.from_bytes(os.urandom(8)) >> 1
    row = {"stamp": stamp, "at": int(run.at.max()), "ids": len(run), "body": run.packed()}
    work.insert(seen_rows, [row])
    return stamp


def drop(work: Work, stamps: Collection[int]) -> None:
    """Delete rows."""
    if stamps:
        work.connection.execute(delete(seen_rows).where(seen_rows.c.stamp.in_(stamps)))


def seen_files(work: Work) -> list[SeenFile]:
    """Return every file of digests, the largest first."""
    table = seen_file_rows
    query = select(table.c.file, table.c.first, table.c.at, table.c.ids)
    rows = work.connection.execute(query.order_by(table.c.ids.desc(), table.c.file))
    return [SeenFile(*row) for row in rows]


def add_seen_file(work: Work, row: SeenFile) -> None:
    """Remember the digests of a file."""
    work.insert(seen_file_rows, [row._asdict()])


def retire_seen_files(work: Work, files: Sequence[str]) -> None:
    """Forget files of digests; they stay on the disk until a later sweep."""
    work.connection.execute(delete(seen_file_rows).where(seen_file_rows.c.file.in_(files)))
    mark_retired(work, files)


def prune_seen(work: Work, before: int) -> None:
    """Forget rows and files of which nothing was seen after a moment."""
    retire_seen_files(work, [row.file for row in seen_files(work) if row.at <= before])
    work.connection.execute(delete(seen_rows).where(seen_rows.c.at <= before))
