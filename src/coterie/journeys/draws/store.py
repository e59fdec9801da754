"""The table of draws: one row for a run and an experiment, the first draw for ever."""

from collections.abc import Sequence

from sqlalchemy import Column, Index, String, Table, select

from coterie.journeys.draws.model import Draw
from coterie.journeys.model import Run
from coterie.journeys.stepper import Drawn
from coterie.journeys.store import run_rows
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work

draw_rows = Table(
    "journey_draws",
    metadata,
    Column("run", BigId, primary_key=True, autoincrement=False),
    Column("node", String, primary_key=True),
    Column("journey", String, nullable=False),
    Column("arm", String, nullable=False),
    Column("at", Moment, nullable=False),
)
Index(None, draw_rows.c.journey, draw_rows.c.node)


def keep(work: Work, drawn: Sequence[tuple[Run, Drawn]]) -> None:
    """Keep what runs drew; who comes by again has drawn already."""
    rows = [
        {"run": run.id, "node": one.node, "journey": run.journey, "arm": one.arm, "at": work.now}
        for run, one in drawn
    ]
    work.insert_new(draw_rows, rows)


def of_journey(work: Work, journey: str) -> list[Draw]:
    """Return every draw of a journey, in order of node and run."""
    query = (
        select(
            draw_rows.c.run,
            run_rows.c.profile,
            draw_rows.c.node,
            draw_rows.c.arm,
            draw_rows.c.at,
            run_rows.c.shadow,
        )
        .join(run_rows, run_rows.c.id == draw_rows.c.run)
        .where(draw_rows.c.journey == journey)
        .order_by(draw_rows.c.node, draw_rows.c.run)
    )
    return [Draw(**row._mapping) for row in work.connection.execute(query)]
