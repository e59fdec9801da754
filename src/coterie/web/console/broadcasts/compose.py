"""The composer: what to say, to whom, when; beside it what would come of it, as one chooses."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.core.errors import Conflict, Invalid
from coterie.messaging.model import TOUCHES
from coterie.storage.work import Work
from coterie.web.console.broadcasts.outlook import look
from coterie.web.console.broadcasts.plans import HOLDOUTS, Fields, fields_of, plan_of, read
from coterie.web.console.broadcasts.texts import fault_words
from coterie.web.desk import Operator, actor_of, desk_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import Speech

router = APIRouter()

Form = Annotated[dict[str, str], Depends(desk_form)]


@router.get("/broadcasts/new")
def new(request: Request, here: Here, account: Operator) -> Response:
    """Show the composer with what the address names already."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        begun = read(request.query_params)
        if not begun.channel:
            begun = Fields(**{**vars(begun), "channel": _first_channel(here)})
        return _composer(request, here, work, account, begun)


@router.get("/broadcasts/{broadcast}/edit")
def edit(request: Request, here: Here, account: Operator, broadcast: str) -> Response:
    """Show the composer of a draft."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.campaigns.get(work, broadcast)
        fields = fields_of(found.plan, here.pages.zone)
        return _composer(request, here, work, account, fields, broadcast=found.id)


@router.post("/broadcasts/outlook")
def outlook(request: Request, here: Here, account: Operator, form: Form) -> Response:
    """Say what would come of what is chosen so far; the answer is a part of the page."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        ahead, fault = _ahead(here, work, read(form))
    return here.pages.render(
        request,
        "console/broadcasts/outlook.html",
        account=account,
        outlook=ahead,
        fields=read(form),
        fault=fault and fault_words(here.pages.speech(request, account), fault),
        approval_above=house.campaigns.approval_above,
    )


@router.post("/broadcasts/dry-run")
def dry_run(request: Request, here: Here, account: Operator, form: Form) -> Response:
    """Ask the gate of everybody, or of a sample, what would become of it; a part of the page."""
    house = here.house
    fields, run, fault, takes = read(form), None, None, 0
    fields = Fields(**{**vars(fields), "title": fields.title or "-"})
    with house.db.read(actor_of(account), house.clock.now()) as work:
        try:
            plan = plan_of(fields, here.pages.zone)
            run = house.campaigns.dry_run(work, plan, form.get("broadcast") or "dry-run")
            at = max(plan.send_at or 0, work.now)
            takes = house.messaging.limits.lasts(work, plan.channel, run.scaled(run.queued), at)
        except Invalid as error:
            fault = error
    return here.pages.render(
        request,
        "console/broadcasts/dry_run.html",
        account=account,
        run=run,
        lasts=here.pages.speech(request, account).duration(takes) if takes else "",
        fault=fault and fault_words(here.pages.speech(request, account), fault),
    )


@router.post("/broadcasts/save")
def save(request: Request, here: Here, account: Operator, form: Form) -> Response:
    """Keep a draft; what is wrong is shown at its field."""
    house = here.house
    fields, broadcast = read(form), form.get("broadcast", "")
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            plan = plan_of(fields, here.pages.zone)
            room = house.campaigns
            if broadcast:
                kept = room.revise(work, broadcast, plan, account.id)
            else:
                kept = room.draft(work, plan, account.id)
    except (Invalid, Conflict) as error:
        with house.db.read(actor_of(account), house.clock.now()) as work:
            return _composer(request, here, work, account, fields, broadcast=broadcast, fault=error)
    said = here.pages.speech(request, account).gettext("Saved as a draft. Nothing has been sent.")
    return here.pages.redirect(f"/broadcasts/{kept.id}", toast=said)


def _composer(
    request: Request,
    here: Parts,
    work: Work,
    account: Operator,
    fields: Fields,
    *,
    broadcast: str = "",
    fault: Invalid | Conflict | None = None,
) -> Response:
    speech = here.pages.speech(request, account)
    ahead, _ = _ahead(here, work, fields)
    return here.pages.render(
        request,
        "console/broadcasts/compose.html",
        http_status=200 if fault is None else 400,
        account=account,
        fields=fields,
        broadcast=broadcast,
        fault=fault and fault_words(speech, fault),
        fault_at=fault.path if isinstance(fault, Invalid) else "",
        outlook=ahead,
        approval_above=here.house.campaigns.approval_above,
        **_choices(here, work, speech),
    )


def _choices(here: Parts, work: Work, speech: Speech) -> dict[str, Any]:
    """Return what can be chosen, in words."""
    house = here.house
    segments = [
        (each.slug, f"{speech.title(_titles(each))} ({speech.number(each.size)})")
        for each in house.segments.all(work)
    ]
    default = speech.gettext("the house's default: %(n)s%%", n=house.campaigns.default_holdout)
    named = {"": default, "0": speech.gettext("nobody: everybody is told")}
    return {
        "segments": segments,
        "templates": [(each.name, each.name) for each in house.messaging.templates(work)],
        "channels": [(name, speech.word("channel", name)) for name in house.messaging.channels],
        "touches": [(each, speech.word("touch", each)) for each in TOUCHES],
        "holdouts": [(each, named.get(each, f"{each}%")) for each in HOLDOUTS],
    }


def _titles(segment: Any) -> Mapping[str, str]:
    return {"en": segment.title_en, "zh": segment.title_zh}


def _first_channel(here: Parts) -> str:
    return next(iter(here.house.messaging.channels), "")


def _ahead(here: Parts, work: Work, fields: Fields) -> tuple[Any, Invalid | None]:
    try:
        return look(here, work, plan_of(fields, here.pages.zone)), None
    except Invalid as error:
        return None, error
