"""The tables of polls and of their answers."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import Any

import msgspec
from sqlalchemy import JSON, Column, Integer, String, Table, delete, select

from coterie.campaigns.polls.model import Answer, Answered, Poll, plain
from coterie.storage.keeping import of_people
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

poll_rows = Table(
    "polls",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("poll", JSON, nullable=False),
    Column("source", JSON, nullable=False),
    Column("created", Moment, nullable=False),
)

answer_rows = Table(
    "poll_answers",
    metadata,
    Column("poll", String(64), primary_key=True),
    Column("came_with", Integer, primary_key=True, autoincrement=False),
    Column("profile", Integer, nullable=False, index=True),
    Column("answer", JSON, nullable=False),
    Column("at", Moment, nullable=False),
)
"""One row for each profile that answered; of several of one person the latest counts."""

_P, _A = poll_rows.c, answer_rows.c


def save(work: Work, poll: Poll, source: dict[str, Any]) -> None:
    """Write a poll over the one of its slug."""
    row = {"slug": poll.slug, "poll": asdict(poll), "source": source, "created": poll.created}
    work.upsert(poll_rows, [row], key=["slug"], change=["poll", "source"])


def polls(work: Work, slugs: Collection[str] | None = None) -> list[Poll]:
    """Return these polls, or all, the newest first."""
    query = select(_P.poll).order_by(_P.created.desc(), _P.slug)
    if slugs is not None:
        query = query.where(_P.slug.in_(list(slugs)))
    return [msgspec.convert(one, Poll) for one in work.connection.execute(query).scalars()]


def source(work: Work, slug: str) -> dict[str, Any] | None:
    """Return a poll's definition as it was given."""
    query = select(_P.source).where(_P.slug == slug)
    found: dict[str, Any] | None = work.connection.execute(query).scalar()
    return found


def keep(work: Work, answered: Iterable[Answered]) -> None:
    """Write answers, each over the one that its profile gave before."""
    rows = [
        {
            "poll": one.poll, "came_with": one.came_with, "profile": one.profile,
            "answer": plain(one.answer), "at": one.at,
        }
        for one in answered
    ]  # fmt: skip
    work.upsert(answer_rows, rows, key=["poll", "came_with"], change=["profile", "answer", "at"])


def answers(
    work: Work, slug: str | None = None, profiles: Collection[int] | None = None
) -> list[Answered]:
    """Return the answers to a poll, or of these people, the latest first."""
    query = select(answer_rows).order_by(_A.at.desc(), _A.came_with.desc())
    if slug is not None:
        query = query.where(_A.poll == slug)
    if profiles is not None:
        query = query.where(work.among(_A.profile, profiles))
    return [
        Answered(row.poll, row.profile, row.came_with, _read(row.answer), row.at)
        for row in work.connection.execute(query)
    ]


def erase(work: Work, profiles: Collection[int]) -> int:
    """Remove these people's answers and count them."""
    count = 0
    for chunk in in_chunks(sorted(profiles)):
        done = work.connection.execute(delete(answer_rows).where(of_people(answer_rows, chunk)))
        count += done.rowcount
    return count


def _read(answer: Any) -> Answer:
    return tuple(answer) if isinstance(answer, list) else float(answer)
