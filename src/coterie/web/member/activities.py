"""The page on which a person registers for an activity, and which holds the code that lets her in.

The link is her own: whoever has it acts for her. Looking registers nobody, and is not noted.
"""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.activities.model import Activity, Funnel, Registration
from coterie.activities.tickets import spaced
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.storage.work import Work
from coterie.web import qr
from coterie.web.desk import OpenForm
from coterie.web.member import reading
from coterie.web.parts import Here, Parts

router = APIRouter()

KIND = "activity"
"""The kind of token: signed with profile and activity by the composition root."""


@router.api_route("/e/{token}", methods=["GET", "HEAD"])
def show(request: Request, here: Here, token: str) -> Response:
    """Show when and where it is, and how the person of the link stands to it."""
    house = here.house
    now = house.clock.now()
    with house.db.read(reading.VISITOR, now) as work:
        activity, profile = _find(here, work, token)
        one = house.activities.registration(work, activity.slug, profile)
        [funnel] = house.activities.funnels(work, [activity.slug]).values()
        before = 0
        if one is not None and one.state == "waiting":
            before = house.activities.waiting_before(work, one)
        may_join = house.activities.may_join(work, activity, profile)
    code = house.activities.ticket(one) if one is not None and one.state == "registered" else ""
    speech = here.pages.speech(request)
    return here.pages.render(
        request,
        "member/activity.html",
        heading=activity.title(speech.language),
        about=activity.description(speech.language).splitlines(),
        activity=activity,
        one=one,
        before=before,
        free=_free(activity, funnel),
        choice=_choice(activity, one, funnel, may_join=may_join, now=now),
        code=spaced(code),
        picture=qr.picture(door(request, here, activity, code), spaced(code)) if code else "",
        certificate=_certificate(one),
    )


@router.post("/e/{token}")
def answer(request: Request, here: Here, token: str, form: OpenForm) -> Response:
    """Register, or give the seat up; the same answer twice counts once."""
    given = form.get("answer")
    if given not in {"register", "cancel"}:
        raise Invalid("choose one of the two", path="answer", hint="register or cancel")
    house = here.house
    try:
        with house.db.begin(reading.VISITOR, house.clock.now()) as work:
            activity, profile = _find(here, work, token)
            rooms = house.activities
            act = rooms.sign_up if given == "register" else rooms.cancel
            house.inbound.tell(work, act(work, activity.slug, profile).facts)
        house.poke()
    except Conflict:
        pass  # too late, full, or not hers to take: the page shows how it stands
    return show(request, here, token)


def door(request: Request, here: Parts, activity: Activity, code: str) -> str:
    """Return what a code's picture says: the host's page, with the code filled in."""
    return f"{here.outside(request)}/activities/{activity.slug}/check-in?code={code}"


def _find(here: Parts, work: Work, token: str) -> tuple[Activity, int]:
    said = here.house.codes.unsign(KIND, token, now=work.now)
    match said:
        case {"profile": int(profile), "activity": str(slug)}:
            head = here.house.profiles.heads(work, [profile]).get(profile, profile)
            return here.house.activities.get(work, slug), head
    raise NotFound("this link leads nowhere: ask for a new one")


def _free(activity: Activity, funnel: Funnel) -> int | None:
    if activity.capacity is None:
        return None
    return max(activity.capacity - funnel.taken, 0)


def _choice(
    activity: Activity, one: Registration | None, funnel: Funnel, *, may_join: bool, now: int
) -> str:
    """Say what she may do, or why she may not."""
    if activity.standing != "open" or activity.ends <= now:
        return activity.standing if activity.standing != "open" else "over"
    state = one.state if one is not None else "invited"
    if state in ("registered", "waiting"):
        return "cancel"
    if state not in ("invited", "cancelled"):
        return "none"
    if now >= activity.closes:
        return "closed"
    if not may_join:
        return "prerequisite"
    if _free(activity, funnel) == 0:
        return "wait" if activity.waiting_list else "full"
    return "register"


def _certificate(one: Registration | None) -> dict[str, Any] | None:
    if one is None or one.passed is None:
        return None
    return {"passed": one.passed, "number": one.id[:8].upper()}
