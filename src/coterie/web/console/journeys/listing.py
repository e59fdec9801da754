"""All journeys on one page, a new one, and the switch that pauses one."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.errors import Conflict, Invalid
from coterie.core.ids import check_slug
from coterie.journeys.model import Counts
from coterie.scenarios.plays import lay_out
from coterie.storage.work import Work
from coterie.web.console.journeys.beginnings import BEGINNINGS, definition_of
from coterie.web.console.journeys.view import BASE, View, address, edit_address
from coterie.web.desk import DeskForm, Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix=BASE)

_STATES = ("sent", "held", "shadow")


@router.get("")
def everything(request: Request, here: Here, account: Operator) -> Response:
    """List every journey: who is on the way, what it said, since when it is as it is."""
    house, view = here.house, View.of(request, here, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        drafts = {draft.slug: draft for draft in house.journeys.drafts.all(work)}
        tallies = house.journeys.tallies(work)
        said = _said(work, view)
        rows = [
            {
                "slug": one.slug,
                "title": view.title(one.slug, one.source),
                "state": one.state,
                "counts": tallies.get(one.slug, Counts()),
                "said": said.get(one.slug, {}),
                "changed_at": one.changed_at,
                "version": one.version,
                "address": address(one.slug),
                "draft": drafts.get(one.slug),
            }
            for one in house.journeys.all(work)
        ]
    new = [
        {"title": view.title(draft.slug, draft.definition), "draft": draft,
         "address": edit_address(draft.slug)}
        for draft in drafts.values()
        if draft.new
    ]  # fmt: skip
    waiting = sum(counts.waiting for counts in tallies.values())
    return here.pages.render(
        request, "console/journeys/list.html", account=account,
        rows=rows, new=new, waiting=waiting,
        shadows=sum(counts.shadows for counts in tallies.values()),
        sent=sum(each["sent"] for each in said.values()),
        held=sum(each["held"] for each in said.values()), example=BEGINNINGS[0],
    )  # fmt: skip


def _said(work: Work, view: View) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for count in view.here.house.messaging.counts(work):
        kind, _, slug = count.origin.partition(":")
        if kind == "journey" and count.status in _STATES:
            said = found.setdefault(slug, dict.fromkeys(_STATES, 0))
            said[count.status] += count.number
    return found


@router.get("/new")
def new(request: Request, here: Here, account: Operator, example: str = "win-back") -> Response:
    """Choose what a new journey begins as, and name it."""
    return _naming(request, here, account, {"example": example}, "")


@router.post("/new")
def begin(request: Request, here: Here, account: Operator, form: DeskForm) -> Response:
    """Begin the draft of a new journey."""
    house, view = here.house, View.of(request, here, account)
    title = form.get("title", "").strip()
    code = form.get("example", BEGINNINGS[0].code)
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            slug = form.get("slug", "").strip() or _free(work, view, code)
            if check_slug(slug, "slug") == "new":
                raise Invalid("this name is taken by a page", path="slug", hint="choose another")
            titles = {"en": title, "zh": title} if title else {}
            definition = _definition(work, view, code, titles)
            house.journeys.drafts.begin(work, slug, definition)
    except (Invalid, Conflict) as error:
        if isinstance(error, Invalid) and error.path != "slug":
            raise
        _ = view.speech.gettext
        fault = _("small letters, digits and hyphens only, such as win-back")
        if isinstance(error, Conflict):
            fault = _("there is a journey of this name already")
        return _naming(request, here, account, form, fault)
    toast = view.speech.gettext("A draft was begun. Nobody walks it before you publish it.")
    return here.pages.redirect(edit_address(slug), toast)


def _definition(work: Work, view: View, code: str, titles: Mapping[str, str]) -> dict[str, Any]:
    """Write what a journey begins as; a play's texts and segment are laid out with it."""
    known = view.known(work)
    play = next((one.play for one in BEGINNINGS if one.code == code), None)
    if play is None:
        return definition_of(code, known, titles)
    definition = lay_out(work, view.here.house, *play, known.channel)
    return {**definition, "title": dict(titles) or definition["title"]}


def _naming(
    request: Request, here: Here, account: Operator, given: Mapping[str, str], fault: str
) -> Response:
    view, code = View.of(request, here, account), given.get("example", "")
    with here.house.db.read(actor_of(account), here.house.clock.now()) as work:
        free = _free(work, view, code or "journey")
    return here.pages.render(
        request, "console/journeys/new.html", account=account, http_status=400 if fault else 200,
        beginnings=BEGINNINGS, chosen=code, fault=fault,
        slug=given.get("slug", free), name=given.get("title", ""),
    )  # fmt: skip


def _free(work: Work, view: View, wish: str) -> str:
    """Find a name that no journey and no draft has."""
    journeys = view.here.house.journeys
    taken = {one.slug for one in journeys.all(work)}
    taken |= {draft.slug for draft in journeys.drafts.all(work)}
    number, name = 1, wish
    while name in taken:
        number += 1
        name = f"{wish}-{number}"
    return name


@router.post("/{slug}/pause")
def pause(request: Request, here: Here, account: Operator, slug: str, form: DeskForm) -> Response:
    """Let a journey send and do nothing until it is resumed."""
    house, view = here.house, View.of(request, here, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.journeys.pause(work, slug)
    house.poke()
    toast = view.speech.gettext("Paused. People stay where they are; nothing is sent.")
    return here.pages.redirect(_next(form, slug), toast)


@router.post("/{slug}/resume")
def resume(request: Request, here: Here, account: Operator, slug: str, form: DeskForm) -> Response:
    """Let a journey go on, with what came due meanwhile."""
    house, view = here.house, View.of(request, here, account)
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.inbound.tell(work, house.journeys.resume(work, slug))
    house.poke()
    toast = view.speech.gettext("Resumed. What came due meanwhile is done now.")
    return here.pages.redirect(_next(form, slug), toast)


def _next(form: Mapping[str, Any], slug: str) -> str:
    """Lead back to the list or to the journey, wherever the button was."""
    return BASE if form.get("next") == BASE else address(slug)
