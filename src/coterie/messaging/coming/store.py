"""The queries over what is queued."""

from sqlalchemy import case, func, select

from coterie.messaging.store import MESSAGES, M
from coterie.storage.work import Work


def waiting(work: Work, until: int, grain: int) -> list[tuple[str, str, str, int, int]]:
    """Count queued messages as (origin, channel, touch, moment cut to ``grain``, how many)."""
    late = work.now
    due = case((M.due < late, late), else_=M.due)
    when = (due - due % grain).label("moment")
    groups = (M.origin, M.channel, M.touch, when)
    query = (
        select(*groups, func.count())
        .select_from(MESSAGES)
        .where(M.status == "queued", M.due <= until)
        .group_by(*groups)
    )
    return sorted((tuple(row) for row in work.connection.execute(query)), key=lambda row: row[3])


def slots(work: Work, until: int, most: int) -> list[tuple[int, int]]:
    """Return (profile, due) of queued messages that take a slot of their person's caps."""
    query = (
        select(M.profile, M.due)
        .select_from(MESSAGES)
        .where(M.status == "queued", M.due <= until, M.touch != "service")
        .limit(most)
    )
    return [(row.profile, row.due) for row in work.connection.execute(query)]
