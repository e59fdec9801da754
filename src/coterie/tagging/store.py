"""Which segment carries a tag, and whom an edit concerned: tables, reads, writes."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, delete, select

from coterie.core.clock import DAY
from coterie.core.people import Shift
from coterie.storage.keeping import follow, of_people
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks
from coterie.tagging.model import Binding, Change, Edit

UNDOABLE = 30 * DAY
"""How long an edit can be taken back."""

binding_rows = Table(
    "tag_bindings",
    metadata,
    Column("tag", String, primary_key=True),
    Column("id", String, nullable=False),
    Column("segment", String, nullable=False),
    Column("bound_at", Moment, nullable=False),
    Column("bound_by", String, nullable=False),
    Column("told", Integer, nullable=False),
)

edit_rows = Table(
    "tag_edits",
    metadata,
    Column("id", String, primary_key=True),
    Column("tag", String, nullable=False),
    Column("put", Boolean, nullable=False),
    Column("segment", String),
    Column("people", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
    Column("undone", Moment),
    Index("ix_tag_edits_tag_at", "tag", "at"),
)

change_rows = Table(
    "tag_edit_people",
    metadata,
    Column("edit", String, ForeignKey("tag_edits.id"), primary_key=True),
    Column("came_with", Integer, primary_key=True, autoincrement=False, index=True),
    Column("profile", Integer, nullable=False, index=True),
    Column("former", String),
    Column("until", Moment),
)


def bindings(work: Work) -> dict[str, Binding]:
    """Read which segment carries which tag, by tag."""
    rows = work.connection.execute(select(binding_rows).order_by(binding_rows.c.tag))
    return {row.tag: Binding(**row._mapping) for row in rows}


def write_bindings(work: Work, found: Sequence[Binding]) -> None:
    """Write bindings, one a tag."""
    change = ["id", "segment", "bound_at", "bound_by", "told"]
    work.upsert(binding_rows, [asdict(one) for one in found], key=["tag"], change=change)


def remove_binding(work: Work, tag: str) -> None:
    """Let no segment carry a tag any more."""
    work.connection.execute(delete(binding_rows).where(binding_rows.c.tag == tag))


def write_edit(work: Work, edit: Edit, changes: Sequence[Change]) -> None:
    """Keep an edit, and what each person carried before it."""
    _forget(work, work.now - UNDOABLE)
    work.insert(edit_rows, [asdict(edit)])
    rows = [{**asdict(one), "edit": edit.id, "came_with": one.profile} for one in changes]
    work.insert(change_rows, rows)


def _forget(work: Work, before: int) -> None:
    """Forget edits that are too old to be taken back; the audit has them."""
    old = select(edit_rows.c.id).where(edit_rows.c.at < before)
    work.connection.execute(delete(change_rows).where(change_rows.c.edit.in_(old)))
    work.connection.execute(delete(edit_rows).where(edit_rows.c.at < before))


def edit(work: Work, number: str) -> Edit | None:
    """Read one edit."""
    row = work.connection.execute(select(edit_rows).where(edit_rows.c.id == number)).first()
    return None if row is None else Edit(**row._mapping)


def edits(work: Work, tag: str, limit: int) -> list[Edit]:
    """Read the newest edits of a tag."""
    query = select(edit_rows).where(edit_rows.c.tag == tag)
    newest = query.order_by(edit_rows.c.at.desc(), edit_rows.c.id.desc()).limit(limit)
    return [Edit(**row._mapping) for row in work.connection.execute(newest)]


def changes(work: Work, number: str) -> list[Change]:
    """Read what people carried before an edit; who became one person since is there once."""
    mine = change_rows.c
    query = select(mine.profile, mine.former, mine.until).where(mine.edit == number)
    rows = work.connection.execute(query.order_by(mine.profile, mine.came_with))
    found = [Change(**row._mapping) for row in rows]
    return list({one.profile: one for one in reversed(found)}.values())[::-1]


def mark_undone(work: Work, number: str) -> None:
    """Keep that an edit was taken back, and forget whom it concerned."""
    statement = edit_rows.update().where(edit_rows.c.id == number).values(undone=work.now)
    work.connection.execute(statement)
    work.connection.execute(delete(change_rows).where(change_rows.c.edit == number))


def shift(work: Work, shifts: Sequence[Shift]) -> None:
    """Let what is kept of people follow them."""
    follow(work, change_rows, shifts)


def edits_of(work: Work, profile: int) -> list[dict[str, Any]]:
    """Read the edits that concerned a person."""
    columns = (edit_rows.c.tag, edit_rows.c.put, edit_rows.c.at, edit_rows.c.by)
    query = select(*columns).join(change_rows, change_rows.c.edit == edit_rows.c.id)
    hers = query.where(change_rows.c.profile == profile).order_by(edit_rows.c.at, edit_rows.c.id)
    return [dict(row._mapping) for row in work.connection.execute(hers)]


def erase(work: Work, profiles: Collection[int]) -> int:
    """Forget whom edits concerned, of these people; count the rows."""
    count = 0
    for chunk in in_chunks(profiles):
        gone = delete(change_rows).where(of_people(change_rows, chunk))
        count += work.connection.execute(gone).rowcount
    return count
