"""Live runs by the moment at which time moves them on, counted by the database."""

from collections import Counter

from sqlalchemy import func, select

from coterie.journeys.bands import store as bands
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
    )
    found = Counter[tuple[int, str, str]]()
    for row in work.connection.execute(query):
        found[row.moment, row.journey, row.node] += row.people
    for journey, node, moment, people in bands.dues(work, after, until):
        found[moment - moment % grain, journey, node] += people
    return [
        (journey, node, moment, found[moment, journey, node])
        for moment, journey, node in sorted(found)
    ]
