"""People, their keys, and what was put aside: tables, reads, writes.

Identities are in ``graph/store.py``, traits and tags in ``facts/store.py``, consent in
``consents/store.py``, what time brings in ``slices/store.py``.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    and_,
    bindparam,
    func,
    select,
    update,
)

from coterie.core.people import Shift
from coterie.profiles.model import Aside, Flag, Keyring
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

Spot = tuple[int, str, str, str, int]
"""Where identifying data came in: (profile, event, path, kind, came_with)."""

_KEYS = "profiles.keys"
_KEYS_AT_ONCE = 10_000
"""A unit of work that has read more than so many keys lets them go, and reads anew."""


def _hers() -> Column[int]:
    return Column("profile", Integer, ForeignKey("profiles.id"), primary_key=True)


profile_rows = Table(
    "profiles",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("uid", String(36), nullable=False, unique=True),
    Column("bucket_key", String(32), nullable=False),
    Column("created", Moment, nullable=False),
    Column("is_learnt", Boolean, nullable=False),
    Column("head", Integer, nullable=False),
    Column("erased", Moment),
)
"""``head`` leads it: itself, if it is a person. ``uid`` and ``bucket_key`` are a person's own."""

_is_led = profile_rows.c.head != profile_rows.c.id
Index("ix_profiles_led", profile_rows.c.head, sqlite_where=_is_led, postgresql_where=_is_led)
_is_person = and_(profile_rows.c.head == profile_rows.c.id, profile_rows.c.erased.is_(None))

key_rows = Table("profile_keys", metadata, _hers(), Column("wrapped", LargeBinary, nullable=False))

aside_rows = Table(
    "sealed_properties",
    metadata,
    _hers(),
    Column("message_id", String, primary_key=True),
    Column("path", String, primary_key=True),
    Column("came_with", Integer, primary_key=True),
    Column("time", Moment, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Sealed with the key of ``came_with``."""

flag_rows = Table(
    "pii_flags",
    metadata,
    _hers(),
    Column("event", String, primary_key=True),
    Column("path", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("came_with", Integer, primary_key=True),
    Column("count", Integer, nullable=False),
)


# People and keys


def next_profile(work: Work) -> int:
    """Return the first number free for a new profile."""
    return (work.connection.execute(select(func.max(profile_rows.c.id))).scalar() or 0) + 1


def write_profiles(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Write new profiles with their wrapped keys: id, uid, bucket_key, head, wrapped."""
    names = ("id", "uid", "bucket_key", "head")
    people = [(*(row[name] for name in names), work.now, False) for row in rows]
    work.insert_rows(profile_rows, (*names, "created", "is_learnt"), people)
    keys = [(row["id"], row["wrapped"]) for row in rows]
    work.insert_rows(key_rows, ("profile", "wrapped"), keys)


def write_newcomers(
    work: Work, rows: Sequence[tuple[int, str, str]], wrapped: Sequence[tuple[int, bytes]]
) -> None:
    """Write very many new people who lead themselves: (id, uid, bucket_key), (id, wrapped key)."""
    names = ("id", "uid", "bucket_key", "created", "is_learnt", "head")
    people = [(one, uid, bucket, work.now, False, one) for one, uid, bucket in rows]
    work.insert_rows(profile_rows, names, people)
    work.insert_rows(key_rows, ("profile", "wrapped"), wrapped)


def people(work: Work, profiles: Collection[int]) -> list[Row[Any]]:
    """Read (id, uid, bucket_key) of those of these profiles that are people, and not erased."""
    columns = (profile_rows.c.id, profile_rows.c.uid, profile_rows.c.bucket_key)
    return of_many(work, select(*columns).where(_is_person), profile_rows.c.id, profiles)


def count_after(work: Work, number: int) -> tuple[int, int]:
    """Count the profiles after a number, led and erased ones too; return it and the first."""
    query = select(func.count(), func.min(profile_rows.c.id)).where(profile_rows.c.id > number)
    row = work.connection.execute(query).one()
    return row[0], row[1] or 0


def numbers(work: Work) -> Iterable[int]:
    """Return the number of every profile, led and erased ones too."""
    return work.connection.execute(select(profile_rows.c.id)).scalars()


def by_uid(work: Work, uid: str) -> int | None:
    """Return the head of the profile with an outside id, or None."""
    query = select(profile_rows.c.head).where(
        profile_rows.c.uid == uid, profile_rows.c.erased.is_(None)
    )
    return work.connection.execute(query).scalar()


def by_uids(work: Work, uids: Collection[str]) -> dict[str, int]:
    """Return the heads of profiles by their outside ids; who is not known is left out."""
    query = select(profile_rows.c.uid, profile_rows.c.head).where(profile_rows.c.erased.is_(None))
    return {
        row.uid: row.head
        for chunk in in_chunks(sorted(uids))
        for row in work.connection.execute(query.where(profile_rows.c.uid.in_(chunk)))
    }


def greet(work: Work, profiles: Collection[int]) -> frozenset[int]:
    """Mark profiles as learnt of; return those that were not so before."""
    if not profiles:
        return frozenset()
    mine = profile_rows.c
    greeted = update(profile_rows).values(is_learnt=True).returning(mine.id)
    those = work.among(mine.id, list(profiles)), mine.is_learnt.is_(False)
    return frozenset(work.connection.execute(greeted.where(*those)).scalars())


def keyring(work: Work, profiles: Collection[int]) -> Keyring:
    """Return the keys of people, each read once in a unit of work; who has none is not in it."""
    ring: Keyring | None = work.memo.get(_KEYS)
    if ring is None or len(ring.wrapped) > _KEYS_AT_ONCE:
        ring = work.memo[_KEYS] = Keyring()
    new = [one for one in profiles if one not in ring.wrapped]
    ring.wrapped.update(
        (row.profile, row.wrapped) for row in of_many(work, select(key_rows), None, new)
    )
    return ring


def forget_keys(work: Work) -> None:
    """Let go of the keys that were read: some of them are thrown away."""
    work.memo.pop(_KEYS, None)


def bucket_keys(work: Work, profiles: Collection[int]) -> dict[int, str]:
    """Read the bucket keys of profiles, led ones too."""
    columns = (profile_rows.c.id, profile_rows.c.bucket_key)
    return {row.id: row.bucket_key for row in of_many(work, select(*columns), columns[0], profiles)}


# What was put aside


def write_asides(work: Work, asides: Sequence[Aside]) -> None:
    """Put sealed property values aside."""
    work.insert_new(aside_rows, [asdict(aside) for aside in asides])


def asides(work: Work, profile: int) -> list[Aside]:
    """Read the sealed property values of a person, the oldest first."""
    query = select(aside_rows).where(aside_rows.c.profile == profile)
    ordered = query.order_by(aside_rows.c.time, aside_rows.c.message_id, aside_rows.c.path)
    return [Aside(**row._mapping) for row in work.connection.execute(ordered)]


def add_flags(work: Work, counts: Mapping[Spot, int]) -> None:
    """Count places where identifying data came in."""
    rows = _flags(work, {place[0] for place in counts}) if counts else []
    before = {tuple(row)[:-1]: row.count_ for row in rows}
    names = [column.name for column in flag_rows.columns]
    added = [
        dict(zip(names, (*place, count + before.get(place, 0)), strict=True))
        for place, count in counts.items()
    ]
    work.upsert(flag_rows, added, key=names[:-1], change=["count"])


def flags(work: Work) -> list[Flag]:
    """Read the places where identifying data came in, person by person."""
    found: dict[tuple[int, str, str, str], int] = {}
    for row in _flags(work, None):
        place = (row.profile, row.event, row.path, row.kind)
        found[place] = found.get(place, 0) + row.count_
    return [Flag(*place, count) for place, count in sorted(found.items())]


def _flags(work: Work, profiles: Collection[int] | None) -> list[Row[Any]]:
    *places, count = flag_rows.columns
    query = select(*places, count.label("count_"))
    if profiles is None:
        return list(work.connection.execute(query))
    return of_many(work, query, flag_rows.c.profile, profiles)


def follow(work: Work, table: Table, shifts: Iterable[Shift]) -> None:
    """Let the rows that came with profiles follow them to the heads that lead them now."""
    rows = [{"was": shift.before, "with": shift.profile, "now_": shift.head} for shift in shifts]
    if rows:
        statement = (
            update(table)
            .where(table.c.profile == bindparam("was"), table.c.came_with == bindparam("with"))
            .values(profile=bindparam("now_"))
        )
        work.connection.execute(statement, rows)


def of_many(work: Work, query: Any, column: Any, values: Iterable[Any]) -> list[Row[Any]]:
    """Run a query for many values of a column (by default ``profile``)."""
    within = query.selected_columns.profile if column is None else column
    given = list(values)
    if not given:
        return []
    return list(work.connection.execute(query.where(work.among(within, given))).all())
