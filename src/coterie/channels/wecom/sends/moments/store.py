"""The tables of moments."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Integer, Row, String, Table, Text, func, select

from coterie.channels.wecom.sends.moments.model import UNFINISHED, Mark, Moment, Poster, Spread
from coterie.storage.schema import Moment as At
from coterie.storage.schema import metadata
from coterie.storage.work import Work, in_chunks

moment_rows = Table(
    "wecom_moments",
    metadata,
    Column("id", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("materials", JSON, nullable=False),
    Column("guides", JSON, nullable=False),
    Column("tags", JSON, nullable=False),
    Column("created", At, nullable=False),
    Column("by", String, nullable=False),
    Column("expires", At),
    Column("state", String, nullable=False),
    Column("due", At, nullable=False),
    Column("noted", At),
    Column("job", String),
    Column("moment", String),
    Column("opened", At),
    Column("cancelled", At),
    Column("error", String),
)

poster_rows = Table(
    "wecom_moment_guides",
    metadata,
    Column("moment", String, primary_key=True),
    Column("guide", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("at", At, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("likes", Integer, nullable=False),
    Column("comments", Integer, nullable=False),
)

mark_rows = Table(
    "wecom_moment_marks",
    metadata,
    Column("moment", String, primary_key=True),
    Column("guide", String, primary_key=True),
    Column("external", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("at", At, primary_key=True, autoincrement=False),
    Column("told", Boolean, nullable=False, index=True),
)
"""Likes and comments by whom the platform names, told to the road once."""
_M, _P, _K = moment_rows.c, poster_rows.c, mark_rows.c


def _moment(row: Row[Any]) -> Moment:
    lists = {name: tuple(row._mapping[name]) for name in ("materials", "guides", "tags")}
    return Moment(**{**row._mapping, **lists})


def add(work: Work, moment: Moment) -> None:
    """Write a moment unless it is there."""
    row = asdict(moment) | {
        name: list(getattr(moment, name)) for name in ("materials", "guides", "tags")
    }
    work.insert_new(moment_rows, [row])


def find(work: Work, moment: str) -> Moment | None:
    """Return one moment."""
    row = work.connection.execute(select(moment_rows).where(_M.id == moment)).first()
    return None if row is None else _moment(row)


def page(work: Work, limit: int, offset: int) -> list[Moment]:
    """Return a part of the moments, the newest first."""
    query = select(moment_rows).order_by(_M.created.desc(), _M.id).limit(limit).offset(offset)
    return [_moment(row) for row in work.connection.execute(query)]


def due(work: Work, limit: int) -> list[Moment]:
    """Return the moments with something to do now."""
    query = select(moment_rows).where(_M.state.in_(UNFINISHED), _M.due <= work.now)
    return [_moment(row) for row in work.connection.execute(query.order_by(_M.due).limit(limit))]


def next_due(work: Work) -> int | None:
    """Return when a moment next has something to do: now, while the road is to hear of likes."""
    due = select(func.min(_M.due)).where(_M.state.in_(UNFINISHED)).scalar_subquery()
    untold_ = select(_K.told).where(_K.told.is_(False)).exists()
    moment, waits = work.connection.execute(select(due, untold_)).one()
    return work.now if waits else moment


def change(work: Work, name: str, **values: Any) -> None:
    """Set columns of a moment."""
    work.connection.execute(moment_rows.update().where(_M.id == name).values(**values))


def known(work: Work, moments: Collection[str]) -> set[str]:
    """Return which of the platform's names are moments of ours."""
    return {
        name
        for chunk in in_chunks(moments)
        for name in work.connection.execute(select(_M.moment).where(_M.moment.in_(chunk))).scalars()
    }


def keep_posters(work: Work, posters: Sequence[Poster]) -> None:
    """Write guides' parts, over what was there."""
    rows = [asdict(poster) for poster in posters]
    change_ = ["state", "at", "seen", "likes", "comments"]
    work.upsert(poster_rows, rows, key=["moment", "guide"], change=change_)


def posters(work: Work, moment: str) -> list[Poster]:
    """Return the guides' parts of a moment."""
    query = select(poster_rows).where(_P.moment == moment).order_by(_P.guide)
    return [Poster(**row._mapping) for row in work.connection.execute(query)]


def asked(work: Work, guide: str) -> list[Moment]:
    """Return the moments that a guide is asked to post and has not."""
    hers = select(_P.moment).where(_P.guide == guide, _P.state == "asked")
    query = select(moment_rows).where(_M.id.in_(hers), _M.state == "open").order_by(_M.opened)
    return [_moment(row) for row in work.connection.execute(query)]


def waiting(work: Work) -> list[tuple[str, int]]:
    """Return (guide, since) of every post that guides are asked for and have not made."""
    query = (
        select(_P.guide, _M.opened)
        .join_from(poster_rows, moment_rows, _M.id == _P.moment)
        .where(_P.state == "asked", _M.state == "open")
    )
    return [(row.guide, row.opened or 0) for row in work.connection.execute(query)]


def spread(work: Work, moments: Collection[str]) -> dict[str, Spread]:
    """Count guides by state, and what moments brought."""
    found: dict[str, Spread] = {}
    for chunk in in_chunks(moments):
        sums = [func.sum(_P.likes), func.sum(_P.comments), func.sum(_P.seen)]
        query = select(_P.moment, _P.state, func.count(), *sums).where(_P.moment.in_(chunk))
        for name, state, number, likes, comments, seen in work.connection.execute(
            query.group_by(_P.moment, _P.state)
        ):
            before = found.get(name, Spread())
            found[name] = Spread(
                {**before.guides, state: number},
                before.likes + int(likes),
                before.comments + int(comments),
                before.seen + int(seen),
            )
    return found


def mark(work: Work, marks: Sequence[Mark]) -> None:
    """Keep likes and comments; those that are known stay as they are."""
    work.insert_new(mark_rows, [asdict(one) | {"told": False} for one in marks])


def untold(work: Work, limit: int) -> list[tuple[Mark, str]]:
    """Return likes and comments that the road has not heard of, with the moments' titles."""
    columns = (_K.moment, _K.guide, _K.external, _K.kind, _K.at)
    query = (
        select(*columns, _M.title)
        .join_from(mark_rows, moment_rows, _M.id == _K.moment)
        .where(_K.told.is_(False))
        .order_by(_K.at, _K.external)
        .limit(limit)
    )
    return [
        (Mark(row.moment, row.guide, row.external, row.kind, row.at), row.title)
        for row in work.connection.execute(query)
    ]


def told(work: Work, marks: Sequence[Mark]) -> None:
    """Note that the road has heard of likes and comments."""
    rows = [asdict(one) | {"told": True} for one in marks]
    key = ["moment", "guide", "external", "kind", "at"]
    work.change(mark_rows, rows, key=key, change=["told"])


def forget(work: Work, externals: Collection[str]) -> int:
    """Forget whose likes and comments those of some customers were; the counts stay."""
    number = 0
    for chunk in in_chunks(externals):
        statement = mark_rows.delete().where(_K.external.in_(chunk))
        number += work.connection.execute(statement).rowcount
    return number
