"""The tables of rhythms: their definitions, and what was played in which group."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Column, Index, Integer, Row, String, Table, select

from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work

rhythm_rows = Table(
    "community_rhythms",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("definition", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed", Moment, nullable=False),
)

play_rows = Table(
    "community_group_plays",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("chat", String(64), nullable=False),
    Column("rhythm", String(64), nullable=False),
    Column("play", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("title", JSON, nullable=False),
    Column("at", Moment, nullable=False),
    Column("made", Moment, nullable=False),
    Column("send", String),
    Column("reason", String(32)),
    Index("ix_community_group_plays_chat_at", "chat", "at"),
)
"""A play of a group on a day; with a ``send`` its owner was asked, else ``reason`` says why not."""
_R, _P = rhythm_rows.c, play_rows.c


def keep(work: Work, slug: str, definition: Mapping[str, Any]) -> None:
    """Write a rhythm as its next version."""
    before = work.connection.execute(select(_R.version).where(_R.slug == slug)).scalar() or 0
    row = {
        "slug": slug, "definition": dict(definition), "version": before + 1, "changed": work.now,
    }  # fmt: skip
    work.upsert(rhythm_rows, [row], key=["slug"], change=["definition", "version", "changed"])


def definitions(work: Work) -> list[Mapping[str, Any]]:
    """Return every definition that is kept, in order of slug."""
    query = select(_R.definition).order_by(_R.slug)
    return list(work.connection.execute(query).scalars())


def known(work: Work, ids: Collection[str]) -> set[str]:
    """Return which of these plays were dealt with."""
    query = select(_P.id).where(work.among(_P.id, ids))
    return set(work.connection.execute(query).scalars())


def add(work: Work, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write plays; those of an id that is there stay as they are."""
    work.insert_new(play_rows, rows)


def played(work: Work, chats: Collection[str], since: int, until: int) -> list[Row[Any]]:
    """Return what was played in groups in [since, until), the latest first."""
    query = select(play_rows).where(work.among(_P.chat, chats), _P.at >= since, _P.at < until)
    return list(work.connection.execute(query.order_by(_P.at.desc(), _P.chat, _P.play)))
