"""The tables of orders: how far each came, its named refunds, who told of it, and rates."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    UniqueConstraint,
    and_,
    bindparam,
    func,
    select,
    update,
)  # fmt: skip

from coterie.core.people import Shift
from coterie.orders.model import Difference, Order, Rate, Sighting
from coterie.storage import keeping
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

ERASED = 0
"""The profile of an order whose buyer was erased: nobody."""

orders = Table(
    "orders",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("key", LargeBinary(16), nullable=False, unique=True),  # tells an erased order again
    Column("shop", String, nullable=False, index=True),
    Column("number", String, nullable=True),
    Column("profile", Integer, nullable=False, index=True),
    keeping.came_with(),
    Column("source", String, nullable=False),
    Column("created", Moment, nullable=True),
    Column("completed", Moment, nullable=True, index=True),
    Column("cancelled", Moment, nullable=True),
    Column("total", BigInteger, nullable=True),
    Column("original", BigInteger, nullable=True),
    Column("currency", String(3), nullable=False),
    Column("refunded", BigInteger, nullable=False),
    Column("named", BigInteger, nullable=False),
    Column("market", String, nullable=False, index=True),
    Column("bound", Boolean, nullable=False),
    Column("offer", String, nullable=True, index=True),
    Column("link", BigInteger, nullable=True),
)

refunds = Table(
    "order_refunds",
    metadata,
    Column("order", BigInteger, primary_key=True),
    Column("refund", String, primary_key=True),
    Column("amount", BigInteger, nullable=False),
)

sightings = Table(
    "order_sightings",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("order", BigInteger, nullable=False),
    Column("step", String, nullable=False),
    Column("refund", String, nullable=False),
    Column("source", String, nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("amount", BigInteger, nullable=True),
    Column("currency", String(3), nullable=False),
    Column("counts", Boolean, nullable=False),
    Column("first", Moment, nullable=False),
    Column("last", Moment, nullable=False),
    Column("times", Integer, nullable=False),
    Column("differences", JSON, nullable=False),
    UniqueConstraint("order", "step", "refund", "source"),
)

rates = Table(
    "exchange_rates",
    metadata,
    Column("currency", String(3), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("worth", BigInteger, nullable=False),
)

_o, _s = orders.c, sightings.c
_STATE = (
    "created", "completed", "cancelled", "total", "original", "currency", "refunded", "named",
    "market", "bound", "offer", "link",
)  # fmt: skip


def key_of(shop: str, number: str) -> bytes:
    """Return what an order is known by for ever, also when its number was erased."""
    return hashlib.sha256(f"{shop}\x1f{number}".encode()).digest()[:16]


def load(work: Work, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Order]:
    """Return the orders that are known of some (shop, number), with their refunds."""
    keys = {key_of(*pair): pair for pair in wanted}
    found: dict[tuple[str, str], Order] = {}
    by_id: dict[int, Order] = {}
    for chunk in in_chunks(keys):
        for row in work.connection.execute(select(orders).where(_o.key.in_(chunk))):
            pair = keys[row.key]
            found[pair] = by_id[row.id] = order_of(row, pair)
    refunded = [one.id for one in by_id.values() if one.refunded or one.named]
    for chunk in in_chunks(refunded):
        query = select(refunds).where(refunds.c.order.in_(chunk))
        for row in work.connection.execute(query):
            by_id[row.order].refunds[row.refund] = row.amount
    return found


def order_of(row: Row[Any], key: tuple[str, str] | None = None) -> Order:
    """Read one row back."""
    given = row._mapping
    shop, number = key or (row.shop, row.number or "")
    return Order(
        id=row.id, shop=shop, number=number, profile=row.profile, came_with=row.came_with,
        source=row.source, **{name: given[name] for name in _STATE},
    )  # fmt: skip


def save(work: Work, changed: Sequence[Order]) -> None:
    """Write orders that are new or came further; the new ones get their id."""
    new = [one for one in changed if not one.id]
    _update(work, [{"of": one.id, **_state(one)} for one in changed if one.id])
    rows = [
        {
            "key": key_of(*one.key), "shop": one.shop, "number": one.number,
            "profile": one.profile, "came_with": one.came_with, "source": one.source,
            **_state(one),
        }
        for one in new
    ]  # fmt: skip
    work.insert(orders, rows)
    keys = {row["key"]: one for row, one in zip(rows, new, strict=True)}
    for chunk in in_chunks(keys):
        query = select(_o.key, _o.id).where(_o.key.in_(chunk))
        for row in work.connection.execute(query):
            keys[row.key].id = row.id
    named = [
        {"order": one.id, "refund": name, "amount": amount}
        for one in changed
        for name, amount in one.refunds.items()
    ]
    work.insert_new(refunds, named)


def _state(one: Order) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _STATE}


def _update(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        statement = update(orders).where(_o.id == _bound("of"))
        work.connection.execute(
            statement.values({name: _bound(name, prefix="to_") for name in _STATE}),
            [{"of": row["of"], **{f"to_{name}": row[name] for name in _STATE}} for row in rows],
        )


def see(work: Work, seen: Sequence[Sighting], ids: dict[tuple[str, str], int]) -> None:
    """Write down who told of what; a source that tells again is counted, and its newest word kept.

    ``ids`` are those of the orders, by (shop, number).
    """
    told: dict[tuple[int, str, str, str], Sighting] = {}
    for one in seen:
        key = ids[one.shop, one.number], one.step, one.refund, one.source
        before = told.get(key)
        if before is not None:
            one.counts, one.times = one.counts or before.counts, before.times + one.times
        told[key] = one
    known = _known(work, {key[0] for key in told})
    fresh = [_row(key, one) for key, one in told.items() if key not in known]
    work.insert(sightings, fresh)
    again = [
        {
            "of": known[key], "to_amount": one.amount, "to_last": one.last, "more": one.times,
            "to_at": one.at, "to_differences": msgspec.to_builtins(one.differences),
        }
        for key, one in told.items()
        if key in known
    ]  # fmt: skip
    if again:
        statement = update(sightings).where(_s.id == _bound("of")).values(
            at=_bound("to_at"), amount=_bound("to_amount"), last=_bound("to_last"),
            times=_s.times + _bound("more"), differences=_bound("to_differences", JSON),
        )  # fmt: skip
        work.connection.execute(statement, again)


def _known(work: Work, ids: Collection[int]) -> dict[tuple[int, str, str, str], int]:
    found: dict[tuple[int, str, str, str], int] = {}
    columns = _s.order, _s.step, _s.refund, _s.source, _s.id
    for chunk in in_chunks(ids):
        for row in work.connection.execute(select(*columns).where(_s.order.in_(chunk))):
            found[row.order, row.step, row.refund, row.source] = row.id
    return found


def _row(key: tuple[int, str, str, str], one: Sighting) -> dict[str, Any]:
    return {
        "order": key[0], "step": one.step, "refund": one.refund, "source": one.source,
        "at": one.at, "amount": one.amount, "currency": one.currency, "counts": one.counts,
        "first": one.first, "last": one.last, "times": one.times,
        "differences": msgspec.to_builtins(one.differences),
    }  # fmt: skip


# --- reading


def find(work: Work, shop: str, number: str) -> Order | None:
    """Return one order, None when there is none of that number."""
    return load(work, [(shop, number)]).get((shop, number))


def numbered(work: Work, number: str) -> list[Order]:
    """Return every shop's order of a number."""
    query = select(orders).where(_o.number == number).order_by(_o.id)
    return [order_of(row) for row in work.connection.execute(query)]


def of_profile(work: Work, profile: int, limit: int) -> list[Order]:
    """Return a person's orders, the newest first."""
    newest = func.coalesce(_o.completed, _o.created, _o.cancelled, 0)
    query = select(orders).where(_o.profile == profile).order_by(newest.desc(), _o.id.desc())
    return [order_of(row) for row in work.connection.execute(query.limit(limit))]


def seen_by(work: Work, ids: Collection[int]) -> dict[int, list[Sighting]]:
    """Return who told of some orders."""
    found: dict[int, list[Sighting]] = {}
    for chunk in in_chunks(ids):
        query = (
            select(sightings, _o.shop, _o.number)
            .join(orders, _o.id == _s.order)
            .where(_s.order.in_(chunk))
            .order_by(_s.id)
        )
        for row in work.connection.execute(query):
            found.setdefault(row.order, []).append(sighting_of(row))
    return found


def sighting_of(row: Row[Any]) -> Sighting:
    """Read one row, joined with its order's shop and number, back."""
    return Sighting(
        row.shop, row.number or "", row.step, row.refund, row.source, row.at, row.amount,
        row.currency, row.counts, row.first, row.last, row.times,
        msgspec.convert(row.differences, tuple[Difference, ...]),
    )  # fmt: skip


def of_market(work: Work) -> list[Row[Any]]:
    """Return what the match rate is made of: market, moment, born to, bound, for each order."""
    moment = func.coalesce(_o.completed, _o.created, _o.cancelled)
    query = select(_o.market, moment.label("at"), _o.came_with, _o.bound).where(
        and_(_o.market != "", moment.is_not(None), _o.profile != ERASED)
    )
    return list(work.connection.execute(query))


# --- rates


def set_rates(work: Work, given: Sequence[Rate]) -> None:
    """Keep rates; one of a day takes the place of the one before."""
    rows = [{"currency": one.currency, "day": one.day, "worth": one.worth} for one in given]
    work.upsert(rates, rows, key=("currency", "day"), change=("worth",))


def rates_of(work: Work, currencies: Collection[str] | None = None) -> dict[str, list[Rate]]:
    """Return the rates of some currencies, or of all, each currency's by day."""
    query = select(rates).order_by(rates.c.currency, rates.c.day)
    if currencies is not None:
        query = query.where(rates.c.currency.in_(sorted(currencies)))
    found: dict[str, list[Rate]] = {}
    for row in work.connection.execute(query):
        found.setdefault(row.currency, []).append(Rate(row.currency, row.day, row.worth))
    return found


# --- people


def follow(work: Work, shifts: Sequence[Shift]) -> None:
    """Let orders follow their buyers to the heads that lead them now."""
    keeping.follow(work, orders, shifts)


def erase(work: Work, profiles: Collection[int]) -> dict[str, int]:
    """Take a buyer's name off her orders: numbers and sightings' buyers go, sums stay."""
    count = keeping.forget(
        work, orders, profiles, _o.profile != ERASED,
        number=None, profile=ERASED, came_with=ERASED, link=None,
    )  # fmt: skip
    return {"orders": count}


def _bound(name: str, kind: Any = None, prefix: str = "") -> Any:
    return bindparam(prefix + name, type_=kind)
