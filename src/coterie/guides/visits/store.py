"""The table of visits, and what the log tells of the ways between two of them."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    Integer,
    Row,
    String,
    Subquery,
    Table,
    distinct,
    func,
    select,
)

from coterie.core.people import Shift
from coterie.guides.visits.model import Count, Deed, Step, Visit
from coterie.storage import keeping
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

ERASED = 0
"""A visit whose customer was erased is nobody's: its profile is below this."""

_DEEDS: dict[str, Deed] = {
    "Contact Added": "added", "Contact Deleted": "deleted",
    "Group Joined": "joined", "Group Left": "left",
}  # fmt: skip

visits = Table(
    "visits",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("profile", Integer, nullable=False),
    keeping.came_with(),
    Column("store", String(64), nullable=False),
    Column("day", String(10), nullable=False),
    Column("at", Moment, nullable=False),
    Column("how", String(10), nullable=False),
    Column("event", String, nullable=False),
    Index("ix_visits_profile_day", "profile", "day"),
    Index("ix_visits_store_day", "store", "day"),
)
_v = visits.c


def add(work: Work, given: Sequence[Visit]) -> None:
    """Write visits."""
    work.insert(visits, [vars(one) for one in given])


def known(work: Work, profiles: Collection[int]) -> dict[int, set[tuple[str, str]]]:
    """Return the (store, day) at which people were; who never came has no key."""
    found: dict[int, set[tuple[str, str]]] = {}
    for chunk in in_chunks(sorted(profiles)):
        query = select(_v.profile, _v.store, _v.day).where(_v.profile.in_(chunk))
        for row in work.connection.execute(query):
            found.setdefault(row.profile, set()).add((row.store, row.day))
    return found


def of_profile(work: Work, profile: int, limit: int) -> list[Visit]:
    """Return a person's visits, the newest first; one a store and day, though she was two once."""
    query = select(visits).where(_v.profile == profile).order_by(_v.at.desc(), _v.id.desc())
    found: dict[tuple[str, str], Visit] = {}
    for row in work.connection.execute(query.limit(limit)):
        found[row.store, row.day] = _visit(row)
    return list(found.values())


def counts(work: Work, since: str, until: str, store: str | None) -> list[Count]:
    """Count the visits of some days by store and how."""
    once = _once(since, until, store)
    query = (
        select(
            once.c.store, once.c.how, func.count().label("visits"),
            func.count(distinct(once.c.profile)).label("people"),
        )
        .group_by(once.c.store, once.c.how)
        .order_by(once.c.store, once.c.how)
    )  # fmt: skip
    return [
        Count(row.store, row.how, row.visits, row.people) for row in work.connection.execute(query)
    ]


def by_day(work: Work, since: str, until: str, store: str | None) -> dict[str, int]:
    """Count the visits of some days by day."""
    once = _once(since, until, store)
    query = select(once.c.day, func.count().label("number")).group_by(once.c.day)
    return {row.day: row.number for row in work.connection.execute(query.order_by(once.c.day))}


def people(work: Work, since: str, until: str, store: str | None) -> int:
    """Count who came on some days."""
    once = _once(since, until, store)
    return work.connection.execute(select(func.count(distinct(once.c.profile)))).scalar_one()


def _once(since: str, until: str, store: str | None) -> Subquery:
    """The visits of some days: one for a person, store and day, though she was two people once."""
    query = select(_v.store, _v.day, _v.profile, func.min(_v.how).label("how"))
    query = query.where(_v.day >= since, _v.day < until)
    if store is not None:
        query = query.where(_v.store == store)
    return query.group_by(_v.store, _v.day, _v.profile).subquery()


def openers(work: Work, since: int, until: int, store: str | None) -> dict[int, list[Step]]:
    """Return the visits from a moment on of whoever first came in a time, to a store if given."""
    ranked = (
        select(
            _v.profile, _v.store, _v.at,
            func.row_number().over(partition_by=_v.profile, order_by=(_v.at, _v.id)).label("place"),
        )
        .where(_v.at >= since, _v.profile > ERASED)
        .subquery()
    )  # fmt: skip
    firsts = select(ranked.c.profile).where(ranked.c.place == 1, ranked.c.at < until)
    if store is not None:
        firsts = firsts.where(ranked.c.store == store)
    query = select(_v.profile, _v.at, _v.day).where(_v.at >= since, _v.profile.in_(firsts))
    found: dict[int, list[Step]] = {}
    for row in work.connection.execute(query):
        found.setdefault(row.profile, []).append(Step(row.at, "visit", row.day))
    return found


def steps_between(lake: Any, profiles: Collection[int]) -> dict[int, list[Step]]:
    """Return when people came into touch with guides and into groups, and out of them again."""
    rows = lake.execute(
        """
        SELECT profile, time, name, coalesce(
            json_extract_string(properties, '$.guide'),
            json_extract_string(properties, '$.group_id'), '')
        FROM events
        WHERE name IN ('Contact Added', 'Contact Deleted', 'Group Joined', 'Group Left')
          AND type != 'fact' AND profile IN (SELECT unnest(?))
          AND coalesce(json_extract_string(properties, '$.half'), 'false') != 'true'
        """,
        [sorted(profiles)],
    ).fetchall()
    found: dict[int, list[Step]] = {}
    for profile, at, name, what in rows:
        found.setdefault(profile, []).append(Step(at, _DEEDS[name], what))
    return found


def _visit(row: Row[Any]) -> Visit:
    return Visit(row.profile, row.came_with, row.store, row.day, row.at, row.how, row.event)


# --- people


def follow(work: Work, shifts: Sequence[Shift]) -> None:
    """Let visits follow who made them."""
    keeping.follow(work, visits, shifts)


def erase(work: Work, profiles: Collection[int]) -> dict[str, int]:
    """Take a customer off her visits; each stays one of nobody's, for the counts of its store."""
    count = keeping.forget(
        work, visits, profiles, _v.profile > ERASED, profile=-_v.id, came_with=-_v.id, event=""
    )
    return {"visits": count}
