"""The tables of members and departments."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Integer, Row, String, Table, delete, func, select

from coterie.channels.wecom.mirror.model import Department, Member
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work

member_rows = Table(
    "wecom_members",
    metadata,
    Column("userid", String(64), primary_key=True),
    Column("name", String, nullable=False),
    Column("departments", JSON, nullable=False),
    Column("has_right", Boolean, nullable=False),
    Column("since", Moment, nullable=False),
    Column("left", Moment),
)
_M = member_rows.c

department_rows = Table(
    "wecom_departments",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String, nullable=False),
    Column("parent", Integer, nullable=False),
    Column("order", Integer, nullable=False),
)


def members(work: Work, userids: Collection[str] | None = None) -> dict[str, Member]:
    """Return members by userid, those who left among them; all, or some."""
    query = select(member_rows).order_by(_M.left.is_not(None), _M.name, _M.userid)
    if userids is not None:
        query = query.where(_M.userid.in_(sorted(userids)))
    return {row.userid: _member(row) for row in work.connection.execute(query)}


def _member(row: Row[Any]) -> Member:
    return Member(**{**row._mapping, "departments": tuple(row.departments)})


def write(work: Work, some: Iterable[Member]) -> None:
    """Write members, new or changed."""
    rows = [{**vars(one), "departments": list(one.departments)} for one in some]
    change = ["name", "departments", "has_right", "since", "left"]
    work.upsert(member_rows, rows, key=["userid"], change=change)


def rename(work: Work, before: str, after: str) -> None:
    """Give a member another userid; whoever had it is forgotten."""
    work.connection.execute(delete(member_rows).where(_M.userid == after))
    statement = member_rows.update().where(_M.userid == before).values(userid=after)
    work.connection.execute(statement)


def departments(work: Work) -> list[Department]:
    """Return the departments, each after its parent's siblings, as the platform orders them."""
    query = select(department_rows).order_by(
        department_rows.c.parent, department_rows.c.order.desc(), department_rows.c.id
    )
    return [Department(**row._mapping) for row in work.connection.execute(query)]


def write_departments(work: Work, some: Iterable[Department]) -> None:
    """Make these the departments; others are forgotten."""
    work.connection.execute(delete(department_rows))
    work.insert(department_rows, [vars(one) for one in some])


def count(work: Work) -> tuple[int, int]:
    """Count the members who are there, and those of them who may contact customers."""
    there = select(func.count()).select_from(member_rows).where(_M.left.is_(None))
    queries = (there, there.where(_M.has_right))
    present, allowed = (int(work.connection.execute(one).scalar_one()) for one in queries)
    return present, allowed
