"""The table of coupons."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    Select,
    String,
    Table,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
    update,
)

from coterie.loyalty.coupons.model import CODE_LENGTH, Coupon, State
from coterie.storage.keeping import came_with
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

ERASED = 0
"""The profile of a coupon whose holder was erased: nobody."""

coupon_rows = Table(
    "coupons",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("code", String(CODE_LENGTH), nullable=True, unique=True),
    Column("template", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("profile", Integer, nullable=False, index=True),
    came_with(),
    Column("origin", String, nullable=False, index=True),
    Column("campaign", String(64), nullable=True),
    Column("state", String(9), nullable=False),
    Column("issued", Moment, nullable=False),
    Column("starts", Moment, nullable=True),
    Column("expires", Moment, nullable=True),
    Column("cost", BigInteger, nullable=False),
    Column("lock", String(36), nullable=True, unique=True),
    Column("locked_until", Moment, nullable=True),
    Column("shop", String, nullable=False),
    Column("order", String, nullable=True, index=True),
    Column("store", String, nullable=True),
    Column("discount", BigInteger, nullable=False),
    Column("redeemed", Moment, nullable=True),
    Column("redemption", BigId, nullable=True),
    Column("refunded", BigInteger, nullable=False),
    Column("quote", JSON(none_as_null=True), nullable=True),
    Index("ix_coupons_template", "template", "issued", "id"),
)
_c = coupon_rows.c
# written out: SQLite finds the index below only where the statement says the very same
_open = _c.state.in_([literal_column("'available'"), literal_column("'locked'")])
Index("ix_coupons_open", _c.expires, sqlite_where=_open, postgresql_where=_open)
_CHANGES = tuple(
    one.name
    for one in coupon_rows.c
    if one.name not in ("id", "profile", "came_with", "template", "version", "origin", "issued")
)


# --- coupons


def add(work: Work, coupons: Sequence[Coupon]) -> None:
    """Keep new coupons."""
    work.insert(coupon_rows, [vars(one) for one in coupons])


def save(work: Work, coupons: Sequence[Coupon]) -> None:
    """Write what became of coupons."""
    work.change(coupon_rows, [vars(one) for one in coupons], key=["id"], change=_CHANGES)


def known(work: Work, ids: Collection[str]) -> set[str]:
    """Return which of these coupons there are."""
    query = select(_c.id).where(work.among(_c.id, ids))
    return set(work.connection.execute(query).scalars())


def had(work: Work, template: str, profiles: Collection[int], since: int | None) -> dict[int, int]:
    """Count the coupons of a template that people were given, those of a period only."""
    query = select(_c.profile, func.count()).where(
        _c.template == template, work.among(_c.profile, profiles), _c.state != "revoked"
    )
    if since is not None:
        query = query.where(_c.issued >= since)
    rows = work.connection.execute(query.group_by(_c.profile))
    return {row[0]: row[1] for row in rows}


def by_id(work: Work, ids: Collection[str], *, hold: bool = False) -> list[Coupon]:
    """Return coupons by id, in its order; with ``hold`` nobody else changes them meanwhile."""
    return _held(work, select(coupon_rows).where(work.among(_c.id, ids)), hold)


def by_code(work: Work, code: str, *, hold: bool = False) -> Coupon | None:
    """Return the coupon of a code."""
    return next(iter(_held(work, select(coupon_rows).where(_c.code == code), hold)), None)


def codes_among(work: Work, codes: Collection[str]) -> set[str]:
    """Return which of these are the code of a coupon."""
    query = select(_c.code).where(work.among(_c.code, codes))
    return {code for code in work.connection.execute(query).scalars() if code is not None}


def by_lock(work: Work, lock: str, *, hold: bool = False) -> Coupon | None:
    """Return the coupon that a lock is, or last was, of."""
    return next(iter(_held(work, select(coupon_rows).where(_c.lock == lock), hold)), None)


def of_orders(work: Work, numbers: Collection[str], *, hold: bool = False) -> list[Coupon]:
    """Return the coupons that orders of these numbers use, whatever their shop."""
    return _held(work, select(coupon_rows).where(work.among(_c.order, numbers)), hold)


def open_of(work: Work, template: str, origin: str, limit: int) -> list[Coupon]:
    """Return coupons of a template that were given for a reason and are not used, held."""
    query = select(coupon_rows).where(_c.origin == origin, _c.template == template, _open)
    return _held(work, query.order_by(_c.id).limit(limit), hold=True)


def of_profile(work: Work, profile: int) -> list[Coupon]:
    """Return a person's coupons, the newest first."""
    query = select(coupon_rows).where(_c.profile == profile)
    return _read(work, query.order_by(_c.issued.desc(), _c.id))


def of_profiles(work: Work, profiles: Collection[int]) -> list[Coupon]:
    """Return people's coupons, the oldest first."""
    query = select(coupon_rows).where(work.among(_c.profile, profiles))
    return _read(work, query.order_by(_c.issued, _c.id))


def hers(work: Work, template: str, profile: int) -> list[Coupon]:
    """Return a person's coupons of a template, the oldest first."""
    query = select(coupon_rows).where(_c.profile == profile, _c.template == template)
    return _read(work, query.order_by(_c.issued, _c.id))


def page(work: Work, template: str, state: State | None, limit: int, offset: int) -> list[Coupon]:
    """Return a template's coupons, the newest first."""
    query = select(coupon_rows).where(_c.template == template)
    if state is not None:
        query = query.where(_state(work.now) == state)
    query = query.order_by(_c.issued.desc(), _c.id).limit(limit).offset(offset)
    return _read(work, query)


def _held(work: Work, query: Select[Any], hold: bool) -> list[Coupon]:
    query = query.order_by(_c.id)
    return _read(work, query.with_for_update() if hold else query)


def _read(work: Work, query: Select[Any]) -> list[Coupon]:
    return [Coupon(**row._mapping) for row in work.connection.execute(query)]


def _state(now: int) -> ColumnElement[str]:
    """Write a coupon's state at a moment, as ``Coupon.state_at`` tells it."""
    kept = and_(_c.state == "locked", func.coalesce(_c.locked_until, 0) > now)
    return case(
        (or_(kept, _c.state.not_in(("available", "locked"))), _c.state),
        (_c.expires <= now, "expired"),
        else_="available",
    )


def counts(work: Work, templates: Collection[str]) -> list[tuple[str, State, int, int]]:
    """Return templates' coupons by state: how many, and what they took off."""
    state = _state(work.now).label("standing")
    query = select(_c.template, state, func.count(), func.sum(_c.discount))
    query = query.where(_c.template.in_(sorted(templates))).group_by(_c.template, state)
    rows = work.connection.execute(query)
    return [(slug, one, number, int(off)) for slug, one, number, off in rows]


# --- what time brings


def overdue(work: Work, limit: int) -> list[Coupon]:
    """Return coupons that have expired by now, and are kept for no payment."""
    kept = and_(_c.state == "locked", _c.locked_until > work.now)
    query = select(coupon_rows).where(_open, _c.expires <= work.now, ~kept)
    query = query.order_by(_c.expires, _c.id).limit(limit)
    return _read(work, query.with_for_update())


def next_due(work: Work) -> int | None:
    """Return when the next coupon expires, unless a payment keeps it a little longer."""
    first = work.connection.execute(select(func.min(_c.expires)).where(_open)).scalar()
    if first is None or first > work.now:
        return first
    until = case((_c.locked_until > _c.expires, _c.locked_until), else_=_c.expires)
    query = select(func.min(until)).where(_open, _c.expires.is_not(None))
    return work.connection.execute(query).scalar()


# --- people


def unused(work: Work, profiles: Iterable[int]) -> list[Coupon]:
    """Return what people have not used."""
    found: list[Coupon] = []
    for chunk in in_chunks(sorted(profiles)):
        hers = or_(_c.profile.in_(chunk), _c.came_with.in_(chunk))
        found += _held(work, select(coupon_rows).where(hers, _open), hold=True)
    return found


def erase(work: Work, profiles: Iterable[int]) -> int:
    """Take people's names off their coupons: what was given stays, nobody can use it any more."""
    count = 0
    hers: Mapping[str, Any] = {
        "profile": ERASED, "came_with": ERASED, "code": None, "lock": None, "order": None,
        "quote": None,
    }  # fmt: skip
    for chunk in in_chunks(sorted(profiles)):
        those = or_(_c.profile.in_(chunk), _c.came_with.in_(chunk))
        statement = update(coupon_rows).where(those, _c.profile != ERASED).values(**hers)
        count += work.connection.execute(statement).rowcount
    return count
