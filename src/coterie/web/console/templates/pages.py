"""The list of templates, and the editor of one with a preview on a real person."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.messaging.looking.model import EVERYTHING, Wanted
from coterie.messaging.model import Content, Template
from coterie.profiles.model import USER
from coterie.storage.work import Work
from coterie.web.console.templates.uses import sample, uses
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_, Speech

router = APIRouter()

NEW = "new"
_NAMES = N_("Use lower-case letters, digits, - and _, such as spring-tasting.")
_LINE = re.compile(r"line (\d+)")
_VALUES = (
    ("{{ profile.firstName | default: 'friend' }}", N_("her first name, or a word instead")),
    ("{{ traits.city }}", N_("any trait we know of her")),
    ("{{ brand.name }}", N_("the brand's name")),
    ("{{ now | date: '%m-%d' }}", N_("today, in her zone")),
    ("{{ event.properties.item }}", N_("in a journey: what she did that started it")),
    ("{{ community.title }}", N_("in an invitation: the community")),
    ("{{ invitation_url }}", N_("in an invitation: where she answers")),
    ("{{ broadcast.title }}", N_("in a broadcast: its name")),
)


@dataclass(frozen=True)
class Fault:
    """What is wrong with a template: in which field, at which of its lines (None: all of it)."""

    path: str
    words: str
    line: int | None = None


@dataclass(frozen=True)
class Trial:
    """What came of filling a template in: the content, or the fault."""

    person: str
    content: Content | None = None
    fault: Fault | None = None


@router.get("/templates")
def templates(request: Request, here: Here, account: Operator) -> Response:
    """List the templates with where each is used."""
    house = here.house
    speech = here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.messaging.templates(work)
        used = uses(here, work, speech)
    return here.pages.render(
        request,
        "console/templates/list.html",
        account=account,
        templates=found,
        used=used,
    )


@router.get("/templates/{name}")
def one(request: Request, here: Here, account: Operator, name: str) -> Response:
    """Show the editor of one template, or of a new one."""
    house = here.house
    person = request.query_params.get("person", "")
    with house.db.read(actor_of(account), house.clock.now()) as work:
        template = Template("", "") if name == NEW else house.messaging.template(work, name)
        person = person or _somebody(here, work, name)
        trial = None
        if template.text:
            trial = _try(here, work, here.pages.speech(request, account), template, person)
        return _editor(request, here, work, account, template, person, trial, is_new=name == NEW)


@router.post("/templates/preview")
def preview(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Fill what is being written in for a real person; the answer is a part of the page."""
    house = here.house
    speech = here.pages.speech(request, account)
    template, person = _read(form), form.get("person", "").strip()
    with house.db.read(actor_of(account), house.clock.now()) as work:
        trial = _try(here, work, speech, template, person) if template.text.strip() else None
    return here.pages.render(
        request,
        "console/templates/trial.html",
        account=account,
        written=template,
        trial=trial,
    )


@router.post("/templates/save")
def save(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Keep a template; what is wrong is shown at its place."""
    house = here.house
    speech = here.pages.speech(request, account)
    template, is_new = _read(form), form.get("is_new") == "1"
    person = form.get("person", "").strip()
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            if is_new:
                _check_free(here, work, speech, template.name)
            house.messaging.define_template(work, template)
    except (Invalid, Conflict) as error:
        fault = _fault(error)
        if isinstance(error, Invalid) and fault.path == "name":
            fault = Fault("name", speech.gettext(_NAMES))
        with house.db.read(actor_of(account), house.clock.now()) as work:
            trial = Trial(person, fault=fault)
            return _editor(
                request, here, work, account, template, person, trial, is_new=is_new, status=400
            )
    said = speech.gettext("Saved. What is queued already keeps its words.")
    return here.pages.redirect(f"/templates/{template.name}", toast=said)


def _editor(
    request: Request,
    here: Parts,
    work: Work,
    account: Operator,
    template: Template,
    person: str,
    trial: Trial | None,
    *,
    is_new: bool,
    status: int = 200,
) -> Response:
    speech = here.pages.speech(request, account)
    return here.pages.render(
        request,
        "console/templates/one.html",
        http_status=status,
        account=account,
        written=template,
        is_new=is_new,
        person=person,
        trial=trial,
        channels=[(name, speech.word("channel", name)) for name in here.house.messaging.channels],
        used=uses(here, work, speech).get(template.name, []),
        values=_VALUES,
    )


def _read(form: Mapping[str, str]) -> Template:
    """Read the editor's form; browsers send line ends as two characters."""
    return Template(
        name=form.get("name", "").strip(),
        text=form.get("text", "").replace("\r\n", "\n"),
        subject=form.get("subject", "").strip(),
        channel=form.get("channel") or None,
    )


def _check_free(here: Parts, work: Work, speech: Speech, name: str) -> None:
    taken = {each.name for each in here.house.messaging.templates(work)}
    if name in taken or name == NEW:
        raise Conflict(speech.gettext("There is a template of this name: choose another one."))


def _try(here: Parts, work: Work, speech: Speech, template: Template, person: str) -> Trial:
    house = here.house
    profile = house.profiles.find(work, USER, person) if person else None
    if profile is None:
        words = speech.gettext("We know nobody by that user id: choose another person.")
        return Trial(person, fault=Fault("person", words))
    named = template if template.name else Template("new", template.text, template.subject)
    try:
        values: dict[str, Any] = sample(here, work, speech, template.name)
        return Trial(person, content=house.messaging.try_out(work, named, profile, values))
    except (Invalid, NotFound) as error:
        return Trial(person, fault=_fault(error))


def _fault(error: Invalid | NotFound | Conflict) -> Fault:
    if not isinstance(error, Invalid):
        return Fault("name", error.message)
    line = _LINE.match(error.reason)
    words = f"{error.reason} ({error.hint})" if error.hint else error.reason
    return Fault(error.path, words, int(line.group(1)) if line else None)


def _somebody(here: Parts, work: Work, name: str) -> str:
    """Choose somebody for the preview: who got it last, else who got anything, else anybody."""
    house = here.house
    for wanted in (Wanted(template=name), EVERYTHING):
        newest = house.messaging.page(work, wanted, 1)
        if newest:
            profiles = [newest[0].profile]
            break
    else:
        profiles = list(house.profiles.everyone(work)[:1])
    return next(iter(house.profiles.user_ids(work, profiles).values()), "")
