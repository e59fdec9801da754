"""Runs by the profile that they were born to: read to be settled, written back, forgotten."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, cast, or_, select

from coterie.journeys.keeping.meeting import MERGED, Way
from coterie.journeys.model import Run
from coterie.journeys.store import read_run, run_rows
from coterie.storage.keeping import forget, rows_of
from coterie.storage.work import Work, in_chunks

_R = run_rows.c


def of_everybody(work: Work, heads: Mapping[int, int]) -> list[Way]:
    """Return the runs of all who are concerned when these profiles go to these heads."""
    moving = {way.id: way for way in _ways(work, _R.came_with, heads)}
    if not moving:
        return []
    concerned = {*heads.values(), *(way.profile for way in moving.values())}
    return list({**moving, **{way.id: way for way in _ways(work, _R.profile, concerned)}}.values())


def _ways(work: Work, column: ColumnElement[int], profiles: Iterable[int]) -> list[Way]:
    found: list[Way] = []
    for chunk in in_chunks(sorted(set(profiles))):
        for row in work.connection.execute(select(run_rows).where(column.in_(chunk))):
            # how a run ended by merging ended is no sign of life
            ended = row.ended if row.reason != MERGED else None
            moments = [row.entered, ended or 0, *(at for _, at in row.visits.values())]
            found.append(
                Way(
                    id=row.id,
                    journey=row.journey,
                    lane=row.lane,
                    profile=row.profile,
                    came_with=row.came_with,
                    entered=row.entered,
                    last=max(moments),
                    ended=row.ended,
                    reason=row.reason,
                    shadow=row.shadow,
                    contaminated=row.contaminated,
                )
            )
    return found


def save(work: Work, ways: Collection[Way]) -> None:
    """Write where runs belong now; those that end wait for nothing any more."""
    ended = [{"of": way.id, "at": way.ended} for way in ways if way.reason == MERGED]
    if ended:
        end = run_rows.update().where(_R.id == bindparam("of"), _R.ended.is_(None))
        nothing = {"due": None, "awaiting": None, "reason": MERGED}
        work.connection.execute(end.values(ended=bindparam("at"), **nothing), ended)
    _place(work, ({"of": way.id, "head": -way.id} for way in ways))  # two may change places
    _place(work, ({"of": way.id, "head": way.profile} for way in ways))
    mixed = [{"of": way.id, "since": way.contaminated} for way in ways]
    if mixed:
        mark = run_rows.update().where(_R.id == bindparam("of"))
        work.connection.execute(mark.values(contaminated=bindparam("since")), mixed)


def _place(work: Work, rows: Iterable[dict[str, int]]) -> None:
    given = list(rows)
    if given:
        statement = run_rows.update().where(_R.id == bindparam("of"))
        work.connection.execute(statement.values(profile=bindparam("head")), given)


def ended_by_merging(
    work: Work, profiles: Collection[int], since: int, until: int
) -> list[Run]:  # fmt: skip
    """Return the runs of these people that ended by merging in [since, until], oldest first."""
    found: list[Run] = []
    for chunk in in_chunks(sorted(set(profiles))):
        query = select(run_rows).where(
            or_(_R.profile.in_(chunk), _R.came_with.in_(chunk)),
            _R.reason == MERGED,
            _R.ended >= since,
            _R.ended <= until,
        )
        found += [read_run(row) for row in work.connection.execute(query)]
    return sorted({run.id: run for run in found}.values(), key=lambda run: run.id)


def contaminated(work: Work) -> list[tuple[str, int]]:
    """Return (journey, profile) of everybody who was in both arms of one."""
    query = select(_R.journey, _R.profile).where(_R.contaminated.is_not(None)).distinct()
    return [(row.journey, row.profile) for row in work.connection.execute(query)]


def of_person(work: Work, profile: int) -> list[dict[str, Any]]:
    """Return a person's runs as they are kept, oldest first."""
    return rows_of(work, run_rows, profile, "id")


def erase(work: Work, profiles: Collection[int], reason: str) -> int:
    """End these people's runs and forget what they carry; count the runs that this changes."""
    at_once = {"ended": work.now, "reason": reason, "due": None, "awaiting": None}
    named = or_(_R.key.is_not(None), _R.cause.is_not(None), _R.started_by.not_like("erased:%"))
    forget(work, run_rows, profiles, _R.ended.is_(None), **at_once)
    started_by = "erased:" + cast(_R.id, String)
    nothing = {"key": None, "cause": None, "lane": "", "started_by": started_by}
    return forget(work, run_rows, profiles, named, **nothing)
