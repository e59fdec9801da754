"""The tables of feeds and of their deliveries."""

from typing import Any

from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    delete,
    func,
    select,
    update,
)

from coterie.orders.feeds.model import Feed, Tally
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work

feed_rows = Table(
    "order_feeds",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("title", String, nullable=False),
    Column("dialect", String, nullable=False),
    Column("shop", String, nullable=False),
    Column("page", String, nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("created", Moment, nullable=False),
    Column("disabled", Moment, nullable=True),
)

deliveries = Table(
    "feed_deliveries",
    metadata,
    Column("feed", String(64), primary_key=True),
    Column("delivery", String, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("topic", String, nullable=False),
    Column("fate", String, nullable=False),
    Column("events", Integer, nullable=False),
    Column("reason", String, nullable=False),
)

_f, _d = feed_rows.c, deliveries.c


def add(work: Work, feed: Feed, secret: bytes) -> None:
    """Keep a new feed."""
    row = {
        "slug": feed.slug, "title": feed.title, "dialect": feed.dialect, "shop": feed.shop,
        "page": feed.page, "secret": secret, "created": feed.created, "disabled": None,
    }  # fmt: skip
    work.insert(feed_rows, [row])


def change(work: Work, slug: str, **values: Any) -> None:
    """Change what is kept of a feed."""
    work.connection.execute(update(feed_rows).where(_f.slug == slug).values(**values))


def get(work: Work, slug: str) -> tuple[Feed, bytes] | None:
    """Return a feed and its sealed secret, None when there is none of that name."""
    row = work.connection.execute(select(feed_rows).where(_f.slug == slug)).first()
    return None if row is None else (_feed(row, None), row.secret)


def every(work: Work) -> list[Feed]:
    """Return all feeds by name, with when each spoke last."""
    last = select(_d.feed, func.max(_d.at).label("last")).group_by(_d.feed).subquery()
    query = (
        select(feed_rows, last.c.last)
        .outerjoin(last, last.c.feed == _f.slug)
        .order_by(_f.disabled.is_not(None), _f.slug)
    )
    return [_feed(row, row.last) for row in work.connection.execute(query)]


def shops(work: Work) -> dict[str, str]:
    """Return whose order numbers each feed speaks of."""
    return {row.slug: row.shop for row in work.connection.execute(select(_f.slug, _f.shop))}


def is_known(work: Work, feed: str, delivery: str) -> bool:
    """Say whether a delivery came before."""
    query = select(_d.at).where(_d.feed == feed, _d.delivery == delivery)
    return work.connection.execute(query).first() is not None


def deliver(
    work: Work, feed: str, delivery: str, *, topic: str, fate: str, events: int, reason: str
) -> None:
    """Write a delivery down."""
    row = {
        "feed": feed, "delivery": delivery, "at": work.now, "topic": topic[:100], "fate": fate,
        "events": events, "reason": reason,
    }  # fmt: skip
    work.insert_new(deliveries, [row])


def tallies(work: Work) -> dict[str, Tally]:
    """Count the deliveries of every feed."""
    found: dict[str, Tally] = {}
    query = select(_d.feed, _d.fate, func.count().label("n"), func.max(_d.at).label("last"))
    counts: dict[str, dict[str, int]] = {}
    last: dict[str, int] = {}
    for row in work.connection.execute(query.group_by(_d.feed, _d.fate)):
        counts.setdefault(row.feed, {})[row.fate] = row.n
        last[row.feed] = max(last.get(row.feed, 0), row.last)
    for feed, of in counts.items():
        found[feed] = Tally(of.get("taken", 0), of.get("kept", 0), last[feed])
    return found


def newest(work: Work, feed: str, limit: int) -> list[Row[Any]]:
    """Return a feed's newest deliveries."""
    query = select(deliveries).where(_d.feed == feed).order_by(_d.at.desc(), _d.delivery.desc())
    return list(work.connection.execute(query.limit(limit)))


def forget(work: Work, before: int) -> None:
    """Forget deliveries of before a moment."""
    work.connection.execute(delete(deliveries).where(_d.at < before))


def _feed(row: Row[Any], last: int | None) -> Feed:
    return Feed(
        row.slug, row.title, row.dialect, row.shop, row.page, row.created, row.disabled, last
    )
