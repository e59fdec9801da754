"""The tables of the communities: definitions, participation intervals, invitations."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    Row,
    String,
    Table,
    and_,
    bindparam,
    func,
    or_,
    select,
)

from coterie.communities.model import Invitation, Overlap, Participation, Revision
from coterie.storage.keeping import came_with
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

community_rows = Table(
    "communities",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("definition", JSON, nullable=False),
    Column("created", Moment, nullable=False),
)

version_rows = Table(
    "community_versions",
    metadata,
    Column("community", String(64), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("definition", JSON, nullable=False),
    Column("at", Moment, nullable=False),
    Column("actor", String, nullable=False),
)

participation_rows = Table(
    "community_participations",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("community", String(64), nullable=False),
    Column("profile", Integer, nullable=False, index=True),
    came_with(),
    Column("joined", Moment, nullable=False),
    Column("left", Moment, nullable=True),
    Column("via", String, nullable=False),
    Column("reason", String, nullable=True),
    Column("gave_way", BigInteger, nullable=True),
    Index(None, "community", "profile"),
    Index("ix_community_participations_community_joined", "community", "joined"),
    Index("ix_community_participations_community_left", "community", "left"),
)
"""``gave_way`` is the interval that goes on where two people turned out to be one."""

invitation_rows = Table(
    "community_invitations",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("community", String(64), nullable=False),
    Column("profile", Integer, nullable=False, index=True),
    came_with(),
    Column("attempt", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("since", Moment, nullable=False),
    Column("due", Moment, nullable=True, index=True),
    Column("tries", Integer, nullable=False),
    Column("reason", String, nullable=True),
    Column("message", String, nullable=True, index=True),
    Index(None, "community", "profile"),
)

_SHOWN = tuple(field.name for field in fields(Invitation))
_INVITATION_CHANGES = ("state", "since", "due", "tries", "reason", "message")


def keep_definition(work: Work, slug: str, definition: dict[str, Any]) -> int | None:
    """Put a definition in force as the community's next version; return its number.

    None, with nothing written, when it is the one in force.
    """
    if next(iter(definitions(work, slug)), None) == definition:
        return None
    row = {"slug": slug, "definition": definition, "created": work.now}
    work.upsert(community_rows, [row], key=["slug"], change=["definition"])
    newest = select(func.max(version_rows.c.version)).where(version_rows.c.community == slug)
    version = (work.connection.execute(newest).scalar() or 0) + 1
    kept = {"community": slug, "version": version, "definition": definition}
    work.insert(version_rows, [{**kept, "at": work.now, "actor": str(work.actor)}])
    return version


def revisions(work: Work, slug: str) -> list[Revision]:
    """Return every version of a community's definition, the newest first."""
    query = (
        select(version_rows)
        .where(version_rows.c.community == slug)
        .order_by(version_rows.c.version.desc())
    )
    return [
        Revision(row.version, row.definition, row.at, row.actor)
        for row in work.connection.execute(query)
    ]


def definitions(work: Work, slug: str | None = None) -> list[dict[str, Any]]:
    """Return the definitions of all communities in order of slug, or of the one asked for."""
    query = select(community_rows.c.definition).order_by(community_rows.c.slug)
    if slug is not None:
        query = query.where(community_rows.c.slug == slug)
    return list(work.connection.execute(query).scalars())


def begin_parts(work: Work, slug: str, profiles: Iterable[int], via: str) -> None:
    """Open an interval for people who do not take part yet."""
    row = {"community": slug, "joined": work.now, "left": None, "via": via, "reason": None}
    work.insert(participation_rows, [{**row, "profile": profile} for profile in profiles])


def end_parts(work: Work, slug: str, profiles: Iterable[int], reason: str | None) -> None:
    """Close the open interval of people who leave."""
    table = participation_rows
    for chunk in in_chunks(profiles):
        work.connection.execute(
            table.update()
            .where(table.c.community == slug, table.c.left.is_(None), table.c.profile.in_(chunk))
            .values(left=work.now, reason=reason)
        )


def members(work: Work, slug: str, as_of: int | None) -> list[int]:
    """Return who takes part now, or took part at a moment."""
    table = participation_rows
    query = select(table.c.profile).where(table.c.community == slug, _during(as_of))
    return list(work.connection.execute(query).scalars())


def members_among(work: Work, slug: str, profiles: Collection[int]) -> set[int]:
    """Return which of these people take part now."""
    table = participation_rows
    found: set[int] = set()
    for chunk in in_chunks(profiles):
        query = select(table.c.profile).where(
            table.c.community == slug, table.c.left.is_(None), table.c.profile.in_(chunk)
        )
        found.update(work.connection.execute(query).scalars())
    return found


def last_left(work: Work, slug: str, profiles: Collection[int]) -> dict[int, int]:
    """Return when each of these people last left the community, where they ever did.

    An interval that only gave way to another of the same person is no leaving.
    """
    table = participation_rows
    found: dict[int, int] = {}
    for chunk in in_chunks(profiles):
        query = (
            select(table.c.profile, func.max(table.c.left).label("at"))
            .where(table.c.community == slug, table.c.left.is_not(None))
            .where(table.c.gave_way.is_(None))
            .where(table.c.profile.in_(chunk))
            .group_by(table.c.profile)
        )
        found.update((row.profile, row.at) for row in work.connection.execute(query))
    return found


def parts(
    work: Work, *, slug: str | None = None, profile: int | None = None
) -> list[Participation]:
    """Return the intervals of one community, or of one person, in order of joining."""
    table = participation_rows
    query = select(table).order_by(table.c.joined, table.c.id)
    if slug is not None:
        query = query.where(table.c.community == slug)
    if profile is not None:
        query = query.where(table.c.profile == profile)
    return [
        Participation(row.community, row.profile, row.joined, row.left, row.via, row.reason)
        for row in work.connection.execute(query)
    ]


def overlaps(work: Work, as_of: int | None) -> list[Overlap]:
    """Count the people in each two communities at once, the largest overlap first."""
    one, other = participation_rows.alias("one"), participation_rows.alias("other")
    both = func.count().label("both")
    query = (
        select(one.c.community, other.c.community.label("other_community"), both)
        .join(
            other,
            and_(one.c.profile == other.c.profile, one.c.community < other.c.community),
        )
        .where(_during(as_of, one), _during(as_of, other))
        .group_by(one.c.community, other.c.community)
        .order_by(both.desc(), one.c.community, other.c.community)
    )
    return [
        Overlap(row.community, row.other_community, row.both)
        for row in work.connection.execute(query)
    ]


def ever_joined(work: Work, slug: str) -> int:
    """Count the people who took part at any time."""
    table = participation_rows
    query = select(func.count(table.c.profile.distinct())).where(table.c.community == slug)
    return work.connection.execute(query).scalar_one()


def keep_invitations(work: Work, invitations: Sequence[Invitation]) -> None:
    """Write invitations as they stand now, new ones and changed ones."""
    work.upsert(
        invitation_rows,
        [asdict(invitation) for invitation in invitations],
        key=["id"],
        change=_INVITATION_CHANGES,
    )


def newest_of(work: Work, slug: str, profiles: Collection[int]) -> dict[int, Invitation]:
    """Return the newest invitation of each of these people who has one."""
    table = invitation_rows
    found: dict[int, Invitation] = {}
    for chunk in in_chunks(profiles):
        query = (
            select(table)
            .where(table.c.community == slug, table.c.profile.in_(chunk))
            .order_by(table.c.attempt)
        )
        found.update((row.profile, read_invitation(row)) for row in work.connection.execute(query))
    return found


def by_message(work: Work, messages: Collection[str]) -> list[Invitation]:
    """Return the invitations that went out with these messages."""
    found: list[Invitation] = []
    for chunk in in_chunks(messages):
        query = select(invitation_rows).where(invitation_rows.c.message.in_(chunk))
        found += [read_invitation(row) for row in work.connection.execute(query)]
    return found


def held_for(work: Work, reason: str, profiles: Collection[int]) -> list[Invitation]:
    """Return the invitations of these people that are held for a reason."""
    table = invitation_rows
    found: list[Invitation] = []
    for chunk in in_chunks(profiles):
        query = select(table).where(
            table.c.state == "held", table.c.reason == reason, table.c.profile.in_(chunk)
        )
        found += [read_invitation(row) for row in work.connection.execute(query)]
    return found


def due(work: Work) -> list[Invitation]:
    """Return the invitations about which something is to be done by now."""
    table = invitation_rows
    query = select(table).where(table.c.due <= work.now).order_by(table.c.due, table.c.id)
    return [read_invitation(row) for row in work.connection.execute(query)]


def next_due(work: Work) -> int | None:
    """Return the earliest moment at which something is to be done about an invitation."""
    return work.connection.execute(select(func.min(invitation_rows.c.due))).scalar()


def forget_due(work: Work, invitations: Iterable[str]) -> None:
    """Let these invitations rest: nothing is due about them any more."""
    table = invitation_rows
    rows = [{"which": name} for name in invitations]
    if rows:
        work.connection.execute(
            table.update().where(table.c.id == bindparam("which")).values(due=None), rows
        )


def standing(work: Work, slug: str) -> list[tuple[str, str | None, int]]:
    """Count how people's newest invitations stand, as (state, reason, people)."""
    table = invitation_rows
    newest = (
        select(table.c.profile, func.max(table.c.attempt).label("attempt"))
        .where(table.c.community == slug)
        .group_by(table.c.profile)
        .subquery()
    )
    query = (
        select(table.c.state, table.c.reason, func.count().label("people"))
        .join(
            newest,
            and_(table.c.profile == newest.c.profile, table.c.attempt == newest.c.attempt),
        )
        .where(table.c.community == slug)
        .group_by(table.c.state, table.c.reason)
    )
    return [(row.state, row.reason, row.people) for row in work.connection.execute(query)]


def ever_offered(work: Work, slug: str) -> int:
    """Count the people to whom an offer ever went out."""
    table = invitation_rows
    query = select(func.count(table.c.profile.distinct())).where(
        table.c.community == slug, table.c.state.in_(["offered", "accepted", "declined", "expired"])
    )
    return work.connection.execute(query).scalar_one()


def invitations(work: Work, *, slug: str | None, profile: int | None) -> list[Invitation]:
    """Return the invitations of a community, a person, or both, oldest first."""
    table = invitation_rows
    query = select(table).order_by(table.c.since, table.c.id)
    if slug is not None:
        query = query.where(table.c.community == slug)
    if profile is not None:
        query = query.where(table.c.profile == profile)
    return [read_invitation(row) for row in work.connection.execute(query)]


def _during(as_of: int | None, table: Any = participation_rows) -> ColumnElement[bool]:
    if as_of is None:
        return table.c.left.is_(None)  # type: ignore[no-any-return]  # an alias has loose types
    return and_(table.c.joined <= as_of, or_(table.c.left.is_(None), table.c.left > as_of))


def read_invitation(row: Row[Any]) -> Invitation:
    """Read an invitation out of its row."""
    return Invitation(**{name: getattr(row, name) for name in _SHOWN})
