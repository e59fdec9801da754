"""Rows of runs that stand in bands (``journey_runs.banded``), written set by set."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    String,
    cast,
    func,
    literal,
    select,
    true,
)

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
    shared = {
        **_NOWHERE,
        "journey": like.journey,
        "version": like.version,
        "lane": "",
        "entered": like.entered,
        "shadow": like.shadow,
        "banded": True,
    }
    profile, cause = _laid(work, started_by)
    query = select(profile.label("head"), profile.label("born_to"), cause,
                   *(literal(value, _R[name].type).label(f"its_{name}")
                     for name, value in shared.items())).where(true())  # fmt: skip
    into = ["profile", "came_with", "started_by", *shared]
    begun = dict(map(tuple, work.insert_new_from(run_rows, into, query, [_R.profile, _R.id])))
    return {profile: begun[profile] for profile, _ in started_by if profile in begun}


def _laid(
    work: Work, started_by: Sequence[tuple[int, str]]
) -> tuple[ColumnElement[int], ColumnElement[str]]:
    """Lay profiles and causes beside each other, as two columns of one parameter."""
    if work.dialect == "sqlite":
        given = msgspec.json.encode(dict(started_by)).decode()
        each = func.json_each(literal(given)).table_valued("key", "value")
        return cast(each.c.key, Integer), each.c.value
    people, causes = map(list, zip(*started_by, strict=True))
    both = func.unnest(literal(people, ARRAY(Integer)), literal(causes, ARRAY(String)))
    each = both.table_valued("profile", "cause").render_derived()
    return each.c.profile, each.c.cause


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
