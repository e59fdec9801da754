"""The tables of limits: the dated rows, and how many messages went by a channel when."""

from collections.abc import Collection, Mapping
from dataclasses import asdict

from sqlalchemy import Boolean, Column, Integer, String, Table, func, select

from coterie.messaging.limits.model import Limit
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work

limit_rows = Table(
    "channel_limits",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("channel", String, nullable=False),
    Column("name", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("span", String, nullable=False),
    Column("calendar", Boolean, nullable=False),
    Column("per", String, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
    Column("source", String, nullable=False),
)

use_rows = Table(
    "channel_uses",
    metadata,
    Column("channel", String, primary_key=True),
    Column("at", Moment, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("promised", Integer, nullable=False),
)
"""How many messages a limited channel was handed at a moment, and how many were put off to it."""


def limits(work: Work) -> list[Limit]:
    """Return every limit: by channel, the oldest first."""
    table = limit_rows.c
    query = select(limit_rows).order_by(table.channel, table.per, table.since, table.id)
    return [Limit(**row._asdict()) for row in work.connection.execute(query)]


def lock(work: Work, channels: Collection[str]) -> None:
    """Let nobody else hand messages to these channels until the commit, by their limits' rows."""
    query = select(limit_rows.c.id).where(limit_rows.c.channel.in_(sorted(channels)))
    work.connection.execute(query.order_by(limit_rows.c.id).with_for_update()).all()


def add(work: Work, limit: Limit) -> None:
    """Write a limit as a new row."""
    row = asdict(limit)
    del row["id"]
    work.insert(limit_rows, [row])


def change(work: Work, limit: Limit) -> bool:
    """Write a limit over the row of its id; say whether there was one."""
    row = asdict(limit)
    number = row.pop("id")
    done = work.connection.execute(
        limit_rows.update().where(limit_rows.c.id == number).values(**row)
    )
    return done.rowcount > 0


def remove(work: Work, limit: int) -> bool:
    """Remove a row; say whether there was one."""
    done = work.connection.execute(limit_rows.delete().where(limit_rows.c.id == limit))
    return done.rowcount > 0


def uses(work: Work, channel: str, since: int) -> dict[int, tuple[int, int]]:
    """Return by moment, after one, how many messages went by a channel, and were put off to it."""
    table = use_rows.c
    query = select(table.at, table.number, table.promised)
    query = query.where(table.channel == channel, table.at > since).order_by(table.at)
    return {row.at: (row.number, row.promised) for row in work.connection.execute(query)}


def used(work: Work, channel: str, since: int) -> int:
    """Count the messages that went by a channel after a moment."""
    table = use_rows.c
    query = select(func.sum(table.number)).where(table.channel == channel, table.at > since)
    return work.connection.execute(query).scalar() or 0


def use(work: Work, channel: str, uses: Mapping[int, tuple[int, int]], forget: int) -> None:
    """Write down what went by a channel and was put off, and forget what lies before a moment."""
    rows = [
        {"channel": channel, "at": at, "number": number, "promised": promised}
        for at, (number, promised) in sorted(uses.items())
    ]
    work.upsert(use_rows, rows, key=["channel", "at"], change=["number", "promised"])
    table = use_rows.c
    work.connection.execute(use_rows.delete().where(table.channel == channel, table.at < forget))
