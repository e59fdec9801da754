"""The tables of messaging: messages (the outbox and its history), templates, pauses, the switch."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Float,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    bindparam,
    func,
    or_,
    select,
    true,
)

from coterie.core.clock import WEEK
from coterie.messaging.model import Count, Message, Rank, Template, rank_of
from coterie.storage.keeping import came_with
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

message_rows = Table(
    "messages",
    metadata,
    Column("seq", BigId, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("key", String, nullable=False, unique=True),
    Column("profile", Integer, nullable=False),
    came_with(),
    Column("origin", String, nullable=False),
    Column("node", String, nullable=False),
    Column("run_key", String),
    Column("channel", String, nullable=False),
    Column("template", String, nullable=False),
    Column("touch", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("value", Float, nullable=False),
    Column("status", String, nullable=False),
    Column("reason", String),
    Column("at", Moment, nullable=False),
    Column("created", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("expires", Moment),
    Column("delivery", String, nullable=False),
    Column("personalised", Boolean, nullable=False, server_default=true()),
    Column("min_age", Integer),
    Column("attempts", Integer, nullable=False),
    Column("lost", Integer, nullable=False),
    Column("lease_until", Moment),
    Column("provider_id", String),
    Column("detail", String),
    Column("content", LargeBinary),
    Index("ix_messages_status_due", "status", "due"),
    Index("ix_messages_profile_due", "profile", "due"),
    Index("ix_messages_status_lease_until", "status", "lease_until"),
    Index("ix_messages_origin_status", "origin", "status"),
    Index("ix_messages_status_reason", "status", "reason"),
)
_followed = message_rows.c.profile != message_rows.c.came_with
Index(
    "ix_messages_followed",
    message_rows.c.profile,
    sqlite_where=_followed,
    postgresql_where=_followed,
)

template_rows = Table(
    "message_templates",
    metadata,
    Column("name", String, primary_key=True),
    Column("channel", String),
    Column("subject", String, nullable=False),
    Column("text", String, nullable=False),
)

pause_rows = Table("message_pauses", metadata, Column("origin", String, primary_key=True))

switch_rows = Table(
    "message_switch",
    metadata,
    Column("name", String, primary_key=True),
    Column("stopped", Boolean, nullable=False),
)

_SWITCH = "stop_all"
_TAKING_A_SLOT = ("queued", "leased", "sent")
_M = message_rows.c
_SHOWN = tuple(field.name for field in fields(Message) if field.name not in ("subject", "text"))


@dataclass(frozen=True)
class Stored:
    """A message and what it says; None where nothing was written.

    It is sealed with the key of ``came_with``, the profile that it was written to.
    """

    message: Message
    content: bytes | None
    came_with: int


@dataclass(frozen=True)
class Planned:
    """A touch that takes a slot of one person's caps; ``rank`` as in ``model.rank_of``.

    Only what is still ``queued`` may give its slot to a better touch.
    """

    message: str
    profile: int
    due: int
    rank: Rank
    queued: bool


def read(row: Row[Any]) -> Stored:
    """Read one row of ``message_rows``."""
    return Stored(
        Message(**{name: getattr(row, name) for name in _SHOWN}), row.content, row.came_with
    )


# --- the switch and the pauses


def lock_gate(work: Work) -> bool:
    """Let nobody else reserve slots until the commit; say whether everything is stopped.

    Without it two workers on PostgreSQL could each give away a person's last slot.
    """
    work.insert_new(switch_rows, [{"name": _SWITCH, "stopped": False}])
    query = select(switch_rows.c.stopped).where(switch_rows.c.name == _SWITCH).with_for_update()
    return bool(work.connection.execute(query).scalar())


def is_stopped(work: Work) -> bool:
    """Say whether everything is stopped."""
    query = select(switch_rows.c.stopped).where(switch_rows.c.name == _SWITCH)
    return bool(work.connection.execute(query).scalar())


def set_stopped(work: Work, stopped: bool) -> None:
    """Stop everything, or let it go on."""
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


# --- templates


def save_template(work: Work, template: Template) -> None:
    """Write a template over the one of its name."""
    row = {
        "name": template.name,
        "channel": template.channel,
        "subject": template.subject,
        "text": template.text,
    }
    change = ["channel", "subject", "text"]
    work.upsert(template_rows, [row], key=["name"], change=change)


def templates(work: Work, names: Collection[str] | None = None) -> dict[str, Template]:
    """Return templates by name, in the order of their names; all of them when none is named."""
    query = select(template_rows).order_by(template_rows.c.name)
    if names is not None:
        query = query.where(template_rows.c.name.in_(list(names)))
    return {
        row.name: Template(row.name, row.text, row.subject, row.channel)
        for row in work.connection.execute(query)
    }


# --- messages


def insert(work: Work, stored: Sequence[Stored], values: Sequence[float]) -> None:
    """Write new messages; ``values`` decided who got the last slot."""
    shown = attrgetter(*_SHOWN)
    names = (*_SHOWN, "value", "content", "came_with")
    rows = [
        (*shown(each.message), value, each.content, each.message.profile)
        for each, value in zip(stored, values, strict=True)
    ]
    work.insert_rows(message_rows, names, rows)


def by_keys(work: Work, keys: Collection[str]) -> dict[str, Stored]:
    """Return the messages that have these idempotency keys."""
    query = select(message_rows).where(work.among(_M.key, keys))
    return {row.key: read(row) for row in work.connection.execute(query)}


def planned(work: Work, profiles: Collection[int]) -> list[Planned]:
    """Return the touches that take a slot, planned from a week ago on."""
    columns = (_M.id, _M.profile, _M.due, _M.touch, _M.value, _M.status)
    query = select(*columns).where(
        work.among(_M.profile, profiles),
        _M.due > work.now - WEEK,
        _M.status.in_(_TAKING_A_SLOT),
        _M.touch != "service",
    )
    return [
        Planned(row.id, row.profile, row.due, rank_of(row.touch, row.value), row.status == "queued")
        for row in work.connection.execute(query)
    ]


def take_due(work: Work, limit: int) -> list[Stored]:
    """Lock and return queued messages that are due, the earliest first.

    Of those that may not go out now (paused, stopped) only the expired come. Rows that another
    worker holds are left to it.
    """
    ready: ColumnElement[bool] = _M.expires <= work.now
    if not is_stopped(work):
        ready = or_(ready, _M.origin.not_in(select(pause_rows.c.origin)))
    query = (
        select(message_rows)
        .where(_M.status == "queued", _M.due <= work.now, ready)
        .order_by(_M.due, _M.seq)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [read(row) for row in work.connection.execute(query)]


def take_lost(work: Work) -> list[Message]:
    """Lock and return the leased messages whose lease has run out."""
    query = (
        select(message_rows)
        .where(_M.status == "leased", _M.lease_until <= work.now)
        .order_by(_M.seq)
        .with_for_update(skip_locked=True)
    )
    return [read(row).message for row in work.connection.execute(query)]


def take(work: Work, ids: Collection[str]) -> dict[str, Message]:
    """Lock and return messages by id."""
    query = select(message_rows).order_by(_M.seq).with_for_update()
    return {
        row.id: read(row).message
        for chunk in in_chunks(ids)
        for row in work.connection.execute(query.where(_M.id.in_(chunk)))
    }


def change(work: Work, rows: Iterable[dict[str, Any]]) -> None:
    """Set columns of messages; every row has the same keys, ``of`` is the message's id."""
    changes = list(rows)
    if changes:
        statement = message_rows.update().where(_M.id == bindparam("of"))
        work.connection.execute(statement, changes)


def next_due(work: Work) -> int | None:
    """Return the earliest moment at which a message is to be leased, expires or is lost."""
    queued = select(func.min(_M.due)).where(_M.status == "queued")
    expiring = select(func.min(_M.expires)).where(_M.status == "queued")
    moments = [select(func.min(_M.lease_until)).where(_M.status == "leased")]
    if is_stopped(work):
        moments.append(expiring)
    else:
        origins = select(pause_rows.c.origin)
        moments.append(queued.where(_M.origin.not_in(origins)))
        moments.append(expiring.where(_M.origin.in_(origins)))
    found = [work.connection.execute(query).scalar() for query in moments]
    return min((moment for moment in found if moment is not None), default=None)


def of_person(work: Work, profile: int) -> list[Stored]:
    """Return a person's messages in the order in which they happened."""
    query = select(message_rows).where(_M.profile == profile).order_by(_M.at, _M.seq)
    return [read(row) for row in work.connection.execute(query)]


def open_of(work: Work, origin: str) -> int:
    """Count an origin's messages that are still to go out, or on their way."""
    query = select(func.count()).where(_M.origin == origin, _M.status.in_(("queued", "leased")))
    return work.connection.execute(query).scalar_one()


def take_queued(work: Work, origin: str, limit: int) -> list[Message]:
    """Lock and return an origin's queued messages; what is leased is on its way already."""
    query = (
        select(message_rows)
        .where(_M.origin == origin, _M.status == "queued")
        .order_by(_M.seq)
        .limit(limit)
        .with_for_update()
    )
    return [read(row).message for row in work.connection.execute(query)]


def counts(work: Work) -> list[Count]:
    """Count messages by origin, status and reason."""
    groups = (_M.origin, _M.status, _M.reason)
    query = select(*groups, func.count().label("number")).group_by(*groups)
    found = [
        Count(row.origin, row.status, row.reason, row.number)
        for row in work.connection.execute(query)
    ]
    return sorted(found, key=lambda each: (each.origin, each.status, each.reason or ""))
