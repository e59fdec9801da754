"""The tables of plans: their versions, people's runs, and the turns of the calendar."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    Row,
    String,
    Table,
    and_,
    case,
    delete,
    func,
    select,
    update,
)

from coterie.guides.tasks.plans.model import Defined, Line, Run, Tally
from coterie.guides.tasks.plans.parse import parse
from coterie.guides.tasks.store import task_rows
from coterie.storage.keeping import came_with, of_people, rows_of
from coterie.storage.schema import Moment, metadata
from coterie.storage.work import Work, in_chunks

plan_rows = Table(
    "guide_plans",
    metadata,
    Column("slug", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("on_since", Moment),
)
version_rows = Table(
    "guide_plan_versions",
    metadata,
    Column("plan", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("source", JSON, nullable=False),
    Column("made", Moment, nullable=False),
    Column("by", String, nullable=False),
)
run_rows = Table(
    "guide_plan_runs",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("plan", String(64), nullable=False),
    Column("profile", Integer, nullable=False, index=True),
    came_with(),
    Column("occurrence", String(64), nullable=False),
    Column("anchored", Moment, nullable=False),
    Column("given", JSON, nullable=False),
    Column("entered", Boolean),
    Column("due", Moment),
    Column("ended", Moment),
    Column("why", String(12)),
)
turn_rows = Table(
    "guide_plan_turns",
    metadata,
    Column("plan", String(64), primary_key=True),
    Column("step", String(64), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("zone", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("people", Integer, nullable=False),
)
_P, _V, _R, _T, _K = (
    plan_rows.c, version_rows.c, run_rows.c, turn_rows.c, task_rows.c
)  # fmt: skip
_live = _R.ended.is_(None)
Index("ix_guide_plan_runs_due", _R.due, _R.plan, sqlite_where=_live, postgresql_where=_live)
Index("ix_guide_plan_runs_plan", _R.plan, _R.profile)


# --- definitions


def save(work: Work, one: Defined) -> None:
    """Write a new version of a plan, and make it the one that counts."""
    row = {"slug": one.slug, "version": one.version, "on_since": one.on_since}
    work.upsert(plan_rows, [row], key=["slug"], change=["version", "on_since"])
    version = {
        "plan": one.slug, "version": one.version, "source": dict(one.source), "made": one.made,
        "by": one.by,
    }  # fmt: skip
    work.insert_new(version_rows, [version])


def switch(work: Work, slug: str, since: int | None) -> None:
    """Write since when a plan is on, None for off."""
    work.connection.execute(update(plan_rows).where(_P.slug == slug).values(on_since=since))


def plans(work: Work, *, on: bool = False, slug: str | None = None) -> list[Defined]:
    """Return the plans as they are now, those that are on first, by name."""
    query = (
        select(version_rows, _P.on_since)
        .join(plan_rows, and_(_P.slug == _V.plan, _P.version == _V.version))
        .order_by(_P.on_since.is_(None), _P.slug)
    )
    if on:
        query = query.where(_P.on_since.is_not(None))
    if slug is not None:
        query = query.where(_P.slug == slug)
    return [_defined(row, row.on_since) for row in work.connection.execute(query)]


def versions(work: Work, slug: str) -> list[Defined]:
    """Return a plan's versions, the newest first."""
    query = select(version_rows).where(_V.plan == slug).order_by(_V.version.desc())
    return [_defined(row, None) for row in work.connection.execute(query)]


# --- runs


def runs_of(work: Work, plans: Collection[str], profiles: Collection[int]) -> list[Run]:
    """Return these people's runs of some plans."""
    found: list[Run] = []
    for chunk in in_chunks(sorted(profiles)):
        query = select(run_rows).where(_R.plan.in_(sorted(plans)), _R.profile.in_(chunk))
        found += [_run(row) for row in work.connection.execute(query)]
    return found


def add_runs(work: Work, runs: Iterable[Run]) -> None:
    """Keep new runs."""
    work.insert_new(run_rows, [{**vars(one), "given": sorted(one.given)} for one in runs])


def change_runs(work: Work, runs: Sequence[Run]) -> None:
    """Write how runs stand."""
    names = ["anchored", "given", "entered", "due", "ended", "why"]
    rows = [
        {"id": one.id, **{name: getattr(one, name) for name in names}, "given": sorted(one.given)}
        for one in runs
    ]
    work.change(run_rows, rows, key=["id"], change=names)


def due_runs(work: Work, plans: Collection[str], limit: int) -> list[Run]:
    """Return runs of these plans that are to be looked at, the longest due first."""
    query = (
        select(run_rows)
        .where(_live, _R.due <= work.now, _R.plan.in_(sorted(plans)))
        .order_by(_R.due, _R.id)
        .limit(limit)
    )
    return [_run(row) for row in work.connection.execute(query)]


def next_run(work: Work, plans: Collection[str]) -> int | None:
    """Return when the next run of these plans is to be looked at."""
    query = select(func.min(_R.due)).where(_live, _R.plan.in_(sorted(plans)))
    return work.connection.execute(query).scalar()


def look_again(work: Work, plan: str) -> None:
    """Let every run of a plan be looked at now, such as after it was changed."""
    work.connection.execute(update(run_rows).where(_live, _R.plan == plan).values(due=work.now))


def run_counts(work: Work) -> dict[str, dict[str, int]]:
    """Count the runs of each plan: ``live``, ``done``, and the early ends by their reason."""
    state = case(
        (_R.ended.is_not(None), _R.why), (_R.due.is_(None), "done"), else_="live"
    ).label("state")  # fmt: skip
    query = select(_R.plan, state, func.count().label("number")).group_by(_R.plan, state)
    found: dict[str, dict[str, int]] = {}
    for row in work.connection.execute(query):
        found.setdefault(row.plan, {})[row.state] = row.number
    return found


# --- turns of the calendar


def turns(work: Work, plans: Collection[str], since: str) -> set[tuple[str, str, str, str]]:
    """Return the turns of days from ``since`` on that were given: plan, step, day, zone."""
    query = select(_T.plan, _T.step, _T.day, _T.zone).where(
        _T.plan.in_(sorted(plans)), _T.day >= since
    )
    return {(row.plan, row.step, row.day, row.zone) for row in work.connection.execute(query)}


def add_turn(work: Work, plan: str, step: str, day: str, zone: str, people: int) -> None:
    """Write that a turn was given."""
    row = {
        "plan": plan, "step": step, "day": day, "zone": zone, "at": work.now, "people": people
    }  # fmt: skip
    work.insert_new(turn_rows, [row])


# --- how it went


def adherence(work: Work, since: int) -> list[Line]:
    """Count how the tasks of plans that were given since a moment went."""
    done, is_late = _K.state == "done", and_(_K.until.is_not(None), _K.ended > _K.until)

    def number(*holds: Any) -> Any:
        return func.sum(case((and_(*holds), 1), else_=0))

    is_open = _K.state == "open"
    query = (
        select(
            _K.guide, _K.store, _K.plan,
            number(_K.state != "cancelled").label("given"),
            number(done, ~func.coalesce(is_late, False)).label("in_time"),
            number(done, is_late).label("late"),
            number(_K.state == "expired").label("missed"),
            number(is_open).label("open"),
            number(is_open, _K.until <= work.now).label("overdue"),
        )
        .where(_K.plan.is_not(None), _K.created >= since)
        .group_by(_K.guide, _K.store, _K.plan)
    )  # fmt: skip
    return [
        Line(
            row.guide, row.store, row.plan,
            Tally(*(int(getattr(row, name) or 0) for name in Tally.__dataclass_fields__)),
        )
        for row in work.connection.execute(query)
    ]  # fmt: skip


def of_person(work: Work, profile: int) -> list[dict[str, Any]]:
    """Return a person's runs as they are kept, oldest first."""
    return rows_of(work, run_rows, profile, "anchored")


def erase(work: Work, profiles: Collection[int]) -> int:
    """Delete these people's runs."""
    return sum(
        work.connection.execute(delete(run_rows).where(of_people(run_rows, chunk))).rowcount
        for chunk in in_chunks(sorted(profiles))
    )


def _defined(row: Row[Any], on_since: int | None) -> Defined:
    return Defined(row.plan, row.version, parse(row.source), row.source, row.made, row.by, on_since)


def _run(row: Row[Any]) -> Run:
    fields = dict(row._mapping)
    del fields["came_with"]
    return Run(**{**fields, "given": frozenset(fields["given"])})
