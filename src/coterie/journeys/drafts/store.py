"""The tables of editing: one draft a journey, and every version that was published."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, Integer, String, Table, select

from coterie.journeys.drafts.model import Version
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work

draft_rows = Table(
    "journey_drafts",
    metadata,
    Column("slug", String, primary_key=True),
    Column("base", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("definition", JSON, nullable=False),
    Column("node_map", JSON, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", String, nullable=False),
)

version_rows = Table(
    "journey_versions",
    metadata,
    Column("slug", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("definition", JSON, nullable=False),
    Column("node_map", JSON, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
)

_CHANGING = ("base", "revision", "definition", "node_map", "changed_at", "changed_by")


@dataclass(frozen=True)
class KeptDraft:
    """A draft's row."""

    slug: str
    base: int
    revision: int
    definition: Mapping[str, Any]
    node_map: Mapping[str, str]
    begun_at: int
    changed_at: int
    changed_by: str


def save(work: Work, kept: KeptDraft) -> None:
    """Write a draft over the one of its journey."""
    row = {**vars(kept), "definition": dict(kept.definition), "node_map": dict(kept.node_map)}
    work.upsert(draft_rows, [row], key=["slug"], change=_CHANGING)


def draft(work: Work, slug: str, *, lock: bool = False) -> KeptDraft | None:
    """Return a journey's draft; ``lock`` keeps others from changing it until the commit."""
    query = select(draft_rows).where(draft_rows.c.slug == slug)
    row = work.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else KeptDraft(**row._mapping)


def drafts(work: Work) -> list[KeptDraft]:
    """Return every draft in the order of the journeys' names."""
    rows = work.connection.execute(select(draft_rows).order_by(draft_rows.c.slug))
    return [KeptDraft(**row._mapping) for row in rows]


def remove(work: Work, slug: str) -> None:
    """Throw a draft away."""
    work.connection.execute(draft_rows.delete().where(draft_rows.c.slug == slug))


def keep_version(work: Work, version: Version) -> None:
    """Write a published version, once for ever."""
    row = {**vars(version), "definition": dict(version.definition)}
    work.insert(version_rows, [{**row, "node_map": dict(version.node_map)}])


def versions(work: Work, slug: str) -> list[Version]:
    """Return a journey's versions, the newest first."""
    query = select(version_rows).where(version_rows.c.slug == slug)
    rows = work.connection.execute(query.order_by(version_rows.c.version.desc()))
    return [Version(**row._mapping) for row in rows]


def version(work: Work, slug: str, number: int) -> Version | None:
    """Return one version."""
    query = select(version_rows).where(
        version_rows.c.slug == slug, version_rows.c.version == number
    )
    row = work.connection.execute(query).one_or_none()
    return None if row is None else Version(**row._mapping)
