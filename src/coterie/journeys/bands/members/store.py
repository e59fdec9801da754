"""Rows of runs that stand in bands (``journey_runs.banded``), written set by set."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from coterie.journeys.bands.model import Band
from coterie.journeys.model import Run
from coterie.journeys.store import run_rows, visits_out
from coterie.storage.work import Work

_R = run_rows.c
_NOWHERE: dict[str, Any] = {
    "node": "", "arrived": None, "due": None, "awaiting": None, "visits": {},
}  # fmt: skip


def begin(work: Work, like: Run, started_by: Sequence[tuple[int, str]]) -> dict[int, int]:
    """Write runs that begin alike, given as (profile, cause); return the new ids by profile.

    What has begun already, or would be a second live run in its lane, is left out.
    """
    newest = work.connection.execute(select(func.max(_R.id))).scalar() or 0
    shared = {
        **_NOWHERE,
        "journey": like.journey,
        "version": like.version,
        "lane": "",
        "entered": like.entered,
        "shadow": like.shadow,
        "banded": True,
        "key": None,
        "cause": None,
        "ended": None,
        "reason": None,
    }
    work.insert_new(
        run_rows,
        [
            {**shared, "profile": profile, "came_with": profile, "started_by": cause}
            for profile, cause in started_by
        ],
    )
    query = select(_R.profile, _R.id).where(_R.id > newest, _R.journey == like.journey)
    begun = {row.profile: row.id for row in work.connection.execute(query)}
    return {profile: begun[profile] for profile, _ in started_by if profile in begun}


def mark(work: Work, runs: Collection[Run]) -> None:
    """Note that these runs stand in a band from now on."""
    those = work.among(_R.id, [run.id for run in runs])
    work.connection.execute(run_rows.update().where(those).values(banded=True, **_NOWHERE))


def ids(work: Work, journey: str, people: Collection[int]) -> dict[int, int]:
    """Return the ids of the runs by which these people are in a journey's bands."""
    query = select(_R.profile, _R.id).where(*_of(work, journey, people))
    return {row.profile: row.id for row in work.connection.execute(query)}


def end(work: Work, band: Band) -> None:
    """End the runs of a band's people as its like says."""
    like = band.like
    work.connection.execute(
        run_rows.update()
        .where(*_of(work, like.journey, list(band.people)))
        .values(
            banded=False,
            version=like.version,
            node=like.node,
            arrived=like.arrived,
            due=None,
            visits=visits_out(like.visits),
            ended=like.ended,
            reason=like.reason,
        )
    )


def _of(work: Work, journey: str, people: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    return (
        _R.journey == journey,
        _R.ended.is_(None),
        _R.lane == "",
        _R.banded.is_(True),
        work.among(_R.profile, people),
    )
