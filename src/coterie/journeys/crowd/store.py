"""What the console asks of the runs: counts by node, and pages of those at one of them.

Set-based over ``journey_runs``, which the room's own store keeps, and over bands.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from pyroaring import BitMap
from sqlalchemy import ColumnElement, Row, Select, case, func, null, select, true

from coterie.journeys.bands import store as bands
from coterie.journeys.crowd.model import Flow, Waiting
from coterie.journeys.model import Cause, Counts, Run
from coterie.journeys.store import alone, read_run, run_rows
from coterie.storage.work import Work, in_chunks

_R = run_rows.c
_live = _R.ended.is_(None)
_FEW = 5_000


def flows(work: Work, journey: str | None = None) -> dict[str, Flow]:
    """Count the runs of every journey that has any, or of one; ``passed`` is left out."""
    place = case((_live, _R.node), else_=_R.reason)
    groups = (_R.journey, _live, place, _R.shadow, _R.contaminated.is_not(None))
    query = select(*groups, func.count()).where(_R.banded.is_(False)).group_by(*groups)
    if journey is not None:
        query = query.where(_R.journey == journey)
    found: dict[str, list[tuple[bool, str, bool, bool, int]]] = {}
    for slug, *row in work.connection.execute(query):
        found.setdefault(slug, []).append(tuple(row))
    for slug, node, shadow, number in bands.sizes(work, None if journey is None else [journey]):
        found.setdefault(slug, []).append((True, node, shadow, False, number))
    return {slug: _flow(rows) for slug, rows in found.items()}


def _flow(rows: Sequence[tuple[bool, str, bool, bool, int]]) -> Flow:
    nodes, ended, shadows = Counter[str](), Counter[str](), Counter[str]()
    for is_live, place, shadow, _, number in rows:
        (nodes if is_live else ended)[place] += number
        if is_live and shadow:
            shadows[place] += number
    counts = Counts(
        entered=nodes.total() + ended.total(),
        waiting=nodes.total(),
        shadows=sum(number for _, _, shadow, _, number in rows if shadow),
        contaminated=sum(number for *_, mixed, number in rows if mixed),
        ended=dict(ended),
        nodes=dict(nodes),
    )
    return Flow(counts, shadows=dict(shadows))


def passed(work: Work, journey: str) -> dict[str, int]:
    """Count how many of a journey's runs came to each node, ever."""
    visits = func.json_each(_R.visits).table_valued("key", "value", name="visit")
    query = (
        select(visits.c.key, func.count().label("number"))
        .select_from(run_rows.join(visits, true()))
        .where(_R.journey == journey)
        .group_by(visits.c.key)
    )
    found = Counter({row.key: row.number for row in work.connection.execute(query)})
    for band in bands.of_journeys(work, [journey]):
        found.update(dict.fromkeys(band.like.visits, len(band.people)))
    return dict(found)


def at_node(
    work: Work, journey: str, node: str, limit: int, before: int | None
) -> list[tuple[Run, str]]:
    """Return the newest live runs at a node with an id below ``before``, each with its cause."""
    singly = select(run_rows).where(alone, _R.journey == journey, _R.node == node)
    rows = _newest(work, singly, limit, before)
    there = [band for band in bands.of_journeys(work, [journey]) if band.like.node == node]
    people = BitMap().union(*(band.people for band in there))
    if people:
        banded = select(run_rows).where(_live, _R.journey == journey, _R.banded.is_(True))
        rows += _newest_of(work, banded, people, limit, before)
    rows.sort(key=lambda row: -row.id)
    causes = {row.id: row.started_by for row in rows[:limit]}
    runs = bands.tell(work, [read_run(row) for row in rows[:limit]])
    return [(run, causes[run.id]) for run in runs]


def _newest(work: Work, query: Select[Any], limit: int, before: int | None) -> list[Row[Any]]:
    if before is not None:
        query = query.where(_R.id < before)
    return list(work.connection.execute(query.order_by(_R.id.desc()).limit(limit)))


def _newest_of(
    work: Work, query: Select[Any], people: BitMap, limit: int, before: int | None
) -> list[Row[Any]]:
    """Look for the newest of some people: few are asked for, of many enough are soon met."""
    if len(people) <= _FEW:
        return _newest(work, query.where(work.among(_R.profile, list(people))), limit, before)
    found: list[Row[Any]] = []
    while len(found) < limit and (rows := _newest(work, query, _FEW, before)):
        found += [row for row in rows if row.profile in people]
        before = rows[-1].id
    return found[:limit]


def number_at(work: Work, journey: str, node: str) -> int:
    """Count the live runs at a node."""
    query = select(func.count()).where(alone, _R.journey == journey, _R.node == node)
    number = work.connection.execute(query).scalar_one()
    sizes = bands.sizes(work, [journey])
    return number + sum(size for _, name, _, size in sizes if name == node)


def of_person(work: Work, profile: int) -> list[Run]:
    """Return the runs of one person, the newest first."""
    query = select(run_rows).where(_R.profile == profile).order_by(_R.id.desc())
    return bands.tell(work, [read_run(row) for row in work.connection.execute(query)])


def runs_of(work: Work, journey: str, limit: int, before: int | None) -> list[Run]:
    """Return a journey's newest runs with an id below ``before``, oldest of them first."""
    rows = _newest(work, select(run_rows).where(_R.journey == journey), limit, before)
    return bands.tell(work, [read_run(row) for row in rows[::-1]])


def waiting(
    work: Work, journey: str, node: str, size: int, *, causes: bool
) -> Iterator[list[Waiting]]:
    """Yield those who have come to a node and stand there, in portions.

    ``causes`` says whether what began their runs is wanted too: it may be long.
    """
    for band in bands.of_journeys(work, [journey]):
        if band.like.node == node and band.like.arrived is not None:
            yield from in_chunks(map(partial(_in_band, band.like), band.people), size)
    cause: ColumnElement[Any] = _R.cause if causes else null()
    columns = (_R.id, _R.profile, _R.entered, _R.arrived, _R.due, cause.label("cause"))
    after = 0
    while True:
        query = (
            select(*columns)
            .where(alone, _R.journey == journey, _R.node == node)
            .where(_R.arrived.is_not(None), _R.id > after)
            .order_by(_R.id)
            .limit(size)
        )
        rows = work.connection.execute(query).all()
        if not rows:
            return
        after = rows[-1].id
        yield [
            Waiting(
                profile=row.profile,
                entered=row.entered,
                arrived=row.arrived,
                due=row.due,
                cause=None if row.cause is None else Cause(**row.cause),
            )
            for row in rows
        ]


def _in_band(like: Run, profile: int) -> Waiting:
    return Waiting(profile, like.entered, like.arrived or like.entered, like.due, None)


def never_at(work: Work, journey: str, node: str, other: str) -> int:
    """Count those who stand at a node and have never come to another one."""
    visits = func.json_each(_R.visits).table_valued("key", "value", name="visit")
    been = select(visits.c.key).where(visits.c.key == other).correlate(run_rows).exists()
    query = select(func.count()).where(alone, _R.journey == journey, _R.node == node, ~been)
    number = work.connection.execute(query.select_from(run_rows)).scalar_one()
    return number + sum(
        len(band.people)
        for band in bands.of_journeys(work, [journey])
        if band.like.node == node and other not in band.like.visits
    )
