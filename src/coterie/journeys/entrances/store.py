"""How far the entrances have come; one row for a journey that is entered by schedule or list."""

from collections.abc import Collection

from sqlalchemy import Column, Integer, String, Table, func, select

from coterie.journeys.entrances.model import Entrance
from coterie.journeys.store import run_rows
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

entrance_rows = Table(
    "journey_entrances",
    metadata,
    Column("journey", String, primary_key=True),
    Column("due", Moment),
    Column("version", Integer),
)


def save(work: Work, entrance: Entrance) -> None:
    """Write how far an entrance has come."""
    work.upsert(entrance_rows, [vars(entrance)], key=["journey"], change=["due", "version"])


def remove(work: Work, journey: str) -> None:
    """Forget a journey that is entered in another way now."""
    work.connection.execute(entrance_rows.delete().where(entrance_rows.c.journey == journey))


def entrances(work: Work) -> dict[str, Entrance]:
    """Return every entrance by its journey."""
    rows = work.connection.execute(select(entrance_rows).order_by(entrance_rows.c.journey))
    return {row.journey: Entrance(**row._mapping) for row in rows}


def next_due(work: Work) -> int | None:
    """Return the earliest occurrence of all."""
    return work.connection.execute(select(func.min(entrance_rows.c.due))).scalar()


def started(work: Work, journey: str, causes: Collection[str]) -> dict[str, int]:
    """Return the runs that these causes have started, by cause."""
    found: dict[str, int] = {}
    columns = (run_rows.c.started_by, run_rows.c.id)
    for chunk in in_chunks(sorted(set(causes))):
        query = select(*columns).where(
            run_rows.c.journey == journey, run_rows.c.started_by.in_(chunk)
        )
        found |= {row.started_by: row.id for row in work.connection.execute(query)}
    return found
