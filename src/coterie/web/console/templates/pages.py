"""The list of templates, and the composer of one: its languages, a preview on real people."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.core.errors import Conflict, Invalid
from coterie.messaging.model import Template
from coterie.storage.work import Work
from coterie.web.console.templates.readers import MANY, readers, search, twenty
from coterie.web.console.templates.reading import (
    OFFERED,
    Written,
    language_name,
    read,
    reshaped,
    said_fault,
)
from coterie.web.console.templates.trying import Trial, told, try_on
from coterie.web.console.templates.uses import sample, uses
from coterie.web.desk import Operator, actor_of, long_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import Speech

router = APIRouter()

LongForm = Annotated[dict[str, str], Depends(long_form)]

NEW = "new"
_STEPS = {"next": 1, "back": -1}
_MOST_TURNS = 1_000_000


@router.get("/templates")
def templates(request: Request, here: Here, account: Operator, channel: str = "") -> Response:
    """List the templates: for which channel, in which languages, where used, when changed."""
    house = here.house
    speech = here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        everything = house.messaging.templates(work)
        used = uses(here, work, speech)
        changes = house.messaging.template_changes(work)
    channels = sorted({each.channel for each in everything if each.channel})
    found = [each for each in everything if channel in ("", each.channel or "any")]
    return here.pages.render(
        request,
        "console/templates/list.html",
        account=account,
        templates=found,
        languages={each.name: _languages(here, speech, each) for each in found},
        used=used,
        changes=changes,
        channel=channel,
        channels=channels,
        count=len(everything),
    )


def _languages(here: Parts, speech: Speech, template: Template) -> list[str]:
    spoken = here.house.messaging.wordings(template)
    return [language_name(speech, each) for each in spoken] if len(spoken) > 1 else []


@router.get("/templates/{name}")
def one(request: Request, here: Here, account: Operator, name: str, person: str = "") -> Response:
    """Show the composer of one template, or of a new one."""
    house = here.house
    speech = here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        template = Template("", "") if name == NEW else house.messaging.template(work, name)
        written = Written(template, name == NEW, person)
        trial = try_on(here, work, speech, written)
        return composer(request, here, work, account, written, trial)


@router.get("/templates/{name}/people")
def people(request: Request, here: Here, account: Operator, name: str, turn: int = 0) -> Response:
    """Show a template as twenty real people would read it."""
    house = here.house
    speech = here.pages.speech(request, account)
    turn = max(0, min(turn, _MOST_TURNS))
    with house.db.read(actor_of(account), house.clock.now()) as work:
        template = house.messaging.template(work, name)
        profiles = twenty(work, house, name, turn)
        values = sample(here, work, speech, name)
        channel = template.channel or ""
        filled = house.messaging.fill_in(work, template, profiles, values, channel)
        known = {each.profile: each for each in readers(work, house, speech, profiles)}
        sights = [
            (known[each.profile], told(speech, template, each), each.gaps)
            for each in filled
            if each.profile in known
        ]
    return here.pages.render(
        request,
        "console/templates/people.html",
        account=account,
        chosen=template,
        sights=sights,
        turn=turn,
        many=MANY,
    )


@router.post("/templates/preview")
def preview(request: Request, here: Here, account: Operator, form: LongForm) -> Response:
    """Fill what is being written in for a real person; the answer is a part of the page."""
    house = here.house
    speech = here.pages.speech(request, account)
    written = read(form)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        trial = try_on(here, work, speech, written, _STEPS.get(form.get("step", ""), 0))
    return here.pages.render(
        request,
        "console/templates/trial.html",
        account=account,
        written=written,
        trial=trial,
        stepped="step" in form,
    )


@router.post("/templates/somebody")
def somebody(request: Request, here: Here, account: Operator, form: LongForm) -> Response:
    """Offer people by a few letters; the answer is the list under the field."""
    house = here.house
    speech = here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = search(work, house, speech, form.get("person", "").strip()[:100])
    return here.pages.render(
        request, "console/templates/somebody.html", account=account, found=found
    )


@router.post("/templates/reshape")
def reshape(request: Request, here: Here, account: Operator, form: LongForm) -> Response:
    """Add a language to what is being written, or take one out; nothing is kept yet."""
    house = here.house
    speech = here.pages.speech(request, account)
    written = reshaped(read(form), form)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        trial = try_on(here, work, speech, written)
        return composer(request, here, work, account, written, trial)


@router.post("/templates/save")
def save(request: Request, here: Here, account: Operator, form: LongForm) -> Response:
    """Keep a template; what is wrong is shown at its place."""
    house = here.house
    speech = here.pages.speech(request, account)
    written = read(form)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            if written.is_new:
                _check_free(here, work, speech, written.template.name)
            house.messaging.define_template(work, written.template)
    except (Invalid, Conflict) as error:
        fault = said_fault(speech, error)
        with house.db.read(actor_of(account), house.clock.now()) as work:
            trial = replace(try_on(here, work, speech, written), fault=fault, told=None)
            return composer(request, here, work, account, written, trial, status=400)
    said = speech.gettext("Saved. What is queued already keeps its words.")
    return here.pages.redirect(f"/templates/{written.template.name}", toast=said)


def composer(
    request: Request,
    here: Parts,
    work: Work,
    account: Operator,
    written: Written,
    trial: Trial,
    *,
    status: int = 200,
) -> Response:
    """Render the composer."""
    house, template = here.house, written.template
    speech = here.pages.speech(request, account)
    taken = {*template.variants, template.language or house.messaging.language}
    offered = [(each, language_name(speech, each)) for each in OFFERED]
    is_kept = not written.is_new
    return here.pages.render(
        request,
        "console/templates/one.html",
        http_status=status,
        account=account,
        written=written,
        chosen=template,
        is_new=written.is_new,
        trial=trial,
        channels=[(name, speech.word("channel", name)) for name in house.messaging.channels],
        used=uses(here, work, speech).get(template.name, []),
        versions=house.messaging.template_versions(work, template.name) if is_kept else [],
        languages=offered,
        to_add=[each for each in offered if each[0] not in taken],
        names={tag: language_name(speech, tag) for tag in (*template.variants, *taken)},
        brand_language=language_name(speech, house.messaging.language),
        addresses=_addresses(here),
    )


def _addresses(here: Parts) -> Mapping[str, str]:
    """Return by channel what a test needs to be told: the trait that holds its address, or none."""
    ways = here.house.messaging.channels
    return {name: way.address_trait or "" for name, way in ways.items()}


def _check_free(here: Parts, work: Work, speech: Speech, name: str) -> None:
    taken = {each.name for each in here.house.messaging.templates(work)}
    if name in taken or name == NEW:
        raise Conflict(speech.gettext("There is a template of this name: choose another one."))
