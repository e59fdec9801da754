"""The dictionary's tables, and what is read of tags by name instead of by person."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any

from pyroaring import BitMap
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    and_,
    case,
    delete,
    func,
    or_,
    select,
    union_all,
)

from coterie.profiles.facts.store import tag_fact_rows, tag_rows
from coterie.profiles.store import of_many
from coterie.profiles.tags.model import Dictionary, Group, Origin, Tag
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

group_rows = Table(
    "tag_groups",
    metadata,
    Column("slug", String, primary_key=True),
    Column("title_en", String, nullable=False),
    Column("title_zh", String, nullable=False),
    Column("exclusive", Boolean, nullable=False),
)

entry_rows = Table(
    "tag_entries",
    metadata,
    Column("name", String, primary_key=True),
    Column("title_en", String, nullable=False),
    Column("title_zh", String, nullable=False),
    Column("description", Text, nullable=False),
    Column("group", String, ForeignKey("tag_groups.slug")),
    Column("owner", String, nullable=False),
    Column("validity", Integer),
    Column("retired", Moment),
    Column("alias_of", String),
    Column("defined_at", Moment, nullable=False),
    Column("defined_by", String, nullable=False),
)

_MEMO = "profiles.tags"
_HOUR = 3_600_000


# The dictionary


def dictionary(work: Work) -> Dictionary:
    """Read the whole dictionary, once a unit of work."""
    book: Dictionary | None = work.memo.get(_MEMO)
    if book is None:
        groups = [Group(**row._mapping) for row in work.connection.execute(select(group_rows))]
        entries = [Tag(**row._mapping) for row in work.connection.execute(select(entry_rows))]
        book = Dictionary({one.name: one for one in entries}, {one.slug: one for one in groups})
        work.memo[_MEMO] = book
    return book


def write_group(work: Work, group: Group) -> None:
    """Write a group."""
    change = ["title_en", "title_zh", "exclusive"]
    work.upsert(group_rows, [asdict(group)], key=["slug"], change=change)
    work.memo.pop(_MEMO, None)


def remove_group(work: Work, slug: str) -> None:
    """Remove a group that no entry is in."""
    work.connection.execute(delete(group_rows).where(group_rows.c.slug == slug))
    work.memo.pop(_MEMO, None)


def write_entries(work: Work, entries: Sequence[Tag]) -> None:
    """Write entries."""
    change = [column.name for column in entry_rows.columns if column.name != "name"]
    work.upsert(entry_rows, [asdict(one) for one in entries], key=["name"], change=change)
    work.memo.pop(_MEMO, None)


# Facts, forgotten to be told anew


def forget(work: Work, profiles: Collection[int], names: Collection[str]) -> None:
    """Remove what is kept of these tags of people: it is about to be settled anew."""
    for table in (tag_rows, tag_fact_rows):
        for chunk in in_chunks(profiles):
            these = and_(table.c.profile.in_(chunk), table.c.name.in_(list(names)))
            work.connection.execute(delete(table).where(these))


def ever(work: Work, names: Collection[str]) -> BitMap:
    """Return of whom a fact about one of these tags is known."""
    query = select(tag_rows.c.profile).where(tag_rows.c.name.in_(list(names)))
    return BitMap(_first(work, query))


def ever_several(work: Work, names: Collection[str]) -> BitMap:
    """Return of whom facts about two or more of these tags are known."""
    mine = tag_rows.c
    query = select(mine.profile).where(mine.name.in_(list(names)))
    return BitMap(_first(work, query.group_by(mine.profile).having(func.count() > 1)))


def ever_said(work: Work, name: str, said: Collection[str]) -> BitMap:
    """Return of whom a fact about a tag is known that was told with one of these names."""
    found = BitMap()
    for table in (tag_rows, tag_fact_rows):
        told = table.c.said.in_(list(said))
        found |= BitMap(_first(work, select(table.c.profile).where(table.c.name == name, told)))
    return found


# Questions by name


def holders(work: Work, name: str) -> BitMap:
    """Return who carries a tag now."""
    query = select(tag_rows.c.profile).where(tag_rows.c.name == name, _is_held(work))
    return BitMap(_first(work, query))


def standing_of(work: Work, names: Collection[str], profiles: Collection[int]) -> list[Row[Any]]:
    """Read (profile, tag, until, time, source) of those of these tags that people carry now."""
    mine = tag_rows.c
    columns = (mine.profile, mine.name, mine.until, mine.time, mine.source)
    query = select(*columns).where(mine.name.in_(list(names)), _is_held(work))
    return of_many(work, query, mine.profile, profiles)


def all_holders(work: Work) -> dict[str, BitMap]:
    """Return who carries each tag now."""
    query = select(tag_rows.c.name, func.max(tag_rows.c.time)).group_by(tag_rows.c.name)
    return {name: holders(work, name) for name, _ in work.connection.execute(query)}


def last_told(work: Work) -> dict[str, int]:
    """Return when each tag was last put on somebody or taken off."""
    query = select(tag_rows.c.name, func.max(tag_rows.c.time)).group_by(tag_rows.c.name)
    return {row[0]: row[1] for row in work.connection.execute(query)}


def origins(work: Work, name: str) -> list[Origin]:
    """Count who carries a tag now by where it came from, the most first."""
    mine = tag_rows.c
    query = select(mine.source, mine.by, func.count()).where(mine.name == name, _is_held(work))
    found = [Origin(*row) for row in work.connection.execute(query.group_by(mine.source, mine.by))]
    return sorted(found, key=lambda one: (-one.people, one.source, one.by or ""))


def by_hours(work: Work, name: str, since: int) -> list[tuple[int, int, int]]:
    """Read (start of an hour, how often put on, how often taken off) of a tag, since a moment."""
    every = union_all(
        *(
            select(table.c.time, table.c.value).where(table.c.name == name, table.c.time >= since)
            for table in (tag_rows, tag_fact_rows)
        )
    ).subquery()
    hour = (every.c.time - every.c.time % _HOUR).label("hour")
    put = func.sum(case((every.c.value.is_not(None), 1), else_=0))
    query = select(hour, put, func.count()).group_by(hour).order_by(hour)
    rows = work.connection.execute(query)
    return [(int(start), int(on), int(told - on)) for start, on, told in rows]


def _is_held(work: Work) -> ColumnElement[bool]:
    alive = or_(tag_rows.c.until.is_(None), tag_rows.c.until > work.now)
    return and_(tag_rows.c.value.is_not(None), alive)


def _first(work: Work, query: Any) -> Iterable[int]:
    """Read one column of very many people, as the driver gives it."""
    return chain.from_iterable(work.connection.execute(query).cursor.fetchall())
