"""What the tables and the log tell of how communities grow: counts, pages and days, set by set."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select

from coterie.communities.growth.days import QUARTER
from coterie.communities.model import Combination, Invitation, Participation
from coterie.communities.store import invitation_rows, participation_rows, read_invitation
from coterie.events.log import Log
from coterie.storage.work import Work

AT_ONCE = 60
"""Communities whose combinations are counted together: each is one bit of a number."""

_OFFERED = ("offered", "accepted", "declined", "expired")
_ANSWERS = ("invited", "accepted", "declined", "expired")

_SAID = f"""
SELECT replace(name, 'coterie.community.', ''), time // {QUARTER}, count(*)
FROM events
WHERE name IN ({", ".join(f"'coterie.community.{name}'" for name in _ANSWERS)})
  AND time >= $since AND time < $until
  AND json_extract_string(properties, '$.community') = $community
GROUP BY 1, 2
"""


def came_and_went(work: Work, slug: str, since: int, until: int) -> list[tuple[str, int, int]]:
    """Count joins and leaves as ("joined" or "left", quarter of an hour, how many)."""
    table = participation_rows
    found: list[tuple[str, int, int]] = []
    for name in ("joined", "left"):
        at = table.c[name]
        quarter = (at // QUARTER).label("quarter")
        query = (
            select(quarter, func.count().label("people"))
            .where(table.c.community == slug, at >= since, at < until)
            .group_by(quarter)
        )
        found += [(name, row.quarter, row.people) for row in work.connection.execute(query)]
    return found


def said(work: Work, log: Log, slug: str, since: int, until: int) -> list[tuple[str, int, int]]:
    """Count invitations and their answers in the log, as (which, quarter of an hour, how many)."""
    given = {"community": slug, "since": since, "until": until}
    with log.open_lake(work) as lake:
        return [(name, quarter, n) for name, quarter, n in lake.execute(_SAID, given).fetchall()]


def joined_since(work: Work, since: int) -> list[tuple[str, int, int]]:
    """Count the joins of every community, as (community, quarter of an hour, how many)."""
    table = participation_rows
    quarter = (table.c.joined // QUARTER).label("quarter")
    query = (
        select(table.c.community, quarter, func.count().label("people"))
        .where(table.c.joined >= since)
        .group_by(table.c.community, quarter)
    )
    return [(row.community, row.quarter, row.people) for row in work.connection.execute(query)]


def count_parts(work: Work, slug: str, when: ColumnElement[bool]) -> int:
    """Count the intervals of a community that lie so."""
    table = participation_rows
    query = select(func.count()).where(table.c.community == slug, when)
    return work.connection.execute(query).scalar_one()


def present() -> ColumnElement[bool]:
    """The intervals of those who take part now."""
    return participation_rows.c.left.is_(None)


def within(column: str, since: int, until: int) -> ColumnElement[bool]:
    """The intervals that began (``joined``) or ended (``left``) in [since, until)."""
    at = participation_rows.c[column]
    return and_(at >= since, at < until)


def page(
    work: Work, slug: str, when: ColumnElement[bool], by: str, limit: int, offset: int
) -> list[Participation]:
    """Return some intervals of a community, the newest by ``joined`` or ``left`` first."""
    table = participation_rows
    query = (
        select(table)
        .where(table.c.community == slug, when)
        .order_by(table.c[by].desc(), table.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [
        Participation(row.community, row.profile, row.joined, row.left, row.via, row.reason)
        for row in work.connection.execute(query)
    ]


def ways_in(work: Work, slug: str) -> dict[str, int]:
    """Count who takes part now by how they came."""
    table = participation_rows
    query = (
        select(table.c.via, func.count().label("people"))
        .where(table.c.community == slug, table.c.left.is_(None))
        .group_by(table.c.via)
        .order_by(func.count().desc(), table.c.via)
    )
    return {row.via: row.people for row in work.connection.execute(query)}


def members_of_each(work: Work) -> dict[str, int]:
    """Count who takes part now, by community."""
    table = participation_rows
    query = (
        select(table.c.community, func.count().label("people"))
        .where(table.c.left.is_(None))
        .group_by(table.c.community)
    )
    return {row.community: row.people for row in work.connection.execute(query)}


def joined_of_each(work: Work) -> dict[str, int]:
    """Count the people who took part at any time, by community."""
    table = participation_rows
    people = func.count(table.c.profile.distinct()).label("people")
    query = select(table.c.community, people).group_by(table.c.community)
    return {row.community: row.people for row in work.connection.execute(query)}


def offered_of_each(work: Work) -> dict[str, int]:
    """Count the people to whom an offer ever went out, by community."""
    table = invitation_rows
    query = (
        select(table.c.community, func.count(table.c.profile.distinct()).label("people"))
        .where(table.c.state.in_(_OFFERED))
        .group_by(table.c.community)
    )
    return {row.community: row.people for row in work.connection.execute(query)}


def standing_of_each(work: Work) -> dict[str, dict[tuple[str, str | None], int]]:
    """Count how people's newest invitations stand, by community and (state, reason)."""
    table = invitation_rows
    people = func.count().label("people")
    query = _newest(select(table.c.community, table.c.state, table.c.reason, people)).group_by(
        table.c.community, table.c.state, table.c.reason
    )
    found: defaultdict[str, dict[tuple[str, str | None], int]] = defaultdict(dict)
    for row in work.connection.execute(query):
        found[row.community][row.state, row.reason] = row.people
    return found


def invited(
    work: Work, slug: str, state: str, reason: str | None, limit: int, offset: int
) -> list[Invitation]:
    """Return newest invitations that stand so, the newest first; of a reason, or of any."""
    table = invitation_rows
    query = _newest(select(table)).where(table.c.community == slug, table.c.state == state)
    if reason is not None:
        query = query.where(table.c.reason == reason)
    query = query.order_by(table.c.since.desc(), table.c.id).limit(limit).offset(offset)
    return [read_invitation(row) for row in work.connection.execute(query)]


def _newest(query: Select[Any]) -> Select[Any]:
    """Keep only each person's newest invitation to a community."""
    table = invitation_rows
    newest = (
        select(table.c.community, table.c.profile, func.max(table.c.attempt).label("attempt"))
        .group_by(table.c.community, table.c.profile)
        .subquery()
    )
    return query.join(
        newest,
        and_(
            table.c.community == newest.c.community,
            table.c.profile == newest.c.profile,
            table.c.attempt == newest.c.attempt,
        ),
    )


def combinations(work: Work, communities: Sequence[str]) -> list[Combination]:
    """Count the people in exactly these and those of at most ``AT_ONCE`` communities, now.

    Each community is a bit: a person's bits are summed by the database, and the sums counted.
    """
    asked = list(communities)[:AT_ONCE]
    if not asked:
        return []
    table = participation_rows
    bits = case({slug: literal(1 << n) for n, slug in enumerate(asked)}, value=table.c.community)
    people = (
        select(func.sum(bits).label("bits"))
        .where(table.c.left.is_(None), table.c.community.in_(asked))
        .group_by(table.c.profile)
        .subquery()
    )
    query = select(people.c.bits, func.count().label("people")).group_by(people.c.bits)
    counted: Counter[tuple[str, ...]] = Counter()
    for row in work.connection.execute(query):
        mask = int(row.bits)
        counted[tuple(slug for n, slug in enumerate(asked) if mask >> n & 1)] += row.people
    return [Combination(slugs, n) for slugs, n in counted.most_common()]
