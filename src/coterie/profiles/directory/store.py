"""The directory's SQL: people in order, the blind prefixes of their names, tags and consent.

Every order is read along an index, from a place on; no query sorts everybody.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from pyroaring import BitMap
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    Row,
    Table,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
)

from coterie.profiles.consents.store import consent_rows
from coterie.profiles.directory.model import Key, Order, Place
from coterie.profiles.facts.store import tag_rows, trait_rows
from coterie.profiles.graph.store import identity_rows, seen_rows
from coterie.profiles.slices.store import fading_name_rows, fading_rows
from coterie.profiles.store import of_many, profile_rows
from coterie.storage.schema import metadata
from coterie.storage.work import Work, in_chunks

prefix_rows = Table(
    "name_prefixes",
    metadata,
    Column("prefix", BigInteger, primary_key=True, autoincrement=False),
    Column("profile", Integer, primary_key=True, autoincrement=False, index=True),
    sqlite_with_rowid=False,  # the key is the row
)
"""``prefix`` is 64 bits of the blind index of one beginning of a name."""


# People in an order


@dataclass(frozen=True)
class Ranked:
    """A stretch of an order: the wanted rows met, how many rows were read, the last of them."""

    met: list[Place]
    count: int
    last: Place | None


def ranked(
    work: Work, order: Order, after: Place | None, limit: int, among: BitMap | None
) -> Ranked:
    """Read at most ``limit`` rows along an order's index, those after a place.

    Where somebody is seen under several identities each has a row: only one stands at her place.
    """
    stages = [_keyed, _unkeyed] if order.by == "score" else [_keyed]
    if order.by == "created":
        stages = [_unkeyed]
    if not order.descending:
        stages.reverse()
    if after is not None:
        stages = stages[stages.index(_unkeyed if after.key is None else _keyed) :]
    met: list[Place] = []
    count, last = 0, after
    for number, stage in enumerate(stages):
        if count < limit:
            query = stage(order, after if number == 0 else None).limit(limit - count)
            rows = _tuples(work, query)
            met += [Place(*row) for row in rows if among is None or row[1] in among]
            count += len(rows)
            last = Place(*rows[-1]) if rows else last
    return Ranked(met, count, last)


def _tuples(work: Work, query: Any) -> list[tuple[Any, ...]]:
    """Read rows as the driver gives them: to wrap hundreds of thousands costs most of the time."""
    cursor = work.connection.execute(query).cursor
    return list(cursor.fetchall())


def _people(work: Work, query: Any) -> Iterable[int]:
    """Read one column of very many people."""
    return chain.from_iterable(_tuples(work, query))


def places(work: Work, order: Order, profiles: Collection[int]) -> list[Place]:
    """Read where some people stand in an order, in no order."""
    if order.by == "created":
        return [Place(None, profile) for profile in profiles]
    keys: dict[int, Key]
    if order.by == "score":
        profile, level = fading_rows.c.profile, fading_rows.c.level
        query = select(profile, level).where(_named(order))
        keys = {row.profile: row.level for row in of_many(work, query, profile, profiles)}
    else:
        which = ("first", "seen").index(order.by)
        keys = {one: moments[which] for one, moments in seen(work, profiles).items()}
    return [Place(keys.get(profile), profile) for profile in profiles]


def _keyed(order: Order, after: Place | None) -> Any:
    column, profile = _column(order)
    query = select(column, profile).where(profile.is_not(None))
    if order.by == "score":
        query = query.where(_named(order))
    if after is not None:
        place, start = tuple_(column, profile), (after.key, after.profile)
        query = query.where(place < start if order.descending else place > start)
    if order.descending:
        return query.order_by(column.desc(), profile.desc())
    return query.order_by(column, profile)


def _unkeyed(order: Order, after: Place | None) -> Any:
    profile = profile_rows.c.id
    query = select(_NO_KEY, profile).where(
        profile_rows.c.head == profile, profile_rows.c.erased.is_(None)
    )
    if order.by == "score":
        query = query.where(~exists().where(fading_rows.c.profile == profile, _named(order)))
    if after is not None:
        number = after.profile
        query = query.where(profile < number if order.descending else profile > number)
    return query.order_by(profile.desc() if order.descending else profile)


_NO_KEY: ColumnElement[Any] = func.nullif(1, 1)


def _column(order: Order) -> tuple[ColumnElement[Any], ColumnElement[int]]:
    if order.by == "score":
        return fading_rows.c.level, fading_rows.c.profile
    if order.by == "seen":
        return seen_rows.c.last_seen, seen_rows.c.person
    return identity_rows.c.first_seen, identity_rows.c.person


def _named(order: Order) -> ColumnElement[bool]:
    number = select(fading_name_rows.c.id).where(fading_name_rows.c.name == order.score)
    return fading_rows.c.trait == number.scalar_subquery()


def people(work: Work, profiles: Collection[int]) -> list[Row[Any]]:
    """Read (id, uid, created) of people."""
    columns = (profile_rows.c.id, profile_rows.c.uid, profile_rows.c.created)
    return of_many(work, select(*columns), profile_rows.c.id, profiles)


def seen(work: Work, profiles: Collection[int]) -> dict[int, tuple[int, int]]:
    """Read when people were seen first and last."""
    mine = identity_rows.c
    query = select(
        mine.person,
        func.min(mine.first_seen).label("first"),
        func.max(seen_rows.c.last_seen).label("last"),
    ).group_by(mine.person)
    both = query.join(seen_rows, seen_rows.c.identity == mine.id)
    rows = of_many(work, both, mine.person, profiles)
    return {row.person: (row.first, row.last) for row in rows}


def seen_since(work: Work, moment: int) -> Iterable[int]:
    """Return who was seen at or after a moment; some more than once."""
    mine = seen_rows.c
    query = select(mine.person).where(mine.last_seen >= moment, mine.person.is_not(None))
    return _people(work, query)


def levels_from(work: Work, score: str, least: float) -> Iterable[int]:
    """Return who has a fading trait at a level or above."""
    order = Order("score", score)
    query = select(fading_rows.c.profile).where(_named(order), fading_rows.c.level >= least)
    return _people(work, query)


# Names and exact ids


def write_prefixes(work: Work, profiles: Collection[int], rows: Iterable[tuple[int, int]]) -> None:
    """Replace the (prefix, profile) of people."""
    for chunk in in_chunks(profiles):
        work.connection.execute(delete(prefix_rows).where(prefix_rows.c.profile.in_(chunk)))
    work.insert(prefix_rows, [{"prefix": prefix, "profile": one} for prefix, one in rows])


def with_prefix(work: Work, prefix: int) -> Iterable[int]:
    """Return whose name has a beginning."""
    return _people(work, select(prefix_rows.c.profile).where(prefix_rows.c.prefix == prefix))


def by_identity(work: Work, names: Sequence[tuple[str, str]]) -> list[tuple[int, str]]:
    """Return (profile, kind) of the identities with these (kind, digest)."""
    mine = identity_rows.c
    query = select(mine.person, mine.kind).where(
        mine.person.is_not(None),
        or_(*(and_(mine.kind == kind, mine.digest == digest) for kind, digest in names)),
    )
    return [(row.person, row.kind) for row in work.connection.execute(query)]


def by_trait(work: Work, names: Sequence[tuple[str, str]]) -> list[tuple[int, str]]:
    """Return (profile, trait) of the identifying traits with these (name, digest)."""
    mine = trait_rows.c
    query = select(mine.profile, mine.name).where(
        mine.digest.is_not(None),
        mine.digest.in_([digest for _, digest in names]),
        mine.name.in_(sorted({name for name, _ in names})),
    )
    return [(row.profile, row.name) for row in work.connection.execute(query)]


# Tags, traits, consent


def tagged(work: Work, tag: str) -> Iterable[int]:
    """Return who has a tag now."""
    query = select(tag_rows.c.profile).where(tag_rows.c.name == tag, _is_held(work))
    return _people(work, query)


def tag_counts(work: Work) -> list[tuple[str, int]]:
    """Return the tags that somebody has now, with how many have each."""
    found = []
    for name in _names(work, tag_rows):
        query = select(func.count()).where(tag_rows.c.name == name, _is_held(work))
        number = work.connection.execute(query).scalar_one()
        if number:
            found.append((name, number))
    return found


def trait_names(work: Work) -> list[str]:
    """Return the names of the traits that somebody ever had."""
    return list(_names(work, trait_rows))


def _is_held(work: Work) -> ColumnElement[bool]:
    alive = or_(tag_rows.c.until.is_(None), tag_rows.c.until > work.now)
    return and_(tag_rows.c.value.is_not(None), alive)


def _names(work: Work, table: Table) -> Iterator[str]:
    """Walk the distinct names of a table from one to the next, along its index."""
    name = table.c.name
    found = work.connection.execute(select(func.min(name))).scalar()
    while found is not None:
        yield found
        found = work.connection.execute(select(func.min(name)).where(name > found)).scalar()


def said(work: Work, purpose: str, channels: Sequence[str], *, given: bool) -> Iterable[int]:
    """Return who ever gave consent to a purpose on one of these channels, or ever withdrew it.

    Some come more than once.
    """
    query = select(consent_rows.c.profile).where(
        consent_rows.c.purpose == purpose,
        consent_rows.c.channel.in_(list(channels)),
        consent_rows.c.given.is_(given),
        consent_rows.c.time <= work.now,
    )
    return _people(work, query)
