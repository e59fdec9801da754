"""A guide's first page: what waits for her word, what is to be done, whom to think of."""

import secrets
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.channels.wecom.sends.model import ToConfirm
from coterie.core.errors import Conflict, NotFound
from coterie.guides.due.model import DueOne
from coterie.guides.tasks.model import Task
from coterie.storage.work import Work
from coterie.web.guide.at_work import Guided, GuideForm, Staff, done, fresh, page
from coterie.web.guide.people import Whom, seen
from coterie.web.guide.sentences import Saying, Sentences
from coterie.web.guide.team import team_jobs
from coterie.web.parts import Here
from coterie.web.ports import Served
from coterie.web.speech import Speech

router = APIRouter(prefix="/g")

_TASKS = 20
_DUE = 5


@dataclass(frozen=True)
class Job:
    """One task with whom it is about; ``text`` is its script with the slots filled."""

    task: Task
    whom: Whom | None
    text: str
    late: bool


@dataclass(frozen=True)
class Person:
    """One customer who is due, with the words."""

    whom: Whom
    due: DueOne
    saying: Saying


@router.get("/")
def today(request: Request, here: Here, staff: Guided) -> Response:
    """Show what the day asks of her."""
    house, speech = here.house, here.pages.speech(request)
    with house.db.read(staff.actor, house.clock.now()) as work:
        confirm = confirmations(work, house, staff)
        jobs = jobs_of(work, house, staff, speech)
        team = team_jobs(work, house, speech, staff)
        people, number = due_of(work, house, staff, speech, _DUE)
        stores = house.guides.organisation.stores(work)
        shown = {one.key: one.title for one in stores if one.key in staff.guide.stores}
    return page(
        request, here, staff, "today", keep=True,
        store_title=shown.get(staff.store or "", ""),
        confirm=confirm, jobs=jobs, team=team, people=people, people_count=number,
        places=list(shown.items()) if staff.shift is None else [],
        new_key=new_key,
    )  # fmt: skip


@router.post("/tasks/{task}/done")
def task_done(
    request: Request, here: Here, form: GuideForm, staff: Guided, task: str
) -> Response:  # fmt: skip
    """Say that a task was done; the journey or plan that asked for it knows it."""
    house, speech = here.house, here.pages.speech(request)
    said = speech.gettext("Done. Well spent.")
    try:
        with house.db.begin(staff.actor, house.clock.now()) as work:
            if fresh(work, here, staff, form):
                _hers(work, house, staff, task)
                house.inbound.tell(work, house.tasks.done(work, task))
    except Conflict:
        said = speech.gettext("Its time had passed already.")
    house.poke()
    return done(request, here, "/g/", said)


def _hers(work: Work, house: Served, staff: Staff, task: str) -> Task:
    """Return a task that is this guide's, or her store's; raises NotFound for any other."""
    one = house.tasks.get(work, task)
    if one.guide != staff.guide.id and (one.guide or one.store not in staff.guide.stores):
        raise NotFound("there is no such task among yours", code="not_hers")
    return one


def confirmations(work: Work, house: Served, staff: Staff) -> list[ToConfirm]:
    """Return what waits for her word in WeCom."""
    if staff.guide.userid is None:
        return []
    return house.mass_sends.to_confirm(work, staff.guide.userid)


def jobs_of(work: Work, house: Served, staff: Staff, speech: Speech) -> list[Job]:
    """Return her open tasks, then her store's, with whom they are about."""
    tasks = list(house.tasks.of_guide(work, staff.guide.id, limit=_TASKS))
    for store in staff.guide.stores:
        tasks += house.tasks.of_store(work, store, limit=_TASKS)
    whom = seen(work, house, staff, {one.profile for one in tasks})
    sentences = Sentences(work, house, speech, staff, ())
    shown = tasks[:_TASKS]
    return [_job(one, whom.get(one.profile), sentences, work.now) for one in shown]


def _job(task: Task, whom: Whom | None, sentences: Sentences, now: int) -> Job:
    return Job(task, whom, sentences.filled(task.script, whom), task.is_late(now))


def due_of(
    work: Work, house: Served, staff: Staff, speech: Speech, most: int
) -> tuple[list[Person], int]:
    """Return her customers who are due, with why and what to say, and how many there are in all."""
    bindings = house.guides.bindings
    owners = bindings.owner_of(work, bindings.owned_by(work, staff.guide.id))
    due = house.attending.due.of(work, {one: owner.since for one, owner in owners.items()})
    shown = due[:most]
    whom = seen(work, house, staff, [one.profile for one in shown])
    sentences = Sentences(work, house, speech, staff, {one.reason for one in shown})
    found = [
        Person(whom[one.profile], one, sentences.of(one, whom[one.profile]))
        for one in shown
        if one.profile in whom
    ]
    return found, len(due)


def new_key() -> str:
    """Make a tap's key, so that a phone may send it as often as it takes."""
    return secrets.token_hex(8)
