"""The tables of campaigns: the broadcasts, and the audience that each was fixed to."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import Any

import msgspec
from pyroaring import BitMap
from sqlalchemy import JSON, Column, Integer, LargeBinary, Row, String, Table, func, select

from coterie.campaigns.model import Broadcast, Plan, Signature
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work

broadcast_rows = Table(
    "broadcasts",
    metadata,
    Column("id", String, primary_key=True),
    Column("state", String, nullable=False, index=True),
    Column("plan", JSON, nullable=False),
    Column("written", JSON, nullable=False),
    Column("asked", JSON),
    Column("approved", JSON),
    Column("ended", JSON),
    Column("note", String),
    Column("started", Moment),
    Column("finished", Moment),
    Column("total", Integer, nullable=False),
    Column("handed", Integer, nullable=False),
    Column("due", Moment, index=True),
)

audience_rows = Table(
    "broadcast_audiences",
    metadata,
    Column("broadcast", String, primary_key=True),
    Column("people", LargeBinary, nullable=False),
)

_B = broadcast_rows.c
_PARTS = tuple(column.name for column in broadcast_rows.columns)


def save(work: Work, broadcast: Broadcast) -> None:
    """Write a broadcast over the one of its id."""
    row = asdict(broadcast)
    change = [name for name in _PARTS if name != "id"]
    work.upsert(broadcast_rows, [row], key=["id"], change=change)


def get(work: Work, broadcast: str, *, lock: bool = False) -> Broadcast | None:
    """Return a broadcast, locked against other writers if it is to be changed; None without."""
    query = select(broadcast_rows).where(_B.id == broadcast)
    row = work.connection.execute(query.with_for_update() if lock else query).first()
    return None if row is None else _read(row)


def broadcasts(work: Work, states: Collection[str] | None = None) -> list[Broadcast]:
    """Return the broadcasts in some states, or all, the newest first."""
    query = select(broadcast_rows).order_by(_B.id.desc())
    if states is not None:
        query = query.where(_B.state.in_(list(states)))
    return [_read(row) for row in work.connection.execute(query)]


def due(work: Work) -> list[Broadcast]:
    """Lock and return the broadcasts that the road has to look at by now, the longest due first."""
    query = (
        select(broadcast_rows).where(_B.due <= work.now).order_by(_B.due, _B.id).with_for_update()
    )
    return [_read(row) for row in work.connection.execute(query)]


def sending(work: Work, ids: Iterable[str]) -> list[Broadcast]:
    """Lock and return the broadcasts of these ids that are being sent."""
    query = select(broadcast_rows).where(_B.id.in_(list(ids)), _B.state == "sending")
    return [_read(row) for row in work.connection.execute(query.with_for_update())]


def next_due(work: Work, states: Collection[str]) -> int | None:
    """Return when the next broadcast in one of these states is to be looked at."""
    query = select(func.min(_B.due)).where(_B.state.in_(list(states)))
    return work.connection.execute(query).scalar()


def keep_audience(work: Work, broadcast: str, people: BitMap) -> None:
    """Fix whom a broadcast is sent to."""
    row = {"broadcast": broadcast, "people": people.serialize()}
    work.upsert(audience_rows, [row], key=["broadcast"], change=["people"])


def audience(work: Work, broadcast: str) -> BitMap:
    """Return whom a broadcast is sent to; nobody before it began."""
    query = select(audience_rows.c.people).where(audience_rows.c.broadcast == broadcast)
    kept = work.connection.execute(query).scalar()
    return BitMap() if kept is None else BitMap.deserialize(kept)


def audiences(work: Work) -> dict[str, BitMap]:
    """Return whom every broadcast that ever began is sent to, by its id."""
    return {
        row.broadcast: BitMap.deserialize(row.people)
        for row in work.connection.execute(select(audience_rows))
    }


def _read(row: Row[Any]) -> Broadcast:
    kept = dict(row._mapping)
    return Broadcast(
        **{
            **kept,
            "plan": msgspec.convert(row.plan, Plan),
            "written": msgspec.convert(row.written, Signature),
            **{name: _signature(kept[name]) for name in ("asked", "approved", "ended")},
        }
    )


def _signature(kept: Any) -> Signature | None:
    return None if kept is None else msgspec.convert(kept, Signature)
