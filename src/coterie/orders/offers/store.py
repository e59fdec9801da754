"""The table of offers, and what their orders came to."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Integer,
    Row,
    String,
    Table,
    and_,
    case,
    func,
    select,
    update,
)  # fmt: skip

from coterie.orders.offers.model import Offer, Taking
from coterie.orders.store import orders
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work

offer_rows = Table(
    "offers",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("item", String, nullable=False, index=True),
    Column("feed", String(64), nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("stock", Integer, nullable=True),
    Column("titles", JSON, nullable=False),
    Column("words", JSON, nullable=False),
    Column("created", Moment, nullable=False),
    Column("until", Moment, nullable=True),
    Column("ended", Moment, nullable=True),
)

_f, _o = offer_rows.c, orders.c


def add(work: Work, offer: Offer) -> None:
    """Keep a new offer."""
    names = (
        "slug", "item", "feed", "price", "stock", "titles", "words", "created", "until", "ended"
    )  # fmt: skip
    work.insert(offer_rows, [{name: getattr(offer, name) for name in names}])


def change(work: Work, slug: str, **values: Any) -> None:
    """Change what is kept of an offer."""
    work.connection.execute(update(offer_rows).where(_f.slug == slug).values(**values))


def get(work: Work, slug: str) -> Offer | None:
    """Return one offer, None when there is none of that name."""
    row = work.connection.execute(select(offer_rows).where(_f.slug == slug)).first()
    return None if row is None else _offer(row)


def every(work: Work) -> list[Offer]:
    """Return all offers, those that go on first, the newest first."""
    query = select(offer_rows).order_by(_f.ended.is_not(None), _f.created.desc(), _f.slug)
    return [_offer(row) for row in work.connection.execute(query)]


def takings(work: Work) -> dict[str, Taking]:
    """Count what came of every offer."""
    paid = and_(_o.completed.is_not(None), _o.cancelled.is_(None))
    query = (
        select(
            _o.offer,
            func.sum(case((paid, 1), else_=0)).label("orders"),
            func.sum(case((paid, func.coalesce(_o.total, 0)), else_=0)).label("paid"),
            func.sum(_o.refunded).label("refunded"),
        )
        .where(_o.offer.is_not(None))
        .group_by(_o.offer)
    )
    return {
        row.offer: Taking(int(row.orders), int(row.paid), int(row.refunded))
        for row in work.connection.execute(query)
    }


def _offer(row: Row[Any]) -> Offer:
    return Offer(**row._mapping)
