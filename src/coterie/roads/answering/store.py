"""The table of callbacks: what came, once, without the addresses in it; kept for a while."""

from hashlib import sha256

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, select

from coterie.messaging.channel import Raw
from coterie.messaging.retry import hide_addresses
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work

callback_rows = Table(
    "callbacks",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("channel", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("received", Moment, nullable=False),
    Column("told", Integer, nullable=False),
    Column("unknown", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_callbacks_channel_digest", "channel", "digest", unique=True),
    Index("ix_callbacks_received", "received"),
)
_C = callback_rows.c
MOST_KEPT = 20_000
"""Bytes of a callback that are kept to be looked at."""


def digest_of(raw: Raw) -> str:
    """Tell a callback from others by what it says."""
    return sha256(raw.body).hexdigest()


def is_known(work: Work, channel: str, raw: Raw) -> bool:
    """Say whether the very same callback came before."""
    query = select(_C.id).where(_C.channel == channel, _C.digest == digest_of(raw))
    return work.connection.execute(query).first() is not None


def keep(work: Work, channel: str, raw: Raw, told: int, unknown: int) -> None:
    """Keep a callback as it came, but for what may be an address or a number to call."""
    text = hide_addresses(raw.body[:MOST_KEPT].decode("utf-8", "replace"))
    row = {
        "channel": channel,
        "digest": digest_of(raw),
        "received": raw.at,
        "told": told,
        "unknown": unknown,
        "body": text.encode(),
    }
    work.insert_new(callback_rows, [row])


def forget(work: Work, before: int) -> None:
    """Forget the callbacks that came before a moment."""
    work.connection.execute(callback_rows.delete().where(_C.received < before))
