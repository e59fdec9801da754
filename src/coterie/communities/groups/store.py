"""The tables of groups: what each is, and who was in it from when to when."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    and_,
    distinct,
    func,
    or_,
    select,
)

from coterie.communities.groups.intervals import Span
from coterie.communities.groups.model import Stay
from coterie.core.ids import derived_id
from coterie.storage import keeping
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

Whose = tuple[str, int]
"""A chat, and the profile that somebody's joins and leaves are born to."""

group_rows = Table(
    "community_groups",
    metadata,
    Column("chat", String(64), primary_key=True),
    Column("slug", String(64), nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("store", String(64), index=True),
    Column("topic", String(200)),
    Column("community", String(64), index=True),
    Column("code", String(30), index=True),
    Column("campaign", String(64)),
    Column("guide", String(64), nullable=False),
    Column("opened", Moment, nullable=False),
    Column("closed", Moment),
    Column("cap", Integer, nullable=False),
    Column("qr_limit", Integer, nullable=False),
    Column("rhythm", String(64), index=True),
    Column("paused", Moment),
    Column("looked", Moment, nullable=False),
    Column("due", Moment, index=True),
)
"""``looked``: until when its rhythm was worked off; ``due``: when its next play is."""

stay_rows = Table(
    "community_group_stays",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("chat", String(64), nullable=False),
    Column("profile", Integer, nullable=False, index=True),
    keeping.came_with(),
    Column("joined", Moment),
    Column("left", Moment),
    Column("lost", Boolean, nullable=False),
    Column("code", String(30), nullable=False),
    Column("scene", String(16), nullable=False),
    Index("ix_community_group_stays_chat_joined", "chat", "joined"),
    Index("ix_community_group_stays_chat_left", "chat", "left"),
)
_G, _S = group_rows.c, stay_rows.c
COLUMNS = tuple(column.name for column in group_rows.columns)


# --- what each is


def keep(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write groups, whether they are new or not; all with every column."""
    change = [name for name in COLUMNS if name not in ("chat", "slug")]
    work.upsert(group_rows, rows, key=["chat"], change=change)


def change(work: Work, rows: Sequence[Mapping[str, Any]], *names: str) -> None:
    """Set columns of groups, by ``chat``."""
    work.change(group_rows, rows, key=["chat"], change=list(names))


def every(work: Work) -> list[Row[Any]]:
    """Return every group, the oldest first."""
    return list(work.connection.execute(_groups()))


def of(work: Work, column: str, values: Collection[str]) -> list[Row[Any]]:
    """Return the groups with one of these values, the oldest first."""
    if not values:
        return []
    return list(work.connection.execute(_groups().where(work.among(_G[column], values))))


def _groups() -> Select[Any]:
    return select(group_rows).order_by(_G.opened, _G.chat)


def due(work: Work, limit: int) -> list[Row[Any]]:
    """Return the groups whose rhythm has something to do now, the longest due first."""
    query = select(group_rows).where(_G.due <= work.now).order_by(_G.due, _G.chat).limit(limit)
    return list(work.connection.execute(query))


def next_due(work: Work) -> int | None:
    """Return when the next play of any group is."""
    return work.connection.execute(select(func.min(_G.due))).scalar()


# --- who was in them


def spans(work: Work, chats: Collection[str], born: Collection[int]) -> dict[Whose, list[Span]]:
    """Return the stays of what these profiles carry in these groups, in order."""
    found: defaultdict[Whose, list[Span]] = defaultdict(list)
    query = select(stay_rows).where(
        work.among(_S.chat, chats), work.among(_S.came_with, born)
    ).order_by(func.coalesce(_S.joined, _S.left))  # fmt: skip
    for row in work.connection.execute(query):
        span = Span(row.joined, row.left, row.lost, row.code, row.scene)
        found[row.chat, row.came_with].append(span)
    return found


def write_spans(
    work: Work,
    before: Mapping[Whose, Sequence[Span]],
    after: Mapping[Whose, Sequence[Span]],
    heads: Mapping[int, int],
) -> None:
    """Write what changed of stays; ``heads`` says whose they are now."""
    rows: list[dict[str, Any]] = []
    gone: list[str] = []
    for whose, several in after.items():
        kept = {_id(whose, one): one for one in before.get(whose, ())}
        fresh = {_id(whose, one): one for one in several}
        gone += [name for name in kept if name not in fresh]
        rows += [
            _row(name, whose, one, heads) for name, one in fresh.items() if kept.get(name) != one
        ]
    for chunk in in_chunks(gone):
        work.connection.execute(stay_rows.delete().where(_S.id.in_(chunk)))
    changed = ["joined", "left", "lost", "code", "scene"]
    work.upsert(stay_rows, rows, key=["id"], change=changed)


def _id(whose: Whose, span: Span) -> str:
    came = span.joined is not None
    return derived_id("group.stay", *whose, came, span.joined if came else span.left)


def _row(name: str, whose: Whose, span: Span, heads: Mapping[int, int]) -> dict[str, Any]:
    chat, born = whose
    return {
        "id": name, "chat": chat, "profile": heads.get(born, born), "came_with": born,
        "joined": span.joined, "left": span.left, "lost": span.lost, "code": span.code,
        "scene": span.scene,
    }  # fmt: skip


def inside(work: Work, chats: Collection[str], profiles: Collection[int]) -> set[Whose]:
    """Return who of these people is in which of these groups now, as (chat, person)."""
    query = select(_S.chat, _S.profile).where(
        work.among(_S.chat, chats), work.among(_S.profile, profiles), *_now()
    )  # fmt: skip
    return {(row.chat, row.profile) for row in work.connection.execute(query)}


def members(work: Work, chats: Collection[str], as_of: int | None) -> list[int]:
    """Return who is in any of these groups, now or at a moment."""
    query = select(_S.profile).where(work.among(_S.chat, chats), *_then(as_of)).distinct()
    return list(work.connection.execute(query).scalars())


def counts(work: Work, as_of: int | None) -> dict[str, int]:
    """Count the people in each group, now or at a moment."""
    query = select(_S.chat, func.count(distinct(_S.profile)).label("people")).where(*_then(as_of))
    found = work.connection.execute(query.group_by(_S.chat))
    return {row.chat: row.people for row in found}


def _now() -> tuple[Any, ...]:
    return _S.left.is_(None), _S.joined.is_not(None)


def _then(as_of: int | None) -> tuple[Any, ...]:
    if as_of is None:
        return _now()
    return _S.joined <= as_of, or_(_S.left.is_(None), _S.left > as_of)


def moves(work: Work, chats: Collection[str], since: int, until: int) -> list[tuple[str, str, int]]:
    """Return every coming and going in [since, until) as (chat, ``joined`` or ``left``, moment)."""
    found: list[tuple[str, str, int]] = []
    for name in ("joined", "left"):
        at = _S[name]
        query = select(_S.chat, at.label("at")).where(
            work.among(_S.chat, chats), at >= since, at < until, _S.joined.is_not(None)
        )
        found += [(row.chat, name, row.at) for row in work.connection.execute(query)]
    return found


def ways(work: Work, chats: Collection[str]) -> Mapping[str, Mapping[str, int]]:
    """Count by chat how people came in: by scene, or ``code:`` and the state of their code."""
    query = (
        select(_S.chat, _S.code, _S.scene, func.count().label("n"))
        .where(work.among(_S.chat, chats), _S.joined.is_not(None))
        .group_by(_S.chat, _S.code, _S.scene)
    )
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in work.connection.execute(query):
        found[row.chat][f"code:{row.code}" if row.code else row.scene] += row.n
    return found


def stays(
    work: Work,
    *,
    chats: Collection[str] | None = None,
    profile: int | None = None,
    as_of: int | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[Stay]:
    """Return stays of groups or of a person: who is in first, then the latest joined first.

    With ``as_of`` only those that lasted at that moment.
    """
    those: list[ColumnElement[bool]] = [_S.joined.is_not(None)]
    if as_of is not None:
        those += _then(as_of)
    if chats is not None:
        those.append(work.among(_S.chat, chats))
    if profile is not None:
        those.append(_S.profile == profile)
    query = (
        select(stay_rows)
        .where(and_(*those))
        .order_by(_S.left.is_not(None), _S.joined.desc(), _S.id)
        .limit(limit)
        .offset(offset)
    )
    return [
        Stay(row.chat, row.profile, row.joined, row.left, row.lost, row.code, row.scene)
        for row in work.connection.execute(query)
    ]


def erase(work: Work, profiles: Collection[int]) -> int:
    """End these people's stays; that somebody came and went stays counted."""
    return keeping.forget(work, stay_rows, profiles, and_(*_now()), left=work.now)
