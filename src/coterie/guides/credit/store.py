"""The tables of credit: paid orders, what was given back of them, and the lines of both."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    func,
    select,
)

from coterie.core.people import Shift
from coterie.guides.credit.model import Line, Paid
from coterie.storage import keeping
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

ERASED = 0
"""The customer of an order whose customer was erased: nobody."""

orders = Table(
    "credit_orders",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("key", LargeBinary(16), nullable=False, unique=True),  # tells an erased order again
    Column("shop", String, nullable=False),
    Column("number", String, nullable=True),
    Column("profile", Integer, nullable=False),
    keeping.came_with(),
    Column("event", String, nullable=False),
    Column("at", Moment, nullable=True, index=True),
    Column("amount", BigInteger, nullable=False),
    Column("refunded", BigInteger, nullable=False),
    Column("store", String(64)),
    Column("version", Integer, nullable=False),
    Index("ix_credit_orders_profile_at", "profile", "at"),
)

refunds = Table(
    "credit_refunds",
    metadata,
    Column("event", String, primary_key=True),
    Column("order", BigInteger, nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("amount", BigInteger, nullable=False),
)

lines = Table(
    "credit_lines",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("order", BigInteger, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("corrects", Boolean, nullable=False),
    Column("guide", String(64)),
    Column("store", String(64)),
    Column("way", String(8), nullable=False),
    Column("share", Integer, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    Column("booked", Moment, nullable=False),
    Column("why", String(16), nullable=False),
    Column("values", JSON, nullable=False),
    Column("cause", String, nullable=False, unique=True),
    Index("ix_credit_lines_guide_at", "guide", "at"),
    Index("ix_credit_lines_store_at", "store", "at"),
    Index("ix_credit_lines_at", "at"),
)
_o, _r, _l = orders.c, refunds.c, lines.c
_STATE = ("event", "at", "amount", "refunded", "store", "version")

Refund = tuple[str, int, int]
"""The event of a refund, its moment, and its amount."""


def key_of(shop: str, number: str) -> bytes:
    """Return what an order is known by for ever, also when its number was erased."""
    return hashlib.sha256(f"{shop}\x1f{number}".encode()).digest()[:16]


def load(work: Work, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Paid]:
    """Return the orders that are known of some (shop, number)."""
    keys = {key_of(*pair): pair for pair in wanted}
    found: dict[tuple[str, str], Paid] = {}
    for chunk in in_chunks(keys):
        for row in work.connection.execute(select(orders).where(_o.key.in_(chunk))):
            found[keys[row.key]] = _paid(row, keys[row.key])
    return found


def by_ids(work: Work, ids: Collection[int]) -> dict[int, Paid]:
    """Return orders by their ids."""
    found: dict[int, Paid] = {}
    for chunk in in_chunks(sorted(ids)):
        query = select(orders).where(_o.id.in_(chunk))
        found.update({row.id: _paid(row) for row in work.connection.execute(query)})
    return found


def save(work: Work, given: Sequence[Paid]) -> None:
    """Write orders that are new or changed; the new ones get their id."""
    fresh = [one for one in given if not one.id]
    changed = [{"id": one.id, **_state(one)} for one in given if one.id]
    rows = [
        {
            "key": key_of(one.shop, one.number), "shop": one.shop, "number": one.number,
            "profile": one.profile, "came_with": one.came_with, **_state(one),
        }
        for one in fresh
    ]  # fmt: skip
    work.insert(orders, rows)
    known = load(work, [(one.shop, one.number) for one in fresh])
    for one in fresh:
        one.id = known[one.shop, one.number].id
    work.change(orders, changed, key=["id"], change=list(_STATE))


def _state(one: Paid) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _STATE}


def _paid(row: Row[Any], pair: tuple[str, str] | None = None) -> Paid:
    shop, number = pair or (row.shop, row.number or "")
    return Paid(
        row.id, shop, number, row.profile, row.came_with, row.event, row.at, row.amount,
        row.refunded, row.store, row.version,
    )  # fmt: skip


def paid_since(work: Work, since: Mapping[int, int], open_from: int) -> list[Paid]:
    """Return people's orders paid since a moment of each; none whose books are closed."""
    found = []
    for chunk in in_chunks(sorted(since)):
        query = select(orders).where(_o.profile.in_(chunk), _o.at >= open_from)
        found += [
            _paid(row) for row in work.connection.execute(query) if row.at >= since[row.profile]
        ]
    return found


def of_profile(work: Work, profile: int, limit: int) -> list[Paid]:
    """Return a person's paid orders, the newest first."""
    query = select(orders).where(_o.profile == profile, _o.at.is_not(None))
    rows = work.connection.execute(query.order_by(_o.at.desc(), _o.id.desc()).limit(limit))
    return [_paid(row) for row in rows]


def numbered(work: Work, number: str) -> list[Paid]:
    """Return every shop's order of a number."""
    query = select(orders).where(_o.number == number).order_by(_o.id)
    return [_paid(row) for row in work.connection.execute(query)]


def newest(work: Work, limit: int, offset: int) -> list[Paid]:
    """Return the newest paid orders."""
    query = select(orders).where(_o.at.is_not(None)).order_by(_o.at.desc(), _o.id.desc())
    return [_paid(row) for row in work.connection.execute(query.limit(limit).offset(offset))]


# --- refunds


def add_refunds(work: Work, given: Mapping[int, Sequence[Refund]]) -> None:
    """Write refunds of orders."""
    rows = [
        {"order": order, "event": event, "at": at, "amount": amount}
        for order, each in given.items()
        for event, at, amount in each
    ]
    work.insert(refunds, rows)


def known_refunds(work: Work, events: Collection[str]) -> set[str]:
    """Return which of some events are known refunds."""
    found: set[str] = set()
    for chunk in in_chunks(events):
        query = select(_r.event).where(_r.event.in_(chunk))
        found.update(work.connection.execute(query).scalars())
    return found


def refunds_of(work: Work, ids: Collection[int]) -> dict[int, list[Refund]]:
    """Return the refunds of orders, in order; every asked one has a key."""
    found: dict[int, list[Refund]] = {one: [] for one in ids}
    for chunk in in_chunks(sorted(ids)):
        query = select(refunds).where(_r.order.in_(chunk)).order_by(_r.at, _r.event)
        for row in work.connection.execute(query):
            found[row.order].append((row.event, row.at, row.amount))
    return found


# --- lines


def add_lines(work: Work, given: Sequence[Line]) -> None:
    """Write lines."""
    work.insert(
        lines,
        [
            {
                "order": one.order, "version": one.version, "kind": one.kind,
                "corrects": one.corrects, "guide": one.guide, "store": one.store, "way": one.way,
                "share": one.share, "amount": one.amount, "at": one.at, "booked": one.booked,
                "why": one.why, "values": dict(one.values), "cause": one.cause,
            }
            for one in given
        ],
    )  # fmt: skip


def lines_of(work: Work, ids: Collection[int]) -> dict[int, list[Line]]:
    """Return all lines of orders as they were written; every asked one has a key."""
    found: dict[int, list[Line]] = {one: [] for one in ids}
    for chunk in in_chunks(sorted(ids)):
        for row in work.connection.execute(_lines().where(_l.order.in_(chunk)).order_by(_l.id)):
            found[row.order].append(_line(row))
    return found


def of_guide(
    work: Work, guide: str, limit: int, since: int | None, until: int | None
) -> list[Line]:
    """Return the lines of a guide, the newest first."""
    query = _lines().where(_l.guide == guide)
    if since is not None:
        query = query.where(_l.at >= since)
    if until is not None:
        query = query.where(_l.at < until)
    rows = work.connection.execute(query.order_by(_l.at.desc(), _l.id.desc()).limit(limit))
    return [_line(row) for row in rows]


def _lines() -> Select[Any]:
    return select(lines, _o.shop, _o.number, _o.profile).join(orders, _o.id == _l.order)


def _line(row: Row[Any]) -> Line:
    return Line(
        row.order, row.version, row.kind, row.corrects, row.guide, row.store, row.way, row.share,
        row.amount, row.at, row.booked, row.why, row._mapping["values"], row.cause, row.id,
        row.shop, row.number or "", row.profile,
    )  # fmt: skip


def sums(
    work: Work, by: str, since: int, until: int, only: str | None = None
) -> list[tuple[str | None, str, int]]:
    """Return (guide or store, kind, amount) of the lines of a time."""
    column = _l[by]
    query = (
        select(column.label("whose"), _l.kind, func.sum(_l.amount).label("amount"))
        .where(_l.at >= since, _l.at < until)
        .group_by(column, _l.kind)
    )
    if only is not None:
        query = query.where(column == only)
    return [(row.whose, row.kind, int(row.amount)) for row in work.connection.execute(query)]


def sums_by_way(work: Work, since: int, until: int) -> dict[str, int]:
    """Return what each way brought in a time, refunds taken off."""
    query = (
        select(_l.way, func.sum(_l.amount).label("amount"))
        .where(_l.at >= since, _l.at < until)
        .group_by(_l.way)
    )
    return {row.way: int(row.amount) for row in work.connection.execute(query)}


def sums_by_place(
    work: Work, store: str, since: int, until: int
) -> list[tuple[str | None, int, int]]:
    """Return (store where it was bought, orders, amount) of what a store was credited in a time."""
    each = (
        select(_o.store, _o.id, func.sum(_l.amount).label("amount"))
        .join(orders, _o.id == _l.order)
        .where(_l.store == store, _l.at >= since, _l.at < until)
        .group_by(_o.store, _o.id)
        .having(func.sum(_l.amount) > 0)
        .subquery()
    )
    query = select(
        each.c.store, func.count().label("number"), func.sum(each.c.amount).label("amount")
    ).group_by(each.c.store)
    return [(row.store, row.number, int(row.amount)) for row in work.connection.execute(query)]


def buyers(
    work: Work, by: str, since: int, until: int, only: str | None = None
) -> set[tuple[str, int]]:
    """Return (guide or store, customer) of who bought through guides in a time."""
    column = _l[by]
    query = (
        select(column.label("whose"), _o.profile)
        .join(orders, _o.id == _l.order)
        .where(_l.at >= since, _l.at < until, _l.guide.is_not(None), _l.kind == "credit")
        .where(column.is_not(None))
        .group_by(column, _o.profile)
        .having(func.sum(_l.amount) > 0)
    )
    if only is not None:
        query = query.where(column == only)
    return {(row.whose, row.profile) for row in work.connection.execute(query)}


def unbalanced(work: Work, limit: int) -> list[int]:
    """Return orders whose lines do not sum to them; there are none, unless something is broken."""
    total = func.coalesce(func.sum(_l.amount), 0)
    query = (
        select(_o.id)
        .outerjoin(lines, _l.order == _o.id)
        .where(_o.at.is_not(None))
        .group_by(_o.id, _o.amount, _o.refunded)
        .having(total != _o.amount - _o.refunded)
        .order_by(_o.id)
        .limit(limit)
    )
    return list(work.connection.execute(query).scalars())


# --- people


def follow(work: Work, shifts: Sequence[Shift]) -> None:
    """Let orders follow their customers."""
    keeping.follow(work, orders, shifts)


def erase(work: Work, profiles: Collection[int]) -> dict[str, int]:
    """Take a customer's name off her orders; what sums are made of stays."""
    count = keeping.forget(
        work, orders, profiles, _o.profile != ERASED, number=None, profile=ERASED, came_with=ERASED
    )
    return {"credit_orders": count}
