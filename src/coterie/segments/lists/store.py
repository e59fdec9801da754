"""The tables of lists: their names, their versions with who is on each, and who is waited for.

Who is on a version is one roaring bitmap of the profiles that its names came with. Those never
change; whom they lead to is asked when the list is read, so a merge or its undoing rewrites none.
"""

from collections.abc import Collection, Iterable
from typing import Any

from pyroaring import BitMap
from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    bindparam,
    func,
    select,
    tuple_,
)

from coterie.segments.definition import LIBRARY
from coterie.segments.lists.model import ListVersion, UploadedList
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

list_rows = Table(
    "lists",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("title_en", String, nullable=False),
    Column("title_zh", String, nullable=False),
)

list_version_rows = Table(
    "list_versions",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("given", Integer, nullable=False),
    Column("unmatched", Integer, nullable=False),
    Column("uploaded_at", Moment, nullable=False),
    Column("uploaded_by", String, nullable=False),
    Column("origin", String, nullable=False),
    Column("people", LargeBinary, nullable=False),
)

list_name_rows = Table(
    "list_unmatched",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("digest", String(64), primary_key=True),
    Index(None, "digest"),
)
"""Names that led to nobody yet, by the blind index that identities have: no value is kept."""

Digest = tuple[str, str]
"""A name as (kind, digest)."""

_V = list_version_rows.c
_TOLD = (
    _V.name, _V.version, _V.given, _V.unmatched, _V.uploaded_at, _V.uploaded_by, _V.origin,
)  # fmt: skip


def write(work: Work, one: UploadedList, people: BitMap, unmatched: Iterable[Digest]) -> None:
    """Write a new version, and make it the current one."""
    version = one.version
    work.insert(
        list_version_rows,
        [{**{column.name: getattr(version, column.name) for column in _TOLD},
          "people": people.serialize()}],
    )  # fmt: skip
    work.insert_rows(
        list_name_rows,
        ("name", "version", "kind", "digest"),
        [(one.name, version.version, kind, digest) for kind, digest in unmatched],
    )
    named = {"title_en": one.title_en, "title_zh": one.title_zh}
    work.upsert(
        list_rows,
        [{"name": one.name, "version": version.version, **named}],
        key=["name"],
        change=["version", *named],
    )
    work.memo.pop(LIBRARY, None)


def next_version(work: Work, name: str) -> int:
    """Return the number of the version that comes next."""
    query = select(func.max(_V.version)).where(_V.name == name)
    return (work.connection.execute(query).scalar() or 0) + 1


def lists(work: Work) -> dict[str, UploadedList]:
    """Read every list with its current version, by name."""
    current = (_V.name == list_rows.c.name) & (_V.version == list_rows.c.version)
    query = select(*_TOLD, list_rows.c.title_en, list_rows.c.title_zh).join(list_rows, current)
    return {
        row.name: UploadedList(row.name, row.title_en, row.title_zh, _version(row))
        for row in work.connection.execute(query.order_by(_V.name))
    }


def names(work: Work) -> frozenset[str]:
    """Read what the lists are called."""
    return frozenset(work.connection.execute(select(list_rows.c.name)).scalars())


def versions(work: Work, name: str) -> list[ListVersion]:
    """Read every version of a list, newest first."""
    query = select(*_TOLD).where(_V.name == name).order_by(_V.version.desc())
    return [_version(row) for row in work.connection.execute(query)]


def people(work: Work, name: str, version: int | None = None) -> tuple[int, int, BitMap] | None:
    """Read (version, when it was uploaded, the profiles on it): as of now, unless one is asked."""
    query = select(_V.version, _V.uploaded_at, _V.people).where(_V.name == name)
    query = query.where(
        _V.uploaded_at <= work.now if version is None else _V.version == version
    )  # fmt: skip
    row = work.connection.execute(query.order_by(_V.version.desc()).limit(1)).first()
    return None if row is None else (row.version, row.uploaded_at, BitMap.deserialize(row.people))


def all_people(work: Work) -> list[tuple[str, int, BitMap]]:
    """Read (name, version, the profiles on it) of every version of every list."""
    query = select(_V.name, _V.version, _V.people)
    return [
        (row.name, row.version, BitMap.deserialize(row.people))
        for row in work.connection.execute(query)
    ]


def change_people(work: Work, changed: Iterable[tuple[str, int, BitMap]]) -> None:
    """Write who is on versions from now on: somebody turned up, or was erased."""
    rows = [
        {"of": name, "number": version, "now_on": members.serialize()}
        for name, version, members in changed
    ]
    if rows:
        statement = (
            list_version_rows.update()
            .where(_V.name == bindparam("of"), _V.version == bindparam("number"))
            .values(people=bindparam("now_on"))
        )
        work.connection.execute(statement, rows)


def anybody_waited_for(work: Work) -> bool:
    """Say whether any name on any version has led to nobody yet."""
    return work.connection.execute(select(list_name_rows.c.digest).limit(1)).first() is not None


def waited_for(work: Work, digests: Collection[Digest]) -> list[tuple[str, int, str, str]]:
    """Read (list, version, kind, digest) of those of these names that a list waits for."""
    mine = list_name_rows.c
    query = select(mine.name, mine.version, mine.kind, mine.digest)
    wanted = set(digests)
    return [
        (row.name, row.version, row.kind, row.digest)
        for chunk in in_chunks(sorted({digest for _, digest in wanted}))
        for row in work.connection.execute(query.where(mine.digest.in_(chunk)))
        if (row.kind, row.digest) in wanted
    ]


def found(work: Work, rows: Collection[tuple[str, int, str, str]]) -> None:
    """Wait no more for names that led to somebody, and count them as matched."""
    mine, per_version = list_name_rows.c, dict[tuple[str, int], int]()
    for chunk in in_chunks(sorted(rows), 1_000):
        key = tuple_(mine.name, mine.version, mine.kind, mine.digest)
        work.connection.execute(list_name_rows.delete().where(key.in_(chunk)))
    for name, version, *_ in rows:
        per_version[name, version] = per_version.get((name, version), 0) + 1
    statement = (
        list_version_rows.update()
        .where(_V.name == bindparam("of"), _V.version == bindparam("number"))
        .values(unmatched=_V.unmatched - bindparam("count"))
    )
    counted = [
        {"of": name, "number": version, "count": count}
        for (name, version), count in per_version.items()
    ]
    if counted:
        work.connection.execute(statement, counted)


def remove(work: Work, name: str) -> None:
    """Take a list away with all its versions."""
    for table in (list_name_rows, list_version_rows, list_rows):
        work.connection.execute(table.delete().where(table.c.name == name))
    work.memo.pop(LIBRARY, None)


def _version(row: Any) -> ListVersion:
    return ListVersion(
        name=row.name,
        version=row.version,
        given=row.given,
        unmatched=row.unmatched,
        uploaded_at=row.uploaded_at,
        uploaded_by=row.uploaded_by,
        origin=row.origin,
    )
