"""The tables of channel codes: what they say, in every version, and who came through them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    bindparam,
    func,
    or_,
    select,
)

from coterie.codes.channel.model import PERSONAL, Filter, Key, Numbers
from coterie.core.ids import derived_id
from coterie.storage.keeping import came_with, forget, rows_of
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

CodeRow = Row[Any]
"""A code as it is kept."""

code_rows = Table(
    "codes_channel",
    metadata,
    Column("state", String(30), primary_key=True),
    Column("key", String(32), nullable=False, unique=True),
    Column("generation", Integer, nullable=False),
    Column("guide", String(64), index=True),
    Column("store", String(64), index=True),
    Column("campaign", String(100), nullable=False),
    Column("placement", String(100), nullable=False),
    Column("title", String(100), nullable=False),
    Column("version", Integer, nullable=False),
    Column("source", JSON, nullable=False),
    Column("status", String(8), nullable=False),
    Column("successor", String(30)),
    Column("created", Moment, nullable=False),
    Column("ends", Moment),
    Column("due", Moment, index=True),
    Column("added", Integer, nullable=False),
    Column("joined", Integer, nullable=False),
    Column("last", String(64)),
)
version_rows = Table(
    "codes_channel_versions",
    metadata,
    Column("state", String(30), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("by", String, nullable=False),
    Column("source", JSON, nullable=False),
)
behind_rows = Table(
    "codes_channel_guides",
    metadata,
    Column("state", String(30), primary_key=True),
    Column("guide", String(70), primary_key=True, index=True),
)
add_rows = Table(
    "codes_channel_adds",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("state", String(30), nullable=False),
    Column("guide", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("profile", Integer, index=True),
    came_with(nullable=True),
    Column("again", Boolean, nullable=False),
    Column("joined", Moment),
)
away_rows = Table(
    "codes_away",
    metadata,
    Column("guide", String(64), primary_key=True),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
    Column("by", String, nullable=False),
)
_C, _A = code_rows.c, add_rows.c
_SHARED = ~_C.placement.startswith(PERSONAL)
STORE = "@store"
"""Stands for whoever serves at the code's store; no guide's id begins so."""
Index("ix_codes_channel_adds_state_at", _A.state, _A.at)
Index("ix_codes_channel_adds_guide_at", _A.guide, _A.at)

SORTS: Mapping[str, ColumnElement[Any]] = {
    "created": _C.created.desc(),
    "title": _C.title.asc(),
    "ends": func.coalesce(_C.ends, 2**53).asc(),
    "added": _C.added.desc(),
    "joined": _C.joined.desc(),
}


def key_of(key: Key, generation: int) -> str:
    """Return the one spelling of what a code is of."""
    return derived_id(
        "channel", key.guide is None, key.guide, key.store is None, key.store, key.campaign,
        key.placement, generation,
    )  # fmt: skip


def add(work: Work, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Write new codes with their first versions; return the states of those that were new."""
    work.insert_new(code_rows, rows)
    stand = set(of_keys(work, [row["key"] for row in rows]).values())
    fresh = [row for row in rows if row["state"] in stand]
    work.insert(version_rows, [_version(work, row) for row in fresh])
    return [row["state"] for row in fresh]


def rewrite(work: Work, row: Mapping[str, Any]) -> None:
    """Write the next version of a code."""
    names = ("title", "version", "source", "ends", "due")
    work.change(code_rows, [row], key=["state"], change=names)
    work.insert(version_rows, [_version(work, row)])


def set_behind(work: Work, guides: Mapping[str, Collection[str]]) -> None:
    """Write who stands behind codes; ``STORE`` where it is whoever serves at the store."""
    for chunk in in_chunks(guides):
        work.connection.execute(behind_rows.delete().where(behind_rows.c.state.in_(chunk)))
    rows = [{"state": one, "guide": each} for one, names in guides.items() for each in set(names)]
    work.insert(behind_rows, rows)


def set_fields(work: Work, states: Collection[str], **values: Any) -> None:
    """Set columns of some codes."""
    for chunk in in_chunks(sorted(states)):
        work.connection.execute(code_rows.update().where(_C.state.in_(chunk)).values(**values))


def load(work: Work, states: Collection[str]) -> list[Row[Any]]:
    """Return the rows of these codes."""
    return _all(work, select(code_rows), _C.state, states)


def of_keys(work: Work, keys: Collection[str]) -> dict[str, str]:
    """Return the states of the codes of these keys that are there."""
    found = _all(work, select(_C.key, _C.state), _C.key, keys)
    return {row.key: row.state for row in found}


def latest_of(work: Work, key: Key) -> int:
    """Return the newest generation of what a code is of, 0 when there is none."""
    query = select(func.max(_C.generation)).where(
        _C.guide.is_not_distinct_from(key.guide), _C.store.is_not_distinct_from(key.store),
        _C.campaign == key.campaign, _C.placement == key.placement,
    )  # fmt: skip
    return int(work.connection.execute(query).scalar() or 0)


def of_stores(work: Work, stores: Collection[str], now: int) -> list[Row[Any]]:
    """Return the stores' own codes that work: of no guide, oldest first."""
    query = (
        select(code_rows)
        .where(_C.guide.is_(None), _C.status == "on", or_(_C.ends.is_(None), _C.ends > now))
        .where(_SHARED)
        .order_by(_C.created, _C.state)
    )
    return _all(work, query, _C.store, stores)


def of_guide(work: Work, guide: str) -> list[Row[Any]]:
    """Return a guide's own codes, newest first."""
    query = select(code_rows).where(_C.guide == guide).order_by(_C.created.desc(), _C.state)
    return list(work.connection.execute(query))


def behind(work: Work, guides: Collection[str]) -> set[str]:
    """Return the states of the codes that these guides stand behind, or may, as a store's."""
    query = select(behind_rows.c.state)
    return {row.state for row in _all(work, query, behind_rows.c.guide, (*guides, STORE))}


def followers(work: Work, states: Collection[str]) -> set[str]:
    """Return the states of disabled codes that gave their scans to these."""
    return {row.state for row in _all(work, select(_C.state), _C.successor, states)}


def page(work: Work, sought: Filter, order: str, limit: int, offset: int) -> list[Row[Any]]:
    """Return wanted codes in one of the orders ``SORTS``."""
    query = _sought(select(code_rows), sought)
    query = query.order_by(SORTS[order], _C.state)
    return list(work.connection.execute(query.limit(limit).offset(offset)))


def count(work: Work, sought: Filter) -> int:
    """Count the wanted codes."""
    query = _sought(select(func.count()).select_from(code_rows), sought)
    return int(work.connection.execute(query).scalar_one())


def values_of(work: Work, column: str) -> list[str]:
    """Return what codes say in a column, each once."""
    query = select(_C[column]).distinct().where(_C[column].is_not(None), _C[column] != "")
    return sorted(work.connection.execute(query.where(_SHARED)).scalars())


def versions(work: Work, state: str) -> list[Row[Any]]:
    """Return every version of a code, newest first."""
    query = select(version_rows).where(version_rows.c.state == state)
    return list(work.connection.execute(query.order_by(version_rows.c.version.desc())))


def due(work: Work, limit: int) -> list[Row[Any]]:
    """Return the codes whose guides are to be worked out again, the longest overdue first."""
    query = select(code_rows).where(_C.due <= work.now).order_by(_C.due, _C.state).limit(limit)
    return list(work.connection.execute(query))


def next_due(work: Work) -> int | None:
    """Return when the next code is due."""
    return work.connection.execute(select(func.min(_C.due))).scalar()


def hasten(work: Work, states: Collection[str]) -> None:
    """Let these codes be worked out at once."""
    set_fields(work, states, due=work.now)


def hasten_all(work: Work) -> None:
    """Let every code be worked out at once."""
    work.connection.execute(code_rows.update().values(due=work.now))


# --- who came


def came(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write down who was added, and count her for her code; an id that is there is left alone."""
    present = {row.id for row in _all(work, select(_A.id), _A.id, [row["id"] for row in rows])}
    rows = [row for row in rows if row["id"] not in present]
    work.insert(add_rows, rows)
    tally: dict[str, tuple[int, str]] = {}
    for row in rows:
        tally[row["state"]] = tally.get(row["state"], (0, ""))[0] + 1, row["guide"]
    if tally:
        said = [{"of": key, "more": number, "who": who} for key, (number, who) in tally.items()]
        values = {"added": _C.added + bindparam("more"), "last": bindparam("who")}
        statement = code_rows.update().where(_C.state == bindparam("of")).values(**values)
        work.connection.execute(statement, said)


def before(
    work: Work, profiles: Collection[int], states: Collection[str]
) -> dict[tuple[str, str, int], int]:
    """Return when these people last came by state, guide and profile."""
    query = select(_A.state, _A.guide, _A.profile, _A.at).where(_A.state.in_(sorted(states)))
    rows = _all(work, query.order_by(_A.at), _A.profile, profiles)
    return {(row.state, row.guide, row.profile): row.at for row in rows}


def unjoined(work: Work, profiles: Collection[int]) -> list[Row[Any]]:
    """Return the adds of these people who have not come into a group yet, oldest first."""
    query = select(add_rows).where(_A.joined.is_(None)).order_by(_A.at, _A.id)
    return _all(work, query, _A.profile, profiles)


def joined(work: Work, moments: Mapping[str, int], states: Mapping[str, str]) -> None:
    """Write down when these adds led into a group, and count them for their codes."""
    rows = [{"id": one, "joined": at} for one, at in moments.items()]
    work.change(add_rows, rows, key=["id"], change=["joined"])
    tally = Counter(states[one] for one in moments)
    if tally:
        said = [{"of": state, "more": number} for state, number in tally.items()]
        values = {"joined": _C.joined + bindparam("more")}
        statement = code_rows.update().where(_C.state == bindparam("of")).values(**values)
        work.connection.execute(statement, said)


def numbers(work: Work, states: Collection[str], today: int) -> dict[str, Numbers]:
    """Count what came of codes that were used; ``today`` is when the day began."""
    query = select(_C.state, _C.added, _C.joined).where(_C.added > 0)
    used = {row.state: row for row in _all(work, query, _C.state, states)}
    of_today = select(_A.state, func.count().label("n")).where(_A.at >= today).group_by(_A.state)
    came_today = {row.state: row.n for row in _all(work, of_today, _A.state, used)}
    return {
        state: Numbers(row.added, row.joined, came_today.get(state, 0))
        for state, row in used.items()
    }


def by_guide(work: Work, state: str) -> list[tuple[str, int, int]]:
    """Return guides with whom they added through a code and who of these came into a group."""
    query = select(_A.guide, func.count().label("added"), func.count(_A.joined).label("joined"))
    query = query.where(_A.state == state).group_by(_A.guide).order_by(func.count().desc())
    return [(row.guide, row.added, row.joined) for row in work.connection.execute(query)]


def moments(work: Work, state: str, since: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return when people were added through a code since a moment, and 1 where one joined."""
    query = select(_A.at, func.coalesce(_A.joined, 0)).where(_A.state == state, _A.at >= since)
    at, joined_at = work.columns(query, np.int64, np.int64)
    return at, (joined_at > 0).astype(np.int64)


def taken(work: Work, states: Collection[str], since: int) -> list[Row[Any]]:
    """Return the adds through some codes since a moment, oldest first."""
    query = select(_A.state, _A.guide, _A.at).where(_A.at >= since).order_by(_A.at)
    return _all(work, query, _A.state, states)


def recent(work: Work, guides: Collection[str], since: int) -> dict[str, list[int]]:
    """Return when these guides added somebody, through any code, oldest first."""
    found: dict[str, list[int]] = {}
    query = select(_A.guide, _A.at).where(_A.at > since).order_by(_A.at)
    for row in _all(work, query, _A.guide, guides):
        found.setdefault(row.guide, []).append(row.at)
    return found


def turns(work: Work, states: Collection[str]) -> dict[str, tuple[int, str | None]]:
    """Return how many were ever added through each code, and who took the last."""
    rows = _all(work, select(_C.state, _C.added, _C.last), _C.state, states)
    return {row.state: (row.added, row.last) for row in rows}


# --- who is away


def set_away(work: Work, guide: str, until: int | None) -> None:
    """Keep that a guide takes no newcomers."""
    row = {"guide": guide, "since": work.now, "until": until, "by": str(work.actor)}
    work.upsert(away_rows, [row], key=["guide"], change=["since", "until", "by"])


def set_back(work: Work, guide: str) -> None:
    """Keep that a guide takes newcomers again."""
    work.connection.execute(away_rows.delete().where(away_rows.c.guide == guide))


def away(work: Work, guides: Collection[str]) -> dict[str, int | None]:
    """Return who of these guides is away, and until when."""
    found = _all(work, select(away_rows), away_rows.c.guide, guides)
    return {row.guide: row.until for row in found if row.until is None or row.until > work.now}


# --- keeping


def of_person(work: Work, profile: int) -> list[dict[str, Any]]:
    """Return by which codes a person came."""
    return rows_of(work, add_rows, profile, "at")


def erase(work: Work, profiles: Collection[int]) -> int:
    """Forget who came; that somebody came stays counted."""
    nobody = {"profile": None, "came_with": None}
    return forget(work, add_rows, profiles, _A.profile.is_not(None), **nobody)


def _sought(query: Select[Any], sought: Filter) -> Select[Any]:
    query = query.where(_SHARED)
    for name in ("store", "guide", "campaign", "status"):
        if wanted := getattr(sought, name):
            query = query.where(_C[name] == wanted)
    if sought.text:
        like = (_C.title.icontains(sought.text, autoescape=True), _C.state == sought.text)
        query = query.where(or_(*like))
    return query


def _all(
    work: Work, query: Select[Any], column: ColumnElement[Any], values: Collection[Any]
) -> list[Row[Any]]:
    found: list[Row[Any]] = []
    for chunk in in_chunks(dict.fromkeys(one for one in values if one is not None)):
        found += work.connection.execute(query.where(column.in_(chunk)))
    return found


def _version(work: Work, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "state": row["state"], "version": row["version"], "at": work.now, "by": str(work.actor),
        "source": row["source"],
    }  # fmt: skip
