"""What performance reads of touches and bindings: whole tables' worth, in few statements."""

from collections.abc import Collection

from sqlalchemy import and_, func, select

from coterie.guides.binding.store import spans, touches
from coterie.storage.work import Work

_t, _b = touches.c, spans.c
Pairs = set[tuple[str, int]]


def counted(work: Work, by: str, kinds: Collection[str], since: int, until: int) -> dict[str, int]:
    """Count the customers whom each ``guide`` or ``store`` had a touch of some kinds with."""
    column = _t[by]
    query = (
        select(column.label("whose"), func.count(_t.profile.distinct()).label("n"))
        .where(_t.kind.in_(sorted(kinds)), _t.at >= since, _t.at < until, column.is_not(None))
        .group_by(column)
    )
    return {row.whose: row.n for row in work.connection.execute(query)}


def had(work: Work, by: str, since: int, until: int) -> Pairs:
    """Return (guide or store, customer) of everybody who was one's at any moment of a time."""
    column = _b[by]
    query = (
        select(column.label("whose"), _b.profile)
        .where(and_(_b.since < until, _b.until > since, column.is_not(None)))
        .distinct()
    )
    return {(row.whose, row.profile) for row in work.connection.execute(query)}
