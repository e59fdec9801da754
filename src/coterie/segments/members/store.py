"""The populations: one roaring bitmap a segment, written now and then, and the change log since.

200 memberships of 2 million people are 34 MB: too much to be written anew for every batch. So a
bitmap says up to which change it was written, and what came later is read on top of it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyroaring import BitMap
from sqlalchemy import BigInteger, Column, LargeBinary, Select, String, Table, func, select

from coterie.core.errors import NotFound
from coterie.core.event import Move
from coterie.segments.definition import LIBRARY
from coterie.segments.store import change_rows, segment_rows
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

_CHANGE = ("segment", "profile", "came_with", "entered", "at", "version", "silent")


@dataclass
class _Tail:
    """What changed since a bitmap: who entered and who left, the last change of each."""

    entered: BitMap
    left: BitMap

    def over(self, members: BitMap) -> BitMap:
        return (members - self.left) | self.entered

    def take(self, profile: int, *, entered: bool) -> None:
        (self.entered if entered else self.left).add(profile)
        (self.left if entered else self.entered).discard(profile)


def begin(work: Work, slug: str) -> None:
    """Give a segment that is new an empty population; one that has one keeps it."""
    row = {"slug": slug, "upto": _newest(work), "members": BitMap().serialize()}
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
    return _read(work, select(member_rows.c.slug, member_rows.c.members), _changes())


def members_of(work: Work, slugs: Collection[str]) -> dict[str, BitMap]:
    """Return who is in some segments; those that there are not are left out."""
    some = member_rows.c.slug.in_(slugs)
    query = select(member_rows.c.slug, member_rows.c.members).where(some)
    return _read(work, query, _changes().where(some))


def publish(
    work: Work,
    populations: Mapping[str, BitMap],
    moves: Sequence[Move],
    versions: Mapping[str, int],
    *,
    silent: bool = False,
) -> None:
    """Write the moves that led to new populations, with the rule's version of each, and sizes."""
    now = [
        (one.segment, one.profile, one.profile, one.entered, one.at, versions[one.segment], silent)
        for one in moves
    ]
    work.insert_rows(change_rows, _CHANGE, now)
    if not populations:
        return
    fresh, since = Counter(one.segment for one in moves), _unwritten(work, populations)
    for slug, number in fresh.items():
        since[slug] = since.get(slug, 0) + number
    long = {s for s, people in populations.items() if since[s] > max(_TAIL, len(people) // _PART)}
    changes = [
        {"slug": slug, "size": len(people), "unwritten": 0 if slug in long else since[slug]}
        for slug, people in populations.items()
    ]
    work.change(segment_rows, changes, key=["slug"], change=["size", "unwritten"])
    work.memo.pop(LIBRARY, None)
    newest = _newest(work) if long else 0
    rows = [
        {"slug": slug, "upto": newest, "members": populations[slug].serialize()}
        for slug in sorted(long)
    ]
    work.upsert(member_rows, rows, key=["slug"], change=["upto", "members"])


def _read(work: Work, bitmaps: Select[Any], changes: Select[Any]) -> dict[str, BitMap]:
    tails: dict[str, _Tail] = {}
    for slug, profile, entered in work.connection.execute(changes):
        tails.setdefault(slug, _Tail(BitMap(), BitMap())).take(profile, entered=entered)
    found = {}
    for slug, blob in work.connection.execute(bitmaps):
        population = BitMap.deserialize(blob)
        found[slug] = tails[slug].over(population) if slug in tails else population
    return found


def _changes() -> Select[Any]:
    """Ask for the changes since the bitmaps, in order, by whom they happened to when they did."""
    later = (change_rows.c.segment == member_rows.c.slug) & (change_rows.c.id > member_rows.c.upto)
    columns = change_rows.c.segment, change_rows.c.came_with, change_rows.c.entered
    return select(*columns).select_from(member_rows.join(change_rows, later)).order_by(
        change_rows.c.id
    )  # fmt: skip


def _unwritten(work: Work, slugs: Iterable[str]) -> dict[str, int]:
    """Return how many changes the bitmaps of some segments do not reckon with."""
    columns = segment_rows.c.slug, segment_rows.c.unwritten
    query = select(*columns).where(segment_rows.c.slug.in_(list(slugs)))
    return {row.slug: row.unwritten for row in work.connection.execute(query)}


def _newest(work: Work) -> int:
    """Return the id of the newest change."""
    return work.connection.execute(select(func.max(change_rows.c.id))).scalar() or 0
