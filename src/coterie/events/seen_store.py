"""The SQL of de-duplication: digests one by one, and which files hold those of a bulk."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    LargeBinary,
    Row,
    String,
    Subquery,
    Table,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)

from coterie.events.store import mark_retired
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work

_DIGEST = 16
"""Bytes of a digest."""

seen_rows = Table(
    "log_seen",
    metadata,
    Column("digest", LargeBinary(_DIGEST), primary_key=True),
    Column("at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

seen_file_rows = Table(
    "log_seen_files",
    metadata,
    Column("file", String, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("ids", BigInteger, nullable=False),
)


def seen(work: Work, digests: Collection[bytes]) -> dict[bytes, int]:
    """Return those digests that were seen before, with the moment."""
    given = _digests(digests)
    query = select(seen_rows.c.digest, seen_rows.c.at).where(
        seen_rows.c.digest.in_(select(given.c.digest))
    )
    return {bytes(row.digest): row.at for row in work.connection.execute(query)}


def mark_seen(work: Work, new: Collection[bytes], again: Collection[bytes]) -> None:
    """Remember digests as of now: those never seen, and those whose window had passed."""
    at = literal(work.now, BigInteger)
    if new:
        given = _digests(new)
        statement = insert(seen_rows).from_select(["digest", "at"], select(given.c.digest, at))
        work.connection.execute(statement)
    if again:
        given = _digests(again)
        known = seen_rows.c.digest.in_(select(given.c.digest))
        work.connection.execute(update(seen_rows).where(known).values(at=at))


def _digests(digests: Collection[bytes]) -> Subquery:
    """Make a table of digests from one parameter: all of them in a row, cut by the database.

    A parameter each costs five times as much, which de-duplication, the road's narrowest place,
    would feel. In the order of the tree, because that is how an index is quickest to walk.
    """
    whole = literal(b"".join(sorted(digests)), LargeBinary)
    index = select(literal(0).label("i")).cte("digest_index", recursive=True)
    index = index.union_all(select(index.c.i + 1).where(index.c.i < len(digests) - 1))
    cut = func.substr(whole, index.c.i * _DIGEST + 1, _DIGEST, type_=LargeBinary)
    return select(cut.label("digest")).subquery()


def any_seen(work: Work) -> bool:
    """Say whether any digest is remembered one by one."""
    return work.connection.execute(select(seen_rows.c.digest).limit(1)).first() is not None


def seen_files(work: Work) -> list[Row[Any]]:
    """Return (file, at, ids) of every file of digests, the largest first."""
    query = select(seen_file_rows).order_by(seen_file_rows.c.ids.desc(), seen_file_rows.c.file)
    return list(work.connection.execute(query))


def add_seen_file(work: Work, file: str, ids: int) -> None:
    """Remember the digests of a file as of now."""
    work.insert(seen_file_rows, [{"file": file, "at": work.now, "ids": ids}])


def retire_seen_files(work: Work, files: Sequence[str]) -> None:
    """Forget files of digests; they stay on the disk until a later sweep."""
    work.connection.execute(delete(seen_file_rows).where(seen_file_rows.c.file.in_(files)))
    mark_retired(work, files)


def prune_seen(work: Work, before: int) -> int:
    """Forget digests that were seen at or before a moment; count those of one by one."""
    old = [row.file for row in seen_files(work) if row.at <= before]
    retire_seen_files(work, old)
    return work.connection.execute(delete(seen_rows).where(seen_rows.c.at <= before)).rowcount
