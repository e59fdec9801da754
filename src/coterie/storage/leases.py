"""Leases: one owner at a time, and a fencing token that tells a late one that it has lost."""

from dataclasses import dataclass

from sqlalchemy import Column, Integer, String, Table, select

from coterie.core.errors import Conflict
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work

lease_rows = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("token", Integer, nullable=False),
    Column("until", Moment, nullable=False),
)


@dataclass(frozen=True)
class Lease:
    """The right to do one thing until a moment; ``token`` grows with every new owner."""

    name: str
    owner: str
    token: int
    until: int


def take(work: Work, name: str, owner: str, now: int, duration: int) -> Lease | None:
    """Take or renew a lease until ``now + duration``; None while another owner holds it.

    ``now`` is the machine's time, never a demo's.
    """
    query = select(lease_rows).where(lease_rows.c.name == name).with_for_update()
    row = work.connection.execute(query).first()
    if row is None:  # two that come first at once must meet: a row that is not there locks nobody
        work.insert_new(lease_rows, [{"name": name, "owner": "", "token": 0, "until": 0}])
        row = work.connection.execute(query).one()
    if row.owner != owner and row.until > now:
        return None
    token = row.token + (row.owner != owner)
    lease = Lease(name, owner, token, now + duration)
    work.upsert(
        lease_rows,
        [{"name": name, "owner": owner, "token": token, "until": lease.until}],
        key=["name"],
        change=["owner", "token", "until"],
    )
    return lease


def held(work: Work, name: str) -> Lease | None:
    """Return the lease as it was last taken, run out or not; None when it never was."""
    row = work.connection.execute(select(lease_rows).where(lease_rows.c.name == name)).first()
    return None if row is None else Lease(row.name, row.owner, row.token, row.until)


def check(work: Work, lease: Lease) -> None:
    """Raise Conflict when somebody else took the lease meanwhile; called before a commit."""
    query = select(lease_rows.c.token).where(lease_rows.c.name == lease.name).with_for_update()
    token = work.connection.execute(query).scalar()
    if token != lease.token:
        raise Conflict(f"lease {lease.name!r} was taken over by another process; stopping here")


def release(work: Work, lease: Lease) -> None:
    """Give a lease back, so that the next owner need not wait for its end."""
    work.connection.execute(
        lease_rows.update()
        .where(lease_rows.c.name == lease.name, lease_rows.c.token == lease.token)
        .values(until=0)
    )
