"""Live runs by the moment at which time moves them on, counted by the database."""

from sqlalchemy import func, select

from coterie.journeys.store import run_rows
from coterie.storage.work import Work

_R = run_rows.c


def due(work: Work, after: int, until: int, grain: int) -> list[tuple[str, str, int, int]]:
    """Count the live runs due with after < moment <= until.

    Rows are (journey, node, moment cut to ``grain``, people), in order of the moment.
    """
    when = _R.due - _R.due % grain
    query = (
        select(_R.journey, _R.node, when.label("moment"), func.count().label("people"))
        .where(_R.ended.is_(None), _R.due > after, _R.due <= until)
        .group_by(_R.journey, _R.node, when)
        .order_by(when, _R.journey, _R.node)
    )
    return [
        (row.journey, row.node, row.moment, row.people) for row in work.connection.execute(query)
    ]
