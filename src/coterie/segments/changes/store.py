"""Every change of who is in the segments: a row for each segment that a step moved, not a person.

A row holds who entered and who left, as bitmaps of the profiles that they were then: a merge
rewrites nothing here, and whoever asks of a person names all profiles that she leads. So that her
rows are found among millions, they are told page by page of people, for very many changes at once;
the newest rows, which no page tells of yet, are looked through.
"""

from collections.abc import Collection, Mapping

import numpy as np
from pyroaring import BitMap
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    func,
    literal_column,
    select,
)

from coterie.core.clock import MINUTE
from coterie.segments.definition import Change, Published
from coterie.segments.moves import Moves
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work

change_rows = Table(
    "segment_changes",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("segment", String, nullable=False),
    Column("at", Moment, nullable=False),
    Column("version", Integer, nullable=False),
    Column("silent", Boolean, nullable=False),
    Column("entered", Integer, nullable=False),
    Column("left", Integer, nullable=False),
    Column("came", LargeBinary, nullable=False),
    Column("went", LargeBinary, nullable=False),
    Index(None, "segment", "id"),
    Index(None, "at"),
)
"""``came`` and ``went`` are bitmaps of profiles, ``entered`` and ``left`` how many are in them.

``silent`` ones were counted and nobody heard of them: who left led no more, or was erased.
"""

page_rows = Table(
    "segment_change_pages",
    metadata,
    Column("page", Integer, primary_key=True, autoincrement=False),
    Column("upto", BigInteger, primary_key=True, autoincrement=False),
    Column("changes", LargeBinary, nullable=False),
    Index(None, "upto"),
    sqlite_with_rowid=False,  # the key is the row
)
"""In which changes the people of a page moved, up to the change ``upto`` from the page before it.

Each is one number of 64 bits: the change's id, and which of the page's people it was.
"""

_BITS = 8
"""A page is of 256 people: a person is read with few others, and many changes make few pages."""

LOOSE, PORTION = 10_000, 500_000
"""From so many rows that no page tells of on, as many as make so many moves are told by pages."""

_CHANGE = ("segment", "at", "version", "silent", "entered", "left", "came", "went")
_QUARTER = 15 * MINUTE
_MASK = (1 << _BITS) - 1
_AT_ONCE = 500
_c = change_rows.c


def write(work: Work, moves: Moves, versions: Mapping[str, int], *, silent: bool) -> None:
    """Write what a step moved, with the rule's version of each segment."""
    rows = [
        (
            segment, moves.at, versions[segment], silent, len(one.entered), len(one.left),
            one.entered.serialize(), one.left.serialize(),
        )
        for segment, one in moves.turned.items()
    ]  # fmt: skip
    work.insert_rows(change_rows, _CHANGE, rows)
    if moves:
        tell(work)


def newest(work: Work) -> int:
    """Return the id of the newest change."""
    return work.connection.execute(select(func.max(_c.id))).scalar() or 0


# Of a person


def of_profiles(work: Work, profiles: Collection[int]) -> list[Change]:
    """Return the moves of some profiles in and out of segments, oldest first."""
    asked = BitMap(profiles)
    told = _upto(work)
    ids = sorted({id_ for profile in asked for id_ in _told_of(work, profile)})
    heard = ~_c.silent
    found = list[Change]()
    for those in (work.among(_c.id, ids) if ids else None, _c.id > told):
        if those is None:
            continue
        query = select(_c.segment, _c.at, _c.version, _c.came, _c.went).where(those, heard)
        for segment, at, version, came, went in work.connection.execute(query.order_by(_c.id)):
            for blob, entered in ((came, True), (went, False)):
                some = BitMap.deserialize(blob) & asked
                found += [Change(segment, entered, at, version, profile) for profile in some]
    return found


def _told_of(work: Work, profile: int) -> list[int]:
    """Return the ids of the changes in which a profile moved, of those that pages tell of."""
    whose = page_rows.c.page == profile >> _BITS
    found = list[int]()
    for blob in work.connection.execute(select(page_rows.c.changes).where(whose)).scalars():
        told = np.frombuffer(blob, np.int64)
        found += (told[told & _MASK == profile & _MASK] >> _BITS).tolist()
    return found


def tell(work: Work, *, loose: int = LOOSE, portion: int = PORTION) -> None:
    """Tell of the oldest rows by pages, as many as make ``portion`` moves, once ``loose`` wait."""
    upto = _upto(work)
    if newest(work) - upto < loose:
        return
    ids, people, moves = list[int](), list[BitMap](), 0
    query = select(_c.id, _c.came, _c.went).where(_c.id > upto).order_by(_c.id)
    with work.connection.execute(query.execution_options(yield_per=_AT_ONCE)) as waiting:
        for id_, came, went in waiting:
            ids.append(id_)
            people.append(BitMap.deserialize(came) | BitMap.deserialize(went))
            moves += len(people[-1])
            if moves >= portion:
                break
    whose = np.concatenate([np.array(some.to_array(), np.int64) for some in people])
    of_change = np.repeat(np.array(ids, np.int64), [len(some) for some in people])
    order = np.argsort(whose >> _BITS, kind="stable")
    pages, numbers = (whose >> _BITS)[order], (of_change << _BITS | whose & _MASK)[order]
    begins = np.flatnonzero(np.append(True, pages[1:] != pages[:-1]))
    parts = np.split(numbers, begins[1:])
    rows = [
        (page, ids[-1], part.tobytes())
        for page, part in zip(pages[begins].tolist(), parts, strict=True)
    ]
    work.insert_rows(page_rows, ("page", "upto", "changes"), rows)


def _upto(work: Work) -> int:
    """Return the newest change that pages tell of."""
    return work.connection.execute(select(func.max(page_rows.c.upto))).scalar() or 0


# Of segments


def latest(work: Work, slug: str, entered: bool, limit: int) -> list[Change]:
    """Return who entered a segment, or who left it, the latest first."""
    number, blob = (_c.entered, _c.came) if entered else (_c.left, _c.went)
    query = (
        select(_c.at, _c.version, blob.label("people"))
        .where(_c.segment == slug, number > 0, ~_c.silent)
        .order_by(_c.id.desc())
        .limit(limit)
    )
    found = list[Change]()
    for row in work.connection.execute(query):
        people = BitMap.deserialize(row.people)
        some = list(people[-(limit - len(found)) :])[::-1]
        found += [Change(slug, entered, row.at, row.version, profile) for profile in some]
        if len(found) >= limit:
            break
    return found


def balance(work: Work, slug: str) -> list[Published]:
    """Count who entered and left a segment at each moment, oldest first, with the size after."""
    query = (
        select(_c.at, func.sum(_c.entered).label("entered"), func.sum(_c.left).label("left"))
        .where(_c.segment == slug)
        .group_by(_c.at)
        .order_by(_c.at)
    )
    size, counts = 0, []
    for row in work.connection.execute(query):
        size += row.entered - row.left
        counts.append(Published(at=row.at, entered=row.entered, left=row.left, size=size))
    return counts


def balances(work: Work, since: int, slugs: Collection[str]) -> dict[str, list[Published]]:
    """Count who entered and left some segments from ``since`` on, by quarters of an hour.

    Every zone's days begin with such a quarter, so days can be made of them. ``at`` is its first
    moment; the sizes are not those of the moments but counted from 0.
    """
    found: dict[str, list[Published]] = {slug: [] for slug in slugs}
    at = (_c.at - _c.at % literal_column(str(_QUARTER))).label("at")
    entered, left = func.sum(_c.entered).label("entered"), func.sum(_c.left).label("left")
    query = (
        select(_c.segment, at, entered, left)
        .where(_c.at >= since)
        .group_by(_c.segment, at)
        .order_by(at)
    )
    for row in work.connection.execute(query):
        told = found.get(row.segment)
        if told is not None:
            size = (told[-1].size if told else 0) + row.entered - row.left
            told.append(Published(at=row.at, entered=row.entered, left=row.left, size=size))
    return found


def turnover(work: Work, since: int) -> dict[str, tuple[int, int]]:
    """Count who entered and who left each segment from ``since`` on; one that rests is left out."""
    query = (
        select(_c.segment, func.sum(_c.entered), func.sum(_c.left))
        .where(_c.at >= since)
        .group_by(_c.segment)
    )
    return {slug: (entered, left) for slug, entered, left in work.connection.execute(query)}
