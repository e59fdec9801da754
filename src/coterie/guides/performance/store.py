"""What performance reads of touches and bindings: whole tables' worth, in few statements."""

from collections.abc import Collection

from sqlalchemy import func, select

from coterie.guides.binding.store import spans, touches
from coterie.storage.work import Work, in_chunks

_t, _b = touches.c, spans.c
Pairs = set[tuple[str, int]]


def counted(
    work: Work, by: str, kinds: Collection[str], since: int, until: int, only: str | None = None
) -> dict[str, int]:
    """Count the customers whom each ``guide`` or ``store`` had a touch of some kinds with."""
    column = _t[by]
    query = (
        select(column.label("whose"), func.count(_t.profile.distinct()).label("n"))
        .where(_t.kind.in_(sorted(kinds)), _t.at >= since, _t.at < until, column.is_not(None))
        .group_by(column)
    )
    if only is not None:
        query = query.where(column == only)
    return {row.whose: row.n for row in work.connection.execute(query)}


def had(work: Work, by: str, since: int, until: int, only: str | None = None) -> dict[str, int]:
    """Count the customers who were each one's at any moment of a time."""
    column = _b[by]
    query = (
        select(column.label("whose"), func.count(_b.profile.distinct()).label("n"))
        .where(_b.since < until, _b.until > since, column.is_not(None))
        .group_by(column)
    )
    if only is not None:
        query = query.where(column == only)
    return {row.whose: row.n for row in work.connection.execute(query)}


def had_among(work: Work, by: str, since: int, until: int, profiles: Collection[int]) -> Pairs:
    """Return (guide or store, customer) of some customers who were one's in a time."""
    column = _b[by]
    found: Pairs = set()
    for chunk in in_chunks(sorted(profiles)):
        query = select(column.label("whose"), _b.profile).where(
            _b.since < until, _b.until > since, column.is_not(None), _b.profile.in_(chunk)
        )
        found.update((row.whose, row.profile) for row in work.connection.execute(query))
    return found
