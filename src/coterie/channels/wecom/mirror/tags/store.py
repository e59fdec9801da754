"""The tables of corporation tags, of the edges they lie on, and of what is to be marked there."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    Row,
    String,
    Table,
    and_,
    delete,
    func,
    or_,
    select,
)

from coterie.channels.wecom.mirror.model import CorpTag
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work

_Pair = tuple[str, str]
"""A guide's userid and a customer's external_userid."""

tag_rows = Table(
    "wecom_tags",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("group_id", String(64), nullable=False),
    Column("group", String, nullable=False),
    Column("name", String, nullable=False),
    Column("order", Integer, nullable=False),
    Column("tag", String(255)),
    Column("gone", Moment),
)
_T = tag_rows.c
Index(None, _T.tag)

edge_tag_rows = Table(
    "wecom_edge_tags",
    metadata,
    Column("guide", String(64), primary_key=True),
    Column("external", String(64), primary_key=True),
    Column("tag", String(64), primary_key=True),
    Column("lies", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("ours", Boolean, nullable=False),
)
_E = edge_tag_rows.c
Index(None, _E.external)

marking_rows = Table(
    "wecom_markings",
    metadata,
    Column("guide", String(64), primary_key=True),
    Column("external", String(64), primary_key=True),
    Column("tag", String(64), primary_key=True),
    Column("lies", Boolean, nullable=False),
    Column("asked", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("error", String),
)
_K = marking_rows.c
Index(None, _K.due)
Index(None, _K.external)


def corp_tags(work: Work, *, gone: bool = False) -> list[CorpTag]:
    """Return the tags of the corporation, group by group; with ``gone`` those deleted too."""
    query = select(tag_rows).order_by(_T.group, _T.order.desc(), _T.name)
    if not gone:
        query = query.where(_T.gone.is_(None))
    return [
        CorpTag(row.id, row.group_id, row.group, row.name, row.tag, row.order)
        for row in work.connection.execute(query)
    ]


def write(work: Work, some: Iterable[CorpTag]) -> None:
    """Write tags of the corporation, new or changed; deleted ones are there again."""
    rows = [{**vars(one), "gone": None} for one in some]
    change = ["group_id", "group", "name", "order", "tag", "gone"]
    work.upsert(tag_rows, rows, key=["id"], change=change)


def bury(work: Work, ids: Collection[str]) -> None:
    """Note that tags were deleted at the platform, and forget what was to be marked with them."""
    if ids:
        some = sorted(ids)
        work.connection.execute(tag_rows.update().where(_T.id.in_(some)).values(gone=work.now))
        work.connection.execute(delete(marking_rows).where(_K.tag.in_(some)))


# --- tags on edges


def edge_tags(work: Work, externals: Collection[str]) -> dict[_Pair, dict[str, Row[Any]]]:
    """Return what is known of tags on these customers' edges, by tag."""
    found: dict[_Pair, dict[str, Row[Any]]] = {}
    if externals:
        query = select(edge_tag_rows).where(work.among(_E.external, externals))
        for row in work.connection.execute(query):
            found.setdefault((row.guide, row.external), {})[row.tag] = row
    return found


def lying(work: Work, externals: Collection[str]) -> dict[_Pair, list[str]]:
    """Return the tags that lie on these customers' edges now."""
    return {
        pair: [tag for tag, row in rows.items() if row.lies]
        for pair, rows in edge_tags(work, externals).items()
    }


def with_tags(work: Work, tags: Collection[str]) -> list[tuple[str, str, str]]:
    """Return (guide, external, tag) of the edges on which these tags lie."""
    if not tags:
        return []
    query = select(_E.guide, _E.external, _E.tag).where(_E.lies, _E.tag.in_(sorted(tags)))
    return [(row.guide, row.external, row.tag) for row in work.connection.execute(query)]


def tag_counts(work: Work) -> dict[str, int]:
    """Count the edges on which each tag lies."""
    query = select(_E.tag, func.count().label("number")).where(_E.lies).group_by(_E.tag)
    return {row.tag: row.number for row in work.connection.execute(query)}


def write_tags(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write which tags lie on which edges: since when, and whether we put or took them."""
    key = ["guide", "external", "tag"]
    work.upsert(edge_tag_rows, rows, key=key, change=["lies", "at", "ours"])


# --- what is to be marked


def ask(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Have tags marked or taken off edges; what was asked of the same before is overtaken."""
    fresh = {"asked": work.now, "due": work.now, "tries": 0, "error": None}
    key = ["guide", "external", "tag"]
    work.upsert(marking_rows, [{**row, **fresh} for row in rows], key=key,
                change=["lies", *fresh])  # fmt: skip


def asked(work: Work, externals: Collection[str]) -> dict[tuple[str, str, str], bool]:
    """Return what is to be marked on these customers' edges: whether the tag is to lie on it."""
    query = select(marking_rows).where(work.among(_K.external, externals))
    found = work.connection.execute(query) if externals else ()
    return {(row.guide, row.external, row.tag): row.lies for row in found}


def due(work: Work, limit: int) -> list[Row[Any]]:
    """Return what is to be marked now, edge by edge, the longest due first."""
    first = (
        select(_K.guide, _K.external)
        .where(_K.due <= work.now)
        .group_by(_K.guide, _K.external)
        .order_by(func.min(_K.due), _K.guide, _K.external)
        .limit(limit)
        .subquery()
    )
    query = (
        select(marking_rows)
        .join(first, and_(first.c.guide == _K.guide, first.c.external == _K.external))
        .order_by(_K.guide, _K.external, _K.tag)
    )
    return list(work.connection.execute(query))


def next_due(work: Work) -> int | None:
    """Return when the next marking is due."""
    return work.connection.execute(select(func.min(_K.due))).scalar()


def settle(work: Work, rows: Iterable[Row[Any]]) -> None:
    """Forget what was marked, unless something else has been asked meanwhile."""
    for some in _in_portions(list(rows)):
        those = or_(
            *(
                and_(_K.guide == row.guide, _K.external == row.external, _K.tag == row.tag,
                     _K.asked == row.asked, _K.lies == row.lies)
                for row in some
            )
        )  # fmt: skip
        work.connection.execute(delete(marking_rows).where(those))


def put_off(work: Work, rows: Sequence[Row[Any]], due_: int, error: str) -> None:
    """Try markings again later, and keep why."""
    said = [
        {
            "guide": row.guide, "external": row.external, "tag": row.tag,
            "tries": row.tries + 1, "due": due_, "error": error,
        }
        for row in rows
    ]  # fmt: skip
    key = ["guide", "external", "tag"]
    work.change(marking_rows, said, key=key, change=["tries", "due", "error"])


def rename(work: Work, before: str, after: str) -> None:
    """Give a guide another userid."""
    for table in (edge_tag_rows, marking_rows):
        statement = table.update().where(table.c.guide == before).values(guide=after)
        work.connection.execute(statement)


def forget(work: Work, externals: Collection[str]) -> dict[str, int]:
    """Forget which tags lie on customers' edges, and what was to be marked there."""
    return {
        table.name: work.connection.execute(
            delete(table).where(work.among(table.c.external, externals))
        ).rowcount
        for table in (edge_tag_rows, marking_rows)
    }


def count(work: Work) -> tuple[int, int]:
    """Count the tags that there are, and what is to be marked."""
    queries = (
        select(func.count()).select_from(tag_rows).where(_T.gone.is_(None)),
        select(func.count()).select_from(marking_rows),
    )
    tags, markings = (int(work.connection.execute(one).scalar_one()) for one in queries)
    return tags, markings


def _in_portions(rows: Sequence[Row[Any]]) -> Iterable[Sequence[Row[Any]]]:
    return (rows[start : start + 100] for start in range(0, len(rows), 100))
