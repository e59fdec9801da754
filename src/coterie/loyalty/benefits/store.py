"""The tables of benefits: the rules, and one row for each claim that somebody has."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    Row,
    String,
    Table,
    case,
    func,
    select,
)

from coterie.core.people import Shift
from coterie.loyalty.benefits.model import Benefit, Claim, Numbers, State
from coterie.storage import keeping
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

ERASED = 0
"""A claim whose person was erased is nobody's: its profile is below this."""

benefits = Table(
    "benefits",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("titles", JSON, nullable=False),
    Column("on", String, nullable=False),
    Column("give", String(64), nullable=False),
    Column("where", JSON, nullable=False),
    Column("once", String, nullable=False),
    Column("campaign", String(64)),
    Column("undo_on", String),
    Column("funder", String, nullable=False),
    Column("is_on", Boolean, nullable=False),
)
claims = Table(
    "benefit_claims",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("benefit", String(64), nullable=False),
    Column("profile", Integer, nullable=False),
    keeping.came_with(),
    Column("by", String(128), nullable=False),
    Column("at", Moment, nullable=False),
    Column("event", String, nullable=False),
    Column("template", String(64), nullable=False),
    Column("state", String(8), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("coupon", String(64), index=True),
    Column("redeemed", Boolean, nullable=False),
    Column("spent", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("campaign", String(64)),
    Index("ix_benefit_claims_benefit_profile", "benefit", "profile"),
    Index("ix_benefit_claims_profile", "profile"),
    Index("ix_benefit_claims_benefit_by", "benefit", "by"),
)
_b, _c = benefits.c, claims.c
_CHANGED = ("at", "event", "state", "reason", "coupon", "redeemed", "spent", "tries")


# --- rules


def write(work: Work, one: Benefit) -> None:
    """Write a benefit."""
    row = vars(one) | {"titles": dict(one.titles), "where": dict(one.where)}
    change = [name for name in row if name != "slug"]
    work.upsert(benefits, [row], key=("slug",), change=change)


def read(work: Work, slug: str | None = None) -> list[Benefit]:
    """Return every benefit by its slug, or one."""
    query = select(benefits).order_by(_b.slug)
    if slug is not None:
        query = query.where(_b.slug == slug)
    return [Benefit(**row._mapping) for row in work.connection.execute(query)]


def switched_on(work: Work) -> list[Benefit]:
    """Return the benefits that are given now."""
    query = select(benefits).where(_b.is_on).order_by(_b.slug)
    return [Benefit(**row._mapping) for row in work.connection.execute(query)]


# --- claims


def of_people(work: Work, names: Collection[str], profiles: Collection[int]) -> list[Claim]:
    """Return these people's claims to some benefits, the oldest first."""
    found: list[Claim] = []
    for chunk in in_chunks(sorted(profiles)):
        query = select(claims).where(_c.profile.in_(chunk), _c.benefit.in_(sorted(names)))
        found += [_claim(row) for row in work.connection.execute(query.order_by(_c.id))]
    return found


def by_values(work: Work, benefit: str, values: Collection[str]) -> list[Claim]:
    """Return everybody's claims to a benefit that count for some values."""
    found: list[Claim] = []
    for chunk in in_chunks(sorted(values)):
        query = select(claims).where(_c.benefit == benefit, _c.by.in_(chunk)).order_by(_c.id)
        found += [_claim(row) for row in work.connection.execute(query)]
    return found


def of_coupons(work: Work, coupons: Collection[str]) -> list[Claim]:
    """Return the claims that some coupons were given for."""
    found: list[Claim] = []
    for chunk in in_chunks(sorted(coupons)):
        query = select(claims).where(_c.coupon.in_(chunk)).order_by(_c.id)
        found += [_claim(row) for row in work.connection.execute(query)]
    return found


def save(work: Work, given: Sequence[Claim]) -> None:
    """Write claims: new ones, and what changed of those that are known."""
    rows = [vars(one) for one in given]
    fresh = [
        {name: value for name, value in row.items() if name != "id"}
        for row in rows if not row["id"]
    ]  # fmt: skip
    work.insert(claims, fresh)
    work.change(claims, [row for row in rows if row["id"]], key=["id"], change=_CHANGED)


def page(
    work: Work, benefit: str | None, state: State | None, limit: int, offset: int
) -> list[Claim]:
    """Return claims, the newest first."""
    query = select(claims).order_by(_c.at.desc(), _c.id.desc()).limit(limit).offset(offset)
    if benefit is not None:
        query = query.where(_c.benefit == benefit)
    if state is not None:
        query = query.where(_c.state == state)
    return [_claim(row) for row in work.connection.execute(query)]


def of_profile(work: Work, profile: int) -> list[Claim]:
    """Return a person's claims, the newest first."""
    query = select(claims).where(_c.profile == profile).order_by(_c.at.desc(), _c.id.desc())
    return [_claim(row) for row in work.connection.execute(query)]


def numbers(work: Work) -> dict[str, Numbers]:
    """Return what each benefit came to; one that nobody claimed has no key."""

    def among(state: State) -> Any:
        return func.sum(case((_c.state == state, 1), else_=0))

    query = select(
        _c.benefit, func.count().label("all"), among("refused").label("refused"),
        among("undone").label("undone"), among("owed").label("owed"),
        func.sum(case((_c.redeemed, 1), else_=0)).label("redeemed"),
        func.sum(_c.spent).label("spent"),
    ).group_by(_c.benefit)  # fmt: skip
    return {
        row.benefit: Numbers(
            int(row.all - row.refused), int(row.refused), int(row.undone), int(row.owed),
            int(row.redeemed), int(row.spent),
        )
        for row in work.connection.execute(query)
    }  # fmt: skip


def refusals(work: Work, benefit: str | None = None) -> Mapping[str, int]:
    """Count why claims stand refused, by reason, the most frequent first."""
    number = func.count().label("number")
    query = select(_c.reason, number).where(_c.state == "refused").group_by(_c.reason)
    if benefit is not None:
        query = query.where(_c.benefit == benefit)
    rows = work.connection.execute(query.order_by(number.desc(), _c.reason))
    return {row.reason: row.number for row in rows}


def _claim(row: Row[Any]) -> Claim:
    return Claim(**row._mapping)


# --- people


def follow(work: Work, shifts: Sequence[Shift]) -> None:
    """Let claims follow whose they are."""
    keeping.follow(work, claims, shifts)


def erase(work: Work, profiles: Collection[int]) -> dict[str, int]:
    """Take a person off her claims; what was spent stays."""
    count = keeping.forget(
        work, claims, profiles, _c.profile > ERASED,
        profile=-_c.id, came_with=-_c.id, event="", by="", coupon=None,
    )  # fmt: skip
    return {"benefit_claims": count}
