"""The tables of handovers: what was asked for, and what became of each customer and group."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    and_,
    func,
    select,
    update,
)
from sqlalchemy import Row as DbRow

from coterie.core.people import Shift
from coterie.guides.handover.model import OPEN, Chat, Handover, Row
from coterie.storage import keeping
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

handovers = Table(
    "guide_handovers",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("giver", String(64), nullable=False, index=True),
    Column("taker", String(64), nullable=False, index=True),
    Column("giver_userid", String(64), nullable=False),
    Column("taker_userid", String(64), nullable=False),
    Column("message", String, nullable=False),
    Column("created", Moment, nullable=False, index=True),
    Column("by", String, nullable=False),
    Column("rest_until", Moment, nullable=False),
    Column("finished", Moment),
)

rows = Table(
    "guide_handover_rows",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("handover", String(32), nullable=False),
    Column("profile", Integer, nullable=False, index=True),
    keeping.came_with(),
    Column("external", String(64), nullable=False, index=True),
    Column("state", String(8), nullable=False),
    Column("reason", String(24), nullable=False),
    Column("sent", Moment),
    Column("settled", Moment),
    Index("ix_guide_handover_rows_handover_state", "handover", "state"),
)

chats = Table(
    "guide_handover_chats",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("handover", String(32), nullable=False),
    Column("chat", String(64), nullable=False),
    Column("name", String, nullable=False),
    Column("state", String(8), nullable=False),
    Column("reason", String(24), nullable=False),
    Column("settled", Moment),
    UniqueConstraint("handover", "chat"),
)
_h, _r, _c = handovers.c, rows.c, chats.c
ERASED = 0


def add(work: Work, one: Handover, people: Sequence[Row], groups: Sequence[Chat]) -> None:
    """Write a handover with all that it asks for."""
    work.insert(handovers, [vars(one)])
    work.insert(
        rows,
        [
            {
                "handover": row.handover, "profile": row.profile, "external": row.external,
                "state": row.state, "reason": row.reason, "sent": row.sent, "settled": row.settled,
            }
            for row in people
        ],
    )  # fmt: skip
    work.insert(chats, [vars(one) for one in groups])


def get(work: Work, name: str) -> Handover | None:
    """Return one handover."""
    row = work.connection.execute(select(handovers).where(_h.id == name)).first()
    return None if row is None else _handover(row)


def newest(work: Work, limit: int = 50) -> list[Handover]:
    """Return the newest handovers."""
    query = select(handovers).order_by(_h.created.desc(), _h.id).limit(limit)
    return [_handover(row) for row in work.connection.execute(query)]


def unfinished(work: Work) -> list[Handover]:
    """Return handovers that are under way, the oldest first."""
    query = select(handovers).where(_h.finished.is_(None)).order_by(_h.created, _h.id)
    return [_handover(row) for row in work.connection.execute(query)]


def next_due(work: Work) -> int | None:
    """Return until when the first handover that is under way rests."""
    query = select(func.min(_h.rest_until)).where(_h.finished.is_(None))
    return work.connection.execute(query).scalar()


def set_handover(work: Work, name: str, **values: Any) -> None:
    """Change columns of a handover."""
    work.connection.execute(update(handovers).where(_h.id == name).values(**values))


def _handover(row: DbRow[Any]) -> Handover:
    return Handover(**row._mapping)


def counts(work: Work, names: Collection[str]) -> dict[str, dict[str, int]]:
    """Count the customers of handovers by state."""
    found: dict[str, dict[str, int]] = {name: {} for name in names}
    for chunk in in_chunks(sorted(names)):
        query = (
            select(_r.handover, _r.state, func.count().label("n"))
            .where(_r.handover.in_(chunk))
            .group_by(_r.handover, _r.state)
        )
        for row in work.connection.execute(query):
            found[row.handover][row.state] = row.n
    return found


def reasons(work: Work, name: str) -> dict[tuple[str, str], int]:
    """Count the customers of a handover by state and reason."""
    query = (
        select(_r.state, _r.reason, func.count().label("n"))
        .where(_r.handover == name)
        .group_by(_r.state, _r.reason)
    )
    return {(row.state, row.reason): row.n for row in work.connection.execute(query)}


def people(
    work: Work, name: str, states: Collection[str], limit: int = 5_000, offset: int = 0
) -> list[Row]:
    """Return customers of a handover in some states, in the order in which they were asked for."""
    query = select(rows).where(_r.handover == name, _r.state.in_(sorted(states)))
    found = work.connection.execute(query.order_by(_r.id).limit(limit).offset(offset))
    return [_row(row) for row in found]


def of_profiles(work: Work, profiles: Collection[int], states: Collection[str]) -> list[Row]:
    """Return people's rows in some states."""
    found: list[Row] = []
    for chunk in in_chunks(sorted(profiles)):
        query = select(rows).where(_r.profile.in_(chunk), _r.state.in_(sorted(states)))
        found += [_row(row) for row in work.connection.execute(query)]
    return found


def _row(row: DbRow[Any]) -> Row:
    return Row(
        row.handover, row.profile, row.external, row.state, row.reason, row.sent, row.settled,
        row.id,
    )  # fmt: skip


def settle(work: Work, given: Sequence[Row]) -> None:
    """Write what became of customers."""
    fields = ("state", "reason", "sent", "settled")
    told = [{"id": one.id, **{name: getattr(one, name) for name in fields}} for one in given]
    work.change(rows, told, key=["id"], change=list(fields))


def groups(work: Work, name: str, states: Collection[str]) -> list[Chat]:
    """Return groups of a handover in some states."""
    query = select(chats).where(_c.handover == name, _c.state.in_(sorted(states)))
    return [
        Chat(row.handover, row.chat, row.name, row.state, row.reason, row.settled)
        for row in work.connection.execute(query.order_by(_c.id))
    ]


def settle_groups(work: Work, given: Sequence[Chat]) -> None:
    """Write what became of groups."""
    fields = ("state", "reason", "settled")
    told = [{name: getattr(one, name) for name in ("handover", "chat", *fields)} for one in given]
    work.change(chats, told, key=["handover", "chat"], change=list(fields))


def chats_done_since(work: Work, userid: str, since: int) -> int:
    """Count the groups that a new owner took over since a moment."""
    query = (
        select(func.count())
        .select_from(chats)
        .join(handovers, _h.id == _c.handover)
        .where(_h.taker_userid == userid, _c.state == "done", _c.settled >= since)
    )
    return int(work.connection.execute(query).scalar_one())


def moved_since(work: Work, externals: Collection[str], since: int) -> dict[str, int]:
    """Count how often customers of somebody at work were handed over since a moment."""
    found: dict[str, int] = {}
    for chunk in in_chunks(sorted(externals)):
        query = (
            select(_r.external, func.count().label("n"))
            .join(handovers, _h.id == _r.handover)
            .where(
                _r.external.in_(chunk), _r.sent >= since, _h.kind == "on_job",
                _r.state.in_(("waiting", "done")),
            )
            .group_by(_r.external)
        )  # fmt: skip
        found.update({row.external: row.n for row in work.connection.execute(query)})
    return found


def under_way(work: Work, externals: Collection[str]) -> set[str]:
    """Return which customers are being handed over."""
    found: set[str] = set()
    for chunk in in_chunks(sorted(externals)):
        query = select(_r.external).where(and_(_r.external.in_(chunk), _r.state.in_(OPEN)))
        found.update(work.connection.execute(query).scalars())
    return found


# --- people


def follow(work: Work, shifts: Sequence[Shift]) -> None:
    """Let rows follow the customers."""
    keeping.follow(work, rows, shifts)


def of_person(work: Work, profile: int) -> list[dict[str, Any]]:
    """Return a person's rows as they are kept."""
    return keeping.rows_of(work, rows, profile, "id")


def erase(work: Work, profiles: Collection[int]) -> dict[str, int]:
    """Forget who was handed over; that somebody was stays. What is under way is called off."""
    still = and_(_r.profile != ERASED, _r.state.in_(OPEN))
    keeping.forget(work, rows, profiles, still, state="skipped", reason="erased")
    count = keeping.forget(
        work, rows, profiles, _r.profile != ERASED, profile=ERASED, came_with=ERASED, external=""
    )
    return {"guide_handover_rows": count}
