"""The tables of referrals: what people did, how far each came, what each side got for it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Index,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    and_,
    exists,
    func,
    select,
)

from coterie.core.people import Shift
from coterie.referrals.model import Referral, Reward, Sign
from coterie.referrals.programmes.model import ERASED, Side
from coterie.referrals.programmes.store import code_rows
from coterie.storage import keeping
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

sign_rows = Table(
    "referral_signs",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("profile", Integer, nullable=False, index=True),
    keeping.came_with(),
    Column("at", Moment, nullable=False, index=True),
    Column("ref", String(200), nullable=False),
    Column("amount", BigInteger, nullable=False),
)

referral_rows = Table(
    "referrals",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("programme", String(64), nullable=False),
    Column("profile", Integer, nullable=False, index=True),
    keeping.came_with(nullable=True),
    Column("code", String(30), nullable=False, index=True),
    Column("state", String(12), nullable=False),
    Column("reason", String(30), nullable=False),
    Column("touched", Moment, nullable=False),
    Column("joined", Moment),
    Column("lost", Moment),
    Column("qualified", Moment),
    Column("ref", String(200), nullable=False),
    Column("due", Moment),
    Column("decision", String(8), nullable=False),
    Column("decided", Moment),
    Column("why", String(300), nullable=False),
    Column("ended", Moment),
    UniqueConstraint("programme", "came_with"),
    CheckConstraint("joined IS NULL OR state = 'rejected' OR joined > touched - 1000",
                    name="ck_referrals_touched_before_joined"),
    Index("ix_referrals_programme", "programme", "state", "touched"),
)  # fmt: skip
"""Whose ``code`` it is says who brought her: so one column follows each of the two."""

reward_rows = Table(
    "referral_rewards",
    metadata,
    Column("referral", String(32), primary_key=True),
    Column("side", String(8), primary_key=True),
    Column("template", String(64), nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", String(64), nullable=False),
    Column("coupon", String(64), nullable=False),
    Column("at", Moment, nullable=False),
)
_s, _r, _w, _c = sign_rows.c, referral_rows.c, reward_rows.c, code_rows.c
_due = and_(_r.due.is_not(None), _r.state.in_(("joined", "pending")))
Index("ix_referrals_due", _r.due, sqlite_where=_r.due.is_not(None),
      postgresql_where=_r.due.is_not(None))  # fmt: skip
_WIDTH = len(referral_rows.c)
_CHANGING = (
    "code", "state", "reason", "touched", "joined", "lost", "qualified", "ref", "due", "decision",
    "decided", "why", "ended",
)  # fmt: skip


# --- signs


def note(work: Work, signs: Sequence[Sign]) -> None:
    """Keep what people did; what is there already stays as it is."""
    work.insert_new(sign_rows, [vars(one) for one in signs])


def signs_of(work: Work, profiles: Collection[int]) -> dict[int, list[Sign]]:
    """Return all that people did, the earliest first; each of them has a key."""
    found: dict[int, list[Sign]] = {one: [] for one in profiles}
    for chunk in in_chunks(sorted(profiles)):
        query = select(sign_rows).where(_s.profile.in_(chunk)).order_by(_s.at, _s.id)
        for row in work.connection.execute(query):
            found[row.profile].append(Sign(*row))
    return found


def forget_strangers(work: Work, before: int) -> int:
    """Forget what people did long ago whom nobody ever brought."""
    brought = exists().where(_r.profile == _s.profile)
    statement = sign_rows.delete().where(_s.at < before, ~brought)
    return work.connection.execute(statement).rowcount


# --- referrals


def get(work: Work, referral: str, *, lock: bool = False) -> Referral | None:
    """Return one referral; with ``lock``, nobody else changes it meanwhile."""
    query = select(referral_rows).where(_r.id == referral)
    row = work.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _referral(row)


def by_ids(work: Work, ids: Collection[str]) -> dict[str, Referral]:
    """Return referrals by their ids."""
    return {one.id: one for one in _in(work, _r.id, ids)}


def of_people(work: Work, profiles: Collection[int]) -> list[Referral]:
    """Return how far these people came themselves, in every programme."""
    return _in(work, _r.profile, set(profiles) - {ERASED})


def by_codes(work: Work, codes: Collection[str]) -> list[Referral]:
    """Return who came by some codes."""
    return _in(work, _r.code, codes)


def _in(work: Work, column: ColumnElement[Any], values: Collection[Any]) -> list[Referral]:
    found: list[Referral] = []
    for chunk in in_chunks(sorted(values)):
        query = select(referral_rows).where(column.in_(chunk)).order_by(_r.touched, _r.id)
        found += [_referral(row) for row in work.connection.execute(query)]
    return found


def save(work: Work, fresh: Sequence[Referral], changed: Sequence[Referral]) -> None:
    """Write new referrals and those that changed."""
    work.insert(referral_rows, [vars(one) for one in fresh])
    work.change(referral_rows, [vars(one) for one in changed], key=["id"], change=list(_CHANGING))


def due(work: Work, limit: int) -> list[Referral]:
    """Return the referrals that time has something to do with, the earliest first."""
    query = select(referral_rows).where(_due, _r.due <= work.now).order_by(_r.due, _r.id)
    return [_referral(row) for row in work.connection.execute(query.limit(limit))]


def next_due(work: Work) -> int | None:
    """Return when time has something to do with a referral next."""
    return work.connection.execute(select(func.min(_r.due)).where(_due)).scalar()


def of_programme(work: Work, slug: str) -> list[Referral]:
    """Return every referral of a programme, in the order in which they began."""
    query = select(referral_rows).where(_r.programme == slug).order_by(_r.touched, _r.id)
    return [_referral(row) for row in work.connection.execute(query)]


def page(
    work: Work, slug: str, states: Collection[str], limit: int, offset: int
) -> list[tuple[Referral, int]]:
    """Return referrals of a programme with whoever brought them, the newest first."""
    query = (
        select(referral_rows, _c.profile.label("referrer"))
        .outerjoin(code_rows, _c.code == _r.code)
        .where(_r.programme == slug, _r.state.in_(sorted(states)))
        .order_by(_r.touched.desc(), _r.id)
    )
    rows = work.connection.execute(query.limit(limit).offset(offset))
    return [(_referral(row), row.referrer or ERASED) for row in rows]


def tallies(work: Work) -> dict[str, dict[str, int]]:
    """Count the referrals of every programme by state."""
    query = select(_r.programme, _r.state, func.count().label("number"))
    found: dict[str, dict[str, int]] = {}
    for row in work.connection.execute(query.group_by(_r.programme, _r.state)):
        found.setdefault(row.programme, {})[row.state] = row.number
    return found


def qualified(work: Work) -> dict[str, int]:
    """Count the friends who qualified and were not rejected, by programme."""
    query = (
        select(_r.programme, func.count().label("number"))
        .where(_r.qualified.is_not(None), _r.state != "rejected")
        .group_by(_r.programme)
    )
    return {row.programme: row.number for row in work.connection.execute(query)}


def approved(work: Work, slug: str) -> int:
    """Count the friends who were approved in a programme, and not taken back."""
    query = select(func.count()).where(
        _r.programme == slug, _r.decision == "approved", _r.state != "clawed_back"
    )
    return work.connection.execute(query).scalar() or 0


# --- rewards


def reward(work: Work, rewards: Sequence[Reward]) -> None:
    """Write what sides get; what is there already stays."""
    work.insert_new(reward_rows, [vars(one) for one in rewards])


def answered(work: Work, rewards: Sequence[Reward]) -> None:
    """Write what became of rewards."""
    rows = [vars(one) for one in rewards]
    work.change(reward_rows, rows, key=["referral", "side"], change=["state", "reason", "coupon"])


def rewards_of(work: Work, referrals: Iterable[str]) -> dict[str, list[Reward]]:
    """Return the rewards of some referrals; one that was never approved has no key."""
    found: dict[str, list[Reward]] = {}
    for chunk in in_chunks(sorted(set(referrals))):
        query = select(reward_rows).where(_w.referral.in_(chunk)).order_by(_w.referral, _w.side)
        for row in work.connection.execute(query):
            found.setdefault(row.referral, []).append(Reward(*row))
    return found


def earned(work: Work, programme: str, referrers: Collection[int]) -> dict[int, list[int]]:
    """Return when each of these people was promised a reward for a friend, by person.

    What was refused or taken back counts no more.
    """
    found: dict[int, list[int]] = {one: [] for one in referrers}
    for chunk in in_chunks(sorted(referrers)):
        query = (
            select(_c.profile, _w.at)
            .select_from(reward_rows)
            .join(referral_rows, _r.id == _w.referral)
            .join(code_rows, _c.code == _r.code)
            .where(_r.programme == programme, _w.side == "referrer", _c.profile.in_(chunk))
            .where(_w.state.in_(("asked", "issued")))
        )
        for row in work.connection.execute(query):
            found[row.profile].append(row.at)
    return found


def reward_counts(work: Work, slug: str) -> Mapping[tuple[Side, str], int]:
    """Count a programme's rewards by side and state."""
    query = (
        select(_w.side, _w.state, func.count().label("number"))
        .join(referral_rows, _r.id == _w.referral)
        .where(_r.programme == slug)
        .group_by(_w.side, _w.state)
    )
    return {(row.side, row.state): row.number for row in work.connection.execute(query)}


# --- a keeper


def follow(work: Work, shifts: Sequence[Shift]) -> None:
    """Let signs and referrals follow whoever they are of; they are settled anew after it."""
    keeping.follow(work, sign_rows, shifts)
    keeping.follow(work, referral_rows, shifts)


def rows_of(work: Work, profile: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a person's signs and referrals as they are kept."""
    return (
        keeping.rows_of(work, sign_rows, profile, "at"),
        keeping.rows_of(work, referral_rows, profile, "touched"),
    )


def erase(work: Work, profiles: Collection[int]) -> dict[str, int]:
    """Forget what people did, and their names on the edges; the edges stay."""
    count = 0
    for chunk in in_chunks(sorted(profiles)):
        mine = keeping.of_people(sign_rows, chunk)
        count += work.connection.execute(sign_rows.delete().where(mine)).rowcount
    nobody = {"profile": ERASED, "came_with": None, "ref": "", "why": ""}
    edges = keeping.forget(work, referral_rows, profiles, _r.profile != ERASED, **nobody)
    return {"referral_signs": count, "referrals": edges}


def _referral(row: Row[Any]) -> Referral:
    return Referral(*row[:_WIDTH])  # the columns are in the order of its fields
