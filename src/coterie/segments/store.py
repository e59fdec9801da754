"""The room's tables: segments with their versions, and up to when they are known.

Who is in them, and every change of that, is kept beside (``members``).
"""

import os
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Integer,
    String,
    Table,
    cast,
    func,
    select,
)

from coterie.segments.definition import LIBRARY, Definition
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work

segment_rows = Table(
    "segments",
    metadata,
    Column("slug", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("size", Integer, nullable=False),
    Column("unwritten", Integer, nullable=False, server_default="0"),
)
"""``unwritten``: how many changes its bitmap does not reckon with yet."""

version_rows = Table(
    "segment_versions",
    metadata,
    Column("slug", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("title_en", String, nullable=False),
    Column("title_zh", String, nullable=False),
    Column("rule", JSON, nullable=False),
    Column("defined_at", Moment, nullable=False),
    Column("defined_by", String, nullable=False),
)

_VERSION = [
    cast(one, String).label(one.name) if one.name == "rule" else one for one in version_rows.c
]
"""A version's columns; the rule as text, so that one that was read before is not read again."""

mark_rows = Table(
    "segment_watermark",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
)
"""One row: up to when what time brings has been reckoned with."""

stamp_rows = Table(
    "segment_stamp",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("stamp", BigInteger, nullable=False),
)
"""One row: a number that is drawn anew whenever something was learnt or defined.

Two units of work that read the same stamp see the same people, events, topics and rules.
"""

_ONE = 1


def save(work: Work, definition: Definition) -> None:
    """Write a new version; a new segment begins with no members."""
    row = {
        "slug": definition.slug,
        "version": definition.version,
        "title_en": definition.title_en,
        "title_zh": definition.title_zh,
        "rule": definition.rule,
        "defined_at": definition.defined_at,
        "defined_by": definition.defined_by,
    }
    work.insert(version_rows, [row])
    current = {"slug": definition.slug, "version": definition.version, "size": 0}
    work.upsert(segment_rows, [current], key=["slug"], change=["version"])
    work.memo.pop(LIBRARY, None)


def remove(work: Work, slug: str) -> None:
    """Take a segment away; its versions and its change log stay, for history."""
    work.connection.execute(segment_rows.delete().where(segment_rows.c.slug == slug))
    work.memo.pop(LIBRARY, None)


def definitions(work: Work) -> dict[str, Definition]:
    """Return the current version of every segment, by slug in alphabetical order."""
    query = (
        select(*_VERSION, segment_rows.c.size)
        .join(
            segment_rows,
            (segment_rows.c.slug == version_rows.c.slug)
            & (segment_rows.c.version == version_rows.c.version),
        )
        .order_by(version_rows.c.slug)
    )
    return {row.slug: _definition(row) for row in work.connection.execute(query)}


def versions(work: Work, slug: str) -> list[Definition]:
    """Return every version of a segment that there ever was, newest first; sizes are unknown."""
    query = select(*_VERSION).where(version_rows.c.slug == slug)
    rows = work.connection.execute(query.order_by(version_rows.c.version.desc()))
    return [_definition(row) for row in rows]


@lru_cache(maxsize=4_096)
def _read(rule: str) -> dict[str, Any]:
    """Read a rule; the same text is the same object, which nobody changes."""
    found: dict[str, Any] = msgspec.json.decode(rule)
    return found


def born(work: Work) -> dict[str, int]:
    """Return when each segment's first version was defined."""
    query = select(version_rows.c.slug, func.min(version_rows.c.defined_at).label("at"))
    return {row.slug: row.at for row in work.connection.execute(query.group_by("slug"))}


def next_version(work: Work, slug: str) -> int:
    """Return the version that a new definition gets; numbers are never used twice."""
    query = select(func.max(version_rows.c.version)).where(version_rows.c.slug == slug)
    return (work.connection.execute(query).scalar() or 0) + 1


def _definition(row: Any) -> Definition:
    """Read a definition, with its size where the row has one."""
    return Definition(
        slug=row.slug,
        version=row.version,
        title_en=row.title_en,
        title_zh=row.title_zh,
        rule=_read(row.rule),
        defined_at=row.defined_at,
        defined_by=row.defined_by,
        size=getattr(row, "size", 0),
    )


def lock_watermark(work: Work) -> int:
    """Take the watermark for this unit of work and return it; ``work.now`` when there is none.

    Whoever changes memberships holds it, so that a definition and a batch come one after the
    other: else people whom the batch touches could be missing from the new population.
    """
    work.insert_new(mark_rows, [{"id": _ONE, "at": work.now}])
    at: int = work.connection.execute(select(mark_rows.c.at).with_for_update()).scalar_one()
    return at


def watermark(work: Work) -> int | None:
    """Return the moment up to which time has been reckoned with; None before the first."""
    return work.connection.execute(select(mark_rows.c.at)).scalar()


def set_watermark(work: Work, at: int) -> None:
    """Say that everything time brings up to ``at`` has been reckoned with."""
    work.connection.execute(mark_rows.update().values(at=at))


def stamp(work: Work) -> int:
    """Return the number that tells what is known now from what was known before."""
    return work.connection.execute(select(stamp_rows.c.stamp)).scalar() or 0


def renew_stamp(work: Work) -> int:
    """Draw a new number, and return it: what rules are asked of has changed."""
    drawn = int.from_bytes(os.urandom(8)) >> 1
    work.upsert(stamp_rows, [{"id": _ONE, "stamp": drawn}], key=["id"], change=["stamp"])
    return drawn
