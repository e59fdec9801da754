"""Bands: one row for many runs that stand alike. Who they are is a roaring bitmap of profiles.

The rows of these runs (``journey_runs.banded``) say who, since when and by what; where they stand
says the band. ``tell`` puts the two together.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pyroaring import BitMap
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    func,
    select,
)

from coterie.journeys.bands.model import Band, run_of
from coterie.journeys.model import Run, Visit
from coterie.storage.schema import BigId, Moment, metadata
from coterie.storage.work import Work

band_rows = Table(
    "journey_bands",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("journey", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("node", String, nullable=False),
    Column("entered", Moment, nullable=False),
    Column("arrived", Moment),
    Column("due", Moment),
    Column("visits", JSON, nullable=False),
    Column("shadow", Boolean, nullable=False),
    Column("size", Integer, nullable=False),
    Column("people", LargeBinary, nullable=False),
    Index("ix_journey_bands_journey", "journey"),
    Index("ix_journey_bands_due", "due"),
)
_B = band_rows.c


def due(work: Work, limit: int) -> list[Band]:
    """Lock and return the bands due by now that together have ``limit`` people, the first due.

    Of the last one only so many that they are ``limit``.
    """
    found: list[Band] = []
    heads = select(_B.id, _B.size).where(_B.due <= work.now).order_by(_B.due, _B.id)
    wanted, left = [], limit
    for number, size in work.connection.execute(heads):
        if left <= 0:
            break
        wanted.append(number)
        left -= size
    for band in _read(work, _B.id.in_(wanted), True) if wanted else ():
        some = band if len(band.people) <= limit else band.of(band.people[:limit])
        limit -= len(some.people)
        found.append(some)
    return found


def of_journeys(work: Work, journeys: Collection[str], *, lock: bool = False) -> list[Band]:
    """Return the bands of these journeys; locked, for who is to change them."""
    return _read(work, _B.journey.in_(sorted(journeys)), lock) if journeys else []


def _read(work: Work, those: ColumnElement[bool], lock: bool) -> list[Band]:
    query = select(band_rows).where(those).order_by(_B.due, _B.id)
    if lock:
        query = query.with_for_update()
    return [
        Band(
            like=Run(
                id=0,
                journey=row.journey,
                version=row.version,
                profile=0,
                node=row.node,
                entered=row.entered,
                arrived=row.arrived,
                due=row.due,
                visits={name: Visit(count, at) for name, (count, at) in row.visits.items()},
                shadow=row.shadow,
            ),
            people=BitMap.deserialize(row.people),
            kept=row.id,
        )
        for row in work.connection.execute(query)
    ]


def keep(work: Work, bands: Sequence[Band]) -> None:
    """Write new bands."""
    work.insert(
        band_rows,
        [
            {
                "journey": band.like.journey,
                "version": band.like.version,
                "node": band.like.node,
                "entered": band.like.entered,
                "arrived": band.like.arrived,
                "due": band.like.due,
                "visits": {
                    name: [visit.count, visit.at] for name, visit in band.like.visits.items()
                },
                "shadow": band.like.shadow,
                **_people(band.people),
            }
            for band in bands
        ],
    )


def leave(work: Work, leaving: Mapping[int, BitMap]) -> None:
    """Take people out of the bands with these ids; a band with nobody left is gone."""
    if not leaving:
        return
    stay: list[dict[str, Any]] = []
    query = select(_B.id, _B.people).where(_B.id.in_(sorted(leaving))).with_for_update()
    for row in work.connection.execute(query).all():
        left = BitMap.deserialize(row.people) - leaving[row.id]
        if left:
            stay.append({"id": row.id, **_people(left)})
    gone = leaving.keys() - {row["id"] for row in stay}
    if gone:
        work.connection.execute(band_rows.delete().where(_B.id.in_(sorted(gone))))
    work.change(band_rows, stay, key=["id"], change=["size", "people"])


def _people(people: BitMap) -> dict[str, Any]:
    people.run_optimize()
    return {"size": len(people), "people": people.serialize()}


def tell(work: Work, runs: Sequence[Run]) -> list[Run]:
    """Return runs as they stand; those that stand in a band have been read without saying where."""
    waiting = [run for run in runs if run.banded is not None]
    if not waiting:
        return list(runs)
    standing: dict[tuple[str, int], Run] = {}
    asked: dict[str, list[int]] = {}
    for run in waiting:
        asked.setdefault(run.journey, []).append(run.profile)
    wanted = {journey: BitMap(profiles) for journey, profiles in asked.items()}
    for band in of_journeys(work, wanted):
        for profile in band.people & wanted[band.like.journey]:
            standing[band.like.journey, profile] = run_of(band.like, 0, profile, band.kept)
    return [
        run if run.banded is None else replace(standing[run.journey, run.profile], id=run.id)
        for run in runs
    ]


# --- counting


def journeys(work: Work) -> list[str]:
    """Name the journeys that have bands."""
    return list(work.connection.execute(select(_B.journey).distinct()).scalars())


def next_due(work: Work) -> int | None:
    """Return the earliest moment at which time moves a band on."""
    return work.connection.execute(select(func.min(_B.due))).scalar()


def sizes(work: Work, journeys: Iterable[str] | None = None) -> list[tuple[str, str, bool, int]]:
    """Count those in bands, as (journey, node, shadow, people)."""
    groups = (_B.journey, _B.node, _B.shadow)
    query = select(*groups, func.sum(_B.size)).group_by(*groups)
    if journeys is not None:
        query = query.where(_B.journey.in_(sorted(journeys)))
    return [(*row[:3], int(row[3])) for row in work.connection.execute(query)]


def dues(work: Work, after: int, until: int) -> list[tuple[str, str, int, int]]:
    """Count those due in bands with after < moment <= until: (journey, node, due, people)."""
    query = select(_B.journey, _B.node, _B.due, _B.size).where(_B.due > after, _B.due <= until)
    return [(row.journey, row.node, row.due, row.size) for row in work.connection.execute(query)]
