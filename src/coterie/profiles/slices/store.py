"""Indexed slices of traits, tags and fading values by moment; columns for the SQL reader.

A path is a trait's whole name, or leads into a root trait's object (``trial.ends``); the whole
name wins where a person has it.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import DTypeLike, NDArray
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Double,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    and_,
    case,
    exists,
    func,
    or_,
    select,
)

from coterie.profiles.facts.store import leaf_rows, tag_rows, trait_rows
from coterie.profiles.model import Columns
from coterie.profiles.paths import root_of, walk
from coterie.profiles.slices.model import Stated
from coterie.profiles.store import profile_rows
from coterie.storage.reading import Words
from coterie.storage.schema import metadata
from coterie.storage.work import Work, in_chunks

NAMES = "profiles.fading_names"
"""Under this name a unit of work keeps the names that it read; who writes one drops them."""

fading_name_rows = Table(
    "fading_names",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("half_life", BigInteger, nullable=False),
)

fading_rows = Table(
    "fading",
    metadata,
    Column("profile", Integer, primary_key=True),
    Column("trait", Integer, primary_key=True),
    Column("level", Double, nullable=False),
    Index("ix_fading_trait_level", "trait", "level"),
    sqlite_with_rowid=False,  # dozens a person: the key is the row
)
"""``trait`` is the id of the name. No foreign keys: a bulk load writes hundreds of thousands."""

_F = fading_rows.c


# Traits by moment


def moments_between(work: Work, path: str, after: int, until: int) -> set[int]:
    """Return whose trait, read as a moment, lies in (after, until]."""
    queries = [
        select(table.c.profile).where(*where, table.c.moment > after, table.c.moment <= until)
        for table, where in _moments(path)
    ]
    return {profile for query in queries for profile in work.connection.execute(query).scalars()}


def next_moment(work: Work, path: str, after: int) -> int | None:
    """Return the earliest moment of a trait after one, or None."""
    queries = [
        select(func.min(table.c.moment)).where(*where, table.c.moment > after)
        for table, where in _moments(path)
    ]
    return _earliest(work, queries)


def since_between(work: Work, path: str, after: int, until: int) -> set[int]:
    """Return whose trait has been what it is since a moment in (after, until]."""
    since = trait_rows.c.since
    queries = [
        select(trait_rows.c.profile).where(where, since > after, since <= until)
        for where in _roots(path)
    ]
    return {profile for query in queries for profile in work.connection.execute(query).scalars()}


def next_since(work: Work, path: str, after: int) -> int | None:
    """Return the earliest moment after one since when a trait has been what it is, or None."""
    since = trait_rows.c.since
    queries = [select(func.min(since)).where(where, since > after) for where in _roots(path)]
    return _earliest(work, queries)


def holders(work: Work, path: str) -> set[int]:
    """Return who has a value at a path: a trait, one inside a trait, or a fading one."""
    queries = [
        select(trait_rows.c.profile).where(trait_rows.c.name == path, _present()),
        select(fading_rows.c.profile).where(_named(path)),
    ]
    found = {profile for query in queries for profile in work.connection.execute(query).scalars()}
    if "." in path:
        inside = select(trait_rows.c.profile, trait_rows.c.value).where(
            trait_rows.c.name == root_of(path), trait_rows.c.value.is_not(None)
        )
        for profile, value in work.connection.execute(inside):
            if walk(msgspec.json.decode(value), path) not in (None, ""):
                found.add(profile)
    return found


def _moments(path: str) -> list[tuple[Table, tuple[ColumnElement[bool], ...]]]:
    whole: list[tuple[Table, tuple[ColumnElement[bool], ...]]] = [
        (trait_rows, (trait_rows.c.name == path,))
    ]
    if "." not in path:
        return whole
    return [*whole, (leaf_rows, (leaf_rows.c.path == path, ~_has_whole(leaf_rows, path)))]


def _roots(path: str) -> list[ColumnElement[bool]]:
    whole = and_(trait_rows.c.name == path, _present())
    if "." not in path:
        return [whole]
    root = and_(trait_rows.c.name == root_of(path), _present(), ~_has_whole(trait_rows, path))
    return [whole, root]


def _has_whole(table: Table, path: str) -> ColumnElement[bool]:
    """Say whether the person of a row has the whole path as a trait's name."""
    other = trait_rows.alias("whole")
    return exists().where(
        other.c.profile == table.c.profile,
        other.c.name == path,
        or_(other.c.value.is_not(None), other.c.sealed.is_not(None)),
    )


def _present() -> ColumnElement[bool]:
    """Say whether a trait has a value.

    A value that was taken out of another trait's inside counts as long as that one stands.
    """
    outer = trait_rows.alias("outer_trait")
    stands = exists().where(
        outer.c.profile == trait_rows.c.profile,
        outer.c.name == trait_rows.c.root,
        outer.c.time == trait_rows.c.time,
        outer.c.message_id == trait_rows.c.message_id,
    )
    has_value = or_(trait_rows.c.value.is_not(None), trait_rows.c.sealed.is_not(None))
    return and_(has_value, or_(trait_rows.c.root.is_(None), stands))


def _earliest(work: Work, queries: Iterable[Any]) -> int | None:
    moments = [work.connection.execute(query).scalar() for query in queries]
    return min((moment for moment in moments if moment is not None), default=None)


# Tags by the end of their validity


def tag_ends_between(work: Work, tag: str, after: int, until: int) -> set[int]:
    """Return whose tag's validity ends in (after, until]."""
    query = select(tag_rows.c.profile).where(
        tag_rows.c.name == tag, tag_rows.c.until > after, tag_rows.c.until <= until
    )
    return set(work.connection.execute(query).scalars())


def next_tag_end(work: Work, tag: str, after: int) -> int | None:
    """Return the earliest end of a tag's validity after a moment, or None."""
    ends = tag_rows.c.until
    query = select(func.min(ends)).where(tag_rows.c.name == tag, ends > after)
    return work.connection.execute(query).scalar()


# Fading traits


def half_life(work: Work, name: str) -> int | None:
    """Return the half-life of a fading trait in milliseconds, None when it is none."""
    query = select(fading_name_rows.c.half_life).where(fading_name_rows.c.name == name)
    return work.connection.execute(query).scalar()


def levels_of(
    work: Work, profiles: Collection[int], names: Collection[str] | None = None
) -> list[tuple[int, str, float, int]]:
    """Read (profile, name, level, half_life) of people: of these names, or of all."""
    named = {row.id: (row.name, row.half_life) for row in named_all(work, names)}
    found = []
    for chunk in in_chunks(profiles if named else ()):
        query = select(_F.profile, _F.trait, _F.level).where(_F.profile.in_(chunk))
        if names is not None:
            query = query.where(_F.trait.in_(sorted(named)))
        for profile, trait, level in zip(*_lists(work, query), strict=True):
            name, half_life = named[trait]
            found.append((profile, name, level, half_life))
    return found


def levels(
    work: Work, profiles: Collection[int] | None, names: Collection[str]
) -> dict[str, tuple[NDArray[np.int32], NDArray[np.float64], int]]:
    """Read people and levels of each of these fading traits, and its half-life.

    Of these people, or (None) of everybody; a name that nobody ever had is left out.
    """
    named = named_all(work, names)
    traits = [row.id for row in named]
    query = select(_F.profile, _F.trait, _F.level).where(_F.trait.in_(traits))
    if profiles is not None:
        query = query.where(work.among(_F.profile, profiles))
    people, which, values = work.columns(query, np.int32, np.int32, np.float64)
    found = {}
    for row in named:
        own = which == row.id
        found[row.name] = people[own], values[own], row.half_life
    return found


def levels_between(work: Work, name: str, lowest: float, highest: float) -> list[tuple[int, float]]:
    """Read (profile, level) of one fading trait, of levels in [lowest, highest]."""
    query = select(fading_rows.c.profile, fading_rows.c.level).where(
        _named(name), fading_rows.c.level >= lowest, fading_rows.c.level <= highest
    )
    return [(row.profile, row.level) for row in work.connection.execute(query)]


def levels_above(work: Work, name: str, lowest: float, limit: int) -> Sequence[float]:
    """Read the lowest distinct levels of one fading trait that are greater than ``lowest``."""
    level = fading_rows.c.level
    query = select(level).distinct().where(_named(name), level > lowest)
    return work.connection.execute(query.order_by(level).limit(limit)).scalars().all()


def _named(name: str) -> ColumnElement[bool]:
    found = select(fading_name_rows.c.id).where(fading_name_rows.c.name == name)
    return fading_rows.c.trait == found.scalar_subquery()


def named_all(work: Work, names: Collection[str] | None) -> list[Row[Any]]:
    """Read (id, name, half_life) of these names, or of all."""
    known: list[Row[Any]] | None = work.memo.get(NAMES)
    if known is None:
        query = select(fading_name_rows).order_by(fading_name_rows.c.id)
        known = work.memo[NAMES] = list(work.connection.execute(query))
    return [row for row in known if names is None or row.name in names]


def _lists(work: Work, query: Select[Any]) -> tuple[list[Any], ...]:
    found = work.columns(query, np.int32, np.int32, np.float64)
    return tuple(column.tolist() for column in found)


# Everyone, by columns


def export_profiles(work: Work) -> Columns:
    """Read (profile, bucket_key) of everyone."""
    query = select(profile_rows.c.id, profile_rows.c.bucket_key).where(
        profile_rows.c.head == profile_rows.c.id, profile_rows.c.erased.is_(None)
    )
    return _columns(work, query, profile=np.int32, bucket_key=str)


def export_traits(work: Work, names: Collection[str] | None) -> Columns:
    """Read (profile, name, value, since) of plain traits: of these names, or of all."""
    columns = (trait_rows.c.profile, trait_rows.c.name, trait_rows.c.value, trait_rows.c.since)
    query = _of_names(work, select(*columns).where(trait_rows.c.value.is_not(None)), names)
    return _columns(work, query, profile=np.int32, name=str, value=str, since=np.int64)


def standing(
    work: Work, profiles: Collection[int] | None, names: Sequence[str]
) -> dict[str, Stated]:
    """Read people and values of top traits, of these people or of all."""
    there = or_(trait_rows.c.value.is_not(None), trait_rows.c.sealed.is_not(None))
    which = case({name: place for place, name in enumerate(names)}, value=trait_rows.c.name)
    query = select(trait_rows.c.profile, which, trait_rows.c.value)
    if profiles is None:  # in the order of the rows: an index would lead to them one by one
        query = query.where(there, trait_rows.c.name.concat("").in_(names))
    else:
        hers = work.among(trait_rows.c.profile, profiles)
        query = query.where(there, trait_rows.c.name.in_(names), hers)
    words = Words()
    people, places, values = work.columns(query, np.int32, np.int16, words)
    texts = np.array([*words], object)
    own = [places == place for place in range(len(names))]
    return {
        name: _stated(people[these], texts, values[these])
        for name, these in zip(names, own, strict=True)
    }


def _stated(
    people: NDArray[np.int32], texts: NDArray[np.object_], which: NDArray[np.int32]
) -> Stated:
    """Number the texts of one trait alone."""
    used = np.flatnonzero(np.bincount(which, minlength=len(texts)))
    numbers = np.zeros(len(texts), np.int32)
    numbers[used] = np.arange(len(used))
    return Stated(people, texts[used].tolist(), numbers[which])


def export_digests(work: Work, names: Collection[str] | None) -> Columns:
    """Read (profile, name, digest) of identifying traits: of these names, or of all."""
    columns = (trait_rows.c.profile, trait_rows.c.name, trait_rows.c.digest)
    # every sealed trait has a digest; and of these there is an index
    held = trait_rows.c.sealed.is_not(None), trait_rows.c.digest.is_not(None)
    sealed = select(*columns).where(*held, _present())
    query = _of_names(work, sealed, names)
    return _columns(work, query, profile=np.int32, name=object, digest=object)


def export_levels(work: Work, names: Collection[str] | None) -> list[tuple[int, str, float, int]]:
    """Read (profile, name, level, half_life) of fading traits: of these names, or of all."""
    wanted = fading_names(work) if names is None else names
    return [
        (profile, name, level, half_life)
        for name, (people, values, half_life) in levels(work, None, wanted).items()
        for profile, level in zip(people.tolist(), values.tolist(), strict=True)
    ]


def export_tags(work: Work) -> list[tuple[int, str]]:
    """Read (profile, tag) of the tags that people have now."""
    query = select(tag_rows.c.profile, tag_rows.c.name).where(
        tag_rows.c.value.is_not(None),
        or_(tag_rows.c.until.is_(None), tag_rows.c.until > work.now),
    )
    people, tags = work.columns(query, np.int32, str)
    return list(zip(people.tolist(), tags.tolist(), strict=True))


def fading_names(work: Work) -> list[str]:
    """Return the names of all fading traits."""
    return list(work.connection.execute(select(fading_name_rows.c.name)).scalars())


def _of_names(work: Work, query: Select[Any], names: Collection[str] | None) -> Select[Any]:
    return query if names is None else query.where(work.among(trait_rows.c.name, list(names)))


def _columns(work: Work, query: Select[Any], **kinds: DTypeLike) -> Columns:
    return dict(zip(kinds, work.columns(query, *kinds.values()), strict=True))
