"""Carry plans out: begin and end people's runs, give what is due, by run and by the calendar."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import get_args
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.core import clock
from coterie.core.clock import local_date
from coterie.core.errors import CoterieError, Invalid
from coterie.core.event import Event, Move
from coterie.core.ids import derived_id
from coterie.events.log import Log
from coterie.guides.ports import Owned, Owners
from coterie.guides.tasks.model import Task
from coterie.guides.tasks.plans import stepping, store
from coterie.guides.tasks.plans.model import Defined, Run, Step
from coterie.guides.tasks.plans.timing import Window, by_calendar, earliest
from coterie.messaging.model import Request, Touch
from coterie.messaging.service import Messaging
from coterie.segments.service import Segments
from coterie.storage.work import Work

AT_ONCE = 5_000
"""How many runs one ``wake`` looks at."""
_KEPT_TURNS = timedelta(days=45)

TOUCH_KINDS: tuple[Touch, ...] = get_args(Touch)

Zones = Callable[[Work], Mapping[str, str]]


@dataclass
class Gives:
    """What came due: tasks, and messages to ask for.

    ``over`` says of which plan whose tasks are called off that opened by when.
    """

    tasks: list[Task] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    over: dict[str, dict[int, int]] = field(default_factory=dict)

    def add(self, one: Defined, step: Step, window: Window, profile: int, cause: str, now: int
            ) -> None:  # fmt: skip
        """Add what a step gives one person: a task, or a message that a guide confirms."""
        if step.act == "member":
            self.tasks.append(stepping.task(one, step, window, profile, cause, now))
        elif step.template is not None:
            self.requests.append(
                Request(
                    profile=profile, channel=step.channel, template=step.template,
                    touch=next(kind for kind in TOUCH_KINDS if kind == step.touch),
                    key=derived_id("plan", one.slug, step.key, cause),
                    origin=f"plan:{one.slug}", node=step.key, expires_at=window.over,
                )
            )  # fmt: skip


class Running:
    """The part of ``Plans`` that the road drives."""

    def __init__(
        self, segments: Segments, log: Log, messaging: Messaging, owners: Owners,
        zone: ZoneInfo, zones: Zones,
    ) -> None:  # fmt: skip
        self._segments = segments
        self._log = log
        self._messaging = messaging
        self._owners = owners
        self._zone = zone
        self._zones = zones

    # --- what happened

    def hear(self, work: Work, events: Sequence[Event], moves: Sequence[Move]) -> Gives:
        """Begin runs, and end those of people who did what ends them."""
        gives = Gives()
        if not events and not moves:
            return gives
        for one in store.plans(work, on=True):
            if one.plan.is_relative:
                self._begin(work, one, [event for event in events if stepping.starts(one, event)])
            self._end(work, one, _ends(one, events, moves), gives)
        return gives

    def _begin(self, work: Work, one: Defined, events: Sequence[Event]) -> None:
        if not events:
            return
        fresh = stepping.earlier(stepping.begun(one, event) for event in events)
        known = {
            (run.plan, run.profile, run.occurrence): run
            for run in store.runs_of(work, [one.slug], {event.profile for event in events})
        }
        store.add_runs(work, [run for key, run in fresh.items() if key not in known])
        store.change_runs(
            work,
            [
                replace(known[key], anchored=run.anchored, due=work.now)
                for key, run in fresh.items()
                if key in known and run.anchored < known[key].anchored and not known[key].ended
            ],
        )

    def _end(self, work: Work, one: Defined, ends: Mapping[int, int], gives: Gives) -> None:
        """End runs that were begun before what ends them, with what is open of the plan."""
        if not ends:
            return
        over = dict(ends)
        if one.plan.is_relative:
            ended = [
                replace(run, ended=ends[run.profile], why="did", due=None)
                for run in store.runs_of(work, [one.slug], ends)
                if run.ended is None and run.anchored < ends[run.profile]
            ]
            store.change_runs(work, ended)
            over = {run.profile: work.now for run in ended}
        gives.over.setdefault(one.slug, {}).update(over)

    # --- what time brings

    def wake(self, work: Work) -> Gives:
        """Give what is due by now."""
        gives = Gives()
        plans = {one.slug: one for one in store.plans(work, on=True)}
        if not plans:
            return gives
        relative = {slug: one for slug, one in plans.items() if one.plan.is_relative}
        if relative:
            self._wake_runs(work, relative, gives)
        dated = [one for one in plans.values() if not one.plan.is_relative]
        if dated:
            self._wake_calendar(work, dated, gives)
        return gives

    def next_due(self, work: Work) -> int | None:
        """Return when ``wake`` has something to do."""
        plans = store.plans(work, on=True)
        relative = [one.slug for one in plans if one.plan.is_relative]
        runs = store.next_run(work, relative) if relative else None
        dated = [one for one in plans if not one.plan.is_relative]
        turns = (
            max(window.opens, work.now) for _, _, _, _, window in self._coming(work, dated)
        )  # fmt: skip
        return earliest([runs, *turns])

    def _wake_runs(self, work: Work, plans: Mapping[str, Defined], gives: Gives) -> None:
        due = store.due_runs(work, plans, AT_ONCE)
        if not due:
            return
        people = {run.profile for run in due}
        merged = {one.id: one for one in stepping.joined(store.runs_of(work, plans, people),
                                                         work.now)}  # fmt: skip
        store.change_runs(work, list(merged.values()))
        runs = [run for run in (merged.get(one.id, one) for one in due) if run.ended is None]
        inside = self._members(work, plans.values())
        ends = self._ended(work, [run for run in runs if plans[run.plan].plan.ends], plans)
        where = self._where(work, self._owners.owner_of(work, people))
        changed = []
        for run in runs:
            one = plans[run.plan]
            leave = one.plan.end_segment is not None and run.profile in inside[one.plan.end_segment]
            if run.id in ends or leave:
                at = ends.get(run.id, work.now)
                why = "did" if run.id in ends else "segment"
                changed.append(replace(run, ended=at, why=why, due=None))
                gives.over.setdefault(one.slug, {})[run.profile] = work.now
                continue
            is_in = one.plan.segment is None or run.profile in inside[one.plan.segment]
            zone = where.get(run.profile, self._zone)
            after, given = stepping.advance(run, one, work.now, zone, is_in=is_in)
            changed.append(after)
            for step, window in given:
                gives.add(one, step, window, run.profile, run.id, work.now)
        store.change_runs(work, changed)

    def _ended(
        self, work: Work, runs: Sequence[Run], plans: Mapping[str, Defined]
    ) -> dict[str, int]:
        """Find who did what ends a plan since hers began, in whatever order it came."""
        if not runs:
            return {}
        since = min(run.anchored for run in runs)
        told = self._log.timelines(work, {run.profile for run in runs}, since=since)
        found: dict[str, int] = {}
        for run in runs:
            names = plans[run.plan].plan.ends
            times = [
                event.time
                for event in told[run.profile]
                if event.name in names and run.anchored < event.time <= work.now
            ]
            if times:
                found[run.id] = min(times)
        return found

    # --- by the calendar

    def _wake_calendar(self, work: Work, plans: Sequence[Defined], gives: Gives) -> None:
        coming = [
            one for one in self._coming(work, plans) if one[4].opens <= work.now
        ]  # what is still to come waits
        if not coming:
            return
        inside = self._members(work, plans)
        for one, step, day, zone, window in coming:
            people = BitMap(inside[one.plan.segment or ""])
            if one.plan.end_segment is not None:
                people -= inside[one.plan.end_segment]
            where = self._where(work, self._owners.owner_of(work, list(people)))
            here = [each for each in people if where.get(each, self._zone).key == zone.key]
            for profile in here:
                gives.add(one, step, window, profile, f"{day}:{profile}", work.now)
            store.add_turn(work, one.slug, step.key, day, zone.key, len(here))

    def _coming(
        self, work: Work, plans: Sequence[Defined]
    ) -> list[tuple[Defined, Step, str, ZoneInfo, Window]]:
        """Return the turns that were not given yet and may still be: open ones, and the next."""
        if not plans:
            return []
        since = (local_date(work.now, self._zone) - _KEPT_TURNS).isoformat()
        given = store.turns(work, {one.slug for one in plans}, since)
        zones = {self._zone.key: self._zone} | {
            zone.key: zone for zone in self._store_zones(work).values()
        }
        return [
            (one, step, day.isoformat(), zone, window)
            for one in plans
            for step in one.plan.steps
            for zone in zones.values()
            for day, window in by_calendar(one.plan, step, work.now, zone)
            if window.over > max(work.now, one.on_since or 0)
            and (one.slug, step.key, day.isoformat(), zone.key) not in given
        ]

    # --- who and where

    def _members(self, work: Work, plans: Collection[Defined]) -> dict[str, BitMap]:
        named = {one.plan.segment for one in plans} | {one.plan.end_segment for one in plans}
        found: dict[str, BitMap] = {}
        for slug in named - {None}:
            assert slug is not None, "none was taken out"
            try:
                found[slug] = self._segments.members(work, slug)
            except CoterieError:  # a segment that was deleted meanwhile holds nobody
                found[slug] = BitMap()
        return found

    def _where(self, work: Work, owned: Mapping[int, Owned]) -> dict[int, ZoneInfo]:
        """Return the zones of the stores that people belong to; others live in the brand's."""
        zones = self._store_zones(work)
        return {
            profile: zones[one.store]
            for profile, one in owned.items()
            if one.store is not None and one.store in zones
        }

    def _store_zones(self, work: Work) -> dict[str, ZoneInfo]:
        found: dict[str, ZoneInfo] = {}
        for store_key, name in self._zones(work).items():
            with suppress(Invalid):  # what is no zone says nothing
                found[store_key] = clock.zone(name)
        return found


def _ends(one: Defined, events: Sequence[Event], moves: Sequence[Move]) -> dict[int, int]:
    """Return when people did what ends a plan, the last time in a batch."""
    found: dict[int, int] = {}
    for event in events:
        if event.name in one.plan.ends:
            found[event.profile] = max(event.time, found.get(event.profile, 0))
    for move in moves:
        if move.entered and move.segment == one.plan.end_segment:
            found[move.profile] = max(move.at, found.get(move.profile, 0))
    return found
