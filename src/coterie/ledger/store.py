"""The tables of the ledger: accounts, entries, their lines, reservations."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    func,
    or_,
    select,
    update,
)

from coterie.ledger.model import Account, Difference, Entry, Line, Movement, Reservation
from coterie.ledger.posting import HELD, Overdrawn, digest, totals
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work

account_rows = Table(
    "ledger_accounts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("unit", String(8), nullable=False),
    Column("floor", BigInteger, nullable=True),
    Column("balance", BigInteger, nullable=False),
)

entry_rows = Table(
    "ledger_entries",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("digest", LargeBinary(16), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("actor", String, nullable=False),
    Column("about", JSON, nullable=False),
    Column("reverses", BigInteger, nullable=True, unique=True),
)

line_rows = Table(
    "ledger_lines",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("entry", BigInteger, nullable=False, index=True),
    Column("account", BigInteger, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Index("ix_ledger_lines_account", "account", "id"),
)

reservation_rows = Table(
    "ledger_reservations",
    metadata,
    Column("key", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("expires", Moment, nullable=True),
    Column("state", String(8), nullable=False),
    Column("turn", BigInteger, nullable=False),
    Column("posted", BigInteger, nullable=False),
    Column("entry", BigInteger, nullable=True),
    Column("to", String, nullable=False),
)
_a, _e, _l, _r = account_rows.c, entry_rows.c, line_rows.c, reservation_rows.c
_pending = _r.state == "pending"
Index(
    "ix_ledger_reservations_pending", _r.expires, _r.account,
    sqlite_where=_pending, postgresql_where=_pending,
)  # fmt: skip
_LOCK = 5_207_004
"""The advisory lock under which PostgreSQL lets one promise after the other; SQLite does so anyway.
"""
_CHANGES = ("amount", "expires", "state", "turn", "posted", "entry", "to")


class Held:
    """Accounts that nobody else changes before this work ends: their rows are locked."""

    def __init__(self, work: Work, names: Collection[str]) -> None:
        query = select(account_rows).where(_a.name.in_(sorted(names))).order_by(_a.id)
        rows = list(work.connection.execute(query.with_for_update()))
        self.ids = {row.name: row.id for row in rows}
        self.balances = {row.name: row.balance for row in rows}
        self.accounts = {row.name: Account(row.name, row.unit, row.floor) for row in rows}

    def room(self, name: str) -> int | None:
        """Return how much an account can give; None: any amount."""
        floor = self.accounts[name].floor
        return None if floor is None else max(self.balances[name] - floor, 0)


def hold_all(work: Work) -> None:
    """Wait until nobody else promises anything, and let nobody before this work ends."""
    if work.dialect != "sqlite":
        work.connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


# --- accounts


def add_accounts(work: Work, accounts: Sequence[Account]) -> None:
    """Make the accounts that there are not yet."""
    work.insert_new(
        account_rows,
        [{"name": a.name, "unit": a.unit, "floor": a.floor, "balance": 0} for a in accounts],
    )


def set_floor(work: Work, account: Account) -> None:
    """Give an account another floor."""
    statement = update(account_rows).where(_a.name == account.name).values(floor=account.floor)
    work.connection.execute(statement)


def named(work: Work, names: Collection[str]) -> list[Row[Any]]:
    """Read accounts as they are kept."""
    query = select(account_rows).where(_a.name.in_(sorted(names))).order_by(_a.name)
    return list(work.connection.execute(query))


# --- entries


def known(work: Work, key: str) -> Row[Any] | None:
    """Return the entry of a key."""
    query: Select[Any] = select(_e.id, _e.at, _e.digest).where(_e.key == key)
    return work.connection.execute(query).one_or_none()


def write(work: Work, held: Held, entry: Entry) -> int:
    """Write an entry and move the balances, where no floor is in the way; return its number.

    The floor is asked for again as the balance is set: whatever was read before, none is passed.
    """
    for name, amount in sorted(totals(entry.lines).items(), key=lambda pair: held.ids[pair[0]]):
        moved = _a.balance + amount
        statement = update(account_rows).where(_a.id == held.ids[name])
        if amount < 0:
            statement = statement.where(or_(_a.floor.is_(None), moved >= _a.floor))
        if work.connection.execute(statement.values(balance=moved)).rowcount != 1:
            raise Overdrawn(f"{name!r} would fall below its floor")
        held.balances[name] += amount
    row = {
        "key": entry.key, "digest": digest(entry), "kind": entry.kind, "at": work.now,
        "actor": str(work.actor), "about": dict(entry.about), "reverses": entry.reverses,
    }  # fmt: skip
    work.insert(entry_rows, [row])
    number = int(work.connection.execute(select(_e.id).where(_e.key == entry.key)).scalar_one())
    work.insert(
        line_rows,
        [
            {"entry": number, "account": held.ids[line.account], "amount": line.amount}
            for line in entry.lines
        ],
    )
    return number


def movements(work: Work, account: str, limit: int, before: int | None) -> list[Movement]:
    """Return an account's lines, the newest first, those of entries before one only."""
    [row] = named(work, [account])
    mine = _l.account == row.id
    query = (
        select(_l.entry, _l.amount, _e.at, _e.kind, _e.about)
        .join(entry_rows, _e.id == _l.entry)
        .where(mine)
        .order_by(_l.id.desc())
        .limit(limit)
    )
    after = int(row.balance)
    if before is not None:
        query = query.where(_l.entry < before)
        later = select(func.coalesce(func.sum(_l.amount), 0)).where(mine, _l.entry >= before)
        after -= int(work.connection.execute(later).scalar_one())
    found = []
    for one in work.connection.execute(query):
        found.append(Movement(one.entry, one.at, one.kind, one.amount, after, one.about))
        after -= one.amount
    return found


def lines_of(work: Work, entry: int) -> list[Line]:
    """Return an entry's lines."""
    query = select(_a.name, _l.amount).join(account_rows, _a.id == _l.account)
    rows = work.connection.execute(query.where(_l.entry == entry).order_by(_l.id))
    return [Line(row.name, row.amount) for row in rows]


def differences(work: Work) -> list[Difference]:
    """Return where the balances are not the sums of the lines, and what does not sum to nothing."""
    summed = func.coalesce(func.sum(_l.amount), 0)
    balances = (
        select(_a.name, _a.balance, summed.label("counted"))
        .outerjoin(line_rows, _l.account == _a.id)
        .group_by(_a.id, _a.name, _a.balance)
        .having(_a.balance != summed)
    )
    entries = (
        select(_e.key, _a.unit, summed.label("counted"))
        .join(line_rows, _l.entry == _e.id)
        .join(account_rows, _a.id == _l.account)
        .group_by(_e.id, _e.key, _a.unit)
        .having(summed != 0)
    )
    pending = func.coalesce(func.sum(_r.amount), 0)
    held = (
        select(_a.name, _a.balance, pending.label("counted"))
        .outerjoin(reservation_rows, (_r.account + HELD == _a.name) & _pending)
        .where(_a.name.endswith(HELD))
        .group_by(_a.id, _a.name, _a.balance)
        .having(_a.balance != pending)
    )
    found = [
        Difference(row.name, row.balance, int(row.counted))
        for query in (balances, held)
        for row in work.connection.execute(query)
    ]
    return found + [
        Difference(row.key, 0, int(row.counted)) for row in work.connection.execute(entries)
    ]


# --- reservations


def reservations(work: Work, keys: Collection[str]) -> dict[str, Reservation]:
    """Return reservations by key."""
    query = select(reservation_rows).where(work.among(_r.key, keys))
    return {row.key: _reservation(row) for row in work.connection.execute(query)}


def overdue(work: Work, account: str | None, limit: int) -> list[Reservation]:
    """Return pending reservations whose time is over, of one account or of all."""
    query = select(reservation_rows).where(_pending, _r.expires <= work.now)
    if account is not None:
        query = query.where(_r.account == account)
    rows = work.connection.execute(query.order_by(_r.expires, _r.key).limit(limit))
    return [_reservation(row) for row in rows]


def lapsed_of(work: Work, accounts: Collection[str]) -> dict[str, int]:
    """Return by account how much of what is reserved of it has lapsed."""
    query = select(_r.account, func.sum(_r.amount)).where(
        _pending, _r.expires <= work.now, _r.account.in_(sorted(accounts))
    )
    rows = work.connection.execute(query.group_by(_r.account))
    return {name: int(amount) for name, amount in rows}


def next_due(work: Work) -> int | None:
    """Return when the next pending reservation lapses."""
    return work.connection.execute(select(func.min(_r.expires)).where(_pending)).scalar()


def add_reservations(work: Work, new: Sequence[Reservation]) -> None:
    """Keep new reservations."""
    work.insert(reservation_rows, [vars(one) for one in new])


def save_reservations(work: Work, changed: Sequence[Reservation]) -> None:
    """Write what became of reservations."""
    work.change(reservation_rows, [vars(one) for one in changed], key=["key"], change=_CHANGES)


def _reservation(row: Row[Any]) -> Reservation:
    return Reservation(**row._mapping)
