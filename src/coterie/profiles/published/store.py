"""The tables of published traits: a blob a column, and what was told of a few people since."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Double,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    select,
)

from coterie.profiles.published import model
from coterie.profiles.published.model import Shape
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

name_rows = Table(
    "published_traits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("kind", String(8), nullable=False),
    Column("words", JSON, nullable=False),
    Column("keeps_since", Boolean, nullable=False),
    Column("stamp", String(36), nullable=False),
    Column("data", LargeBinary, nullable=False),
)
"""``data`` is the whole column (``columns.write``); ``stamp`` is another one with every writing."""

fresh_rows = Table(
    "published_since",
    metadata,
    Column("profile", Integer, primary_key=True),
    Column("trait", Integer, primary_key=True, index=True),
    Column("value", Double, nullable=True),
    Column("since", Moment, nullable=False),
    sqlite_with_rowid=False,
)
"""What was told of a few people since the column was written: it wins. NULL: no value any more."""

_n, _f = name_rows.c, fresh_rows.c
_HEADS = "profiles.published"
_HEAD = (_n.id, _n.name, _n.kind, _n.words, _n.keeps_since, _n.stamp)


def heads(work: Work) -> list[Row[Any]]:
    """Read every published trait but its data: id, name, kind, words, keeps_since, stamp."""
    known: list[Row[Any]] | None = work.memo.get(_HEADS)
    if known is None:
        query = select(*_HEAD).order_by(_n.name)
        known = work.memo[_HEADS] = list(work.connection.execute(query))
    return known


def data(work: Work, trait: int) -> bytes:
    """Read a column's data."""
    found: bytes = work.connection.execute(select(_n.data).where(_n.id == trait)).scalar_one()
    return found


def write(work: Work, shape: Shape, packed: bytes, stamp: str) -> None:
    """Write a whole column, and drop what was told of a few people since the former one."""
    row = {
        "name": shape.name, "kind": shape.kind, "words": list(shape.words),
        "keeps_since": shape.keeps_since, "stamp": stamp, "data": packed,
    }  # fmt: skip
    work.upsert(name_rows, [row], key=["name"], change=[name for name in row if name != "name"])
    work.memo.pop(_HEADS, None)
    of_it = select(_n.id).where(_n.name == shape.name).scalar_subquery()
    work.connection.execute(fresh_rows.delete().where(_f.trait == of_it))


def fresh_of(work: Work, trait: int) -> model.Column:
    """Read what was told of a few people of one trait since its column was written."""
    query = select(_f.profile, _f.value, _f.since).where(_f.trait == trait).order_by(_f.profile)
    return _column(work.connection.execute(query).all())


def fresh_by_trait(work: Work) -> dict[int, model.Column]:
    """Read what was told of a few people since, by trait."""
    query = select(_f.trait, _f.profile, _f.value, _f.since).order_by(_f.trait, _f.profile)
    rows: dict[int, list[Any]] = {}
    for trait, *row in work.connection.execute(query):
        rows.setdefault(trait, []).append(row)
    return {trait: _column(own) for trait, own in rows.items()}


def _column(rows: Sequence[Any]) -> model.Column:
    if not rows:
        return model.nobody()
    profiles, values, since = zip(*rows, strict=True)
    return model.Column(
        np.array(profiles, np.int32),
        np.array([np.nan if one is None else one for one in values], np.float64),
        np.array(since, np.int64),
    )


def fresh(work: Work, profiles: Collection[int]) -> list[Row[Any]]:
    """Read (profile, trait, value, since) of what was told of some people since."""
    found: list[Row[Any]] = []
    for chunk in in_chunks(profiles):
        query = select(_f.profile, _f.trait, _f.value, _f.since).where(_f.profile.in_(chunk))
        found += list(work.connection.execute(query))
    return found


def tell(work: Work, rows: Sequence[tuple[int, int, float | None, int]]) -> None:
    """Tell (profile, trait, value, since) of a few people."""
    names = ("profile", "trait", "value", "since")
    told = [dict(zip(names, row, strict=True)) for row in rows]
    work.upsert(fresh_rows, told, key=["profile", "trait"], change=["value", "since"])


def forget(work: Work, profiles: Collection[int]) -> int:
    """Take away what was told of these profiles since; count it."""
    count = 0
    for chunk in in_chunks(profiles):
        gone = fresh_rows.delete().where(_f.profile.in_(chunk))
        count += work.connection.execute(gone).rowcount
    return count
