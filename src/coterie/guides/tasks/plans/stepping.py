"""What a run of a plan gives now, and when to look at it again. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from zoneinfo import ZoneInfo

from coterie.core.event import Event
from coterie.core.ids import derived_id
from coterie.guides.tasks.model import Task
from coterie.guides.tasks.plans.model import ANCHORS, Defined, Run, Step
from coterie.guides.tasks.plans.timing import Window, earliest, from_anchor

Given = tuple[Step, Window]


def begun(one: Defined, event: Event) -> Run:
    """Begin a person's run of a plan with what she did."""
    occurrence = event.id[:64] if one.plan.again else ""
    return Run(
        derived_id("run", one.slug, event.profile, occurrence), one.slug, event.profile,
        occurrence, event.time, due=event.time,
    )  # fmt: skip


def starts(one: Defined, event: Event) -> bool:
    """Say whether an event begins a run of a plan."""
    return event.name in ANCHORS.get(one.plan.start, ()) and not event.backfill


def earlier(runs: Iterable[Run]) -> dict[tuple[str, int, str], Run]:
    """Leave of runs of one person and plan the one that was begun first, whatever came first."""
    found: dict[tuple[str, int, str], Run] = {}
    for run in runs:
        key = (run.plan, run.profile, run.occurrence)
        if key not in found or (run.anchored, run.id) < (found[key].anchored, found[key].id):
            found[key] = run
    return found


def joined(runs: Iterable[Run], now: int) -> list[Run]:
    """Make one run of several that turned out to be one person's; return those that changed.

    The one begun first goes on and has had all that any of them gave.
    """
    groups: dict[tuple[str, int, str], list[Run]] = {}
    for run in runs:
        groups.setdefault((run.plan, run.profile, run.occurrence), []).append(run)
    changed = []
    for group in groups.values():
        live = sorted(
            (one for one in group if one.ended is None), key=lambda one: (one.anchored, one.id)
        )
        if len(group) < 2 or not live:
            continue
        is_over = any(one.ended is not None and one.why != "joined" for one in group)
        given = frozenset[str]().union(*(one.given for one in group))
        for one in live[0 if is_over else 1 :]:
            changed.append(replace(one, ended=now, why="joined", due=None))
        if not is_over and (len(live) > 1 or given != live[0].given):
            changed.append(replace(live[0], given=given, due=now))
    return changed


def advance(
    run: Run, one: Defined, now: int, zone: ZoneInfo, *, is_in: bool
) -> tuple[Run, list[Given]]:
    """Return how a run stands after now, and the steps that it gives.

    ``is_in`` says whether the person is in the plan's segment; asked when the first step is due.
    """
    gives: list[Given] = []
    later: list[int] = []
    for step in one.plan.steps:
        found = from_anchor(one.plan, step, run.anchored, now, zone)
        if step.key in run.given or found is None:
            continue
        if found.opens > now:
            later.append(found.opens)
        else:
            gives.append((step, found))
    if gives and run.entered is None:
        if not is_in:
            return replace(run, entered=False, ended=now, why="not_in", due=None), []
        run = replace(run, entered=True)
    given = run.given.union(step.key for step, _ in gives)
    return replace(run, given=given, due=earliest(later)), gives


def task(one: Defined, step: Step, window: Window, profile: int, cause: str, now: int) -> Task:
    """Make the task of a step; ``cause`` is the run or the day that it comes of."""
    shown = {"script": step.script, "material": step.material}
    return Task(
        id=derived_id("plan", one.slug, step.key, cause),
        profile=profile,
        journey="",
        run=0,
        node="",
        to=one.plan.to,
        role=one.plan.role,
        script=step.text,
        created=now,
        due=window.over,
        about={name: said for name, said in shown.items() if said},
        meant=one.plan.to,
        plan=one.slug,
        step=step.key,
        version=one.version,
        opens=window.opens,
        until=window.closes,
    )
