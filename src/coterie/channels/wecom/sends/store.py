"""The tables of mass sends, and their queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    func,
    or_,
    select,
)

from coterie.channels.wecom.sends.model import UNFINISHED, Item, Progress, Send, Task
from coterie.storage.keeping import came_with
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

send_rows = Table(
    "wecom_sends",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("origin", String, nullable=False),
    Column("title", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("materials", JSON, nullable=False),
    Column("created", Moment, nullable=False, index=True),
    Column("by", String, nullable=False),
    Column("expires", Moment),
    Column("gather", Moment, nullable=False),
    Column("cancelled", Moment),
)

task_rows = Table(
    "wecom_send_tasks",
    metadata,
    Column("id", String, primary_key=True),
    Column("send", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("sender", String, nullable=False),
    Column("state", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("made", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("round", Integer, nullable=False),
    Column("msgid", String),
    Column("noted", Moment),
    Column("asked", Moment),
    Column("confirmed", Moment),
    Column("reminders", Integer, nullable=False),
    Column("reminded", Moment),
    Column("nudged", Moment),
    Column("expires", Moment),
    Column("closing", String),
    Column("error", String),
    Index("ix_wecom_send_tasks_state_due", "state", "due"),
    Index("ix_wecom_send_tasks_sender_state", "sender", "state"),
    Index("ix_wecom_send_tasks_msgid", "msgid"),
)

item_rows = Table(
    "wecom_send_items",
    metadata,
    Column("id", String, primary_key=True),
    Column("send", String, nullable=False),
    Column("profile", Integer, index=True),
    came_with(nullable=True),
    Column("target", String, nullable=False),
    Column("sender", String, nullable=False),
    Column("why", String, nullable=False),
    Column("state", String, nullable=False),
    Column("taken", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Column("task", String, index=True),
    Column("reason", String),
    Column("expires", Moment),
    Column("tried", JSON, nullable=False),
    Index("ix_wecom_send_items_send_state", "send", "state"),
    Index("ix_wecom_send_items_state_send", "state", "send"),
)

attachment_rows = Table(
    "wecom_send_attachments",
    metadata,
    Column("template", String, primary_key=True),
    Column("materials", JSON, nullable=False),
)
"""What goes along with a template on WeCom: materials by their slugs."""

media_rows = Table(
    "wecom_send_media",
    metadata,
    Column("digest", String, primary_key=True),
    Column("media", String, nullable=False),
    Column("until", Moment, nullable=False),
)
"""What was uploaded, and until when the platform keeps it."""

foreign_rows = Table(
    "wecom_foreign_sends",
    metadata,
    Column("msgid", String, primary_key=True),
    Column("made", Moment, nullable=False),
    Column("due", Moment, index=True),
)
"""Sends that others made, guides themselves or other apps: they take of the same quota. Without a
``due`` nothing more is expected of one."""

_S, _T, _I = send_rows.c, task_rows.c, item_rows.c


def _send(row: Row[Any]) -> Send:
    return Send(**{**row._mapping, "materials": tuple(row.materials)})


def _item(row: Row[Any]) -> Item:
    values = {name: value for name, value in row._mapping.items() if name != "came_with"}
    return Item(**{**values, "tried": tuple(row.tried)})


# --- sends


def open_send(work: Work, send: Send) -> None:
    """Write a send unless it is there, and let it gather anew."""
    row = asdict(send) | {"materials": list(send.materials)}
    work.upsert(send_rows, [row], key=["id"], change=["gather", "materials"])


def sends(work: Work, ids: Collection[str]) -> dict[str, Send]:
    """Return sends by id."""
    return {
        row.id: _send(row)
        for chunk in in_chunks(ids)
        for row in work.connection.execute(select(send_rows).where(_S.id.in_(chunk)))
    }


def page(work: Work, limit: int, offset: int) -> list[Send]:
    """Return a part of the sends, the newest first."""
    query = select(send_rows).order_by(_S.created.desc(), _S.id).limit(limit).offset(offset)
    return [_send(row) for row in work.connection.execute(query)]


def cancel(work: Work, send: str) -> bool:
    """Call a send off; say whether that was still to do."""
    those = send_rows.update().where(_S.id == send, _S.cancelled.is_(None))
    return work.connection.execute(those.values(cancelled=work.now)).rowcount > 0


def of_origin(work: Work, origin: str) -> list[str]:
    """Name the sends of an origin that go on."""
    query = select(_S.id).where(_S.origin == origin, _S.cancelled.is_(None))
    return list(work.connection.execute(query).scalars())


def earliest(work: Work) -> int | None:
    """Return when there is next something to do for any send: one look, asked very often."""
    waiting = select(_I.send).where(_I.state == "waiting", _I.task.is_(None))
    moments = (
        select(func.min(_S.gather)).where(_S.id.in_(waiting)),
        select(func.min(_T.due)).where(_T.state.in_(UNFINISHED)),
        select(func.min(foreign_rows.c.due)),
    )
    row = work.connection.execute(select(*(each.scalar_subquery() for each in moments))).one()
    return min((moment for moment in row if moment is not None), default=None)


def gathered(work: Work) -> list[tuple[str, int]]:
    """Return the sends in which something waits, and when it is put together."""
    waiting = select(_I.send).where(_I.state == "waiting", _I.task.is_(None)).distinct()
    query = select(_S.id, _S.gather).where(_S.id.in_(waiting)).order_by(_S.gather, _S.id)
    return [(row.id, row.gather) for row in work.connection.execute(query)]


# --- customers and groups


def add_items(work: Work, items: Sequence[Item]) -> None:
    """Write what was taken; what is taken already starts anew."""
    rows = [asdict(item) | {"tried": list(item.tried)} for item in items]
    change = ["send", "target", "sender", "why", "state", "taken", "at", "task", "reason"]
    work.upsert(item_rows, rows, key=["id"], change=[*change, "expires", "tried"])


def items_of(work: Work, task: str, state: str | None = None) -> list[Item]:
    """Return what one task is for, in order."""
    query = select(item_rows).where(_I.task == task).order_by(_I.id)
    if state is not None:
        query = query.where(_I.state == state)
    return [_item(row) for row in work.connection.execute(query)]


def first_of(work: Work, task: str) -> list[str]:
    """Name one item of a task that is still somebody's: all of them say the same."""
    query = select(_I.id).where(_I.task == task, _I.target != "").order_by(_I.id).limit(1)
    return list(work.connection.execute(query).scalars())


def waiting(work: Work, send: str, limit: int) -> list[Item]:
    """Return what waits in a send to be put together."""
    query = select(item_rows).where(_I.send == send, _I.state == "waiting", _I.task.is_(None))
    query = query.order_by(_I.sender, _I.id).limit(limit)
    return [_item(row) for row in work.connection.execute(query)]


def results(
    work: Work, send: str, limit: int, offset: int = 0, state: str | None = None
) -> list[Item]:
    """Return what became of customers or groups, of those in a state; the latest first."""
    query = select(item_rows).where(_I.send == send)
    if state is not None:
        query = query.where(_I.state == state)
    query = query.order_by(_I.at.desc(), _I.id).limit(limit).offset(offset)
    return [_item(row) for row in work.connection.execute(query)]


def items(work: Work, ids: Collection[str]) -> list[Item]:
    """Return customers or groups of sends by their ids."""
    query = select(item_rows).where(work.among(_I.id, ids))
    return [_item(row) for row in work.connection.execute(query)]


def change_items(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Set columns of items; every row has the same keys."""
    if rows:
        names = [name for name in rows[0] if name != "id"]
        work.change(item_rows, [dict(row) for row in rows], key=["id"], change=names)


def progress(work: Work, sends_: Collection[str]) -> dict[str, Progress]:
    """Count the items of sends by state and reason."""
    found: dict[str, tuple[dict[str, int], dict[str, int]]] = {}
    for chunk in in_chunks(sends_):
        query = select(_I.send, _I.state, _I.reason, func.count().label("number"))
        query = query.where(_I.send.in_(chunk)).group_by(_I.send, _I.state, _I.reason)
        for row in work.connection.execute(query):
            states, reasons = found.setdefault(row.send, ({}, {}))
            states[row.state] = states.get(row.state, 0) + row.number
            if row.reason is not None:
                reasons[row.reason] = reasons.get(row.reason, 0) + row.number
    return {send: Progress(*both) for send, both in found.items()}


def by_task(work: Work, send: str) -> dict[str, dict[str, int]]:
    """Count a send's items by task and state."""
    query = select(_I.task, _I.state, func.count()).where(_I.send == send, _I.task.is_not(None))
    found: dict[str, dict[str, int]] = {}
    for task, state, number in work.connection.execute(query.group_by(_I.task, _I.state)):
        found.setdefault(task, {})[state] = number
    return found


# --- tasks


def add_tasks(work: Work, tasks: Sequence[Task]) -> None:
    """Write new tasks; what is there stays."""
    work.insert_new(task_rows, [asdict(task) for task in tasks])


def change_task(work: Work, task: str, **values: Any) -> None:
    """Set columns of a task."""
    work.connection.execute(task_rows.update().where(_T.id == task).values(**values))


def call_off(work: Work, send: str, reason: str) -> None:
    """Let all that is unfinished in a send be closed for a reason, now."""
    those = task_rows.update().where(_T.send == send, _T.state.in_(UNFINISHED))
    work.connection.execute(those.values(closing=func.coalesce(_T.closing, reason), due=work.now))


def task(work: Work, name: str) -> Task | None:
    """Return one task."""
    row = work.connection.execute(select(task_rows).where(_T.id == name)).first()
    return None if row is None else Task(**row._mapping)


def due_tasks(work: Work, limit: int) -> list[Task]:
    """Return the tasks with something to do, the earliest first."""
    query = select(task_rows).where(_T.state.in_(UNFINISHED), _T.due <= work.now)
    query = query.order_by(_T.due, _T.id).limit(limit)
    return [Task(**row._mapping) for row in work.connection.execute(query)]


def tasks_of(work: Work, send: str) -> list[Task]:
    """Return a send's tasks, by guide and round."""
    query = select(task_rows).where(_T.send == send).order_by(_T.sender, _T.round, _T.id)
    return [Task(**row._mapping) for row in work.connection.execute(query)]


def open_tasks(work: Work, sender: str | None = None) -> list[Task]:
    """Return what guides, or one of them, are asked to send and have not yet."""
    query = select(task_rows).where(_T.state == "open", _T.confirmed.is_(None))
    if sender is not None:
        query = query.where(_T.sender == sender)
    query = query.order_by(_T.asked, _T.id)
    return [Task(**row._mapping) for row in work.connection.execute(query)]


def asked_between(work: Work, since: int, until: int) -> list[tuple[str, int, int | None]]:
    """Return (guide, asked at, confirmed at) of the tasks asked in [since, until)."""
    query = select(_T.sender, _T.asked, _T.confirmed)
    query = query.where(_T.asked >= since, _T.asked < until)
    return [(row.sender, row.asked, row.confirmed) for row in work.connection.execute(query)]


def known_msgids(work: Work, msgids: Iterable[str]) -> set[str]:
    """Return which of these are tasks of ours."""
    return {
        msgid
        for chunk in in_chunks(msgids)
        for msgid in work.connection.execute(select(_T.msgid).where(_T.msgid.in_(chunk))).scalars()
    }


# --- attachments and uploads


def attachments(work: Work, templates: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Return the materials that go along with templates."""
    columns = attachment_rows.c
    query = select(columns.template, columns.materials)
    return {
        row.template: tuple(row.materials)
        for chunk in in_chunks(templates)
        for row in work.connection.execute(query.where(columns.template.in_(chunk)))
    }


def attach(work: Work, template: str, materials: Sequence[str]) -> None:
    """Say which materials go along with a template."""
    rows = [{"template": template, "materials": list(materials)}]
    work.upsert(attachment_rows, rows, key=["template"], change=["materials"])


def media(work: Work, digest: str, until: int) -> str | None:
    """Return what bytes were uploaded as, if the platform keeps it until then."""
    query = select(media_rows.c.media).where(
        media_rows.c.digest == digest, media_rows.c.until > until
    )
    return work.connection.execute(query).scalar()


def keep_media(work: Work, digest: str, media_id: str, until: int) -> None:
    """Note what bytes were uploaded as."""
    rows = [{"digest": digest, "media": media_id, "until": until}]
    work.upsert(media_rows, rows, key=["digest"], change=["media", "until"])


# --- what others send


def watch(work: Work, rows: Sequence[tuple[str, int]]) -> None:
    """Note sends of others that are to be looked at: (msgid, made)."""
    noted = [{"msgid": msgid, "made": made, "due": work.now} for msgid, made in rows]
    work.insert_new(foreign_rows, noted)


def watched(work: Work, limit: int) -> list[tuple[str, int]]:
    """Return the sends of others to be looked at now: (msgid, made)."""
    columns = foreign_rows.c
    query = select(columns.msgid, columns.made).where(columns.due <= work.now)
    query = query.order_by(columns.due, columns.msgid).limit(limit)
    return [(row.msgid, row.made) for row in work.connection.execute(query)]


def watch_again(work: Work, msgid: str, due: int | None) -> None:
    """Say when a send of others is looked at again, if ever."""
    those = foreign_rows.update().where(foreign_rows.c.msgid == msgid)
    work.connection.execute(those.values(due=due))


# --- people


def of_person(work: Work, profiles: Sequence[int]) -> list[Item]:
    """Return what was sent to a person by guides."""
    those = or_(_I.profile.in_(profiles), _I.came_with.in_(profiles))
    query = select(item_rows).where(those).order_by(_I.taken, _I.id)
    return [_item(row) for row in work.connection.execute(query)]
