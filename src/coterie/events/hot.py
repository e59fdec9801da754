"""The hot tail's SQL: the newest events, in the operational database, visible once appended.

What a transaction appends is one row: its events, encoded by columns. A row an event, with the
indexes to ask it by, took longer to write than everything else that the log does. So nothing is
asked of the table but which rows there are; the rest is asked of them in memory (``tail``).
"""

import os
from collections.abc import Collection
from typing import NamedTuple

import msgspec
from sqlalchemy import delete, select

from coterie.events.rows import COLUMNS, Columns, from_lists
from coterie.events.store import hot_rows
from coterie.storage.work import Work

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[list[object]])


class Part(NamedTuple):
    """A row of the tail: the seq of its last event, how many it holds, and its stamp.

    A row never changes, and no two ever have one stamp: so what is known of it stays true.
    """

    last: int
    events: int
    stamp: int


def parts(work: Work) -> list[Part]:
    """Return the rows of the tail, in order."""
    query = select(hot_rows.c.last, hot_rows.c.events, hot_rows.c.stamp)
    return [Part(*row) for row in work.connection.execute(query.order_by(hot_rows.c.last))]


class Gone(Exception):
    """A row is not there any more.

    PostgreSQL shows each statement the newest commits: another process has flushed the row since
    it was named, or put it together with others.
    """


def read(work: Work, part: Part) -> Columns:
    """Return the events of a row; raises Gone."""
    of = (hot_rows.c.last == part.last, hot_rows.c.stamp == part.stamp)
    body = work.connection.execute(select(hot_rows.c.body).where(*of)).scalar()
    if body is None:
        raise Gone
    return from_lists(_decoder.decode(body))


def write(work: Work, columns: Columns) -> Part:
    """Write events as a row of their own."""
    part = Part(int(columns["seq"][-1]), len(columns["seq"]), int.from_bytes(os.urandom(8)) >> 1)
    body = _encoder.encode([columns[name].tolist() for name in COLUMNS])
    work.insert(hot_rows, [{**part._asdict(), "body": body}])
    return part


def drop(work: Work, gone: Collection[Part]) -> None:
    """Delete rows."""
    lasts = [part.last for part in gone]
    work.connection.execute(delete(hot_rows).where(hot_rows.c.last.in_(lasts)))
