"""The tables of editing: one draft a journey, and every version that was published."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, Integer, String, Table, func, select

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

step_rows = Table(
    "journey_draft_steps",
    metadata,
    Column("slug", String, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("definition", JSON, nullable=False),
    Column("node_map", JSON, nullable=False),
)
"""What a draft was before each change, so that it can be taken back; gone with the draft."""

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
    """Throw a draft away, and what it was before."""
    forget_steps(work, slug)
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


def keep_step(work: Work, kept: KeptDraft, most: int) -> None:
    """Remember what a draft is before it changes; the oldest beyond ``most`` are forgotten."""
    columns = step_rows.c
    row = {
        "slug": kept.slug,
        "revision": kept.revision,
        "definition": dict(kept.definition),
        "node_map": dict(kept.node_map),
    }
    work.insert(step_rows, [row])
    old = (columns.slug == kept.slug) & (columns.revision <= kept.revision - most)
    work.connection.execute(step_rows.delete().where(old))


def last_step(work: Work, slug: str) -> tuple[Mapping[str, Any], Mapping[str, str]] | None:
    """Return what a draft was before its last change that was not taken back, None for none."""
    query = select(step_rows).where(step_rows.c.slug == slug)
    row = work.connection.execute(query.order_by(step_rows.c.revision.desc()).limit(1)).first()
    return None if row is None else (row.definition, row.node_map)


def drop_last_step(work: Work, slug: str) -> None:
    """Forget the newest step of a draft."""
    columns = step_rows.c
    newest = select(func.max(columns.revision)).where(columns.slug == slug).scalar_subquery()
    work.connection.execute(
        step_rows.delete().where((columns.slug == slug) & (columns.revision == newest))
    )


def forget_steps(work: Work, slug: str) -> None:
    """Forget all steps of a draft."""
    work.connection.execute(step_rows.delete().where(step_rows.c.slug == slug))
