"""People, their keys and identities, consent, and what was put aside: tables, reads, writes.

Traits and tags are in ``facts/store.py``, what time brings in ``slices/store.py``.
"""

from collections.abc import Collection, Iterable, Sequence
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
    func,
    select,
    update,
)

from coterie.profiles.model import (
    Aside,
    Candidate,
    ConsentFact,
    Flag,
    Sighting,
)
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks


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
)

key_rows = Table("profile_keys", metadata, _hers(), Column("wrapped", LargeBinary, nullable=False))

identity_rows = Table(
    "identities",
    metadata,
    Column("kind", String, primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("profile", Integer, ForeignKey("profiles.id"), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("source", String, nullable=False),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment, nullable=False),
    Column("superseded", Boolean, nullable=False),
    Index(None, "last_seen", "profile"),
    Index(None, "first_seen", "profile"),
)

candidate_rows = Table(
    "merge_candidates",
    metadata,
    _hers(),
    Column("other", Integer, ForeignKey("profiles.id"), primary_key=True),
    Column("time", Moment, nullable=False),
    Column("message_id", String, nullable=False),
)

consent_rows = Table(
    "consent_facts",
    metadata,
    _hers(),
    Column("purpose", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("time", Moment, primary_key=True),
    Column("message_id", String, primary_key=True),
    Column("given", Boolean, nullable=False),
    Column("source", String, nullable=False),
    Index(None, "purpose", "channel", "given", "profile"),
)

aside_rows = Table(
    "sealed_properties",
    metadata,
    _hers(),
    Column("message_id", String, primary_key=True),
    Column("path", String, primary_key=True),
    Column("time", Moment, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

flag_rows = Table(
    "pii_flags",
    metadata,
    _hers(),
    Column("event", String, primary_key=True),
    Column("path", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("count", Integer, nullable=False),
)


# People, keys, identities


def next_profile(work: Work) -> int:
    """Return the first number free for a new profile."""
    return (work.connection.execute(select(func.max(profile_rows.c.id))).scalar() or 0) + 1


def write_profiles(work: Work, rows: Sequence[dict[str, Any]]) -> None:
    """Write new profiles with their wrapped keys: id, uid, bucket_key, wrapped."""
    people = [
        {name: row[name] for name in ("id", "uid", "bucket_key")}
        | {"created": work.now, "is_learnt": False}
        for row in rows
    ]
    work.insert(profile_rows, people)
    work.insert(key_rows, [{"profile": row["id"], "wrapped": row["wrapped"]} for row in rows])


def people(work: Work, profiles: Collection[int]) -> list[Row[Any]]:
    """Read (id, uid, bucket_key) of those of these profiles that exist."""
    columns = (profile_rows.c.id, profile_rows.c.uid, profile_rows.c.bucket_key)
    return of_many(work, select(*columns), profile_rows.c.id, profiles)


def everyone(work: Work) -> Iterable[int]:
    """Return the number of every profile."""
    number, first, last = extent(work)
    if number and last - first + 1 == number:  # none is missing, so none needs to be read
        return range(first, last + 1)
    return work.connection.execute(select(profile_rows.c.id)).scalars()


def extent(work: Work) -> tuple[int, int, int]:
    """Count the profiles, and return the first and the last number."""
    number = profile_rows.c.id
    row = work.connection.execute(select(func.count(), func.min(number), func.max(number))).one()
    return row[0], row[1] or 0, row[2] or 0


def by_uid(work: Work, uid: str) -> int | None:
    """Return the profile of an outside id, or None."""
    query = select(profile_rows.c.id).where(profile_rows.c.uid == uid)
    return work.connection.execute(query).scalar()


def greet(work: Work, profiles: Collection[int]) -> frozenset[int]:
    """Mark profiles as learnt of; return those that were not so before."""
    query = select(profile_rows.c.id).where(profile_rows.c.is_learnt.is_(False))
    fresh = frozenset(row.id for row in of_many(work, query, profile_rows.c.id, profiles))
    for chunk in in_chunks(fresh):
        work.connection.execute(
            update(profile_rows).where(profile_rows.c.id.in_(chunk)).values(is_learnt=True)
        )
    return fresh


def wrapped_keys(work: Work, profiles: Collection[int]) -> dict[int, bytes]:
    """Read the wrapped keys of people."""
    return {row.profile: row.wrapped for row in of_many(work, select(key_rows), None, profiles)}


def identities_by_digest(work: Work, digests: dict[str, list[str]]) -> list[Row[Any]]:
    """Read the identities of these digests, given by kind."""
    found: list[Row[Any]] = []
    for kind, of_kind in digests.items():
        query = select(identity_rows).where(identity_rows.c.kind == kind)
        found += of_many(work, query, identity_rows.c.digest, of_kind)
    return found


def identities(work: Work, profiles: Iterable[int], kinds: Collection[str] = ()) -> list[Row[Any]]:
    """Read the identities of people, of these kinds or of all."""
    query = select(identity_rows).order_by(identity_rows.c.first_seen, identity_rows.c.digest)
    if kinds:
        query = query.where(identity_rows.c.kind.in_(list(kinds)))
    return of_many(work, query, identity_rows.c.profile, profiles)


def write_identities(work: Work, found: Iterable[tuple[Sighting, str, bytes]]) -> None:
    """Write new identities (sighting, digest, sealed value), and how known ones were seen."""
    rows: list[dict[str, Any]] = []
    for seen, digest, sealed in found:
        row = {"kind": seen.kind, "digest": digest, "profile": seen.profile, "sealed": sealed}
        row |= {"source": seen.source, "superseded": seen.superseded}
        rows.append(row | {"first_seen": seen.first_seen, "last_seen": seen.last_seen})
    changing = ["first_seen", "last_seen", "superseded"]
    work.upsert(identity_rows, rows, key=["kind", "digest"], change=changing)


def write_candidates(work: Work, candidates: Iterable[Candidate]) -> None:
    """Note pairs of profiles that may be one person; a pair is noted once."""
    work.insert_new(candidate_rows, [asdict(candidate) for candidate in candidates])


def candidates(work: Work) -> list[Candidate]:
    """Read the pairs of profiles that may be one person."""
    query = select(candidate_rows).order_by(candidate_rows.c.profile, candidate_rows.c.other)
    return [Candidate(**row._mapping) for row in work.connection.execute(query)]


# Consent, and what was put aside


def write_consents(work: Work, facts: Sequence[ConsentFact]) -> None:
    """Keep what people said of consent."""
    work.insert_new(consent_rows, [asdict(fact) for fact in facts])


def consent_facts(
    work: Work, profiles: Collection[int], purpose: str | None = None, channels: Sequence[str] = ()
) -> list[ConsentFact]:
    """Read what people have said of consent by now, of everything or of a purpose."""
    query = select(consent_rows).where(consent_rows.c.time <= work.now)
    if purpose is not None:
        query = query.where(
            consent_rows.c.purpose == purpose, consent_rows.c.channel.in_(list(channels))
        )
    return [ConsentFact(**row._mapping) for row in of_many(work, query, None, profiles)]


def write_asides(work: Work, asides: Sequence[Aside]) -> None:
    """Put sealed property values aside."""
    work.insert_new(aside_rows, [asdict(aside) for aside in asides])


def asides(work: Work, profile: int) -> list[Aside]:
    """Read the sealed property values of a person, the oldest first."""
    query = select(aside_rows).where(aside_rows.c.profile == profile)
    ordered = query.order_by(aside_rows.c.time, aside_rows.c.message_id, aside_rows.c.path)
    return [Aside(**row._mapping) for row in work.connection.execute(ordered)]


def add_flags(work: Work, counts: dict[tuple[int, str, str, str], int]) -> None:
    """Count places where identifying data came in."""
    known = flags(work, {place[0] for place in counts}) if counts else []
    before = {(flag.profile, flag.event, flag.path, flag.kind): flag.count for flag in known}
    added = [Flag(*place, count + before.get(place, 0)) for place, count in counts.items()]
    key = ["profile", "event", "path", "kind"]
    work.upsert(flag_rows, [asdict(flag) for flag in added], key=key, change=["count"])


def flags(work: Work, profiles: Collection[int] | None = None) -> list[Flag]:
    """Read the places where identifying data came in, of people or of all."""
    query = select(flag_rows).order_by(*flag_rows.primary_key.columns)
    if profiles is None:
        return [Flag(**row._mapping) for row in work.connection.execute(query)]
    return [Flag(**row._mapping) for row in of_many(work, query, flag_rows.c.profile, profiles)]


def of_many(work: Work, query: Any, column: Any, values: Iterable[Any]) -> list[Row[Any]]:
    """Run a query for many values of a column (by default ``profile``), in chunks."""
    found: list[Row[Any]] = []
    for chunk in in_chunks(values):
        within = query.selected_columns.profile if column is None else column
        found += work.connection.execute(query.where(within.in_(chunk))).all()
    return found
