"""The table of callbacks: each once by its hash, what it says, and what became of it."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    exists,
    func,
    or_,
    select,
    update,
)

from coterie.channels.wecom.inbox.model import Kept, State, Wanted
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work

callback_rows = Table(
    "wecom_callbacks",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("hash", String, nullable=False, unique=True),
    Column("came", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Column("of", String, nullable=False),
    Column("event", String, nullable=False),
    Column("change", String, nullable=False),
    Column("state", String, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("settled", Moment),
    Column("xml", Text, nullable=False),
    Index("ix_wecom_callbacks_came", "came"),
    Index("ix_wecom_callbacks_state", "state", "id"),
)
_C = callback_rows.c
_waits = _C.state == "waiting"
Index("ix_wecom_callbacks_of", _C.of, _C.id, sqlite_where=_waits, postgresql_where=_waits)


def keep(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Keep callbacks; what is there already stays as it is."""
    work.insert_new(callback_rows, rows)


def pending(work: Work, limit: int) -> list[Row[Any]]:
    """Return the oldest that wait and whose turn it is.

    One whose next try is still to come keeps back the later ones of the same customer or group.
    """
    before = callback_rows.alias()
    held = exists().where(
        before.c.of == _C.of,
        before.c.state == "waiting",
        before.c.id < _C.id,
        before.c.due > work.now,
    )
    query = (
        select(_C.id, _C.hash, _C.came, _C.at, _C.of, _C.tries, _C.xml)
        .where(_waits, _C.due <= work.now, ~held)
        .order_by(_C.id)
        .limit(limit)
    )
    return list(work.connection.execute(query))


def settle(work: Work, ids: Collection[int], state: State, reason: str) -> None:
    """Write what became of callbacks."""
    work.connection.execute(
        update(callback_rows)
        .where(work.among(_C.id, ids))
        .values(state=state, reason=reason, settled=work.now, tries=_C.tries + 1)
    )


def put_off(work: Work, key: int, reason: str, due: int) -> None:
    """Let a callback wait for its next try."""
    work.connection.execute(
        update(callback_rows).where(_C.id == key).values(reason=reason, due=due, tries=_C.tries + 1)
    )


def tries_of(work: Work, key: int) -> int | None:
    """Return how often a callback was tried; None when there is none."""
    return work.connection.execute(select(_C.tries).where(_C.id == key)).scalar()


def wake(work: Work, which: ColumnElement[bool]) -> int:
    """Let callbacks wait as if they had just come; count them."""
    done = work.connection.execute(
        update(callback_rows)
        .where(which)
        .values(state="waiting", reason="", tries=0, due=work.now, settled=None)
    )
    return done.rowcount


def of_ids(work: Work, ids: Collection[int]) -> ColumnElement[bool]:
    """Write the condition that a callback is one of these, and not waiting anyway."""
    return work.among(_C.id, ids) & (_C.state != "waiting")


def in_state(state: State) -> ColumnElement[bool]:
    """Write the condition that callbacks are in a state."""
    return _C.state == state


def next_due(work: Work) -> int | None:
    """Return when the next waiting callback is to be tried."""
    return work.connection.execute(select(func.min(_C.due)).where(_waits)).scalar()


def find(work: Work, wanted: Wanted, limit: int, before: int | None) -> list[Kept]:
    """Return the newest of the wanted ones, those with an id below ``before`` only."""
    query = select(callback_rows).order_by(_C.id.desc()).limit(limit)
    if wanted.state:
        query = query.where(_C.state == wanted.state)
    if wanted.event:
        query = query.where(_C.event == wanted.event)
    if wanted.text:
        query = query.where(
            or_(
                _C.of.contains(wanted.text, autoescape=True),
                _C.xml.contains(wanted.text, autoescape=True),
            )
        )
    if before is not None:
        query = query.where(_C.id < before)
    return [_kept(row) for row in work.connection.execute(query)]


def one(work: Work, key: int) -> Kept | None:
    """Return a callback, None when there is none."""
    row = work.connection.execute(select(callback_rows).where(_C.id == key)).first()
    return None if row is None else _kept(row)


def counts(work: Work) -> dict[str, int]:
    """Count callbacks by their state."""
    query = select(_C.state, func.count()).group_by(_C.state)
    return {row[0]: row[1] for row in work.connection.execute(query)}


def events(work: Work) -> list[str]:
    """Return the names of the events that came, in order."""
    query = select(_C.event).distinct().order_by(_C.event)
    return [row[0] for row in work.connection.execute(query)]


def took(work: Work, number: int) -> list[tuple[int, int]]:
    """Return when the newest callbacks were made, and when they came (ms)."""
    query = select(_C.at, _C.came).where(_C.at > 0).order_by(_C.id.desc()).limit(number)
    return [(row[0], row[1]) for row in work.connection.execute(query)]


def oldest_waiting(work: Work) -> int | None:
    """Return when the oldest waiting callback came."""
    return work.connection.execute(select(func.min(_C.came)).where(_waits)).scalar()


def forget(work: Work, before: int) -> int:
    """Delete what was settled and came before a moment; count it."""
    gone = callback_rows.delete().where(_C.came < before, _C.state != "waiting")
    return work.connection.execute(gone).rowcount


def end(work: Work, of: str, reason: str) -> None:
    """Settle whatever of somebody or something still waits or was laid aside."""
    work.connection.execute(
        update(callback_rows)
        .where(_C.of == of, _C.state != "done")
        .values(state="done", reason=reason, settled=work.now)
    )


def blank(work: Work, text: str, instead: str) -> int:
    """Write something else in place of a text, wherever a callback names it; count them."""
    done = work.connection.execute(
        update(callback_rows)
        .where(_C.xml.contains(text, autoescape=True))
        .values(
            xml=func.replace(_C.xml, text, instead),
            of=func.replace(_C.of, text, instead),
        )
    )
    return done.rowcount


def _kept(row: Row[Any]) -> Kept:
    return Kept(**row._mapping)
