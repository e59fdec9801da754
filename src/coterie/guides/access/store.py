"""The tables of signing in: sessions, doors, failures, PINs, shared phones and who used them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, Index, Row, String, Table, delete, func, or_, select

from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work

session_rows = Table(
    "guide_sessions",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("guide", String, nullable=False, index=True),
    Column("device", String(64), nullable=False, index=True),
    Column("how", String(8), nullable=False),
    Column("began", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)

door_rows = Table(
    "guide_doors",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("guide", String),
    Column("browser", String(64), nullable=False),  # of the browser that set out; empty: any
    Column("to", String, nullable=False),
    Column("created", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("used", Moment),
    Index("ix_guide_doors_guide_created", "guide", "created"),
)

failure_rows = Table(
    "guide_failures",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("whom", String, nullable=False),
    Column("address", String, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_guide_failures_whom_at", "whom", "at"),
    Index("ix_guide_failures_address_at", "address", "at"),
)

pin_rows = Table(
    "guide_pins",
    metadata,
    Column("guide", String, primary_key=True),
    Column("hashed", String, nullable=False),
    Column("since", Moment, nullable=False),
)

phone_rows = Table(
    "guide_phones",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("store", String, nullable=False),
    Column("since", Moment, nullable=False),
)

user_rows = Table(
    "guide_phone_users",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("guide", String, primary_key=True),
    Column("since", Moment, nullable=False),
)

_S, _D, _F, _P, _U = (
    session_rows.c, door_rows.c, failure_rows.c, phone_rows.c, user_rows.c,
)  # fmt: skip


# sessions


def add_session(work: Work, row: dict[str, Any]) -> None:
    """Open a session, and drop those of everybody that have ended."""
    work.connection.execute(delete(session_rows).where(_S.until <= work.now))
    work.insert(session_rows, [{**row, "began": work.now}])


def session(work: Work, fingerprint: str) -> Row[Any] | None:
    """Return a session while it lasts."""
    query = select(session_rows).where(_S.fingerprint == fingerprint, _S.until > work.now)
    return work.connection.execute(query).one_or_none()


def sessions_of(work: Work, guide: str) -> list[Row[Any]]:
    """Return a guide's sessions that last, the newest first."""
    query = select(session_rows).where(_S.guide == guide, _S.until > work.now)
    return list(work.connection.execute(query.order_by(_S.began.desc())))


def end_session(work: Work, fingerprint: str) -> None:
    """Forget one session."""
    work.connection.execute(delete(session_rows).where(_S.fingerprint == fingerprint))


def end_sessions_of(work: Work, guide: str) -> int:
    """Forget every session of a guide, and every door that was opened to her; count sessions."""
    work.connection.execute(delete(door_rows).where(_D.guide == guide, _D.used.is_(None)))
    ended = work.connection.execute(delete(session_rows).where(_S.guide == guide))
    return int(ended.rowcount)


# doors


def add_door(work: Work, row: dict[str, Any], keep: int) -> None:
    """Keep a way in; those that closed ``keep`` milliseconds ago are dropped."""
    work.connection.execute(delete(door_rows).where(_D.until <= work.now - keep))
    work.insert(door_rows, [{**row, "created": work.now}])


def open_door(work: Work, fingerprint: str) -> Row[Any] | None:
    """Return a door that may be opened now, and close it behind: the second gets none."""
    opened = (
        door_rows.update()
        .where(_D.fingerprint == fingerprint, _D.used.is_(None), _D.until > work.now)
        .values(used=work.now)
        .returning(*door_rows.c)
    )
    return work.connection.execute(opened).one_or_none()


def doors_since(work: Work, guide: str, kind: str, since: int) -> int:
    """Count a guide's doors of a kind that were made after a moment."""
    query = select(func.count()).where(_D.guide == guide, _D.kind == kind, _D.created > since)
    return int(work.connection.execute(query).scalar_one())


# failures


def add_failure(work: Work, whom: str, address: str, keep: int) -> None:
    """Note a failure, and drop those older than ``keep`` milliseconds."""
    work.connection.execute(delete(failure_rows).where(_F.at <= work.now - keep))
    work.insert(failure_rows, [{"whom": whom, "address": address, "at": work.now}])


def forget_failures(work: Work, whom: str) -> None:
    """Drop the failures of a name, once she got in."""
    work.connection.execute(delete(failure_rows).where(_F.whom == whom))


def failures(work: Work, whom: str, address: str, since: int) -> tuple[int, int, int]:
    """Count failures after ``since`` of the name and of the address; and the oldest moment."""
    theirs, here = _F.whom == whom, _F.address == address
    query = select(
        func.count().filter(theirs),
        func.count().filter(here),
        func.coalesce(func.min(_F.at), work.now),
    ).where(_F.at > since, or_(theirs, here))
    by_name, by_address, oldest = work.connection.execute(query).one()
    return int(by_name), int(by_address), int(oldest)


# PINs and phones


def pin_of(work: Work, guide: str) -> str | None:
    """Return what is kept of a guide's PIN."""
    query = select(pin_rows.c.hashed).where(pin_rows.c.guide == guide)
    return work.connection.execute(query).scalar()


def with_pin(work: Work, guides: Collection[str]) -> set[str]:
    """Return who of these has a PIN."""
    query = select(pin_rows.c.guide).where(pin_rows.c.guide.in_(guides))
    return set(work.connection.execute(query).scalars())


def set_pin(work: Work, guide: str, hashed: str | None) -> None:
    """Keep a PIN, or none."""
    if hashed is None:
        work.connection.execute(delete(pin_rows).where(pin_rows.c.guide == guide))
    else:
        row = {"guide": guide, "hashed": hashed, "since": work.now}
        work.upsert(pin_rows, [row], key=["guide"], change=["hashed", "since"])


def phone(work: Work, device: str) -> Row[Any] | None:
    """Return a shared phone."""
    query = select(phone_rows).where(_P.device == device)
    return work.connection.execute(query).one_or_none()


def share_phone(work: Work, device: str, store: str | None) -> None:
    """Keep that a phone is a store's, or that it is nobody's but the one's who uses it."""
    work.connection.execute(delete(phone_rows).where(_P.device == device))
    if store is not None:
        row = {"device": device, "store": store, "since": work.now}
        work.insert(phone_rows, [row])


def users_of(work: Work, device: str, since: int) -> list[str]:
    """Return who has signed in on a phone after a moment, the last first."""
    query = select(_U.guide).where(_U.device == device, _U.since > since)
    return list(work.connection.execute(query.order_by(_U.since.desc(), _U.guide)).scalars())


def note_user(work: Work, device: str, guide: str) -> None:
    """Keep that a guide signed in on a phone by herself."""
    row = {"device": device, "guide": guide, "since": work.now}
    work.upsert(user_rows, [row], key=["device", "guide"], change=["since"])


def forget_users(work: Work, device: str) -> None:
    """Forget who signed in on a phone."""
    work.connection.execute(delete(user_rows).where(_U.device == device))
