"""The populations: one roaring bitmap a segment, written now and then, and the change log since.

200 memberships of 2 million people are 34 MB: too much to be written anew for every batch. So a
bitmap says up to which change it was written, and what came later is read on top of it.
"""

from collections.abc import Collection, Mapping
from typing import Any

from pyroaring import BitMap
from sqlalchemy import BigInteger, Column, LargeBinary, Select, String, Table, select

from coterie.core.errors import NotFound
from coterie.segments.changes import store as changes
from coterie.segments.definition import LIBRARY
from coterie.segments.moves import Moves
from coterie.segments.store import segment_rows
from coterie.storage.schema import metadata
from coterie.storage.work import Work

member_rows = Table(
    "segment_members",
    metadata,
    Column("slug", String, primary_key=True),
    Column("upto", BigInteger, nullable=False),
    Column("members", LargeBinary, nullable=False),
)
"""``upto`` is the id of the last change that the bitmap reckons with."""

_TAIL, _PART = 2_000, 20
"""A bitmap is written anew when the changes since are more than these, and than this part of it."""


def begin(work: Work, slug: str) -> None:
    """Give a segment that is new an empty population; one that has one keeps it."""
    row = {"slug": slug, "upto": changes.newest(work), "members": BitMap().serialize()}
    work.insert_new(member_rows, [row])


def remove(work: Work, slug: str) -> None:
    """Take a population away."""
    work.connection.execute(member_rows.delete().where(member_rows.c.slug == slug))


def members(work: Work, slug: str) -> BitMap:
    """Return who is in a segment; raises NotFound when there is none of that name."""
    found = members_of(work, [slug])
    if slug not in found:
        raise NotFound(f"there is no segment {slug!r}; define it first")
    return found[slug]


def all_members(work: Work) -> dict[str, BitMap]:
    """Return who is in every segment."""
    return _read(work, select(member_rows.c.slug, member_rows.c.members), _later())


def members_of(work: Work, slugs: Collection[str]) -> dict[str, BitMap]:
    """Return who is in some segments; those that there are not are left out."""
    some = member_rows.c.slug.in_(slugs)
    query = select(member_rows.c.slug, member_rows.c.members).where(some)
    return _read(work, query, _later().where(some))


def publish(
    work: Work,
    populations: Mapping[str, BitMap],
    moves: Moves,
    versions: Mapping[str, int],
    *,
    silent: bool = False,
) -> None:
    """Write the moves that led to new populations, with the rule's version of each, and sizes."""
    changes.write(work, moves, versions, silent=silent)
    if not populations:
        return
    since = _unwritten(work)
    for slug, one in moves.turned.items():
        since[slug] = since.get(slug, 0) + len(one.entered) + len(one.left)
    long = {s for s, people in populations.items() if since[s] > max(_TAIL, len(people) // _PART)}
    sizes = [
        {"slug": slug, "size": len(people), "unwritten": 0 if slug in long else since[slug]}
        for slug, people in populations.items()
    ]
    work.change(segment_rows, sizes, key=["slug"], change=["size", "unwritten"])
    work.memo.pop(LIBRARY, None)
    newest = changes.newest(work) if long else 0
    rows = [
        {"slug": slug, "upto": newest, "members": populations[slug].serialize()}
        for slug in sorted(long)
    ]
    work.upsert(member_rows, rows, key=["slug"], change=["upto", "members"])


def _read(work: Work, bitmaps: Select[Any], later: Select[Any]) -> dict[str, BitMap]:
    found = {slug: BitMap.deserialize(blob) for slug, blob in work.connection.execute(bitmaps)}
    for slug, came, went in work.connection.execute(later):
        population = found[slug]
        population -= BitMap.deserialize(went)
        population |= BitMap.deserialize(came)
    return found


def _later() -> Select[Any]:
    """Ask for the changes since the bitmaps, in order."""
    rows = changes.change_rows.c
    later = (rows.segment == member_rows.c.slug) & (rows.id > member_rows.c.upto)
    query = select(rows.segment, rows.came, rows.went)
    return query.select_from(member_rows.join(changes.change_rows, later)).order_by(rows.id)


def _unwritten(work: Work) -> dict[str, int]:
    """Return how many changes the bitmaps of all segments do not reckon with."""
    query = select(segment_rows.c.slug, segment_rows.c.unwritten)
    return {row.slug: row.unwritten for row in work.connection.execute(query)}
