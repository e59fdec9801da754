"""Invitations by when they run out, and the held-out with the moment of their draw."""

from sqlalchemy import func, select

from coterie.communities.store import invitation_rows
from coterie.storage.work import Work

_I = invitation_rows.c


def expiring(work: Work, after: int, until: int, grain: int) -> list[tuple[str, int, int]]:
    """Count open offers that run out with after < moment <= until.

    Rows are (community, moment cut to ``grain``, people), in order of the moment.
    """
    when = _I.due - _I.due % grain
    query = (
        select(_I.community, when.label("moment"), func.count().label("people"))
        .where(_I.state == "offered", _I.due > after, _I.due <= until)
        .group_by(_I.community, when)
        .order_by(when, _I.community)
    )
    return [(row.community, row.moment, row.people) for row in work.connection.execute(query)]


def held_out(work: Work) -> list[tuple[str, int, int]]:
    """Return (community, profile, when she was drawn) of everybody left out on purpose."""
    query = (
        select(_I.community, _I.profile, _I.since)
        .where(_I.state == "held_out")
        .order_by(_I.community, _I.profile, _I.since)
    )
    return [(row.community, row.profile, row.since) for row in work.connection.execute(query)]
