"""The tables of campaigns: versions, how each stands, its base, who is in, tiers, what is done."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from pyroaring import BitMap
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    and_,
    delete,
    func,
    select,
)

from coterie.campaigns.plans.model import Defined, Kept, Standing, Tiered
from coterie.campaigns.plans.parse import parse
from coterie.storage.keeping import came_with, of_people
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

plan_rows = Table(
    "campaigns",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", String(12), nullable=False),
    Column("phase", String(12)),
    Column("since", Moment),
    Column("blocked", Moment),
    Column("drawn", Boolean, nullable=False),
    Column("tiered", String(10)),
    Column("warmed", String(10)),
    Column("overrides", JSON, nullable=False),
    Column("why", String, nullable=False),
    Column("due", Moment, index=True),
)
version_rows = Table(
    "campaign_versions",
    metadata,
    Column("campaign", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("source", JSON, nullable=False),
    Column("made", Moment, nullable=False),
    Column("by", String, nullable=False),
)
base_rows = Table(
    "campaign_bases",
    metadata,
    Column("campaign", String(64), primary_key=True),
    Column("people", LargeBinary, nullable=False),
    Column("invited", LargeBinary, nullable=False),
    Column("held_out", LargeBinary, nullable=False),
)
stay_rows = Table(
    "campaign_stays",
    metadata,
    Column("campaign", String(64), primary_key=True),
    Column("chat", String(64), primary_key=True),
    Column("came_with", Integer, primary_key=True, autoincrement=False),
    Column("profile", Integer, nullable=False, index=True),
    Column("joined", Moment, nullable=False),
    Column("left", Moment),
    Column("last", Moment, nullable=False),
)
tier_rows = Table(
    "campaign_tiers",
    metadata,
    Column("campaign", String(64), primary_key=True),
    Column("came_with", Integer, primary_key=True, autoincrement=False),
    Column("profile", Integer, nullable=False, index=True),
    Column("tier", String(8), nullable=False),
    Column("why", JSON, nullable=False),
    Column("day", String(10), nullable=False),
    Column("acted", Moment),
)
friend_rows = Table(
    "campaign_friends",
    metadata,
    Column("campaign", String(64), primary_key=True),
    Column("referral", String(64), primary_key=True),
    Column("profile", Integer, nullable=False, index=True),
    came_with(),
)
task_rows = Table(
    "campaign_tasks",
    metadata,
    Column("campaign", String(64), primary_key=True),
    Column("key", String(140), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
)
_P, _V, _B, _S, _T, _F, _K = (
    plan_rows.c, version_rows.c, base_rows.c, stay_rows.c, tier_rows.c, friend_rows.c, task_rows.c
)  # fmt: skip
Index("ix_campaign_tiers_born", _T.came_with)
Index("ix_campaign_stays_born", _S.came_with)
PEOPLE = (stay_rows, tier_rows, friend_rows)
_kept = select(*(_T[name] for name in Kept._fields))
_STANDING = tuple(one.name for one in fields(Standing))


# --- definitions


def save(work: Work, one: Defined) -> None:
    """Write a new version of a campaign, and make it the one that counts."""
    keep(work, one)
    row = {
        "campaign": one.slug, "version": one.version, "source": dict(one.source),
        "made": one.made, "by": one.by,
    }  # fmt: skip
    work.insert_new(version_rows, [row])


def keep(work: Work, one: Defined) -> None:
    """Write how a campaign stands."""
    standing = {name: getattr(one.standing, name) for name in _STANDING}
    row = {
        "slug": one.slug, "version": one.version, **standing,
        "overrides": dict(one.standing.overrides),
    }  # fmt: skip
    work.upsert(plan_rows, [row], key=["slug"], change=["version", *_STANDING])


def campaigns(
    work: Work, *, slug: str | None = None, states: Collection[str] | None = None,
    due: bool = False, lock: bool = False,
) -> list[Defined]:  # fmt: skip
    """Return campaigns as they are now: one, those in some states, those due; by name."""
    query = (
        select(plan_rows, _V.source, _V.made, _V.by)
        .join(version_rows, and_(_P.slug == _V.campaign, _P.version == _V.version))
        .order_by(_P.slug)
    )
    if slug is not None:
        query = query.where(_P.slug == slug)
    if states is not None:
        query = query.where(_P.state.in_(sorted(states)))
    if due:
        query = query.where(_P.due <= work.now)
    if lock:
        query = query.with_for_update(of=plan_rows)
    return [_defined(row) for row in work.connection.execute(query)]


def next_due(work: Work) -> int | None:
    """Return when the next campaign is to be looked at."""
    return work.connection.execute(select(func.min(_P.due))).scalar()


def versions(work: Work, slug: str) -> list[Row[Any]]:
    """Return a campaign's versions as they were written, the newest first."""
    query = select(version_rows).where(_V.campaign == slug).order_by(_V.version.desc())
    return list(work.connection.execute(query))


# --- the base


def keep_base(work: Work, campaign: str, people: BitMap, invited: BitMap, held_out: BitMap) -> None:
    """Write whom a campaign draws, and how far the draw is."""
    row = {
        "campaign": campaign, "people": people.serialize(), "invited": invited.serialize(),
        "held_out": held_out.serialize(),
    }  # fmt: skip
    work.upsert(base_rows, [row], key=["campaign"], change=["people", "invited", "held_out"])


def base(work: Work, campaign: str) -> tuple[BitMap, BitMap, BitMap] | None:
    """Return whom a campaign draws, and whom it has invited and held out so far."""
    query = select(base_rows).where(_B.campaign == campaign)
    row = work.connection.execute(query).first()
    return None if row is None else _bitmaps(row)


def bases(work: Work) -> dict[str, tuple[BitMap, BitMap, BitMap]]:
    """Return the same of every campaign."""
    return {row.campaign: _bitmaps(row) for row in work.connection.execute(select(base_rows))}


# --- who is in its groups


def stays(work: Work, campaigns: Collection[str], born: Collection[int]) -> dict[Any, Row[Any]]:
    """Return what is kept of stays born to these profiles, by campaign, chat and profile."""
    found: dict[Any, Row[Any]] = {}
    for chunk in in_chunks(sorted(born)):
        query = select(stay_rows).where(_S.campaign.in_(sorted(campaigns)), _S.came_with.in_(chunk))
        for row in work.connection.execute(query):
            found[row.campaign, row.chat, row.came_with] = row
    return found


def keep_stays(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write stays over those of the same campaign, chat and profile."""
    key = ["campaign", "chat", "came_with"]
    work.upsert(stay_rows, rows, key=key, change=["joined", "left", "last"])


def members(work: Work, campaign: str) -> BitMap:
    """Return who is in one of a campaign's groups now."""
    query = select(_S.profile).where(_S.campaign == campaign, _S.left.is_(None)).distinct()
    return BitMap(work.numbers(query))


def member_counts(work: Work) -> dict[str, int]:
    """Count who is in groups of each campaign."""
    query = (
        select(_S.campaign, func.count(func.distinct(_S.profile)).label("people"))
        .where(_S.left.is_(None))
        .group_by(_S.campaign)
    )
    return {row.campaign: row.people for row in work.connection.execute(query)}


def first_joins(work: Work, campaign: str, limit: int) -> list[tuple[int, int]]:
    """Return when people first joined, and who: the earliest ones."""
    first = func.min(_S.joined)
    query = (
        select(first, _S.profile)
        .where(_S.campaign == campaign)
        .group_by(_S.profile)
        .order_by(first, _S.profile)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in work.connection.execute(query)]


def add_friends(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note who brought a friend, once a referral."""
    work.insert_new(friend_rows, rows)


def friends(work: Work, campaign: str) -> dict[int, int]:
    """Count the friends whom people brought."""
    query = (
        select(_F.profile, func.count().label("friends"))
        .where(_F.campaign == campaign)
        .group_by(_F.profile)
    )
    return {row.profile: row.friends for row in work.connection.execute(query)}


# --- tiers


def tiers(work: Work, campaign: str) -> list[Kept]:
    """Return everybody's tier as it is kept, of whoever ever had one."""
    query = _kept.where(_T.campaign == campaign).order_by(_T.came_with)
    return [Kept(*row) for row in work.connection.execute(query)]


def tiers_of(work: Work, campaign: str, profiles: Collection[int]) -> dict[int, Tiered]:
    """Return the tiers of some people, since when and why."""
    found: dict[int, Tiered] = {}
    for chunk in in_chunks(sorted(profiles)):
        query = select(tier_rows).where(_T.campaign == campaign, _T.profile.in_(chunk))
        for row in work.connection.execute(query):
            found[row.profile] = Tiered(row.tier, row.why, row.day)
    return found


def keep_tiers(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write people's tiers; whether the warm-up spoke to them stays."""
    key = ["campaign", "came_with"]
    work.upsert(tier_rows, rows, key=key, change=["tier", "why", "day"])


def mark_acted(work: Work, campaign: str, born: Iterable[int]) -> None:
    """Write that the warm-up did what it does for these."""
    rows = [{"campaign": campaign, "came_with": one, "acted": work.now} for one in born]
    work.change(tier_rows, rows, key=["campaign", "came_with"], change=["acted"])


def acted_counts(work: Work, campaign: str) -> dict[str, int]:
    """Count by tier for how many the warm-up did something."""
    query = (
        select(_T.tier, func.count(func.distinct(_T.profile)).label("people"))
        .where(_T.campaign == campaign, _T.acted.is_not(None))
        .group_by(_T.tier)
    )
    return {row.tier: row.people for row in work.connection.execute(query)}


# --- what the team did


def done(work: Work, campaign: str) -> dict[str, tuple[int, str]]:
    """Return which tasks are done: when and by whom."""
    query = select(task_rows).where(_K.campaign == campaign)
    return {row.key: (row.at, row.by) for row in work.connection.execute(query)}


def mark_done(work: Work, campaign: str, keys: Collection[str]) -> None:
    """Write that tasks are done; who was first stays."""
    rows = [
        {"campaign": campaign, "key": key, "at": work.now, "by": work.actor.name}
        for key in sorted(keys)
    ]
    work.insert_new(task_rows, rows)


def unmark_done(work: Work, campaign: str, keys: Collection[str]) -> None:
    """Take that back."""
    statement = delete(task_rows).where(_K.campaign == campaign, _K.key.in_(sorted(keys)))
    work.connection.execute(statement)


# --- keeping


def of_person(work: Work, profile: int) -> dict[str, list[dict[str, Any]]]:
    """Return a person's rows by table."""
    return {
        table.name: [
            dict(row._mapping)
            for row in work.connection.execute(
                select(table).where(table.c.profile == profile).order_by(table.c.campaign)
            )
        ]
        for table in PEOPLE
    }


def erase(work: Work, profiles: Collection[int]) -> dict[str, int]:
    """Delete these people's rows; count them by table."""
    return {
        table.name: sum(
            work.connection.execute(delete(table).where(of_people(table, chunk))).rowcount
            for chunk in in_chunks(sorted(profiles))
        )
        for table in PEOPLE
    }


def _bitmaps(row: Row[Any]) -> tuple[BitMap, BitMap, BitMap]:
    return (
        BitMap.deserialize(row.people),
        BitMap.deserialize(row.invited),
        BitMap.deserialize(row.held_out),
    )


def _defined(row: Row[Any]) -> Defined:
    standing = Standing(**{name: getattr(row, name) for name in _STANDING})
    return Defined(row.slug, row.version, parse(row.source), row.source, row.made, row.by, standing)
