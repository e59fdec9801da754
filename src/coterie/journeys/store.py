"""The room's tables: journeys, the runs of people through them, and up to when time was heard.

The database itself keeps two laws: one event starts at most one run of a journey, and a person
has one live run in a lane (the run's key; with ``overlap`` every run has a lane of its own).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyroaring import BitMap
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    and_,
    false,
    func,
    select,
)

from coterie.journeys.bands import store as bands
from coterie.journeys.bands.model import LOOSE
from coterie.journeys.model import Cause, Run, State, Visit
from coterie.storage.keeping import came_with
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work

_JOURNEYS = "journeys.all"
journey_rows = Table(
    "journeys",
    metadata,
    Column("slug", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("definition", JSON, nullable=False),
    Column("defined_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", String, nullable=False),
)

run_rows = Table(
    "journey_runs",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("journey", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("profile", Integer, nullable=False),
    came_with(),
    Column("key", String),
    Column("lane", String, nullable=False),
    Column("started_by", String, nullable=False),
    Column("node", String, nullable=False),
    Column("entered", Moment, nullable=False),
    Column("arrived", Moment),
    Column("due", Moment),
    Column("awaiting", String),
    Column("visits", JSON, nullable=False),
    Column("shadow", Boolean, nullable=False),
    Column("cause", JSON(none_as_null=True)),
    Column("ended", Moment),
    Column("reason", String),
    Column("contaminated", Moment),
    Column("banded", Boolean, nullable=False, server_default=false()),
)
"""Where the ``banded`` stand (node, arrived, due, visits, version) says their band, not the row."""

_live = run_rows.c.ended.is_(None)
Index(None, run_rows.c.journey, run_rows.c.started_by, unique=True)
Index(
    "uq_journey_runs_live",
    run_rows.c.journey,
    run_rows.c.profile,
    run_rows.c.lane,
    unique=True,
    sqlite_where=_live,
    postgresql_where=_live,
)
Index("ix_journey_runs_person", run_rows.c.profile, run_rows.c.journey)
_waits = run_rows.c.due.is_not(None)
Index("ix_journey_runs_due", run_rows.c.due, sqlite_where=_waits, postgresql_where=_waits)
alone = and_(_live, run_rows.c.banded.is_(False))
"""Live runs whose own row says where they stand."""
Index(
    "ix_journey_runs_standing",
    run_rows.c.journey,
    run_rows.c.node,
    sqlite_where=alone,
    postgresql_where=alone,
)

mark_rows = Table(
    "journey_watermark",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
)
"""One row: up to when rules were asked again because time had passed."""

_ONE = 1
_NOWHERE: Mapping[str, list[int]] = {}
"""Where a run has been that only begins."""
_CHANGING = (
    "version", "node", "arrived", "due", "awaiting", "visits", "shadow", "ended", "reason",
    "banded",
)  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """A journey's row."""

    slug: str
    version: int
    state: State
    definition: Mapping[str, Any]
    defined_at: int
    changed_at: int
    changed_by: str


@dataclass(frozen=True)
class Beginning:
    """A run about to begin: ``started_by`` names its cause, once for ever within the journey."""

    run: Run
    lane: str
    started_by: str


@dataclass(frozen=True)
class Past:
    """One earlier or present run, as entering asks about it."""

    id: int
    journey: str
    profile: int
    key: str | None
    entered: int
    ended: int | None


# --- journeys


def save(work: Work, kept: Kept) -> None:
    """Write a journey, or its new version or state."""
    work.memo.pop(_JOURNEYS, None)
    work.upsert(
        journey_rows,
        [{**vars(kept), "definition": dict(kept.definition)}],
        key=["slug"],
        change=["version", "state", "definition", "changed_at", "changed_by"],
    )


def journeys(work: Work) -> list[Kept]:
    """Return every journey in the order of their names."""
    known: list[Kept] | None = work.memo.get(_JOURNEYS)
    if known is None:
        rows = work.connection.execute(select(journey_rows).order_by(journey_rows.c.slug))
        known = work.memo[_JOURNEYS] = [Kept(**row._mapping) for row in rows]
    return known


def journey(work: Work, slug: str) -> Kept | None:
    """Return one journey, None when there is none."""
    row = work.connection.execute(
        select(journey_rows).where(journey_rows.c.slug == slug)
    ).one_or_none()
    return None if row is None else Kept(**row._mapping)


# --- runs


def begin(work: Work, beginnings: Sequence[Beginning]) -> dict[tuple[str, str], int]:
    """Write runs that begin; return their ids by (journey, started_by).

    What has begun already, or would be a second live run in its lane, is left out.
    """
    if not beginnings:
        return {}
    newest = work.connection.execute(select(func.max(run_rows.c.id))).scalar() or 0
    rows = [
        {
            **_changing(each.run, _NOWHERE),
            "journey": each.run.journey,
            "profile": each.run.profile,
            "came_with": each.run.profile,
            "key": each.run.key,
            "entered": each.run.entered,
            "cause": _cause_out(each.run.cause),
            "lane": each.lane,
            "started_by": each.started_by,
        }
        for each in beginnings
    ]
    work.insert_new(run_rows, rows)
    columns = (run_rows.c.journey, run_rows.c.started_by, run_rows.c.id)
    begun = work.connection.execute(select(*columns).where(run_rows.c.id > newest))
    return {(journey, started_by): number for journey, started_by, number in begun}


def save_runs(work: Work, runs: Sequence[Run]) -> None:
    """Write where runs stand now, each by itself: who stood in a band has left it."""
    # runs that went together share their visits, which are written once
    written = {name: visits_out(visits) for name, visits in _visits(runs).items()}
    rows = [{"id": run.id, **_changing(run, written[id(run.visits)])} for run in runs]
    work.change(run_rows, rows, key=["id"], change=_CHANGING)
    leaving: dict[int, BitMap] = {}
    for run in runs:
        if run.banded:
            leaving.setdefault(run.banded, BitMap()).add(run.profile)
    bands.leave(work, leaving)


def past(work: Work, journeys: Iterable[str], profiles: Iterable[int]) -> list[Past]:
    """Return the runs, live and ended, that these people had in these journeys."""
    columns = (run_rows.c.id, run_rows.c.journey, run_rows.c.profile, run_rows.c.key,
               run_rows.c.entered, run_rows.c.ended)  # fmt: skip
    hers = work.among(run_rows.c.profile, set(profiles))
    query = select(*columns).where(hers, run_rows.c.journey.in_(sorted(set(journeys))))
    return [Past(*row) for row in work.connection.execute(query)]


def live_of(
    work: Work,
    profiles: Collection[int],
    journeys: Collection[str] | None = None,
    *,
    banded: bool = True,
) -> list[Run]:
    """Return the live runs of these people, oldest first; in these journeys or in all.

    ``banded`` says whether those in bands are wanted too.
    """
    if not profiles or (journeys is not None and not journeys):
        return []
    query = select(run_rows).where(_live, work.among(run_rows.c.profile, profiles))
    if journeys is not None:
        query = query.where(run_rows.c.journey.in_(journeys))
    if not banded:
        query = query.where(alone)
    return sorted(_read(work, query), key=lambda run: run.id)


def due(work: Work, limit: int) -> list[Run]:
    """Return the runs that are due by now, of up to ``limit`` people, each person's all.

    Those in bands are left out.
    """
    is_due = (_live, run_rows.c.due <= work.now)
    first = select(run_rows.c.profile).where(*is_due).order_by(run_rows.c.due).limit(limit)
    people = set(work.connection.execute(first).scalars())
    if not people:
        return []
    hers = work.among(run_rows.c.profile, people)
    found = _read(work, select(run_rows).where(*is_due, hers))
    return sorted(found, key=lambda run: run.id)


def live_in(work: Work, journey: str, size: int) -> Iterator[list[Run]]:
    """Yield the live runs of a journey in portions, oldest first; they may be changed meanwhile.

    Those in bands are left out.
    """
    newest = work.connection.execute(select(func.max(run_rows.c.id))).scalar() or 0
    after = 0
    while True:
        query = (
            select(run_rows)
            .where(alone, run_rows.c.journey == journey)
            .where(run_rows.c.id > after, run_rows.c.id <= newest)
            .order_by(run_rows.c.id)
            .limit(size)
        )
        portion = _read(work, query)
        if not portion:
            return
        after = portion[-1].id
        yield portion


def standing(work: Work, journeys: Collection[str]) -> set[tuple[str, str]]:
    """Name where live runs of these journeys stand, as (journey, node)."""
    if not journeys:
        return set()
    these = run_rows.c.journey.in_(journeys)
    query = select(run_rows.c.journey, run_rows.c.node).where(alone, these).distinct()
    found = {(row.journey, row.node) for row in work.connection.execute(query)}
    return found | {(journey, node) for journey, node, *_ in bands.sizes(work, journeys)}


def next_due(work: Work) -> int | None:
    """Return the earliest moment at which a live run is due."""
    # as the index says it: of all rows the least would be searched for
    first = work.connection.execute(select(func.min(run_rows.c.due)).where(_waits)).scalar()
    return min((at for at in (first, bands.next_due(work)) if at is not None), default=None)


# --- the watermark


def mark(work: Work) -> int | None:
    """Return up to when rules were asked again because time had passed."""
    return work.connection.execute(select(mark_rows.c.at)).scalar()


def set_mark(work: Work) -> None:
    """Note that rules have been asked again up to now."""
    work.upsert(mark_rows, [{"id": _ONE, "at": work.now}], key=["id"], change=["at"])


def set_first_mark(work: Work) -> None:
    """Note that there is nothing to ask again from before now, unless a mark stands already."""
    work.insert_new(mark_rows, [{"id": _ONE, "at": work.now}])


# --- rows and runs


def _read(work: Work, query: Select[Any]) -> list[Run]:
    return bands.tell(work, [read_run(row) for row in work.connection.execute(query)])


def read_run(row: Row[Any]) -> Run:
    """Read a run out of its row; ``bands.tell`` says where it stands if it is in a band."""
    return Run(
        id=row.id,
        journey=row.journey,
        version=row.version,
        profile=row.profile,
        node=row.node,
        entered=row.entered,
        key=row.key,
        arrived=row.arrived,
        due=row.due,
        awaiting=row.awaiting,
        visits={name: Visit(count, at) for name, (count, at) in row.visits.items()},
        shadow=row.shadow,
        cause=None if row.cause is None else Cause(**row.cause),
        ended=row.ended,
        reason=row.reason,
        came_with=row.came_with,
        contaminated=row.contaminated,
        banded=LOOSE if row.banded else None,
    )


def _visits(runs: Iterable[Run]) -> dict[int, Mapping[str, Visit]]:
    return {id(run.visits): run.visits for run in runs}


def _changing(run: Run, visits: Mapping[str, list[int]]) -> dict[str, Any]:
    return {
        "version": run.version,
        "node": run.node,
        "arrived": run.arrived,
        "due": run.due,
        "awaiting": run.awaiting,
        "visits": visits,
        "shadow": run.shadow,
        "ended": run.ended,
        "reason": run.reason,
        "banded": False,
    }


def visits_out(visits: Mapping[str, Visit]) -> dict[str, list[int]]:
    """Write visits as a row keeps them."""
    return {name: [visit.count, visit.at] for name, visit in visits.items()}


def _cause_out(cause: Cause | None) -> dict[str, Any] | None:
    if cause is None:
        return None
    said = {"name": cause.name, "time": cause.time, "properties": dict(cause.properties)}
    return {**said, "items": list(cause.items)} if cause.items else said
