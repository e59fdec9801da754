"""The tables of merges and of reviews; and what erasing takes away of who is who."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Integer,
    Row,
    String,
    Table,
    UniqueConstraint,
    and_,
    or_,
    select,
    update,
)

from coterie.profiles.graph.store import identity_rows, link_rows, seen_rows
from coterie.profiles.store import of_many
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

merge_rows = Table(
    "merges",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("profile", Integer, nullable=False, index=True),
    Column("head", Integer, nullable=False, index=True),
    Column("how", String(8), nullable=False),
    Column("actor", String, nullable=False),
    Column("evidence", JSON, nullable=False),
    Column("bucket_key", String(32), nullable=False),
    Column("head_bucket_key", String(32), nullable=False),
    Column("contaminated", Boolean, nullable=False),
    Column("undone", Moment),
    Column("undone_by", String),
)

review_rows = Table(
    "identity_reviews",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("identity", Integer, nullable=False),
    Column("why", String(8), nullable=False),
    Column("opened", Moment, nullable=False),
    Column("together", Boolean),
    Column("decided", Moment),
    Column("decided_by", String),
    UniqueConstraint("identity", "why"),
)
"""Opened when an identity is doubtful, decided by an operator; a decision holds."""

AGAIN = "again"
"""Why a link stands in the queue that an operator took apart and that was said again."""


def write_merges(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep merges."""
    work.insert(merge_rows, rows)


def open_merges(work: Work, profiles: Iterable[int]) -> list[Row[Any]]:
    """Read the merges in force of profiles that are led."""
    query = select(merge_rows).where(merge_rows.c.undone.is_(None))
    return of_many(work, query, merge_rows.c.profile, profiles)


def close_merges(work: Work, ids: Iterable[int]) -> None:
    """Mark merges as undone."""
    undone = {"undone": work.now, "undone_by": str(work.actor)}
    for chunk in in_chunks(ids):
        statement = update(merge_rows).where(merge_rows.c.id.in_(chunk)).values(undone)
        work.connection.execute(statement)


def merges(work: Work, profiles: Collection[int]) -> list[Row[Any]]:
    """Read the merges that concern profiles, on either side, the newest first."""
    found = {
        row.id: row
        for column in (merge_rows.c.profile, merge_rows.c.head)
        for row in of_many(work, select(merge_rows), column, profiles)
    }
    return [found[number] for number in sorted(found, reverse=True)]


def merge(work: Work, number: int) -> Row[Any] | None:
    """Read one merge."""
    return work.connection.execute(select(merge_rows).where(merge_rows.c.id == number)).first()


def decisions(work: Work, ids: Iterable[int]) -> dict[int, bool]:
    """Read which identities operators let join after all, and which they keep from it."""
    mine = review_rows.c
    says = or_(mine.together.is_(True), and_(mine.together.is_(False), mine.why != AGAIN))
    rows = of_many(work, select(mine.identity, mine.together).where(says), mine.identity, ids)
    found: dict[int, bool] = {}
    for row in rows:
        found[row.identity] = row.together or found.get(row.identity, False)
    return found


def open_reviews(work: Work, opened: Iterable[tuple[int, str]]) -> None:
    """Put identities into the queue, each with why; what was decided on stays so."""
    rows = [{"identity": one, "why": why, "opened": work.now} for one, why in sorted(opened)]
    work.insert_new(review_rows, rows)


def reviews(work: Work, *, is_open: bool, limit: int) -> Sequence[Row[Any]]:
    """Read the queue, or what was decided; the newest first."""
    waits = review_rows.c.together.is_(None)
    query = select(review_rows).where(waits if is_open else ~waits)
    return work.connection.execute(query.order_by(review_rows.c.id.desc()).limit(limit)).all()


def review(work: Work, number: int) -> Row[Any] | None:
    """Read one review."""
    return work.connection.execute(select(review_rows).where(review_rows.c.id == number)).first()


def decide(work: Work, number: int, *, together: bool) -> None:
    """Keep a decision."""
    said = {"together": together, "decided": work.now, "decided_by": str(work.actor)}
    work.connection.execute(update(review_rows).where(review_rows.c.id == number).values(said))


def undecide(work: Work, ids: Iterable[int]) -> None:
    """Forget that identities join after all: the rule speaks of them again."""
    nothing = {"together": None, "decided": None, "decided_by": None}
    for chunk in in_chunks(ids):
        theirs = review_rows.c.identity.in_(chunk), review_rows.c.together.is_(True)
        work.connection.execute(update(review_rows).where(*theirs).values(nothing))


def close_reviews(work: Work, ids: Iterable[int]) -> None:
    """Take identities out of the queue that are doubtful no more."""
    for chunk in in_chunks(ids):
        theirs = review_rows.c.identity.in_(chunk), review_rows.c.why != AGAIN
        work.connection.execute(
            review_rows.delete().where(*theirs, review_rows.c.together.is_(None))
        )


# Erasure


def erase(work: Work, profiles: Collection[int]) -> dict[str, int]:
    """Remove erased people's identities with their links and reviews; blank what merges tell.

    An identity that they share with others goes too, since their key sealed it: the next event
    that names it makes it anew. That two were one, and from when to when, stays in the merge log.
    """
    mine = identity_rows.c
    ids = {
        row.id
        for column in (mine.profile, mine.person)
        for row in of_many(work, select(mine.id), column, profiles)
    }
    counts = dict.fromkeys(("identity_links", "identity_reviews", "identities", "merges"), 0)
    for chunk in in_chunks(ids, 2_500):
        ends = or_(link_rows.c.identity.in_(chunk), link_rows.c.other.in_(chunk))
        for table, those in (
            (link_rows, ends),
            (review_rows, review_rows.c.identity.in_(chunk)),
            (identity_rows, mine.id.in_(chunk)),
        ):
            counts[table.name] += work.connection.execute(table.delete().where(those)).rowcount
        work.connection.execute(seen_rows.delete().where(seen_rows.c.identity.in_(chunk)))
    blank = {"evidence": [], "bucket_key": "", "head_bucket_key": ""}
    for chunk in in_chunks(profiles):
        theirs = or_(merge_rows.c.profile.in_(chunk), merge_rows.c.head.in_(chunk))
        known = merge_rows.c.bucket_key != ""
        statement = update(merge_rows).where(theirs, known).values(blank)
        counts["merges"] += work.connection.execute(statement).rowcount
    return {name: number for name, number in counts.items() if number}
