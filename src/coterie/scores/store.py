"""The tables of the scores: every version of the weights, and whose future events come due."""

from collections.abc import Collection, Mapping

import msgspec
from sqlalchemy import JSON, BigInteger, Column, Integer, String, Table, func, select, update

from coterie.scores.model import Weights
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

weight_rows = Table(
    "score_weights",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", String, nullable=False),
    Column("weights", JSON, nullable=False),
)

due_rows = Table(
    "score_due",
    metadata,
    Column("profile", Integer, primary_key=True, autoincrement=False),
    Column("due", Moment, nullable=False, index=True),
)

book_rows = Table(
    "score_book",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("holder", String(32), nullable=False),
    Column("turned", BigInteger, nullable=False),
)
"""One row: which process wrote scores last, and how many transactions have."""


def newest_weights(work: Work) -> Weights:
    """Return the weights in force: the newest version, else the defaults."""
    query = select(weight_rows.c.weights).order_by(weight_rows.c.version.desc()).limit(1)
    found = work.connection.execute(query).scalar()
    return Weights() if found is None else msgspec.convert(found, Weights)


def keep_weights(work: Work, weights: Weights) -> None:
    """Keep one more version of the weights; older ones stay."""
    row = {"version": weights.version, "at": work.now, "actor": str(work.actor)}
    work.insert(weight_rows, [{**row, "weights": msgspec.to_builtins(weights)}])


def weight_versions(work: Work) -> list[tuple[int, int, str, Weights]]:
    """Return (version, at, actor, weights) of every version, newest first."""
    query = select(weight_rows).order_by(weight_rows.c.version.desc())
    return [
        (row.version, row.at, row.actor, msgspec.convert(row.weights, Weights))
        for row in work.connection.execute(query)
    ]


def keep_due(work: Work, profiles: Collection[int], due: Mapping[int, int]) -> None:
    """Keep when each of these profiles must be computed anew; forget it where nothing is due."""
    for chunk in in_chunks(profiles):
        work.connection.execute(due_rows.delete().where(due_rows.c.profile.in_(chunk)))
    work.insert(due_rows, [{"profile": profile, "due": at} for profile, at in due.items()])


def due_profiles(work: Work) -> set[int]:
    """Return the profiles that must be computed anew by now."""
    query = select(due_rows.c.profile).where(due_rows.c.due <= work.now)
    return set(work.connection.execute(query).scalars())


def next_due(work: Work) -> int | None:
    """Return the earliest moment at which a profile must be computed anew."""
    return work.connection.execute(select(func.min(due_rows.c.due))).scalar()


def forget_due(work: Work, profiles: Collection[int]) -> int:
    """Forget when these profiles must be computed anew; count those of whom it was known."""
    count = 0
    for chunk in in_chunks(profiles):
        gone = due_rows.delete().where(due_rows.c.profile.in_(chunk))
        count += work.connection.execute(gone).rowcount
    return count


def take_book(work: Work, holder: str) -> tuple[str, int]:
    """Return who wrote scores last and how many transactions have; the next is ``holder``'s.

    Locked until the transaction ends: one writer of scores at a time.
    """
    query = select(book_rows).with_for_update()
    row = work.connection.execute(query).first()
    if row is None:
        work.insert_new(book_rows, [{"id": 1, "holder": "", "turned": 0}])
        row = work.connection.execute(query).one()
    work.connection.execute(update(book_rows).values(holder=holder, turned=row.turned + 1))
    return row.holder, row.turned
