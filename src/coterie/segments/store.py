"""The room's tables: segments with their versions, and every change of who is in them.

Who is in them now is kept beside (``members``).
"""

import os
from collections.abc import Collection
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    Row,
    String,
    Table,
    case,
    func,
    literal_column,
    select,
)

from coterie.core.clock import MINUTE
from coterie.segments.definition import LIBRARY, Change, Definition, Published
from coterie.storage.keeping import came_with
from coterie.storage.schema import BigId, Moment, metadata
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

change_rows = Table(
    "segment_changes",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("segment", String, nullable=False),
    Column("profile", Integer, nullable=False),
    came_with(),
    Column("entered", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("version", Integer, nullable=False),
    Column("silent", Boolean, nullable=False),
    Index(None, "segment", "at"),
    Index(None, "segment", "id"),
    Index(None, "profile"),
)
"""``silent`` ones were counted and nobody heard of them: who left led no more, or was erased."""

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
_QUARTER = 15 * MINUTE


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
        select(version_rows, segment_rows.c.size)
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
    query = select(version_rows).where(version_rows.c.slug == slug)
    rows = work.connection.execute(query.order_by(version_rows.c.version.desc()))
    return [_definition(row) for row in rows]


def born(work: Work) -> dict[str, int]:
    """Return when each segment's first version was defined."""
    query = select(version_rows.c.slug, func.min(version_rows.c.defined_at).label("at"))
    return {row.slug: row.at for row in work.connection.execute(query.group_by("slug"))}


def next_version(work: Work, slug: str) -> int:
    """Return the version that a new definition gets; numbers are never used twice."""
    query = select(func.max(version_rows.c.version)).where(version_rows.c.slug == slug)
    return (work.connection.execute(query).scalar() or 0) + 1


def _definition(row: Row[Any]) -> Definition:
    """Read a definition, with its size where the row has one."""
    return Definition(
        slug=row.slug,
        version=row.version,
        title_en=row.title_en,
        title_zh=row.title_zh,
        rule=row.rule,
        defined_at=row.defined_at,
        defined_by=row.defined_by,
        size=getattr(row, "size", 0),
    )


def balance(work: Work, slug: str) -> list[Published]:
    """Count who entered and left a segment at each moment, oldest first, with the size after."""
    entered = func.sum(case((change_rows.c.entered, 1), else_=0))
    query = (
        select(change_rows.c.at, entered.label("entered"), func.count().label("moved"))
        .where(change_rows.c.segment == slug)
        .group_by(change_rows.c.at)
        .order_by(change_rows.c.at)
    )
    size, counts = 0, []
    for row in work.connection.execute(query):
        left = row.moved - row.entered
        size += row.entered - left
        counts.append(Published(at=row.at, entered=row.entered, left=left, size=size))
    return counts


def changes(work: Work, profile: int) -> list[Change]:
    """Return one person's moves in and out of segments, oldest first."""
    query = (
        select(change_rows)
        .where(change_rows.c.profile == profile, ~change_rows.c.silent)
        .order_by(change_rows.c.at, change_rows.c.id)
    )
    return [_change(row) for row in work.connection.execute(query)]


def latest(work: Work, slug: str, entered: bool, limit: int) -> list[Change]:
    """Return who entered a segment, or who left it, the latest first."""
    query = (
        select(change_rows)
        .where(change_rows.c.segment == slug, change_rows.c.entered == entered)
        .where(~change_rows.c.silent)
        .order_by(change_rows.c.at.desc(), change_rows.c.id.desc())
        .limit(limit)
    )
    return [_change(row) for row in work.connection.execute(query)]


def balances(work: Work, since: int, slugs: Collection[str]) -> dict[str, list[Published]]:
    """Count who entered and left some segments from ``since`` on, by quarters of an hour.

    Every zone's days begin with such a quarter, so days can be made of them. ``at`` is its first
    moment; the sizes are not those of the moments but counted from 0.
    """
    found: dict[str, list[Published]] = {slug: [] for slug in slugs}
    entered = func.sum(case((change_rows.c.entered, 1), else_=0))
    at = (change_rows.c.at - change_rows.c.at % literal_column(str(_QUARTER))).label("at")
    query = (
        select(change_rows.c.segment, at, entered.label("entered"), func.count().label("moved"))
        .where(change_rows.c.segment.in_(found), change_rows.c.at >= since)
        .group_by(change_rows.c.segment, at)
        .order_by(at)
    )
    for row in work.connection.execute(query):
        told = found[row.segment]
        left = row.moved - row.entered
        size = (told[-1].size if told else 0) + row.entered - left
        told.append(Published(at=row.at, entered=row.entered, left=left, size=size))
    return found


def turnover(work: Work, since: int) -> dict[str, tuple[int, int]]:
    """Count who entered and who left each segment from ``since`` on; one that rests is left out."""
    entered = func.sum(case((change_rows.c.entered, 1), else_=0))
    query = (
        select(change_rows.c.segment, entered.label("entered"), func.count().label("moved"))
        .where(change_rows.c.at >= since)
        .group_by(change_rows.c.segment)
    )
    rows = work.connection.execute(query)
    return {row.segment: (row.entered, row.moved - row.entered) for row in rows}


def _change(row: Row[Any]) -> Change:
    return Change(
        segment=row.segment,
        entered=row.entered,
        at=row.at,
        version=row.version,
        profile=row.profile,
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
