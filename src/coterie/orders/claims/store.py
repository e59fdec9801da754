"""The table of claims."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    Row,
    Select,
    String,
    Table,
    delete,
    func,
    select,
    update,
)  # fmt: skip

from coterie.core.people import Shift
from coterie.orders.claims.model import Claim
from coterie.orders.store import orders
from coterie.storage import keeping
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

claims = Table(
    "order_claims",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("profile", Integer, nullable=False, index=True),
    keeping.came_with(),
    Column("way", String, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("by", String, nullable=False),
    Column("order", BigInteger, nullable=True, index=True),
    Column("buyer", Integer, nullable=True),
    Column("merge", BigInteger, nullable=True),
    Column("undone", Moment, nullable=True),
)

_c = claims.c


def add(work: Work, claim: Claim) -> None:
    """Keep a claim."""
    row = {
        "at": claim.at, "profile": claim.profile, "way": claim.way, "state": claim.state,
        "by": claim.by, "order": claim.order, "buyer": claim.buyer, "merge": claim.merge,
        "undone": None,
    }  # fmt: skip
    work.insert(claims, [row])


def get(work: Work, claim: int) -> Claim | None:
    """Return one claim."""
    row = work.connection.execute(_query().where(_c.id == claim)).first()
    return None if row is None else _claim(row)


def of_order(work: Work, order: int) -> list[Claim]:
    """Return the claims to one order that stand."""
    query = _query().where(_c.order == order, _c.state == "claimed").order_by(_c.id)
    return [_claim(row) for row in work.connection.execute(query)]


def newest(work: Work, states: Sequence[str], limit: int) -> list[Claim]:
    """Return the newest claims of some states."""
    query = _query().where(_c.state.in_(states)).order_by(_c.id.desc()).limit(limit)
    return [_claim(row) for row in work.connection.execute(query)]


def of_profile(work: Work, profile: int) -> list[Claim]:
    """Return what a person has claimed, the newest first."""
    query = _query().where(_c.profile == profile, _c.state != "refused").order_by(_c.id.desc())
    return [_claim(row) for row in work.connection.execute(query)]


def refused_since(work: Work, profile: int, since: int) -> int:
    """Count a person's claims that led to nothing since a moment."""
    query = select(func.count()).where(
        _c.profile == profile, _c.at > since, _c.state.in_(("refused", "contested"))
    )
    return int(work.connection.execute(query).scalar_one())


def undo(work: Work, claim: int) -> None:
    """Mark a claim as undone."""
    statement = update(claims).where(_c.id == claim).values(state="undone", undone=work.now)
    work.connection.execute(statement)


def follow(work: Work, shifts: Sequence[Shift]) -> None:
    """Let claims follow the people who made them."""
    keeping.follow(work, claims, shifts)


def erase(work: Work, profiles: Collection[int]) -> dict[str, int]:
    """Delete what people claimed."""
    count = 0
    for chunk in in_chunks(sorted(profiles)):
        hers = keeping.of_people(claims, chunk)
        count += work.connection.execute(delete(claims).where(hers)).rowcount
    return {"order_claims": count}


def _query() -> Select[Any]:
    return select(claims, orders.c.shop, orders.c.number).outerjoin(orders, orders.c.id == _c.order)


def _claim(row: Row[Any]) -> Claim:
    return Claim(
        row.id, row.at, row.profile, row.way, row.state, row.by, row.order, row.buyer, row.merge,
        row.shop or "", row.number or "", row.undone,
    )  # fmt: skip
