"""Accounts, sessions, failed sign-ins and saved views in the operational database."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    delete,
    func,
    or_,
    select,
    text,
)

from coterie.accounts.model import OWNER, Account, Colleague, Preferences, SavedView
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
    Column("language", String, nullable=False, server_default=""),
    Column("theme", String, nullable=False, server_default="system"),
    Column("page_rows", Integer, nullable=False, server_default=text("50")),
    Column("must_change", Boolean, nullable=False, server_default=text("false")),
    Column("disabled", Moment),
    Column("signed_in", Moment),
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

view_rows = Table(
    "account_views",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("account", Integer, nullable=False),  # 0: the desk that nobody owns yet
    Column("page", String, nullable=False),
    Column("name", String, nullable=False),
    Column("query", String, nullable=False),
    UniqueConstraint("account", "page", "name"),
)


# accounts


def add_account(
    work: Work, name: str, folded: str, role: str, password: str, *, must_change: bool = False
) -> int:
    """Insert an account and return its id."""
    row = {
        "name": name,
        "folded": folded,
        "role": role,
        "password": password,
        "created": work.now,
        "must_change": must_change,
    }
    made = work.connection.execute(accounts.insert().returning(accounts.c.id), row)
    return int(made.scalar_one())


def account_named(work: Work, folded: str) -> Row[Any] | None:
    """Return the account with this folded name."""
    return work.connection.execute(select(accounts).where(accounts.c.folded == folded)).first()


def hold_account(work: Work, account: int) -> Row[Any] | None:
    """Return one account, held fast until the transaction ends."""
    query = select(accounts).where(accounts.c.id == account).with_for_update()
    return work.connection.execute(query).first()


def hold_owners(work: Work) -> set[int]:
    """Return the owners who may sign in, held fast: two must not take each other's place away."""
    query = select(accounts.c.id).where(accounts.c.role == OWNER, accounts.c.disabled.is_(None))
    return set(work.connection.execute(query.order_by(accounts.c.id).with_for_update()).scalars())


def to_account(row: Row[Any]) -> Account:
    """Read an account out of its row."""
    return Account(
        id=row.id,
        name=row.name,
        role=row.role,
        preferences=Preferences(row.language, row.theme, row.page_rows),
        must_change=row.must_change,
        disabled=row.disabled,
    )


def team(work: Work) -> list[Colleague]:
    """Return every account by name."""
    rows = work.connection.execute(select(accounts).order_by(accounts.c.folded))
    return [Colleague(to_account(row), row.created, row.signed_in) for row in rows]


def any_account(work: Work) -> bool:
    """Say whether there is an account at all."""
    return work.connection.execute(select(accounts.c.id).limit(1)).first() is not None


def change_account(work: Work, account: int, **values: Any) -> None:
    """Set columns of one account."""
    work.connection.execute(accounts.update().where(accounts.c.id == account).values(**values))


# sessions and failures


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


def sessions_of(work: Work, account: int) -> list[tuple[int, int]]:
    """Return (created, until) of an account's sessions that last, the newest first."""
    table = account_sessions
    query = select(table.c.created, table.c.until).where(
        table.c.account == account, table.c.until > work.now
    )
    rows = work.connection.execute(query.order_by(table.c.created.desc()))
    return [(row.created, row.until) for row in rows]


def end_session(work: Work, fingerprint: str) -> None:
    """Forget one session."""
    work.connection.execute(
        delete(account_sessions).where(account_sessions.c.fingerprint == fingerprint)
    )


def end_sessions_of(work: Work, account: int, but: str = "") -> None:
    """Forget every session of an account, but the one with that fingerprint."""
    mine = account_sessions.c.account == account
    work.connection.execute(
        delete(account_sessions).where(mine, account_sessions.c.fingerprint != but)
    )


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


# saved views


def save_view(work: Work, account: int, page: str, name: str, query: str) -> int:
    """Keep a view over the one of its name; return its id."""
    row = {"account": account, "page": page, "name": name, "query": query}
    work.upsert(view_rows, [row], key=["account", "page", "name"], change=["query"])
    found = select(view_rows.c.id).where(
        view_rows.c.account == account, view_rows.c.page == page, view_rows.c.name == name
    )
    return int(work.connection.execute(found).scalar_one())


def views(work: Work, account: int, page: str) -> list[SavedView]:
    """Return an account's views of one page by name."""
    query = (
        select(view_rows)
        .where(view_rows.c.account == account, view_rows.c.page == page)
        .order_by(view_rows.c.name)
    )
    rows = work.connection.execute(query)
    return [SavedView(row.id, row.page, row.name, row.query) for row in rows]


def delete_view(work: Work, account: int, view: int) -> str | None:
    """Forget one of the account's own views; return its name, None when there was none."""
    gone = delete(view_rows).where(view_rows.c.id == view, view_rows.c.account == account)
    return work.connection.execute(gone.returning(view_rows.c.name)).scalar()
