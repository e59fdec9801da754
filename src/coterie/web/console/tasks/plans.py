"""Plans at the desk: which there are, the editor, one with who is under way."""

from collections import defaultdict
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.core.errors import Conflict, Invalid
from coterie.guides.tasks.plans.model import MISSED, STARTS
from coterie.web.console.tasks.words import fault, tabs
from coterie.web.console.tasks.writing import BLANK, Written, document, read, reshaped, written
from coterie.web.desk import DeskForm, Operator, actor_of, long_form
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/tasks/plans")

LongForm = Annotated[dict[str, str], Depends(long_form)]

_NEW = ("new", "save", "reshape")


@router.get("")
def plans(request: Request, here: Here, account: Operator) -> Response:
    """List the plans: what each counts from, how many are under way."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.tasks.plans.all(work)
        counts = house.tasks.plans.counts(work)
    return here.pages.render(
        request, "console/tasks/plans.html", account=account, plans=found, counts=counts,
        tabs=tabs(speech, "/tasks/plans"),
    )  # fmt: skip


@router.get("/new")
def new(request: Request, here: Here, account: Operator, start: str = "added") -> Response:
    """Show the editor of a new plan."""
    known = start if start in STARTS else "added"
    said = {"start": known, "missed": "next", "grace": "3", "to": "guide", "version": "0"}
    when = {"added": "0", "bought": "3", "joined": "1"}.get(known, "")
    return _editor(request, here, account, Written(said, [{**BLANK, "when": when}]))


@router.get("/{slug}/edit")
def edit(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Show the editor of a plan."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        one = house.tasks.plans.get(work, slug)
    return _editor(request, here, account, written(one))


@router.post("/reshape")
def reshape(request: Request, here: Here, account: Operator, form: LongForm) -> Response:
    """Add a step to what is being written, or take one out; nothing is kept yet."""
    return _editor(request, here, account, reshaped(read(form), form))


@router.post("/save")
def save(request: Request, here: Here, account: Operator, form: LongForm) -> Response:
    """Keep a plan's new version; what is wrong is said at the top."""
    house, speech = here.house, here.pages.speech(request, account)
    said = read(form)
    slug, version = said.said.get("slug", ""), said.said.get("version", "0")
    before = int(version) if version.isdecimal() else 0
    try:
        if slug in _NEW:
            raise Invalid("this name is ours", path="slug")
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            house.tasks.plans.define(work, slug, document(said, before), after=before)
    except (Invalid, Conflict) as error:
        return _editor(request, here, account, said, fault(speech, error))
    house.poke()
    told = speech.gettext("Kept. Who is under way goes on by it, and gets no step twice.")
    return here.pages.redirect(f"/tasks/plans/{slug}", told)


@router.get("/{slug}")
def one(request: Request, here: Here, account: Operator, slug: str) -> Response:
    """Show a plan: its days, who is under way, its versions."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.tasks.plans.get(work, slug)
        counts = house.tasks.plans.counts(work).get(slug, {})
        versions = house.tasks.plans.versions(work, slug)
        tallies = [each for each in house.tasks.plans.adherence(work, 0) if each.plan == slug]
        scripts = {each.slug: each.titles for each in house.scripts.all(work)}
        materials = house.materials.titles(work, found.plan.materials)
        segments = {each.slug: {"en": each.title_en, "zh": each.title_zh}
                    for each in house.segments.all(work)}  # fmt: skip
    total = sum((each.tally for each in tallies[1:]), tallies[0].tally) if tallies else None
    return here.pages.render(
        request, "console/tasks/plan.html", account=account, one=found, counts=counts,
        versions=versions, total=total, scripts=scripts, materials=materials, segments=segments,
        shown=written(found),
    )  # fmt: skip


@router.post("/{slug}/switch")
def switch(request: Request, here: Here, account: Operator, form: DeskForm, slug: str) -> Response:
    """Switch a plan on or off."""
    house, speech = here.house, here.pages.speech(request, account)
    on = form.get("on") == "1"
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.tasks.plans.switch(work, slug, on=on)
    house.poke()
    told = (
        speech.gettext("It is on: tasks are given from now on.")
        if on
        else speech.gettext("It is off: no new task is given, what is open stays.")
    )
    return here.pages.redirect(f"/tasks/plans/{slug}", told)


def _editor(
    request: Request, here: Parts, account: Operator, said: Written, wrong: str = ""
) -> Response:
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        segments = [(each.slug, speech.title({"en": each.title_en, "zh": each.title_zh}))
                    for each in house.segments.all(work)]  # fmt: skip
        scripts = [(each.slug, speech.title(each.titles) or each.slug)
                   for each in house.scripts.all(work) if each.retired is None]  # fmt: skip
        materials = [(each.slug, speech.title(each.titles) or each.slug)
                     for each in house.materials.offered(work)]  # fmt: skip
        templates = [(each.name, each.name) for each in house.messaging.templates(work)]
    return here.pages.render(
        request, "console/tasks/plan_edit.html", http_status=400 if wrong else 200,
        account=account, written=said, said=defaultdict(str, said.said),
        rows=[defaultdict(str, step) for step in said.steps], wrong=wrong, starts=STARTS,
        missed=MISSED,
        segments=segments, scripts=scripts, materials=materials, templates=templates,
        is_new=said.said.get("version", "0") == "0",
    )  # fmt: skip
