"""The tables of shifts, and of taps that came already."""

from typing import Any

from sqlalchemy import Column, Index, Row, String, Table, delete, select

from coterie.guides.shifts.model import Shift
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work

shift_rows = Table(
    "guide_shifts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("guide", String, nullable=False),
    Column("store", String, nullable=False),
    Column("began", Moment, nullable=False),
    Column("ended", Moment),
    Column("by", String(10)),
    Column("next", String),
    Index("ix_guide_shifts_guide_began", "guide", "began"),
    Index("ix_guide_shifts_store_began", "store", "began"),
)

tap_rows = Table(
    "guide_taps",
    metadata,
    Column("guide", String, primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("at", Moment, nullable=False, index=True),
)

_C, _T = shift_rows.c, tap_rows.c


def open_of(work: Work, guide: str, since: int) -> Shift | None:
    """Return the shift that a guide is on, if it began after a moment; held until the end."""
    query = (
        select(shift_rows)
        .where(_C.guide == guide, _C.ended.is_(None), _C.began > since)
        .order_by(_C.began.desc())
        .limit(1)
    )
    row = work.connection.execute(query).one_or_none()
    return None if row is None else _shift(row)


def begin(work: Work, guide: str, place: str) -> Shift:
    """Write that a shift began."""
    row = {"guide": guide, "store": place, "began": work.now}
    made = work.connection.execute(shift_rows.insert().values(row).returning(shift_rows))
    return _shift(made.one())


def end(work: Work, guide: str, values: dict[str, Any]) -> int:
    """Write that whatever shift a guide is on has ended; count them."""
    ended = shift_rows.update().where(_C.guide == guide, _C.ended.is_(None)).values(values)
    return int(work.connection.execute(ended).rowcount)


def at_store(work: Work, place: str, since: int) -> list[Shift]:
    """Return the shifts at a store that began after a moment, the newest first."""
    query = select(shift_rows).where(_C.store == place, _C.began > since)
    return [_shift(row) for row in work.connection.execute(query.order_by(_C.began.desc()))]


def of_guide(work: Work, guide: str, limit: int) -> list[Shift]:
    """Return a guide's last shifts, the newest first."""
    query = select(shift_rows).where(_C.guide == guide).order_by(_C.began.desc(), _C.id.desc())
    return [_shift(row) for row in work.connection.execute(query.limit(limit))]


def tap(work: Work, guide: str, key: str, keep: int) -> bool:
    """Note a tap; say whether it is new. Those older than ``keep`` milliseconds are dropped."""
    work.connection.execute(delete(tap_rows).where(_T.at <= work.now - keep))
    there = select(_T.at).where(_T.guide == guide, _T.key == key)
    if work.connection.execute(there).one_or_none() is not None:
        return False
    work.insert(tap_rows, [{"guide": guide, "key": key, "at": work.now}])
    return True


def _shift(row: Row[Any]) -> Shift:
    return Shift(**row._mapping)
