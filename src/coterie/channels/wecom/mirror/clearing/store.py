"""The table of clearings: edges of erased people, sealed, until the platform's side is clean."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Index, Integer, LargeBinary, Row, String, Table, delete, func, select

from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work

clearing_rows = Table(
    "wecom_clearings",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("asked", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("error", String),
)
_C = clearing_rows.c
Index(None, _C.due)


def ask(work: Work, sealed: Iterable[bytes]) -> None:
    """Have edges cleared at the platform."""
    rows = [
        {"sealed": one, "asked": work.now, "due": work.now, "tries": 0, "error": None}
        for one in sealed
    ]
    work.insert(clearing_rows, rows)


def due(work: Work, limit: int) -> list[Row[Any]]:
    """Return what is to be cleared now, the longest due first."""
    query = select(clearing_rows).where(_C.due <= work.now).order_by(_C.due, _C.id).limit(limit)
    return list(work.connection.execute(query))


def next_due(work: Work) -> int | None:
    """Return when the next clearing is due."""
    return work.connection.execute(select(func.min(_C.due))).scalar()


def settle(work: Work, number: int) -> None:
    """Forget an edge that is clean."""
    work.connection.execute(delete(clearing_rows).where(_C.id == number))


def put_off(work: Work, row: Row[Any], due_: int, error: str) -> None:
    """Try again later, and keep why."""
    said = {"id": row.id, "tries": row.tries + 1, "due": due_, "error": error}
    work.change(clearing_rows, [said], key=["id"], change=["tries", "due", "error"])


def waiting(work: Work) -> int:
    """Count what is still to be cleared."""
    return int(
        work.connection.execute(select(func.count()).select_from(clearing_rows)).scalar_one()
    )
