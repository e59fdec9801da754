"""The tables of handing over, and its queries over the table of messages."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Index, Integer, String, Table, func, select

from coterie.messaging.channel import Told
from coterie.messaging.handing.model import Answered, Cause, Failure
from coterie.messaging.store import EVERYTHING, MESSAGES, M, Stored, message_rows, read
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

handover_rows = Table(
    "message_handovers",
    metadata,
    Column("message", String, primary_key=True),
    Column("attempt", Integer, nullable=False),
)
"""What is being handed over now. A lease that runs out without such a row handed nothing over."""

replay_rows = Table(
    "message_replays",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("message", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
    Index("ix_message_replays_message", "message"),
)
"""Dead letters sent once more: ``attempts`` are the tries that are forgiven."""

answer_rows = Table(
    "message_answers",
    metadata,
    Column("message", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("code", String, nullable=False),
    Column("detail", String, nullable=False),
    Column("at", Moment, nullable=False),
)
_H, _R, _A = handover_rows.c, replay_rows.c, answer_rows.c


def _ids(names: Collection[str]) -> list[bytes]:
    return [bytes.fromhex(name) for name in names]


# --- what is under way


def still_leased(work: Work, attempts: dict[str, int]) -> set[str]:
    """Lock these messages; return those that are leased for this very attempt."""
    query = (
        select(message_rows.c.id, message_rows.c.attempts)
        .where(message_rows.c.id.in_(_ids(attempts)), message_rows.c.status == "leased")
        .order_by(message_rows.c.seq)
        .with_for_update()
    )
    found = {row.id.hex(): row.attempts for row in work.connection.execute(query)}
    return {name for name, attempt in found.items() if attempts[name] == attempt}


def begin(work: Work, attempts: dict[str, int]) -> None:
    """Note that messages are being handed over."""
    rows = [{"message": name, "attempt": attempt} for name, attempt in attempts.items()]
    work.upsert(handover_rows, rows, key=["message"], change=["attempt"])


def end(work: Work, messages: Collection[str]) -> None:
    """Forget that messages were being handed over."""
    for chunk in in_chunks(messages):
        work.connection.execute(handover_rows.delete().where(_H.message.in_(chunk)))


def begun(work: Work, messages: Collection[str]) -> dict[str, int]:
    """Return for which attempt messages were being handed over."""
    found: dict[str, int] = {}
    for chunk in in_chunks(messages):
        query = select(handover_rows).where(_H.message.in_(chunk))
        found.update((row.message, row.attempt) for row in work.connection.execute(query))
    return found


def give_back(work: Work, attempts: dict[str, int], due: int) -> None:
    """Let messages wait again as if they had not been leased."""
    rows = [
        {
            "id": bytes.fromhex(name),
            "status": "queued",
            "due": due,
            "attempts": attempt - 1,
            "lease_until": None,
        }
        for name, attempt in attempts.items()
    ]
    names = ("status", "due", "attempts", "lease_until")
    work.change(message_rows, rows, key=["id"], change=names)


# --- dead letters


def failures(work: Work) -> list[Failure]:
    """Count dead letters by their cause, the most first."""
    groups = (M.channel, M.reason, M.detail)
    query = (
        select(*groups, func.count(), func.min(M.at), func.max(M.at))
        .select_from(MESSAGES)
        .where(M.status == "failed")
        .group_by(*groups)
    )
    found = [
        Failure(Cause(channel, reason or "", detail or ""), number, first, last)
        for channel, reason, detail, number, first, last in work.connection.execute(query)
    ]
    return sorted(found, key=lambda each: (-each.number, -each.last, each.cause.detail))


def dead(work: Work, cause: Cause, limit: int, *, lock: bool = False) -> list[Stored]:
    """Return dead letters of one cause, the oldest first."""
    detail = M.detail.is_(None) if not cause.detail else M.detail == cause.detail
    query = (
        EVERYTHING.where(
            M.status == "failed", M.channel == cause.channel, M.reason == cause.reason, detail
        )
        .order_by(M.seq)
        .limit(limit)
    )
    if lock:
        query = query.with_for_update(of=message_rows)
    return [read(row) for row in work.connection.execute(query)]


def note_replays(work: Work, rows: Iterable[tuple[str, int]]) -> None:
    """Note that messages are sent once more: (message, its tries until now)."""
    made = [
        {"message": name, "attempts": attempts, "at": work.now, "by": work.actor.name}
        for name, attempts in rows
    ]
    work.insert(replay_rows, made)


def forgiven(work: Work, messages: Collection[str]) -> dict[str, int]:
    """Return how many tries of messages were forgiven; those never sent once more are left out."""
    found: dict[str, int] = {}
    for chunk in in_chunks(messages):
        query = (
            select(_R.message, func.max(_R.attempts))
            .where(_R.message.in_(chunk))
            .group_by(_R.message)
        )
        found.update((name, attempts) for name, attempts in work.connection.execute(query))
    return found


def replays_of(work: Work, message: str) -> list[tuple[int, str]]:
    """Return when and by whom a message was sent once more."""
    query = select(_R.at, _R.by).where(_R.message == message).order_by(_R.id)
    return [(row.at, row.by) for row in work.connection.execute(query)]


# --- what was told later


def fresh_answers(work: Work, told: Sequence[Told]) -> list[Told]:
    """Keep what was told of messages; return what had not been told of them before."""
    known: set[tuple[str, str]] = set()
    for chunk in in_chunks({one.key for one in told}):
        query = select(_A.message, _A.kind).where(_A.message.in_(chunk))
        known.update((row.message, row.kind) for row in work.connection.execute(query))
    fresh = {(one.key, one.kind): one for one in told if (one.key, one.kind) not in known}
    rows: list[dict[str, Any]] = [
        {
            "message": one.key,
            "kind": one.kind,
            "code": one.code[:40],
            "detail": one.detail[:200],
            "at": work.now,
        }
        for one in fresh.values()
    ]
    work.insert_new(answer_rows, rows)
    return list(fresh.values())


def answers_of(work: Work, message: str) -> list[Answered]:
    """Return what was told of a message later, in order."""
    query = select(answer_rows).where(_A.message == message).order_by(_A.at, _A.kind)
    return [
        Answered(row.kind, row.code, row.detail, row.at) for row in work.connection.execute(query)
    ]


# --- the ambiguous gap


def ambiguous(work: Work, since: int, channels: Collection[str]) -> int:
    """Count the messages on channels that came to stand as they do since then, in doubt."""
    query = (
        select(func.count())
        .select_from(MESSAGES)
        .where(M.lost > 0, M.at >= since, M.channel.in_(channels))
    )
    return work.connection.execute(query).scalar_one()
