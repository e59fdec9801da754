"""Who did what, when: a row for every change that a person, key or journey asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, Column, Row, Select, String, Table, func, select

from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work

audit_rows = Table(
    "audit",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", String, nullable=False),
    Column("verb", String, nullable=False),
    Column("object", String, nullable=False),
    Column("detail", JSON, nullable=False),
)


@dataclass(frozen=True)
class Sought:
    """Which rows are wanted; empty asks nothing.

    ``actor`` and ``verb`` are exact, or a kind and everything under it (``person:``,
    ``account.``); ``target`` is a part of what it was done to, whatever its case. ``since`` is
    included, ``until`` is not; both are milliseconds UTC.
    """

    actor: str = ""
    verb: str = ""
    target: str = ""
    since: int | None = None
    until: int | None = None


def record(work: Work, verb: str, subject: str, **detail: Any) -> None:
    """Write one audit row in the unit of work that makes the change."""
    row = {"at": work.now, "actor": str(work.actor), "verb": verb, "object": subject}
    work.insert(audit_rows, [{**row, "detail": detail}])


def latest(work: Work, limit: int = 100) -> list[Row[Any]]:
    """Return the newest audit rows first."""
    return page(work, Sought(), limit)


def page(work: Work, sought: Sought, limit: int, before: int | None = None) -> list[Row[Any]]:
    """Return the newest of the wanted rows, those with an id below ``before`` only."""
    query = _of(select(audit_rows), sought).order_by(audit_rows.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(audit_rows.c.id < before)
    return list(work.connection.execute(query))


def every(work: Work, sought: Sought, portion: int = 5_000) -> Iterator[Row[Any]]:
    """Yield all the wanted rows, the newest first, a portion at a time."""
    before: int | None = None
    while rows := page(work, sought, portion, before):
        yield from rows
        before = rows[-1].id


def count(work: Work, sought: Sought) -> int:
    """Count the wanted rows."""
    query = _of(select(func.count()).select_from(audit_rows), sought)
    return int(work.connection.execute(query).scalar_one())


def actors(work: Work) -> list[str]:
    """Return everybody who ever did something, by name."""
    query = select(audit_rows.c.actor).distinct().order_by(audit_rows.c.actor)
    return list(work.connection.execute(query).scalars())


def verbs(work: Work) -> list[str]:
    """Return everything that was ever done, by name."""
    query = select(audit_rows.c.verb).distinct().order_by(audit_rows.c.verb)
    return list(work.connection.execute(query).scalars())


def _of(query: Select[Any], sought: Sought) -> Select[Any]:
    for column, wanted in ((audit_rows.c.actor, sought.actor), (audit_rows.c.verb, sought.verb)):
        if wanted.endswith((":", ".")):
            query = query.where(column.startswith(wanted, autoescape=True))
        elif wanted:
            query = query.where(column == wanted)
    if sought.target:
        query = query.where(audit_rows.c.object.icontains(sought.target, autoescape=True))
    if sought.since is not None:
        query = query.where(audit_rows.c.at >= sought.since)
    if sought.until is not None:
        query = query.where(audit_rows.c.at < sought.until)
    return query
