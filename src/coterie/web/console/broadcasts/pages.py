"""The list of broadcasts, one of them with its state and its sending, and what is done to it."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.campaigns.model import STATES as ALL_STATES
from coterie.campaigns.model import Broadcast, Progress
from coterie.core.errors import Conflict, Invalid, NotPermitted
from coterie.storage.work import Work
from coterie.web.console.broadcasts.outlook import look
from coterie.web.console.broadcasts.plans import fields_of
from coterie.web.console.broadcasts.texts import ENTITLED, STATES, STEPS, TONES, fault_words
from coterie.web.desk import Operator, actor_of, desk_form
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_
from coterie.web.stream import live

router = APIRouter()

Form = Annotated[dict[str, str], Depends(desk_form)]

_NEWEST = 100
_MOVING = ("waiting", "scheduled", "sending")
_SAID = {
    "ask": N_("It is on its way."),
    "approve": N_("Approved."),
    "undo": N_("Taken back: it is a draft again."),
    "cancel": N_("Cancelled. What waited is taken back."),
}


@router.get("/broadcasts")
def broadcasts(request: Request, here: Here, account: Operator, state: str = "") -> Response:
    """List what waits for a second pair of eyes, then everything, the newest first."""
    if state and state not in ALL_STATES:
        raise Invalid(f"{state!r} is no state", path="state", hint=", ".join(ALL_STATES))
    house = here.house
    speech = here.pages.speech(request, account)
    chosen = [(speech.gettext("all"), "/broadcasts", not state)]
    chosen += [
        (speech.gettext(words), f"/broadcasts?state={code}", state == code)
        for code, words in STATES.items()
    ]
    with house.db.read(actor_of(account), house.clock.now()) as work:
        room = house.campaigns
        to_approve = room.to_approve(work)
        found = room.all(work, (state,) if state else None)[:_NEWEST]
        return here.pages.render(
            request,
            "console/broadcasts/list.html",
            account=account,
            to_approve=to_approve,
            refusals={each.id: room.why_not_approve(each, account.id) for each in to_approve},
            broadcasts=found,
            progress=room.progress(work, found),
            segments=_segments(here, work),
            state=state,
            chosen=chosen,
            states=STATES,
            tones=TONES,
            entitled=ENTITLED,
        )


@router.get("/broadcasts/{broadcast}")
def one(request: Request, here: Here, account: Operator, broadcast: str) -> Response:
    """Show one broadcast: what, to whom, who said yes, how far it is, what can be done."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.campaigns.get(work, broadcast)
        return here.pages.render(
            request,
            "console/broadcasts/one.html",
            account=account,
            outlook=look(here, work, found.plan),
            fields=fields_of(found.plan, here.pages.zone),
            segments=_segments(here, work),
            holdout=house.campaigns.holdout_of(found.plan),
            approval_above=house.campaigns.approval_above,
            moving=found.state in _MOVING,
            **_standing(here, work, account, found),
        )


@router.get("/broadcasts/{broadcast}/live")
async def stream(request: Request, here: Here, account: Operator, broadcast: str) -> Response:
    """Send how it stands, again whenever that changes."""
    house = here.house
    shown: list[tuple[str, Progress]] = []

    def looked() -> str | None:
        with house.db.read(actor_of(account), house.clock.now()) as work:
            found = house.campaigns.get(work, broadcast)
            standing = _standing(here, work, account, found)
        seen = (found.state, standing["progress"])
        if shown == [seen]:
            return None
        shown[:] = [seen]
        return here.pages.fragment(
            request, "console/broadcasts/standing.html", account=account, **standing
        )

    return live(request, looked)


@router.post("/broadcasts/{broadcast}/ask")
def ask(request: Request, here: Here, account: Operator, broadcast: str, form: Form) -> Response:  # noqa: ARG001
    """Ask for a draft to be sent."""
    room = here.house.campaigns
    return _do(request, here, account, broadcast, "ask",
               lambda work: room.ask(work, broadcast, account.id))  # fmt: skip


@router.post("/broadcasts/{broadcast}/approve")
def approve(
    request: Request, here: Here, account: Operator, broadcast: str, form: Form  # noqa: ARG001
) -> Response:  # fmt: skip
    """Approve what another person asked for."""
    room = here.house.campaigns
    return _do(request, here, account, broadcast, "approve",
               lambda work: room.approve(work, broadcast, account.id))  # fmt: skip


@router.post("/broadcasts/{broadcast}/undo")
def undo(request: Request, here: Here, account: Operator, broadcast: str, form: Form) -> Response:  # noqa: ARG001
    """Take it back to a draft."""
    room = here.house.campaigns
    return _do(request, here, account, broadcast, "undo",
               lambda work: room.undo(work, broadcast))  # fmt: skip


@router.post("/broadcasts/{broadcast}/cancel")
def cancel(request: Request, here: Here, account: Operator, broadcast: str, form: Form) -> Response:  # noqa: ARG001
    """End it, midway too."""
    room = here.house.campaigns
    return _do(request, here, account, broadcast, "cancel",
               lambda work: room.cancel(work, broadcast, account.id))  # fmt: skip


def _do(
    request: Request,
    here: Parts,
    account: Operator,
    broadcast: str,
    verb: str,
    act: Callable[[Work], Broadcast],
) -> Response:
    """Do one thing to a broadcast and show it again; a no is said there too."""
    house = here.house
    speech = here.pages.speech(request, account)
    page = f"/broadcasts/{broadcast}"
    try:
        with house.db.begin(actor_of(account), house.clock.now()) as work:
            done = act(work)
    except NotPermitted as error:
        return here.pages.redirect(page, toast=speech.gettext(ENTITLED[error.code]))
    except (Conflict, Invalid) as error:
        return here.pages.redirect(page, toast=fault_words(speech, error))
    house.poke()
    said = _SAID[verb]
    if verb == "ask" and done.state == "waiting":
        said = N_("Asked for. A second person must approve it before anything is sent.")
    return here.pages.redirect(page, toast=speech.gettext(said))


def _standing(here: Parts, work: Work, account: Operator, found: Broadcast) -> dict[str, Any]:
    """Return what the part of the page needs that changes by itself."""
    house = here.house
    return {
        "broadcast": found,
        "progress": house.campaigns.progress(work, [found])[found.id],
        "refusal": house.campaigns.why_not_approve(found, account.id),
        "people": house.campaigns.size(work, found.plan),
        "states": STATES,
        "tones": TONES,
        "steps": STEPS,
        "entitled": ENTITLED,
    }


def _segments(here: Parts, work: Work) -> dict[str, dict[str, str]]:
    return {
        each.slug: {"en": each.title_en, "zh": each.title_zh}
        for each in here.house.segments.all(work)
    }
