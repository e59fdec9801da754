"""Read one experiment's sums into what may be said. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from math import isfinite

import numpy as np

from coterie.analytics.lift import FEWEST, Units, judge, planned
from coterie.analytics.model import Arm
from coterie.analytics.trial.model import (
    GUARDS,
    ArmSum,
    Cell,
    Contender,
    DaySum,
    Guard,
    Measured,
    Race,
    Sharper,
    Step,
    Trial,
    UnitSum,
    Worth,
)
from coterie.core.clock import DAY
from coterie.experiments.balance import fits
from coterie.experiments.before import adjust
from coterie.experiments.change import (
    Reading,
    differences,
    naive,
    randomised,
    share_interval,
)
from coterie.experiments.clusters import Group
from coterie.experiments.intervals import LEVEL
from coterie.experiments.many import bests, holm
from coterie.experiments.model import Interval, of_counts, of_sums
from coterie.experiments.ratios import of_ratio
from coterie.experiments.sequences import of_difference, p_value


def read(origin: str, found: Measured, share: float | None, contaminated: int = 0) -> Trial:
    """Read one experiment; ``share`` is the holdout that was meant, 0..1."""
    treated, held_out = (
        Arm(stage.settled, stage.did, stage.drawn - stage.settled, first)
        for stage, first in zip(found.stages, found.first_day, strict=True)
    )
    units = units_of(found.units)
    lift = judge(origin, treated, held_out, share, units)
    lift = replace(lift, contaminated=contaminated)
    races = tuple(_race(node, list(arms), planned(0.5)) for node, arms in _by_node(found.arms))
    if lift.interval is None:
        return Trial(lift, found.stages, races=races)
    if units is not None:  # all that follows counts people, and would claim too much
        return Trial(lift, found.stages, races=races, groups=(len(units[0]), len(units[1])))
    tuned = planned(share)
    one, other = (of_counts(arm.did, arm.people) for arm in (treated, held_out))
    rise = share_interval(one, other, tuned)
    return Trial(
        lift=lift,
        stages=found.stages,
        steps=tuple(_steps(found.days, tuned)),
        guards=tuple(_guards(found, tuned)),
        sharper=_sharper(found.cells, tuned),
        readings=_readings(found, tuned),
        rise=None if rise is None else (one.mean / other.mean - 1, rise),
        races=races,
        a_person=_worth(found, tuned, by_order=False),
        an_order=_worth(found, tuned, by_order=True),
    )


def units_of(sums: Sequence[UnitSum]) -> Units | None:
    """Return the groups of both arms; who was drawn singly is a group of one. None: no groups."""
    if all(one.unit is None for one in sums):
        return None
    arms: tuple[list[Group], list[Group]] = ([], [])
    for one in sums:
        arm = arms[one.held_out]
        if one.unit is None:
            arm += [Group(1, 1.0)] * one.did + [Group(1, 0.0)] * (one.people - one.did)
        else:
            arm.append(Group(one.people, float(one.did)))
    return arms


def _steps(days: Sequence[DaySum], tuned: int) -> Iterable[Step]:
    """Go through the days on which windows ended, the earliest first."""
    people, did = [0, 0], [0, 0]
    for day, sums in groupby(days, key=lambda one: one.day):
        for one in sums:
            people[one.held_out] += one.people
            did[one.held_out] += one.did
        if min(people) < FEWEST:
            continue
        told, out = (of_counts(did[arm], people[arm]) for arm in (0, 1))
        interval = of_difference(told, out, tuned)
        yield Step((day + 1) * DAY, sum(people), told.mean - out.mean, _within(interval))


def _guards(found: Measured, tuned: int) -> Iterable[Guard]:
    told, out = found.stages
    for name, treated, held_out in zip(GUARDS, *found.guards, strict=True):
        one, other = of_counts(treated, told.settled), of_counts(held_out, out.settled)
        interval = of_difference(one, other, tuned)
        yield Guard(name, treated, held_out, one.mean - other.mean, _within(interval))


def _sharper(cells: Sequence[Cell], tuned: int) -> Sharper | None:
    """Take out what was known before; None where nobody's past tells anything."""
    people = np.array([cell.people for cell in cells], dtype=np.float64)
    before = np.array([cell.before for cell in cells], dtype=np.float64)
    unknown = np.array([cell.unknown for cell in cells], dtype=np.float64)
    if not before.any() or (before.all() and not unknown.any()):
        return None
    found = adjust(
        np.array([cell.did for cell in cells], dtype=np.float64),
        before,
        np.array([not cell.held_out for cell in cells]),
        missing=unknown,
        people=people,
    )
    interval = of_difference(found.treated, found.held_out, tuned)
    return Sharper(found.treated.mean - found.held_out.mean, _within(interval), found.kept)


def _worth(found: Measured, tuned: int, *, by_order: bool) -> Worth | None:
    """Compare what orders brought, a person or an order; None where too few bought anything."""
    enough = all(sums.people >= FEWEST and sums.below >= FEWEST for sums in found.worth)
    if not enough:
        return None
    one, other = (
        of_ratio(sums) if by_order else of_sums(sums.people, sums.above, sums.above_squares)
        for sums in found.worth
    )
    return Worth(one.mean, other.mean, of_difference(one, other, tuned))


def _readings(found: Measured, tuned: int) -> tuple[Reading, ...]:
    treated, held_out = found.periods
    if min(treated.people, held_out.people) < FEWEST:
        return ()
    readings = [naive(treated)]
    if found.others.people >= FEWEST:
        readings.append(differences(treated, found.others))
    return (*readings, randomised(treated, held_out, tuned))


def _by_node(arms: Sequence[ArmSum]) -> Iterable[tuple[str, Iterable[ArmSum]]]:
    return groupby(arms, key=lambda one: one.node)


def _race(node: str, arms: Sequence[ArmSum], tuned: int) -> Race:
    """Hold every arm of a node against the first."""
    sizes, shares = [one.people for one in arms], [one.share for one in arms]
    if not fits(sizes, shares):
        return Race(node, (), blocked=True)
    samples = [of_counts(one.did, one.people) for one in arms]
    level = 1 - (1 - LEVEL) / max(1, len(arms) - 1)
    ps = [1.0, *holm([p_value(one, samples[0], tuned) for one in samples[1:]])]
    chances = bests([(one.did, one.people) for one in arms])
    enough = min(sizes, default=0) >= FEWEST
    found = []
    for at, (one, sample, p, chance) in enumerate(zip(arms, samples, ps, chances, strict=True)):
        interval = None
        if at and enough:
            interval = _within(of_difference(sample, samples[0], tuned, level))
        found.append(
            Contender(
                one.arm, one.people, one.did, one.waiting, one.share,
                sample.mean - samples[0].mean, interval, p, chance.best, chance.loss,
            )
        )  # fmt: skip
    return Race(node, tuple(found), blocked=False)


def _within(interval: Interval) -> Interval:
    low = interval.low if isfinite(interval.low) else -1.0
    high = interval.high if isfinite(interval.high) else 1.0
    return Interval(max(-1.0, low), min(1.0, high))
