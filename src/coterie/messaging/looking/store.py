"""The queries of looking: over the table of messages, which ``messaging.store`` declares."""

from collections import Counter
from collections.abc import Collection
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from coterie.core.clock import MINUTE, local_date
from coterie.messaging.looking.model import DayCount, Tally, Wanted
from coterie.messaging.store import Stored, message_rows, read
from coterie.storage.work import Work, in_chunks

_M = message_rows.c
_SPAN = 15 * MINUTE
"""Every zone's midnight falls on a quarter of an hour; so quarters are folded into days."""


def find(work: Work, message: str) -> Stored | None:
    """Return one message, None when there is none of the id."""
    row = work.connection.execute(select(message_rows).where(_M.id == message)).first()
    return None if row is None else read(row)


def page(work: Work, wanted: Wanted, limit: int, offset: int) -> list[Stored]:
    """Return a part of the wanted messages, the newest first."""
    # only numbers are sorted, not the sealed texts that lie beside them
    chosen = _of(select(_M.seq), wanted).order_by(_M.seq.desc()).limit(limit).offset(offset)
    query = select(message_rows).where(_M.seq.in_(chosen)).order_by(_M.seq.desc())
    return [read(row) for row in work.connection.execute(query)]


def tally(work: Work, wanted: Wanted) -> list[Tally]:
    """Count the wanted messages by status and reason, the most first."""
    query = _of(select(_M.status, _M.reason, func.count().label("number")), wanted)
    rows = work.connection.execute(query.group_by(_M.status, _M.reason))
    found = [Tally(row.status, row.reason, row.number) for row in rows]
    return sorted(found, key=lambda each: (-each.number, each.status, each.reason or ""))


def tallies(work: Work, origins: Collection[str]) -> dict[str, list[Tally]]:
    """Count the messages of each of these origins; every one asked has a key."""
    groups = (_M.origin, _M.status, _M.reason)
    query = select(*groups, func.count().label("number")).group_by(*groups)
    found: dict[str, list[Tally]] = {origin: [] for origin in origins}
    for chunk in in_chunks(found):
        for row in work.connection.execute(query.where(_M.origin.in_(chunk))):
            found[row.origin].append(Tally(row.status, row.reason, row.number))
    return found


def by_day(work: Work, wanted: Wanted, zone: ZoneInfo) -> list[DayCount]:
    """Count the wanted messages by the day of a zone on which they came to stand as they do."""
    span = (_M.at // _SPAN).label("span")
    query = _of(select(span, _M.status, func.count().label("number")), wanted)
    counted: Counter[tuple[date, str]] = Counter()
    for row in work.connection.execute(query.group_by(span, _M.status)):
        counted[local_date(row.span * _SPAN, zone), row.status] += row.number
    return [DayCount(day, status, counted[day, status]) for day, status in sorted(counted)]


def origins(work: Work) -> list[str]:
    """Return everybody who asked for some message."""
    query = select(_M.origin).distinct().order_by(_M.origin)
    return list(work.connection.execute(query).scalars())


def _of(query: Select[Any], wanted: Wanted) -> Select[Any]:
    for name in ("status", "channel", "origin", "reason", "touch", "template", "profile"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(_M[name] == value)
    if wanted.since is not None:
        query = query.where(_M.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(_M.at < wanted.until)
    return query
