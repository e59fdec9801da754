"""The tables of messaging: messages (the outbox and its history), pauses, the switch.

What many messages have in common lies once, in ``message_asks``: a message's own row is thin, so
that a batch of them is written fast.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter, itemgetter
from types import SimpleNamespace
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    Index,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    Text,
    func,
    literal_column,
    or_,
    select,
)

from coterie.core.clock import WEEK
from coterie.messaging.caps import Slot
from coterie.messaging.model import Count, Message, Rank, rank_of
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

EMPTY = "{}"
"""No variables."""

ask_rows = Table(
    "message_asks",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("origin", String, nullable=False, index=True),
    Column("node", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("template", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("touch", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("value", Float, nullable=False),
    Column("delivery", String, nullable=False),
    Column("personalised", Boolean, nullable=False),
    Column("min_age", Integer),
    Column("shared", Text, nullable=False),
)
"""What messages have in common, once; ``id`` is made of the rest, ``shared`` are variables."""

message_rows = Table(
    "messages",
    metadata,
    Column("seq", BigId, primary_key=True),
    Column("id", LargeBinary, nullable=False, unique=True),
    Column("ask", BigInteger, nullable=False),
    Column("profile", Integer, nullable=False, index=True),
    Column("came_with", Integer, nullable=False),
    Column("run_key", String),
    Column("status", String, nullable=False),
    Column("reason", String),
    Column("at", Moment, nullable=False),
    Column("created", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("expires", Moment),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lost", Integer, nullable=False, server_default="0"),
    Column("lease_until", Moment),
    Column("provider_id", String),
    Column("detail", String),
    Column("given", LargeBinary),
    Column("content", LargeBinary),
    Index("ix_messages_ask_status_reason", "ask", "status", "reason"),
)
"""One message a row. ``given`` is what the request gave for her alone, ``content`` what was said
once it was written; both are sealed with the key of ``came_with``."""


def _of_those(name: str, columns: str, those: ColumnElement[bool]) -> None:
    """Index columns of some rows only: what lies still costs nothing."""
    named = [message_rows.c[column] for column in columns.split()]
    Index(name, *named, sqlite_where=those, postgresql_where=those)


# written out: SQLite takes a partial index only where it reads the very same words
QUEUED, LEASED = (message_rows.c.status == literal_column(f"'{s}'") for s in ("queued", "leased"))
FOLLOWED = message_rows.c.profile != message_rows.c.came_with
_of_those("ix_messages_due", "due seq", QUEUED)
_of_those("ix_messages_lease_until", "lease_until", LEASED)
_of_those("ix_messages_reason", "reason", message_rows.c.reason.is_not(None))
_of_those("ix_messages_followed", "profile", FOLLOWED)
_of_those("ix_messages_born", "came_with", FOLLOWED)

pause_rows = Table("message_pauses", metadata, Column("origin", String, primary_key=True))

switch_rows = Table(
    "message_switch",
    metadata,
    Column("name", String, primary_key=True),
    Column("stopped", Boolean, nullable=False),
)

_ID = re.compile("[0-9a-f]{32}")
_SWITCH, _GATE = "stop_all", "messaging.gate"
OPEN = ("queued", "leased", "asked")
"""What is to become of such a message is still open."""
TAKING_A_SLOT = ("queued", "leased", "asked", "sent")
_SHARED = tuple(column for column in ask_rows.c if column.name != "id")
M = SimpleNamespace(**{column.name: column for column in (*_SHARED, *message_rows.c)})
"""The columns of a message, those that it shares with others among them; ``MESSAGES`` has both."""

MESSAGES = message_rows.join(ask_rows, ask_rows.c.id == message_rows.c.ask)
EVERYTHING = select(*message_rows.c, *_SHARED).select_from(MESSAGES)
_M = M
_SHOWN = tuple(
    field.name for field in fields(Message) if field.name not in ("id", "subject", "text")
)
_shown = itemgetter(*map([column.name for column in EVERYTHING.selected_columns].index, _SHOWN))
_OWN = tuple(name for name in _SHOWN if name in message_rows.c)


@dataclass(frozen=True)
class Stored:
    """A message as it lies there. ``given`` is what its request gave for her alone.

    ``content`` is what it says, None before it is written; both are sealed with the key of
    ``came_with``, the profile that it was written to. ``shared`` holds what many requests gave.
    """

    message: Message
    content: bytes | None
    came_with: int
    given: bytes | None = None
    shared: str = EMPTY


@dataclass(frozen=True)
class Planned:
    """A touch that takes a slot of one person's caps; ``rank`` as in ``model.rank_of``.

    Only what is still queued may give its slot to a better touch.
    """

    message: str
    profile: int
    due: int
    rank: Rank
    channel: str
    touch: str
    status: str
    at: int

    @property
    def queued(self) -> bool:
        """Whether it still waits for its turn."""
        return self.status == "queued"

    @property
    def slot(self) -> Slot:
        """The slot that it takes."""
        return Slot(self.due, self.channel, self.touch, self.status, self.at)


def read(row: Row[Any]) -> Stored:
    """Read one row of ``EVERYTHING``."""
    message = Message(row.id.hex(), *_shown(row))
    return Stored(message, row.content, row.came_with, row.given, row.shared)


# --- the switch and the pauses


def lock_gate(work: Work) -> bool:
    """Let nobody else reserve slots until the commit; say whether everything is stopped.

    Without it two workers on PostgreSQL could each give away a person's last slot.
    """
    if _GATE not in work.memo:
        work.insert_new(switch_rows, [{"name": _SWITCH, "stopped": False}])
        query = select(switch_rows.c.stopped).where(switch_rows.c.name == _SWITCH).with_for_update()
        work.memo[_GATE] = bool(work.connection.execute(query).scalar())
    return bool(work.memo[_GATE])


def is_stopped(work: Work) -> bool:
    """Say whether everything is stopped."""
    query = select(switch_rows.c.stopped).where(switch_rows.c.name == _SWITCH)
    return bool(work.connection.execute(query).scalar())


def set_stopped(work: Work, stopped: bool) -> None:
    """Stop everything, or let it go on."""
    work.memo.pop(_GATE, None)
    rows = [{"name": _SWITCH, "stopped": stopped}]
    work.upsert(switch_rows, rows, key=["name"], change=["stopped"])


def set_paused(work: Work, origin: str, paused: bool) -> None:
    """Pause an origin, or let it go on."""
    if paused:
        work.insert_new(pause_rows, [{"origin": origin}])
    else:
        work.connection.execute(pause_rows.delete().where(pause_rows.c.origin == origin))


def paused(work: Work) -> set[str]:
    """Return the origins that are paused."""
    return set(work.connection.execute(select(pause_rows.c.origin)).scalars())


# --- messages


def insert(work: Work, stored: Sequence[Stored], values: Sequence[float]) -> None:
    """Write new messages; ``values`` decided who got the last slot."""
    asks = [
        ask_of(each.message, value, each.shared) for each, value in zip(stored, values, strict=True)
    ]
    write_asks(work, asks)
    own = attrgetter(*_OWN)
    names = ("id", "ask", *_OWN, "came_with", "given", "content")
    rows = [
        (
            bytes.fromhex(each.message.id), ask["id"], *own(each.message),
            each.message.profile, each.given, each.content,
        )
        for each, ask in zip(stored, asks, strict=True)
    ]  # fmt: skip
    work.insert_rows(message_rows, names, rows)


def ask_of(message: Message, value: float, shared: str = EMPTY) -> dict[str, Any]:
    """Return the row of ``ask_rows`` of what a message shares with others."""
    names = (column.name for column in _SHARED if column.name not in ("value", "shared"))
    row = {name: getattr(message, name) for name in names}
    row |= {"value": value, "shared": shared}
    text = "\x1f".join(f"{name}={row[name]!r}" for name in sorted(row))
    number = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8])
    return {"id": number >> 1, **row}


def write_asks(work: Work, asks: Iterable[dict[str, Any]]) -> None:
    """Keep what messages share; what is there already stays."""
    work.insert_new(ask_rows, list({ask["id"]: ask for ask in asks}.values()))


def by_ids(work: Work, ids: Collection[str]) -> dict[str, Stored]:
    """Return the messages of these ids that there are."""
    return {
        stored.message.id: stored
        for chunk in in_chunks(ids)
        for stored in map(
            read, work.connection.execute(EVERYTHING.where(_M.id.in_(map(bytes.fromhex, chunk))))
        )
    }


def planned(work: Work, profiles: Collection[int], since: int | None = None) -> list[Planned]:
    """Return the touches that take a slot, planned from a moment on: a week ago if none is said.

    What they share is read apart: a join may begin with all that was ever said of an ask.
    """
    columns = (_M.ask, _M.id, _M.profile, _M.due, _M.status, _M.at)
    query = select(*columns).where(
        work.among(_M.profile, profiles),
        _M.due > (work.now - WEEK if since is None else since),
        _M.status.in_(TAKING_A_SLOT),
    )
    found = work.connection.execute(query).all()
    shared = _kinds_of(work, {row.ask for row in found})
    return [
        Planned(row.id.hex(), row.profile, row.due, rank_of(touch, value), channel, touch,
                row.status, row.at)
        for row in found
        for channel, touch, value in (shared[row.ask],)
        if touch != "service"
    ]  # fmt: skip


def _kinds_of(work: Work, asks: Collection[int]) -> dict[int, tuple[str, str, float]]:
    """Return channel, touch and value of what was asked for."""
    if not asks:
        return {}
    columns = (ask_rows.c.id, ask_rows.c.channel, ask_rows.c.touch, ask_rows.c.value)
    query = select(*columns).where(work.among(ask_rows.c.id, asks))
    return {ask: (channel, touch, value) for ask, channel, touch, value in
            work.connection.execute(query)}  # fmt: skip


def take_due(work: Work, limit: int) -> list[Stored]:
    """Lock and return queued messages that are due, the earliest first.

    Of those that may not go out now (paused, stopped) only the expired come. Rows that another
    worker holds are left to it.
    """
    ready: ColumnElement[bool] = _M.expires <= work.now
    if not is_stopped(work):
        ready = or_(ready, _M.origin.not_in(select(pause_rows.c.origin)))
    query = EVERYTHING.where(QUEUED, _M.due <= work.now, ready).order_by(_M.due, _M.seq)
    return [read(row) for row in _locked(work, query.limit(limit), skip_locked=True)]


def take_lost(work: Work) -> list[Message]:
    """Lock and return the leased messages whose lease has run out, in order."""
    query = EVERYTHING.where(LEASED, _M.lease_until <= work.now)
    # put in order here: asked to, SQLite would walk all messages instead of the index
    rows = sorted(_locked(work, query, skip_locked=True), key=attrgetter("seq"))
    return [read(row).message for row in rows]


def take(work: Work, ids: Collection[str]) -> dict[str, Stored]:
    """Lock and return messages by id."""
    query = EVERYTHING.order_by(_M.seq)
    return {
        row.id.hex(): read(row)
        for chunk in in_chunks(filter(_ID.fullmatch, ids))
        for row in _locked(work, query.where(_M.id.in_(map(bytes.fromhex, chunk))))
    }


def _locked(work: Work, query: Select[Any], *, skip_locked: bool = False) -> Iterable[Row[Any]]:
    return work.connection.execute(query.with_for_update(of=message_rows, skip_locked=skip_locked))


def change(work: Work, rows: Iterable[dict[str, Any]]) -> None:
    """Set columns of messages; every row has the same keys, ``id`` is the message's in bytes."""
    changes = list(rows)
    if changes:
        names = [name for name in changes[0] if name != "id"]
        work.change(message_rows, changes, key=["id"], change=names)


def next_due(work: Work) -> int | None:
    """Return the earliest moment at which a message is to be leased, expires or is lost."""
    queued = select(func.min(_M.due)).where(QUEUED)
    expiring = select(func.min(_M.expires)).where(QUEUED)
    moments = [select(func.min(_M.lease_until)).where(LEASED)]
    paused_asks = select(ask_rows.c.id).where(ask_rows.c.origin.in_(select(pause_rows.c.origin)))
    if is_stopped(work):
        moments.append(expiring)
    else:
        moments.append(queued.where(_M.ask.not_in(paused_asks)))
        moments.append(expiring.where(_M.ask.in_(paused_asks)))
    found = [work.connection.execute(query).scalar() for query in moments]
    return min((moment for moment in found if moment is not None), default=None)


def of_person(work: Work, profile: int) -> list[Stored]:
    """Return a person's messages in the order in which they happened."""
    query = EVERYTHING.where(_M.profile == profile).order_by(_M.at, _M.seq)
    return [read(row) for row in work.connection.execute(query)]


def asked_by(origin: str) -> ColumnElement[bool]:
    """The messages that an origin asked for."""
    return _M.ask.in_(select(ask_rows.c.id).where(ask_rows.c.origin == origin))  # type: ignore[no-any-return]  # of a namespace


def open_of(work: Work, origin: str) -> int:
    """Count an origin's messages that are still to go out, or on their way."""
    query = select(func.count()).where(asked_by(origin), _M.status.in_(OPEN))
    return work.connection.execute(query).scalar_one()


def take_queued(work: Work, origin: str, limit: int) -> list[Message]:
    """Lock and return an origin's queued messages; what is leased is on its way already."""
    query = EVERYTHING.where(asked_by(origin), _M.status == "queued").order_by(_M.seq).limit(limit)
    return [read(row).message for row in _locked(work, query)]


def counts(work: Work) -> list[Count]:
    """Count messages by origin, status and reason."""
    by_ask = (_M.ask, _M.status, _M.reason)
    counted = select(*by_ask, func.count().label("number")).group_by(*by_ask).subquery()
    groups = (ask_rows.c.origin, counted.c.status, counted.c.reason)
    query = (
        select(*groups, func.sum(counted.c.number).label("number"))
        .join_from(counted, ask_rows, ask_rows.c.id == counted.c.ask)
        .group_by(*groups)
    )
    found = [
        Count(row.origin, row.status, row.reason, int(row.number))
        for row in work.connection.execute(query)
    ]
    return sorted(found, key=lambda each: (each.origin, each.status, each.reason or ""))
