"""The tables of live group codes: what they say, and who came by them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Index, Integer, Row, String, Table, func, select

from coterie.codes.groups.model import Joins
from coterie.storage.keeping import came_with, forget, rows_of
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

CodeRow = Row[Any]
"""A code as it is kept."""

code_rows = Table(
    "codes_groups",
    metadata,
    Column("state", String(30), primary_key=True),
    Column("title", String(100), nullable=False),
    Column("store", String(64), index=True),
    Column("topic", String(200), index=True),
    Column("version", Integer, nullable=False),
    Column("source", JSON, nullable=False),
    Column("status", String(8), nullable=False),
    Column("created", Moment, nullable=False),
    Column("due", Moment, index=True),
)
join_rows = Table(
    "codes_group_joins",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("state", String(30), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("profile", Integer, index=True),
    came_with(nullable=True),
)
_C, _J = code_rows.c, join_rows.c
Index("ix_codes_group_joins_state_at", _J.state, _J.at)


def write(work: Work, row: Mapping[str, Any]) -> None:
    """Write a code, whether it is new or not."""
    change = [name for name in row if name not in ("state", "created")]
    work.upsert(code_rows, [row], key=["state"], change=change)


def set_due(work: Work, states: Collection[str], due: int | None) -> None:
    """Set when codes are worked out again."""
    for chunk in in_chunks(sorted(states)):
        work.connection.execute(code_rows.update().where(_C.state.in_(chunk)).values(due=due))


def load(work: Work, states: Collection[str]) -> list[Row[Any]]:
    """Return the rows of these codes."""
    return [
        row
        for chunk in in_chunks(dict.fromkeys(states))
        for row in work.connection.execute(select(code_rows).where(_C.state.in_(chunk)))
    ]


def every(work: Work) -> list[Row[Any]]:
    """Return every code, by title."""
    return list(work.connection.execute(select(code_rows).order_by(_C.title, _C.state)))


def of(work: Work, column: str, values: Collection[str]) -> list[Row[Any]]:
    """Return the codes in use of these stores or topics, the oldest first."""
    query = select(code_rows).where(_C[column].in_(list(values)), _C.status == "on")
    return list(work.connection.execute(query.order_by(_C.created, _C.state)))


def with_store(work: Work) -> list[Row[Any]]:
    """Return the codes in use that belong to a store."""
    query = select(code_rows).where(_C.store.is_not(None), _C.status == "on")
    return list(work.connection.execute(query.order_by(_C.created, _C.state)))


def of_nobody(work: Work) -> list[Row[Any]]:
    """Return the codes in use that belong to everybody, the oldest first."""
    those: tuple[ColumnElement[bool], ...] = (_C.store.is_(None), _C.topic.is_(None))
    query = select(code_rows).where(*those, _C.status == "on").order_by(_C.created, _C.state)
    return list(work.connection.execute(query))


def due(work: Work, limit: int) -> list[Row[Any]]:
    """Return the codes that are to be worked out again."""
    query = select(code_rows).where(_C.due <= work.now).order_by(_C.due, _C.state).limit(limit)
    return list(work.connection.execute(query))


def next_due(work: Work) -> int | None:
    """Return when the next code is due."""
    return work.connection.execute(select(func.min(_C.due))).scalar()


def came(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write down who came; those of an id that is there already stay as they are."""
    work.insert_new(join_rows, rows)


def joins(work: Work, states: Collection[str], today: int) -> dict[str, Joins]:
    """Count who came by each code."""
    query = select(
        _J.state, _J.chat, func.count().label("n"),
        func.sum(func.coalesce(_J.at >= today, False).cast(Integer)).label("today"),
    ).group_by(_J.state, _J.chat)  # fmt: skip
    found: dict[str, Joins] = {}
    for chunk in in_chunks(dict.fromkeys(states)):
        for row in work.connection.execute(query.where(_J.state.in_(chunk))):
            one = found.get(row.state, Joins())
            found[row.state] = Joins(
                one.joined + row.n, one.today + int(row.today or 0),
                {**one.by_group, row.chat: row.n},
            )  # fmt: skip
    return found


def of_person(work: Work, profile: int) -> list[dict[str, Any]]:
    """Return by which codes a person came into groups."""
    return rows_of(work, join_rows, profile, "at")


def erase(work: Work, profiles: Collection[int]) -> int:
    """Forget who came; that somebody came stays counted."""
    nobody = {"profile": None, "came_with": None}
    return forget(work, join_rows, profiles, _J.profile.is_not(None), **nobody)
