"""The hot tail: the newest events, in the operational database, visible as soon as appended.

Its SQL, and a mirror of it in memory for the readers of everything at once.
"""

import os
from collections.abc import Collection, Sequence
from threading import Lock
from typing import Any

from sqlalchemy import Text, cast, delete, func, select, update

from coterie.events.model import Sought
from coterie.events.rows import COLUMNS, NOTHING, Columns, Row, joined, to_columns, unfold
from coterie.events.store import hot_item_rows, hot_rows, named
from coterie.storage.work import Work, in_chunks

_ROW = [hot_rows.c[name] for name in COLUMNS]


def append(work: Work, rows: Sequence[Row]) -> None:
    """Write rows, with one stamp for all of them."""
    stamp = _new_stamp()
    values = [{**dict(zip(COLUMNS, row, strict=True)), "stamp": stamp} for row in rows]
    work.insert(hot_rows, values)
    lines = unfold((row[0], row[7]) for row in rows)
    work.insert(
        hot_item_rows, [{"seq": seq, "line": line, "item": item} for seq, line, item in lines]
    )


def of_profiles(work: Work, profiles: Collection[int], since: int | None) -> list[Sequence[Any]]:
    """Return the rows of some people."""
    found: list[Sequence[Any]] = []
    for chunk in in_chunks(profiles):
        query = select(*_ROW).where(hot_rows.c.profile.in_(chunk))
        if since is not None:
            query = query.where(hot_rows.c.time >= since)
        found.extend(work.connection.execute(query))
    return found


def profiles_between(work: Work, names: Sequence[str], after: int, until: int) -> set[int]:
    """Return who did one of ``names`` with after < time <= until."""
    table = hot_rows
    query = select(table.c.profile).where(
        named(table.c.name, names), table.c.time > after, table.c.time <= until
    )
    return set(work.connection.execute(query.distinct()).scalars())


def next_time(work: Work, names: Sequence[str], after: int) -> int | None:
    """Return the earliest time after a moment at which one of ``names`` happened."""
    query = select(func.min(hot_rows.c.time)).where(
        named(hot_rows.c.name, names), hot_rows.c.time > after
    )
    return work.connection.execute(query).scalar()


def profiles_of_items(work: Work, items: Collection[str]) -> set[int]:
    """Return who touched one of the items."""
    found: set[int] = set()
    for chunk in in_chunks(items):
        query = (
            select(hot_rows.c.profile)
            .join(hot_item_rows, hot_item_rows.c.seq == hot_rows.c.seq)
            .where(hot_item_rows.c.item.in_(chunk))
        )
        found.update(work.connection.execute(query.distinct()).scalars())
    return found


def newest(
    work: Work, sought: Sought, members: Sequence[int], after: int, before: int, limit: int
) -> list[Sequence[Any]]:
    """Return the newest rows with after < seq < before, newest first.

    ``members`` are the profiles of the person that is sought, nobody: everybody.
    """
    table = hot_rows.c
    query = select(*_ROW).where(table.seq > after, table.seq < before)
    if sought.name is not None:
        query = query.where(table.name == sought.name)
    if sought.source is not None:
        query = query.where(table.source == sought.source)
    if members:
        query = query.where(table.profile.in_(members))
    if not sought.own:
        query = query.where(named(table.name, ["*"]))
    return list(work.connection.execute(query.order_by(table.seq.desc()).limit(limit)))


def stamp(work: Work) -> int:
    """Return the stamp of the newest row, 0 when the tail is empty."""
    query = select(hot_rows.c.stamp).order_by(hot_rows.c.seq.desc()).limit(1)
    return work.connection.execute(query).scalar() or 0


def after(work: Work, seq: int) -> list[Sequence[Any]]:
    """Return the rows after a seq, in order, each with its stamp at the end."""
    query = select(*_ROW, hot_rows.c.stamp).where(hot_rows.c.seq > seq).order_by(hot_rows.c.seq)
    return list(work.connection.execute(query))


def drop(work: Work, upto: int) -> None:
    """Delete the rows up to a seq: they are in the lake."""
    work.connection.execute(delete(hot_item_rows).where(hot_item_rows.c.seq <= upto))
    work.connection.execute(delete(hot_rows).where(hot_rows.c.seq <= upto))


def blank(work: Work, profiles: Collection[int]) -> int:
    """Empty the properties of people's rows; return of how many.

    All rows from the first of them on get another stamp, so that no mirror, in no process, goes on
    to show (or to flush) what was there.
    """
    table, blanked, first = hot_rows.c, 0, None
    for chunk in in_chunks(profiles):
        hers = table.profile.in_(chunk), table.properties != NOTHING
        query = select(func.count(), func.min(table.seq)).where(*hers)
        number, lowest = work.connection.execute(query).one()
        if number:
            blanked += number
            first = lowest if first is None else min(first, lowest)
            work.connection.execute(update(hot_rows).where(*hers).values(properties=NOTHING))
    if first is not None:
        anew = update(hot_rows).where(table.seq >= first).values(stamp=_new_stamp())
        work.connection.execute(anew)
    return blanked


def holds(work: Work, text: str) -> bool:
    """Say whether a text stands in any value of any row, in whatever case."""
    columns = [cast(column, Text) for column in hot_rows.c]
    items = cast(hot_item_rows.c.item, Text)
    return any(
        work.connection.execute(select(1).where(column.icontains(text, autoescape=True))).first()
        for column in [*columns, items]
    )


def _new_stamp() -> int:
    return int.from_bytes(os.urandom(8)) >> 1


class Mirror:
    """The hot tail in memory, as columns, so that reading all of it is not a walk of the table.

    It is known by the seq and the stamp of its last row. If the transaction that asks sees a row
    with that seq and that stamp, it sees all the rows before it too, because appends are in line
    and a flush takes every row; only what came later is read. If it does not (a flush, a roll-back,
    another process), the mirror is read anew. So it may hold what was never committed, but shows
    nobody what is not there for him.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._last = (0, 0)
        self._columns = to_columns([])

    def forget(self) -> None:
        """Let go of what is held in memory."""
        with self._lock:
            self._last, self._columns = (0, 0), to_columns([])

    def columns(self, work: Work) -> Columns:
        """Return the hot tail as this transaction sees it."""
        with self._lock:
            (seq, stamp), held = self._last, self._columns
        query = select(hot_rows.c.stamp).where(hot_rows.c.seq == seq)
        if work.connection.execute(query).scalar() != stamp:
            seq, held = 0, to_columns([])
        newer = after(work, seq)
        if not newer:
            return held
        columns = joined([held, to_columns([row[:-1] for row in newer])])
        with self._lock:
            self._last, self._columns = (newer[-1][0], newer[-1][-1]), columns
        return columns
