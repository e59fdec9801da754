"""The tables of the activities: definitions, and registrations."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    and_,
    bindparam,
    func,
    or_,
    select,
    update,
)

from coterie.activities.model import SEATED, Funnel, Registration, Standing, State
from coterie.core.people import Shift
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

activity_rows = Table(
    "activities",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("definition", JSON, nullable=False),
    Column("standing", String(16), nullable=False),
    Column("starts", Moment, nullable=False, index=True),
    Column("ends", Moment, nullable=False),
    Column("due", Moment, nullable=True, index=True),
    Column("created", Moment, nullable=False),
)

registration_rows = Table(
    "activity_registrations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("activity", String(64), nullable=False),
    Column("profile", Integer, nullable=False, index=True),
    Column("came_with", Integer, nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("since", Moment, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("place", Integer, nullable=True),
    Column("code", String(64), nullable=True, unique=True),
    Column("via", String, nullable=False),
    Column("invited", Moment, nullable=True),
    Column("registered", Moment, nullable=True),
    Column("message", String, nullable=True, index=True),
    Column("checked_in", Moment, nullable=True),
    Column("checked_by", String, nullable=True),
    Column("passed", Moment, nullable=True),
    Column("passed_by", String, nullable=True),
    Column("is_spare", Boolean, nullable=False),
    Index("ix_activity_registrations_activity_state", "activity", "state", "place"),
    Index("ix_activity_registrations_activity_profile", "activity", "profile"),
)
"""``code`` is a digest. A person has one row an activity, and one more for each merged profile."""


class Kept(NamedTuple):
    """One activity as it is kept."""

    slug: str
    definition: dict[str, Any]
    standing: Standing


_CHANGES = tuple(
    column.name
    for column in registration_rows.c
    if column.name not in ("id", "activity", "came_with")
)
_mine = registration_rows.c.is_spare.is_(False)

_KEPT = (activity_rows.c.slug, activity_rows.c.definition, activity_rows.c.standing)

# --- activities


def keep_activity(
    work: Work, slug: str, definition: Mapping[str, Any], starts: int, ends: int
) -> None:
    """Write a definition; a new activity is open, and due when it ends."""
    row = {"slug": slug, "definition": dict(definition), "starts": starts, "ends": ends}
    row |= {"standing": "open", "due": ends, "created": work.now}
    work.upsert(activity_rows, [row], key=["slug"], change=["definition", "starts", "ends", "due"])


def stand(work: Work, slug: str, standing: Standing, due: int | None) -> None:
    """Let an activity be open, over or called off, and say when it is due next."""
    work.connection.execute(
        update(activity_rows).where(activity_rows.c.slug == slug).values(standing=standing, due=due)
    )


def take(work: Work, slug: str) -> Kept | None:
    """Read an activity and hold it: nobody else registers for it before this work ends."""
    query = select(*_KEPT).where(activity_rows.c.slug == slug).with_for_update()
    return next(iter(_kept(work, query)), None)


def activity(work: Work, slug: str) -> Kept | None:
    """Read one activity."""
    return next(iter(_kept(work, select(*_KEPT).where(activity_rows.c.slug == slug))), None)


def coming(work: Work, limit: int, offset: int) -> list[Kept]:
    """Read those that are not over yet, the next one first."""
    query = select(*_KEPT).where(
        activity_rows.c.ends > work.now, activity_rows.c.standing != "over"
    )
    return _page(work, query.order_by(activity_rows.c.starts, activity_rows.c.slug), limit, offset)


def past(work: Work, limit: int, offset: int) -> list[Kept]:
    """Read those that are over, the latest first."""
    query = select(*_KEPT).where(
        or_(activity_rows.c.ends <= work.now, activity_rows.c.standing == "over")
    )
    order = activity_rows.c.starts.desc(), activity_rows.c.slug
    return _page(work, query.order_by(*order), limit, offset)


def _page(work: Work, query: Select[Any], limit: int, offset: int) -> list[Kept]:
    return _kept(work, query.limit(limit).offset(offset))


def of_slugs(work: Work, slugs: Collection[str]) -> list[Kept]:
    """Read several activities, in order of their start."""
    query = select(*_KEPT).where(activity_rows.c.slug.in_(list(slugs)))
    return _kept(work, query.order_by(activity_rows.c.starts))


def _kept(work: Work, query: Select[Any]) -> list[Kept]:
    return [Kept(*row) for row in work.connection.execute(query)]


def due(work: Work) -> list[str]:
    """Return the activities about which something is to be done by now, in a fixed order."""
    query = select(activity_rows.c.slug).where(activity_rows.c.due <= work.now)
    return list(work.connection.execute(query.order_by(activity_rows.c.slug)).scalars())


def next_due(work: Work) -> int | None:
    """Return the earliest moment at which something is to be done about an activity."""
    return work.connection.execute(select(func.min(activity_rows.c.due))).scalar()


# --- registrations


def keep(work: Work, registrations: Sequence[Registration]) -> None:
    """Write registrations as they stand now, new ones and changed ones."""
    rows = [asdict(one) for one in registrations]
    work.upsert(registration_rows, rows, key=["id"], change=_CHANGES)


def of_people(
    work: Work, slug: str, profiles: Collection[int], *, spare: bool = False
) -> list[Registration]:
    """Return the rows of people for one activity; with ``spare`` also those that do not count."""
    table = registration_rows
    found: list[Registration] = []
    for chunk in in_chunks(profiles):
        query = select(table).where(table.c.activity == slug, table.c.profile.in_(chunk))
        rows = work.connection.execute(query if spare else query.where(_mine))
        found += [_registration(row) for row in rows]
    return found


def known_to(work: Work, slug: str) -> set[int]:
    """Return everybody who has a row for an activity, of whatever kind."""
    table = registration_rows
    query = select(table.c.profile).where(table.c.activity == slug)
    return set(work.connection.execute(query).scalars())


def of_person(work: Work, profile: int, *, spare: bool = False) -> list[Registration]:
    """Return a person's rows for all activities, the newest first; ``spare``: the others too."""
    table = registration_rows
    query = select(table).where(table.c.profile == profile).order_by(table.c.since.desc())
    rows = work.connection.execute(query if spare else query.where(_mine))
    return [_registration(row) for row in rows]


def by_code(work: Work, digest: str) -> Registration | None:
    """Return the row that a code belongs to."""
    query = select(registration_rows).where(registration_rows.c.code == digest)
    row = work.connection.execute(query).first()
    return None if row is None else _registration(row)


def by_message(work: Work, messages: Collection[str]) -> list[Registration]:
    """Return the rows of those who were asked with these messages."""
    found: list[Registration] = []
    for chunk in in_chunks(messages):
        query = select(registration_rows).where(registration_rows.c.message.in_(chunk))
        found += [_registration(row) for row in work.connection.execute(query)]
    return found


def drop(work: Work, registrations: Iterable[str]) -> None:
    """Forget rows as if they had never been."""
    for chunk in in_chunks(registrations):
        table = registration_rows
        work.connection.execute(table.delete().where(table.c.id.in_(chunk)))


def in_states(
    work: Work,
    slug: str,
    states: Collection[State],
    *,
    limit: int | None = None,
    offset: int = 0,
) -> list[Registration]:
    """Return who stands so, by place in the queue, then by when they came to stand so."""
    table = registration_rows
    query = (
        select(table)
        .where(table.c.activity == slug, table.c.state.in_(list(states)), _mine)
        .order_by(table.c.place.nulls_first(), table.c.since, table.c.id)
        .offset(offset)
    )
    if limit is not None:
        query = query.limit(limit)
    return [_registration(row) for row in work.connection.execute(query)]


def taken(work: Work, slug: str) -> int:
    """Count the seats that are held."""
    table = registration_rows
    query = select(func.count()).where(
        table.c.activity == slug, table.c.state.in_(list(SEATED)), _mine
    )
    return work.connection.execute(query).scalar_one()


def last_place(work: Work, slug: str) -> int:
    """Return the last place in the queue, 0 when nobody waits."""
    table = registration_rows
    query = select(func.max(table.c.place)).where(table.c.activity == slug)
    return work.connection.execute(query).scalar() or 0


def waiting_before(work: Work, slug: str, place: int) -> int:
    """Count those who wait at an earlier place."""
    table = registration_rows
    query = select(func.count()).where(
        table.c.activity == slug, table.c.state == "waiting", table.c.place < place, _mine
    )
    return work.connection.execute(query).scalar_one()


def funnels(work: Work, slugs: Collection[str]) -> dict[str, Funnel]:
    """Count how people stand to activities; every asked one has a funnel."""
    table = registration_rows
    states: dict[str, Counter[str]] = {slug: Counter() for slug in slugs}
    for chunk in in_chunks(states):
        query = (
            select(
                table.c.activity,
                table.c.state,
                func.count().label("people"),
                func.count(table.c.invited).label("invited"),
                func.count(table.c.registered).label("signed_up"),
                func.count(table.c.passed).label("passed"),
            )
            .where(table.c.activity.in_(chunk), _mine)
            .group_by(table.c.activity, table.c.state)
        )
        for row in work.connection.execute(query):
            found = states[row.activity]
            if row.state != "invited":
                found[row.state] += row.people
            for name in ("invited", "signed_up", "passed"):
                found[name] += row._mapping[name]
    return {slug: Funnel(**found) for slug, found in states.items()}


def also_in(
    work: Work,
    profiles: Collection[int],
    *,
    state: State | None = None,
    passed: Collection[str] = (),
) -> dict[int, set[str]]:
    """Return in which activities people stand in a state, or passed (one of ``passed``)."""
    table = registration_rows
    found: dict[int, set[str]] = {}
    for chunk in in_chunks(profiles):
        query = select(table.c.profile, table.c.activity).where(table.c.profile.in_(chunk), _mine)
        if state is not None:
            query = query.where(table.c.state == state)
        else:
            query = query.where(table.c.passed.is_not(None), table.c.activity.in_(list(passed)))
        for row in work.connection.execute(query):
            found.setdefault(row.profile, set()).add(row.activity)
    return found


def of_level(work: Work, level: str) -> set[str]:
    """Return the activities that teach a level."""
    query = select(activity_rows.c.slug, activity_rows.c.definition)
    return {
        row.slug for row in work.connection.execute(query) if row.definition.get("level") == level
    }


# --- what people keep of theirs


def follow(work: Work, shifts: Sequence[Shift]) -> dict[str, set[int]]:
    """Let rows follow their profiles; return the heads whom this concerns, by activity."""
    table = registration_rows
    led = {shift.profile: shift for shift in shifts}
    concerned: dict[str, set[int]] = {}
    moved: list[dict[str, Any]] = []
    for chunk in in_chunks(led):
        query = select(table.c.id, table.c.activity, table.c.came_with)
        for row in work.connection.execute(query.where(table.c.came_with.in_(chunk))):
            shift = led[row.came_with]
            concerned.setdefault(row.activity, set()).update((shift.before, shift.head))
            moved.append({"which": row.id, "head": shift.head})
    if moved:
        work.connection.execute(
            update(table).where(table.c.id == bindparam("which")).values(profile=bindparam("head")),
            moved,
        )
    return concerned


def wake_soon(work: Work, slugs: Collection[str]) -> None:
    """Let open activities be looked after with the next batch: a seat may have come free."""
    for chunk in in_chunks(sorted(slugs)):
        work.connection.execute(
            update(activity_rows)
            .where(activity_rows.c.slug.in_(chunk), activity_rows.c.standing == "open")
            .values(due=work.now)
        )


def forget(work: Work, profiles: Collection[int]) -> tuple[int, set[str]]:
    """Take codes and messages off people's rows, and free the seats they hold.

    Returns how many rows changed, and in which activities a seat came free.
    """
    table = registration_rows
    changed, freed = 0, set[str]()
    for chunk in in_chunks(profiles):
        theirs = or_(table.c.profile.in_(chunk), table.c.came_with.in_(chunk))
        held = and_(theirs, table.c.state.in_(["registered", "waiting"]))
        freed |= set(work.connection.execute(select(table.c.activity).where(held)).scalars())
        work.connection.execute(
            update(table).where(held).values(state="cancelled", since=work.now, place=None)
        )
        left = and_(theirs, or_(table.c.code.is_not(None), table.c.message.is_not(None)))
        done = work.connection.execute(update(table).where(left).values(code=None, message=None))
        changed += done.rowcount
    return changed, freed


def _registration(row: Row[Any]) -> Registration:
    return Registration(**row._mapping)
