"""The tables of erasure: requests with their proofs, tombstones, and the stamp they change by."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    delete,
    func,
    select,
    update,
)

from coterie.profiles.consents.store import consent_rows
from coterie.profiles.directory.store import prefix_rows
from coterie.profiles.erasure.model import Erasure, Identity
from coterie.profiles.graph.store import renew_stamp
from coterie.profiles.published.store import fresh_rows
from coterie.profiles.slices.store import fading_rows
from coterie.profiles.store import forget_keys, key_rows, profile_rows
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

erasure_rows = Table(
    "erasures",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("profile", Integer, nullable=False, index=True),
    Column("uid", String(36), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("way", String(16), nullable=False),
    Column("by", String, nullable=False),
    Column("asked", Moment, nullable=False),
    Column("due", Moment, nullable=False),
    Column("step", String(16), nullable=False),
    Column("members", JSON, nullable=False),
    Column("started", Moment),
    Column("finished", Moment),
    Column("decided_by", String, nullable=False),
    Column("note", String, nullable=False),
    Column("counts", JSON, nullable=False),
    Column("searched", Integer, nullable=False),
    Column("places", Integer, nullable=False),
    Column("found", JSON, nullable=False),
    Column("digests", JSON, nullable=False),
    Column("backups", JSON, nullable=False),
    Column("sealed", LargeBinary),
)
"""``sealed`` holds her identifiers under her own key while they are needed for the search."""

tombstone_rows = Table(
    "tombstones",
    metadata,
    Column("kind", String, primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("erasure", String(36), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("lifted", Moment),
)

stamp_rows = Table(
    "tombstone_stamp",
    metadata,
    Column("name", String, primary_key=True),
    Column("number", Integer, nullable=False),
)

_E, _T = erasure_rows.c, tombstone_rows.c
_SHOWN = tuple(_E[name] for name in Erasure.__dataclass_fields__)
_STAMP = "tombstones"
_LISTS = ("members", "found", "digests")


# Requests


def add(work: Work, erasure: Erasure) -> None:
    """Write a request down."""
    work.insert(erasure_rows, [_row(erasure)])


def save(work: Work, erasure: Erasure) -> None:
    """Write a request as it is now."""
    work.connection.execute(update(erasure_rows).where(_E.id == erasure.id).values(_row(erasure)))


def get(work: Work, erasure: str, *, lock: bool = False) -> Erasure | None:
    """Return one request; with ``lock`` nobody else changes it until the work ends."""
    query = select(*_SHOWN).where(_E.id == erasure)
    row = work.connection.execute(query.with_for_update() if lock else query).first()
    return None if row is None else _of(row)


def page(work: Work, limit: int, offset: int = 0) -> list[Erasure]:
    """Return requests: the open ones first, those that are due soonest; then the newest."""
    is_open = _E.state.in_(("asked", "erasing", "stuck"))
    query = select(*_SHOWN).order_by(
        is_open.desc(), func.coalesce(_E.finished, 0).desc(), _E.due, _E.id
    )
    return [_of(row) for row in work.connection.execute(query.limit(limit).offset(offset))]


def count(work: Work) -> int:
    """Count all requests."""
    return work.connection.execute(select(func.count()).select_from(erasure_rows)).scalar_one()


def open_of(work: Work, profiles: Collection[int]) -> Erasure | None:
    """Return the request about one of these profiles that is not done with, or None."""
    query = select(*_SHOWN).where(
        _E.profile.in_(list(profiles)), _E.state.in_(("asked", "erasing", "stuck"))
    )
    row = work.connection.execute(query).first()
    return None if row is None else _of(row)


def newest_of(work: Work, profile: int) -> Erasure | None:
    """Return the newest request about a profile, or None."""
    query = select(*_SHOWN).where(_E.profile == profile).order_by(_E.id.desc()).limit(1)
    row = work.connection.execute(query).first()
    return None if row is None else _of(row)


def next_job(work: Work) -> Erasure | None:
    """Return the erasure that the road has waited longest to work on, None without one."""
    query = select(*_SHOWN).where(_E.state == "erasing").order_by(_E.asked, _E.id).limit(1)
    row = work.connection.execute(query).first()
    return None if row is None else _of(row)


def sealed(work: Work, erasure: str) -> bytes | None:
    """Return the sealed identifiers of an erasure that goes on."""
    return work.connection.execute(select(_E.sealed).where(_E.id == erasure)).scalar()


def seal(work: Work, erasure: str, data: bytes | None) -> None:
    """Keep the sealed identifiers of an erasure, or forget them."""
    work.connection.execute(update(erasure_rows).where(_E.id == erasure).values(sealed=data))


# Tombstones


def bury(work: Work, erasure: str, tombs: Collection[Identity]) -> None:
    """Write tombstones of (kind, digest); one that was lifted stands again."""
    rows = [
        {"kind": kind, "digest": digest, "erasure": erasure, "at": work.now, "lifted": None}
        for kind, digest in sorted(tombs)
    ]
    change = ["erasure", "at", "lifted"]
    work.upsert(tombstone_rows, rows, key=["kind", "digest"], change=change)
    _move_stamp(work)


def lift(work: Work, erasure: str) -> int:
    """Let the identities of an erasure in again; return how many."""
    mine = update(tombstone_rows).where(_T.erasure == erasure, _T.lifted.is_(None))
    lifted = work.connection.execute(mine.values(lifted=work.now)).rowcount
    _move_stamp(work)
    return lifted


def tombs(work: Work) -> list[str]:
    """Return the digests of all tombstones that stand."""
    return list(work.connection.execute(select(_T.digest).where(_T.lifted.is_(None))).scalars())


def tombstones(work: Work, erasure: str) -> list[Row[Any]]:
    """Return the tombstones of one erasure."""
    query = select(tombstone_rows).where(_T.erasure == erasure).order_by(_T.kind, _T.digest)
    return list(work.connection.execute(query))


def stamp(work: Work) -> int:
    """Return a number that grows whenever a tombstone is set or lifted."""
    query = select(stamp_rows.c.number).where(stamp_rows.c.name == _STAMP)
    return work.connection.execute(query).scalar() or 0


def _move_stamp(work: Work) -> None:
    rows = [{"name": _STAMP, "number": stamp(work) + 1}]
    work.upsert(stamp_rows, rows, key=["name"], change=["number"])


# Whom it concerns


def gone(work: Work) -> list[int]:
    """Return the profiles of those who were erased."""
    query = select(profile_rows.c.id).where(profile_rows.c.erased.is_not(None))
    return list(work.connection.execute(query).scalars())


def tables() -> list[tuple[Table, str]]:
    """Return the tables of profiles that hold something of people, by the column that names them.

    Whatever refers to a profile is found by its foreign key, so that a table made tomorrow is not
    forgotten; those without one are named. Keys go last of all, consent stays without its identity.
    """
    kept = (profile_rows, key_rows, consent_rows)
    referring = [
        (table, column.name)
        for table in metadata.sorted_tables
        for column in table.c
        if table not in kept
        and any(key.column.table is profile_rows for key in column.foreign_keys)
    ]
    named = [(table, "profile") for table in (prefix_rows, fading_rows, fresh_rows)]
    return [*named, *reversed(referring)]


def empty(work: Work, profiles: Collection[int]) -> dict[str, int]:
    """Delete what these people's tables hold of them; count rows by table."""
    counts: dict[str, int] = {}
    for table, column in tables():
        for chunk in in_chunks(sorted(profiles)):
            statement = delete(table).where(table.c[column].in_(chunk))
            number = work.connection.execute(statement).rowcount
            if number:
                counts[table.name] = counts.get(table.name, 0) + number
    return counts


def shred(work: Work, profiles: Collection[int], bucket_keys: Mapping[int, str]) -> int:
    """Throw keys away and strike the people out; return how many keys.

    The bucket key is a plain hash of an identity: another, random one takes its place.
    """
    keys = 0
    forget_keys(work)
    for chunk in in_chunks(sorted(profiles)):
        statement = delete(key_rows).where(key_rows.c.profile.in_(chunk))
        keys += work.connection.execute(statement).rowcount
    for profile in profiles:
        change = {"erased": work.now, "bucket_key": bucket_keys[profile]}
        work.connection.execute(
            update(profile_rows).where(profile_rows.c.id == profile).values(change)
        )
    return keys


def strike(work: Work, profiles: Collection[int]) -> None:
    """Mark people as erased: from now on they are nobody whom a rule could find."""
    for chunk in in_chunks(sorted(profiles)):
        mine = profile_rows.c.id.in_(chunk), profile_rows.c.erased.is_(None)
        work.connection.execute(update(profile_rows).where(*mine).values(erased=work.now))
    renew_stamp(work)


def _row(erasure: Erasure) -> dict[str, Any]:
    plain = asdict(erasure)
    return {**plain, **{name: list(plain[name]) for name in _LISTS}}


def _of(row: Row[Any]) -> Erasure:
    plain = dict(row._mapping)
    return Erasure(**{**plain, **{name: tuple(plain[name]) for name in _LISTS}})
