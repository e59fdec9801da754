"""Tasks: what is to be done about whom, by which guide; done is one button."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import Conflict
from coterie.guides.ports import OnDuty
from coterie.guides.tasks.model import STATES, State, Task
from coterie.storage.work import Work
from coterie.web.console.segments.who import Somebody, people
from coterie.web.console.tasks.words import tabs
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here
from coterie.web.ports import Served
from coterie.web.speech import Speech

router = APIRouter(prefix="/tasks")

_TONES = {"open": "amber", "done": "sea", "expired": "wine", "cancelled": "quiet"}


@dataclass(frozen=True)
class Row:
    """One task with the person it is about, who asks for it and where, and whose it is."""

    task: Task
    who: Somebody | None
    asked_by: str
    address: str
    whom: str
    is_late: bool


@router.get("")
def tasks(
    request: Request, here: Here, account: Operator, show: str = "open", page: int = 1
) -> Response:
    """List the tasks of one state, the most pressing first."""
    house, speech = here.house, here.pages.speech(request, account)
    state = _state(show)
    rows, number = account.preferences.rows, max(page, 1)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        counts = house.tasks.counts(work)
        found = house.tasks.page(work, [state], rows + 1, (number - 1) * rows)
        lines = _rows(work, house, found[:rows], speech)
    return here.pages.render(
        request,
        "console/tasks/list.html",
        account=account,
        rows=lines,
        state=state,
        states=STATES,
        counts=counts,
        tones=_TONES,
        tabs=tabs(speech, "/tasks"),
        newer=number - 1,
        older=number + 1 if len(found) > rows else 0,
    )


@router.post("/{task}/done")
def done(
    request: Request, here: Here, account: Operator, _form: DeskForm, task: str
) -> Response:  # fmt: skip
    """Say that a task was done."""
    house, speech = here.house, here.pages.speech(request, account)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            of_plan = house.tasks.get(work, task).plan is not None
            house.inbound.tell(work, house.tasks.done(work, task))
    except Conflict:
        return here.pages.redirect("/tasks", speech.gettext("Its time had passed already."))
    house.poke()
    said = speech.gettext("Done.") if of_plan else speech.gettext("Done. The journey knows it.")
    return here.pages.redirect("/tasks", said)


def _state(show: str) -> State:
    return next((one for one in STATES if one == show), "open")


def _rows(work: Work, house: Served, tasks: list[Task], speech: Speech) -> list[Row]:
    whom = people(work, house.profiles, {one.profile for one in tasks})
    journeys = {one.slug: speech.title(one.journey.title) for one in house.journeys.all(work)}
    journeys |= {
        one.origin: speech.title(one.campaign.titles) for one in house.growing.plans.all(work)
    }
    plans = {slug: speech.title(one.titles) for slug, one in house.tasks.plans.titled(work).items()}
    duty = house.scripts.on_duty(work)
    return [
        Row(
            one,
            whom.get(one.profile),
            plans.get(one.plan, one.plan) if one.plan else journeys.get(one.journey, one.journey),
            _asker(one),
            _whose(one, duty, speech),
            one.is_late(speech.now),
        )
        for one in tasks
    ]


def _asker(task: Task) -> str:
    """Return the page of what asked for a task: a plan of tasks, a campaign, a journey."""
    if task.plan:
        return f"/tasks/plans/{task.plan}"
    kind, _, slug = task.journey.partition(":")
    return f"/campaigns/{slug}" if kind == "campaign" and slug else f"/journeys/{task.journey}"


def _whose(task: Task, duty: Mapping[str, OnDuty], speech: Speech) -> str:
    if task.guide is not None:
        return duty[task.guide].name if task.guide in duty else task.guide
    if task.to == "store" and task.store is not None:
        named = (one.store_title for one in duty.values() if one.store == task.store)
        return next(named, task.store)
    return task.role or speech.word("tasked", task.to)
