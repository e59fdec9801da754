"""The table of tasks: one row each, in the order in which they were given."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    func,
    select,
)

from coterie.guides.tasks.model import State, Task
from coterie.storage.keeping import came_with, forget, rows_of
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

task_rows = Table(
    "guide_tasks",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("profile", Integer, nullable=False, index=True),
    came_with(),
    Column("journey", String, nullable=False),
    Column("run", BigId, nullable=False),
    Column("node", String, nullable=False),
    Column("to", String(8), nullable=False),
    Column("role", String),
    Column("script", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Column("due", Moment),
    Column("about", JSON, nullable=False),
    Column("state", String(10), nullable=False),
    Column("ended", Moment),
    Column("by", String),
    Column("meant", String(8), nullable=False, server_default=""),
    Column("guide", String(64)),
    Column("store", String),
    Column("plan", String(64)),
    Column("step", String(64), nullable=False, server_default=""),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("opens", Moment),
    Column("until", Moment),
)
_T = task_rows.c
_open = _T.state == "open"
Index(None, _T.state, _T.created)
Index("ix_guide_tasks_guide", _T.guide, _T.state, _T.created)
Index("ix_guide_tasks_plan", _T.plan, _T.created)
Index("ix_guide_tasks_open_due", _T.due, sqlite_where=_open, postgresql_where=_open)


def add(work: Work, tasks: Sequence[Task]) -> None:
    """Write new tasks; those of an id that is there already stay as they are."""
    work.insert_new(task_rows, [{**vars(one), "about": dict(one.about)} for one in tasks])


def end(work: Work, tasks: Sequence[Task]) -> None:
    """Write what became of tasks."""
    rows = [{"id": one.id, "state": one.state, "ended": one.ended, "by": one.by} for one in tasks]
    work.change(task_rows, rows, key=["id"], change=["state", "ended", "by"])


def get(work: Work, task: str, *, lock: bool = False) -> Task | None:
    """Return a task; with ``lock``, nobody else ends it meanwhile."""
    query = select(task_rows).where(_T.id == task)
    row = work.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _task(row)


def page(work: Work, states: Collection[State], limit: int, offset: int) -> list[Task]:
    """Return tasks in these states: the open ones as they are due, the others newest first."""
    far = func.coalesce(_T.due, 2**53)
    order = (far, _T.created, _T.id) if "open" in states else (_T.ended.desc(), _T.id)
    query = select(task_rows).where(_T.state.in_(states)).order_by(*order)
    rows = work.connection.execute(query.limit(limit).offset(offset))
    return [_task(row) for row in rows]


def of(
    work: Work, whose: ColumnElement[bool], states: Collection[State], limit: int | None
) -> list[Task]:
    """Return somebody's tasks: the open ones as they are due, the others newest first."""
    far = func.coalesce(_T.due, 2**53)
    order = (far, _T.created, _T.id) if "open" in states else (_T.ended.desc(), _T.id)
    query = select(task_rows).where(whose, _T.state.in_(states)).order_by(*order).limit(limit)
    return [_task(row) for row in work.connection.execute(query)]


def of_guide(guide: str) -> ColumnElement[bool]:
    """The tasks that belong to a guide."""
    return _T.guide == guide


def of_store(store: str) -> ColumnElement[bool]:
    """The tasks of a store that belong to none of its guides."""
    return (_T.store == store) & _T.guide.is_(None)


def open_of(work: Work, profiles: Collection[int], *, plan: str | None = None) -> list[Task]:
    """Return the open tasks about these people, of a plan or of any."""
    found: list[Task] = []
    for chunk in in_chunks(sorted(profiles)):
        query = select(task_rows).where(_open, _T.profile.in_(chunk)).order_by(_T.id)
        if plan is not None:
            query = query.where(_T.plan == plan)
        found += [_task(row) for row in work.connection.execute(query)]
    return found


def assign(work: Work, tasks: Sequence[Task]) -> None:
    """Write whose some tasks are now."""
    rows = [{"id": one.id, "to": one.to, "guide": one.guide, "store": one.store} for one in tasks]
    work.change(task_rows, rows, key=["id"], change=["to", "guide", "store"])


def counts(work: Work) -> dict[str, int]:
    """Count the tasks by state."""
    query = select(_T.state, func.count().label("number")).group_by(_T.state)
    return {row.state: row.number for row in work.connection.execute(query)}


def due(work: Work, limit: int) -> list[Task]:
    """Return open tasks whose time is over, the earliest first."""
    query = select(task_rows).where(_open, _T.due <= work.now).order_by(_T.due, _T.id)
    return [_task(row) for row in work.connection.execute(query.limit(limit))]


def next_due(work: Work) -> int | None:
    """Return when the next open task expires."""
    return work.connection.execute(select(func.min(_T.due)).where(_open)).scalar()


def of_person(work: Work, profile: int) -> list[dict[str, Any]]:
    """Return a person's tasks as they are kept, oldest first."""
    return rows_of(work, task_rows, profile, "created")


def erase(work: Work, profiles: Collection[int]) -> int:
    """Cancel these people's open tasks, and forget what all of theirs were about."""
    cancelled = {"state": "cancelled", "ended": work.now}
    number = forget(work, task_rows, profiles, _open, **cancelled)
    said = _T.script != ""
    return max(number, forget(work, task_rows, profiles, said, script="", about={}))


def _task(row: Row[Any]) -> Task:
    fields = dict(row._mapping)
    del fields["came_with"]
    return Task(**fields)
