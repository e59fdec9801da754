"""The room's tables: journeys, the runs of people through them, and up to when time was heard.

The database itself keeps two laws: one event starts at most one run of a journey, and a person
has one live run in a lane (the run's key; with ``overlap`` every run has a lane of its own).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
    case,
    func,
    select,
)

from coterie.journeys.model import Cause, Counts, Run, State, Visit
from coterie.storage.keeping import came_with
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work, in_chunks

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
)

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
Index("ix_journey_runs_due", run_rows.c.due, sqlite_where=_live, postgresql_where=_live)
Index(
    "ix_journey_runs_standing",
    run_rows.c.journey,
    run_rows.c.node,
    sqlite_where=_live,
    postgresql_where=_live,
)

mark_rows = Table(
    "journey_watermark",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
)
"""One row: up to when rules were asked again because time had passed."""

_ONE = 1
_CHANGING = (
    "version", "node", "arrived", "due", "awaiting", "visits", "shadow", "ended", "reason",
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
    work.upsert(
        journey_rows,
        [{**vars(kept), "definition": dict(kept.definition)}],
        key=["slug"],
        change=["version", "state", "definition", "changed_at", "changed_by"],
    )


def journeys(work: Work) -> list[Kept]:
    """Return every journey in the order of their names."""
    rows = work.connection.execute(select(journey_rows).order_by(journey_rows.c.slug))
    return [Kept(**row._mapping) for row in rows]


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
            **_changing(each.run),
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
    """Write where runs stand now."""
    rows = [{"id": run.id, **_changing(run)} for run in runs]
    work.change(run_rows, rows, key=["id"], change=_CHANGING)


def past(work: Work, journeys: Iterable[str], profiles: Iterable[int]) -> list[Past]:
    """Return the runs, live and ended, that these people had in these journeys."""
    columns = (run_rows.c.id, run_rows.c.journey, run_rows.c.profile, run_rows.c.key,
               run_rows.c.entered, run_rows.c.ended)  # fmt: skip
    hers = work.among(run_rows.c.profile, set(profiles))
    query = select(*columns).where(hers, run_rows.c.journey.in_(sorted(set(journeys))))
    return [Past(*row) for row in work.connection.execute(query)]


def live_of(
    work: Work, profiles: Collection[int], journeys: Collection[str] | None = None
) -> list[Run]:
    """Return the live runs of these people, oldest first; in these journeys or in all."""
    if not profiles or (journeys is not None and not journeys):
        return []
    query = select(run_rows).where(_live, work.among(run_rows.c.profile, profiles))
    if journeys is not None:
        query = query.where(run_rows.c.journey.in_(journeys))
    return sorted(_read(work, query), key=lambda run: run.id)


def due(work: Work, limit: int) -> list[Run]:
    """Return the runs that are due by now, of up to ``limit`` people, each person's all."""
    is_due = (_live, run_rows.c.due <= work.now)
    people = (
        select(run_rows.c.profile)
        .where(*is_due)
        .group_by(run_rows.c.profile)
        .order_by(func.min(run_rows.c.due), run_rows.c.profile)
        .limit(limit)
    )
    found: list[Run] = []
    for chunk in in_chunks(work.connection.execute(people).scalars()):
        found += _read(work, select(run_rows).where(*is_due, run_rows.c.profile.in_(chunk)))
    return sorted(found, key=lambda run: run.id)


def live_in(work: Work, journey: str, size: int) -> Iterator[list[Run]]:
    """Yield the live runs of a journey in portions, oldest first; they may be changed meanwhile."""
    newest = work.connection.execute(select(func.max(run_rows.c.id))).scalar() or 0
    after = 0
    while True:
        query = (
            select(run_rows)
            .where(_live, run_rows.c.journey == journey)
            .where(run_rows.c.id > after, run_rows.c.id <= newest)
            .order_by(run_rows.c.id)
            .limit(size)
        )
        portion = _read(work, query)
        if not portion:
            return
        after = portion[-1].id
        yield portion


def runs_of(work: Work, journey: str, limit: int, before: int | None) -> list[Run]:
    """Return a journey's newest runs with an id below ``before``, oldest of them first."""
    query = select(run_rows).where(run_rows.c.journey == journey)
    if before is not None:
        query = query.where(run_rows.c.id < before)
    return _read(work, query.order_by(run_rows.c.id.desc()).limit(limit))[::-1]


def standing(work: Work, journeys: Collection[str]) -> set[tuple[str, str]]:
    """Name where live runs of these journeys stand, as (journey, node)."""
    if not journeys:
        return set()
    of_these = run_rows.c.journey.in_(journeys)
    query = select(run_rows.c.journey, run_rows.c.node).where(_live, of_these).distinct()
    return {(row.journey, row.node) for row in work.connection.execute(query)}


def next_due(work: Work) -> int | None:
    """Return the earliest moment at which a live run is due."""
    return work.connection.execute(select(func.min(run_rows.c.due)).where(_live)).scalar()


def counts(work: Work, journey: str) -> Counts:
    """Count a journey's runs."""
    place = case((_live, run_rows.c.node), else_=run_rows.c.reason)
    mixed = run_rows.c.contaminated.is_not(None)
    groups = (_live, place, run_rows.c.shadow, mixed)
    query = select(*groups, func.count()).where(run_rows.c.journey == journey).group_by(*groups)
    nodes: dict[str, int] = {}
    ended: dict[str, int] = {}
    shadows = contaminated = 0
    for is_live, where, shadow, is_mixed, number in work.connection.execute(query):
        tally = nodes if is_live else ended
        tally[where] = tally.get(where, 0) + number
        shadows += number if shadow else 0
        contaminated += number if is_mixed else 0
    waiting = sum(nodes.values())
    return Counts(waiting + sum(ended.values()), waiting, shadows, ended, nodes, contaminated)


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
    return [read_run(row) for row in work.connection.execute(query)]


def read_run(row: Row[Any]) -> Run:
    """Read a run out of its row."""
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
    )


def _changing(run: Run) -> dict[str, Any]:
    return {
        "version": run.version,
        "node": run.node,
        "arrived": run.arrived,
        "due": run.due,
        "awaiting": run.awaiting,
        "visits": {name: [visit.count, visit.at] for name, visit in run.visits.items()},
        "shadow": run.shadow,
        "ended": run.ended,
        "reason": run.reason,
    }


def _cause_out(cause: Cause | None) -> dict[str, Any] | None:
    if cause is None:
        return None
    said = {"name": cause.name, "time": cause.time, "properties": dict(cause.properties)}
    return {**said, "items": list(cause.items)} if cause.items else said
