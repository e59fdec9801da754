"""Tasks: what is to be done about whom; done is one button."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import Conflict
from coterie.guides.tasks.model import STATES, State, Task
from coterie.storage.work import Work
from coterie.web.console.segments.who import Somebody, people
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here
from coterie.web.ports import Served
from coterie.web.speech import Speech

router = APIRouter(prefix="/tasks")

_TONES = {"open": "amber", "done": "sea", "expired": "wine", "cancelled": "quiet"}


@dataclass(frozen=True)
class Row:
    """One task with the person it is about, and the journey that asks for it."""

    task: Task
    who: Somebody | None
    journey: str


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
        "console/guides/tasks.html",
        account=account,
        rows=lines,
        state=state,
        states=STATES,
        counts=counts,
        tones=_TONES,
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
            house.inbound.tell(work, house.tasks.done(work, task))
    except Conflict:
        return here.pages.redirect("/tasks", speech.gettext("Its time had passed already."))
    house.poke()
    return here.pages.redirect("/tasks", speech.gettext("Done. The journey knows it."))


def _state(show: str) -> State:
    return next((one for one in STATES if one == show), "open")


def _rows(work: Work, house: Served, tasks: list[Task], speech: Speech) -> list[Row]:
    whom = people(work, house.profiles, {one.profile for one in tasks})
    titles = {one.slug: speech.title(one.journey.title) for one in house.journeys.all(work)}
    return [
        Row(one, whom.get(one.profile), titles.get(one.journey) or one.journey) for one in tasks
    ]
