"""Accounts, sessions and failed sign-ins in the operational database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Row, String, Table, delete, func, or_, select

from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work

accounts = Table(
    "accounts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", String, nullable=False),
    Column("folded", String, nullable=False, unique=True),
    Column("role", String, nullable=False),
    Column("password", String, nullable=False),
    Column("created", Moment, nullable=False),
)

account_sessions = Table(
    "account_sessions",
    metadata,
    Column("fingerprint", String, primary_key=True),
    Column("account", ForeignKey(accounts.c.id), nullable=False, index=True),
    Column("created", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)

failed_sign_ins = Table(
    "failed_sign_ins",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("folded", String, nullable=False),
    Column("address", String, nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_failed_sign_ins_folded_at", "folded", "at"),
    Index("ix_failed_sign_ins_address_at", "address", "at"),
)


def add_account(work: Work, name: str, folded: str, role: str, password: str) -> int:
    """Insert an account and return its id."""
    row = {"name": name, "folded": folded, "role": role, "password": password, "created": work.now}
    made = work.connection.execute(accounts.insert().returning(accounts.c.id), row)
    return int(made.scalar_one())


def account_named(work: Work, folded: str) -> Row[Any] | None:
    """Return the account with this folded name."""
    return work.connection.execute(select(accounts).where(accounts.c.folded == folded)).first()


def all_accounts(work: Work) -> Sequence[Row[Any]]:
    """Return every account by name."""
    return work.connection.execute(select(accounts).order_by(accounts.c.folded)).all()


def any_account(work: Work) -> bool:
    """Say whether there is an account at all."""
    return work.connection.execute(select(accounts.c.id).limit(1)).first() is not None


def set_password(work: Work, account: int, password: str) -> None:
    """Replace the hash of an account's password."""
    work.connection.execute(
        accounts.update().where(accounts.c.id == account).values(password=password)
    )


def add_session(work: Work, fingerprint: str, account: int, until: int) -> None:
    """Open a session, and drop those of everybody that have ended."""
    work.connection.execute(delete(account_sessions).where(account_sessions.c.until <= work.now))
    row = {"fingerprint": fingerprint, "account": account, "created": work.now, "until": until}
    work.insert(account_sessions, [row])


def account_of_session(work: Work, fingerprint: str) -> Row[Any] | None:
    """Return the account whose session this is, while it lasts."""
    query = (
        select(accounts)
        .join(account_sessions, account_sessions.c.account == accounts.c.id)
        .where(account_sessions.c.fingerprint == fingerprint, account_sessions.c.until > work.now)
    )
    return work.connection.execute(query).first()


def end_session(work: Work, fingerprint: str) -> None:
    """Forget one session."""
    work.connection.execute(
        delete(account_sessions).where(account_sessions.c.fingerprint == fingerprint)
    )


def end_sessions_of(work: Work, account: int) -> None:
    """Forget every session of an account."""
    work.connection.execute(delete(account_sessions).where(account_sessions.c.account == account))


def add_failure(work: Work, folded: str, address: str, keep: int) -> None:
    """Note a failed sign-in, and drop those older than ``keep`` milliseconds."""
    work.connection.execute(delete(failed_sign_ins).where(failed_sign_ins.c.at <= work.now - keep))
    work.insert(failed_sign_ins, [{"folded": folded, "address": address, "at": work.now}])


def forget_failures(work: Work, folded: str) -> None:
    """Drop the failures of an account, once its owner has signed in."""
    work.connection.execute(delete(failed_sign_ins).where(failed_sign_ins.c.folded == folded))


def failures(work: Work, folded: str, address: str, since: int) -> tuple[int, int, int]:
    """Count failures after ``since`` of the account and of the address; and the oldest moment."""
    of_account = failed_sign_ins.c.folded == folded
    of_address = failed_sign_ins.c.address == address
    query = select(
        func.count().filter(of_account),
        func.count().filter(of_address),
        func.coalesce(func.min(failed_sign_ins.c.at), work.now),
    ).where(failed_sign_ins.c.at > since, or_(of_account, of_address))
    by_account, by_address, oldest = work.connection.execute(query).one()
    return int(by_account), int(by_address), int(oldest)
