"""The tables of what guides said to whom, and of whose cards they looked at."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, Index, Integer, String, Table, delete, func, select

from coterie.storage.keeping import came_with, of_people, rows_of
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

word_rows = Table(
    "guide_words",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("profile", Integer, nullable=False, index=True),
    came_with(),
    Column("guide", String, nullable=False),
    Column("reason", String(16), nullable=False),
    Column("at", Moment, nullable=False),
)

look_rows = Table(
    "guide_looks",
    metadata,
    Column("came_with", Integer, primary_key=True),
    Column("guide", String, primary_key=True),
    Column("day", Moment, primary_key=True),
    Column("place", String(8), primary_key=True),
    Column("profile", Integer, nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Index("ix_guide_looks_guide_at", "guide", "at"),
)

_W = word_rows.c


def spoke(work: Work, profiles: Collection[int], since: int) -> dict[int, dict[str, int]]:
    """Return when guides last spoke to people after a moment, by reason."""
    found: dict[int, dict[str, int]] = {}
    for chunk in in_chunks(sorted(profiles)):
        query = (
            select(_W.profile, _W.reason, func.max(_W.at).label("at"))
            .where(_W.profile.in_(chunk), _W.at > since)
            .group_by(_W.profile, _W.reason)
        )
        for row in work.connection.execute(query):
            found.setdefault(row.profile, {})[row.reason] = row.at
    return found


def say(work: Work, profile: int, guide: str, reason: str) -> None:
    """Write that a guide spoke to somebody."""
    row = {"profile": profile, "guide": guide, "reason": reason, "at": work.now}
    work.insert(word_rows, [row])


def look(work: Work, row: dict[str, Any]) -> None:
    """Write that a guide looked at somebody's card; once a day and place."""
    work.insert_new(look_rows, [row])


def of_person(work: Work, profile: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return what was said to a person, and who looked at her card."""
    return rows_of(work, word_rows, profile, "at"), rows_of(work, look_rows, profile, "at")


def erase(work: Work, profiles: Collection[int]) -> tuple[int, int]:
    """Forget what was said to people and who looked; count the rows."""
    said = looked = 0
    for chunk in in_chunks(sorted(profiles)):
        gone = work.connection.execute(delete(word_rows).where(of_people(word_rows, chunk)))
        said += gone.rowcount
        gone = work.connection.execute(delete(look_rows).where(of_people(look_rows, chunk)))
        looked += gone.rowcount
    return said, looked
