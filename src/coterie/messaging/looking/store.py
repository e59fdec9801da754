"""The queries of looking: over the table of messages, which ``messaging.store`` declares."""

import re
from collections import Counter
from collections.abc import Collection
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from coterie.core.clock import MINUTE, local_date
from coterie.messaging.looking.model import DayCount, Hold, Tally, Wanted
from coterie.messaging.store import EVERYTHING, MESSAGES, M, Stored, ask_rows, read
from coterie.storage.work import Work, in_chunks

_M = M
_ID = re.compile("[0-9a-f]{32}")
_SPAN = 15 * MINUTE
"""Every zone's midnight falls on a quarter of an hour; so quarters are folded into days."""


def find(work: Work, message: str) -> Stored | None:
    """Return one message, None when there is none of the id."""
    if not _ID.fullmatch(message):
        return None
    query = EVERYTHING.where(_M.id == bytes.fromhex(message))
    row = work.connection.execute(query).first()
    return None if row is None else read(row)


def page(work: Work, wanted: Wanted, limit: int, offset: int) -> list[Stored]:
    """Return a part of the wanted messages, the newest first."""
    # only numbers are sorted, not the sealed texts that lie beside them
    chosen = _of(select(_M.seq), wanted).order_by(_M.seq.desc()).limit(limit).offset(offset)
    query = EVERYTHING.where(_M.seq.in_(chosen)).order_by(_M.seq.desc())
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
    query = select(*groups, func.count().label("number")).select_from(MESSAGES).group_by(*groups)
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


def holds(work: Work, since: int, until: int, zone: ZoneInfo) -> list[Hold]:
    """Count what was held in [since, until) by sender, reason and day of a zone."""
    span = (_M.at // _SPAN).label("span")
    columns = (_M.origin, _M.reason, span)
    query = (
        select(*columns, func.count().label("number"))
        .select_from(MESSAGES)
        .where(_M.reason.is_not(None), _M.status == "held", _M.at >= since, _M.at < until)
        .group_by(*columns)
    )
    counted: Counter[tuple[str, str, date]] = Counter()
    for row in work.connection.execute(query):
        counted[row.origin, row.reason, local_date(row.span * _SPAN, zone)] += row.number
    return [Hold(*key, number) for key, number in sorted(counted.items())]


def origins(work: Work) -> list[str]:
    """Return everybody who asked for some message."""
    query = select(ask_rows.c.origin).distinct().order_by(ask_rows.c.origin)
    return list(work.connection.execute(query).scalars())


def _of(query: Select[Any], wanted: Wanted) -> Select[Any]:
    """Ask a query of messages for the wanted ones; what they share is asked of the asks."""
    shared = []
    for name in ("status", "channel", "origin", "reason", "touch", "template", "profile"):
        value = getattr(wanted, name)
        if value is not None and name in ask_rows.c:
            shared.append(ask_rows.c[name] == value)
        elif value is not None:
            query = query.where(getattr(_M, name) == value)
    if shared:
        query = query.where(_M.ask.in_(select(ask_rows.c.id).where(*shared)))
    if wanted.since is not None:
        query = query.where(_M.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(_M.at < wanted.until)
    return query
