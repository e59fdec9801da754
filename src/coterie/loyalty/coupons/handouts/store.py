"""The table of handouts: how far each has come through its segment."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import BigInteger, Column, Integer, String, Table, func, select

from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work

Stage = Literal["running", "done", "stopped", "taking", "taken"]
"""Taking: what nobody used is being taken back; taken: it was."""

UNDER_WAY: tuple[Stage, ...] = ("running", "taking")


@dataclass
class Handout:
    """A template for everybody in a segment, who came in as it was handed out included.

    ``after`` is the last person who was asked; people are asked in order of profile.
    """

    slug: str
    template: str
    segment: str
    campaign: str | None
    stage: Stage
    total: int
    given: int
    refused: int
    after: int
    begun: int
    actor: str


handout_rows = Table(
    "coupon_handouts",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("template", String(64), nullable=False, index=True),
    Column("segment", String(64), nullable=False),
    Column("campaign", String(64), nullable=True),
    Column("stage", String(8), nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("given", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("after", Integer, nullable=False),
    Column("begun", Moment, nullable=False),
    Column("actor", String, nullable=False),
)
_h = handout_rows.c


def keep(work: Work, handout: Handout) -> None:
    """Write a handout as it stands."""
    change = ["stage", "total", "given", "refused", "after"]
    work.upsert(handout_rows, [vars(handout)], key=["slug"], change=change)


def several(
    work: Work, *, template: str | None = None, stages: Collection[Stage] = ()
) -> list[Handout]:
    """Return handouts, the newest first; only those of a template, or in some stages."""
    query = select(handout_rows).order_by(_h.begun.desc(), _h.slug.desc())
    if template is not None:
        query = query.where(_h.template == template)
    if stages:
        query = query.where(_h.stage.in_(stages))
    return [Handout(**row._mapping) for row in work.connection.execute(query)]


def first_under_way(work: Work) -> int | None:
    """Return when the first of those that are under way was begun."""
    query = select(func.min(_h.begun)).where(_h.stage.in_(UNDER_WAY))
    return work.connection.execute(query).scalar()
