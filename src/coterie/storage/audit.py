"""Who did what, when: a row for every change that a person, key or journey asked for."""

from typing import Any

from sqlalchemy import JSON, Column, Row, String, Table, select

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


def record(work: Work, verb: str, subject: str, **detail: Any) -> None:
    """Write one audit row in the unit of work that makes the change."""
    row = {"at": work.now, "actor": str(work.actor), "verb": verb, "object": subject}
    work.insert(audit_rows, [{**row, "detail": detail}])


def latest(work: Work, limit: int = 100) -> list[Row[Any]]:
    """Return the newest audit rows first."""
    query = select(audit_rows).order_by(audit_rows.c.id.desc()).limit(limit)
    return list(work.connection.execute(query))
