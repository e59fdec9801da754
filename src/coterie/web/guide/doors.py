"""How a guide gets in: by a link that was sent or shown to her, and out again.

Looking at a link opens nothing, since mail programs look too; pressing its button does, once.
"""

from urllib.parse import quote

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.background import BackgroundTask

from coterie.accounts.names import fingerprint
from coterie.channels.wecom.oauth import is_within
from coterie.core.actor import Actor
from coterie.core.errors import NotPermitted, Unavailable
from coterie.core.ids import derived_id
from coterie.guides.access.model import How
from coterie.guides.access.rules import HOME, page_to
from coterie.guides.access.service import not_a_guide
from coterie.guides.organisation.model import Guide
from coterie.messaging.model import Delivery
from coterie.web.cookies import GUIDE
from coterie.web.desk import OpenForm
from coterie.web.errors import headers_of, status_of
from coterie.web.guide.at_work import (
    NOBODY,
    WHO,
    GuideForm,
    device_of,
    enter,
    peer,
)
from coterie.web.parts import Here, Parts
from coterie.web.speech import Speech

router = APIRouter()
log = structlog.get_logger(__name__)


@router.get("/g")
def start() -> Response:
    """Lead to the first page."""
    return RedirectResponse(HOME, 303)


@router.get("/g/in")
def ask(request: Request, here: Here, to: str = "") -> Response:
    """Ask who it is: by WeCom where it is connected, by e-mail where letters can be sent.

    Inside WeCom's own app nothing is asked: it tells.
    """
    within = is_within(request.headers.get("user-agent"))
    if within and here.house.wecom.client is not None:
        return RedirectResponse(f"/g/in/wecom?to={quote(page_to(to), safe='')}", 303)
    return _page(request, here, to)


@router.post("/g/in")
def send(request: Request, here: Here, form: OpenForm) -> Response:
    """Send a link, if the address is a guide's; the answer is the same if not."""
    house, speech = here.house, here.pages.speech(request)
    to, typed = form.get("to", ""), form.get("email", "").strip().casefold()[:200]
    try:
        with house.db.begin(NOBODY, house.clock.now()) as work:
            house.attending.access.knock(work, peer(request))
    except Unavailable as error:
        page = _page(request, here, to, status=status_of(error), wrong=error.message)
        page.headers.update(headers_of(error, page.status_code))
        return page
    said = speech.gettext(
        "If that is the address of one of our guides, a letter is on its way. Its link opens once, "
        "within 15 minutes."
    )
    page = _page(request, here, to, said=said)
    # afterwards: how long it takes must not tell who is a guide
    page.background = BackgroundTask(_send, here, here.outside(request), typed, to, speech)
    return page


def _send(here: Parts, base: str, email: str, to: str, speech: Speech) -> None:
    """Send a letter with a link to a guide; whoever waits for it is not told why none comes."""
    house = here.house
    channel = house.messaging.channels.get("email")
    if channel is None or not email:
        return
    try:
        with house.db.begin(NOBODY, house.clock.now()) as work:
            guide = house.guides.organisation.by_email(work, email)
            if guide is None or guide.left is not None or guide.email is None:
                return
            token = house.attending.access.link(work, guide.id, to=to)
        channel.deliver(_letter(guide, f"{base}/g/in/with/{token}", speech))
    except Unavailable as error:
        log.warning("guide.link_not_sent", reason=error.code)


def _letter(guide: Guide, link: str, speech: Speech) -> Delivery:
    text = speech.gettext(
        "%(name)s, this link opens your page. It is good once, for 15 minutes:\n\n%(link)s\n\n"
        "If you did not ask for it, do nothing.",
        name=guide.name, link=link,
    )  # fmt: skip
    key = derived_id("guide link", fingerprint(link))
    return Delivery(
        message=key, key=key, attempt=1, profile=0, channel="email", address=guide.email,
        subject=speech.gettext("Your way in"), text=text, at=speech.now, language=speech.language,
    )  # fmt: skip


@router.get("/g/in/with/{token}")
def look(request: Request, here: Here, token: str) -> Response:
    """Show the button that opens a link; looking opens nothing."""
    answer = here.pages.render(request, "guide/door.html", token_of_door=token)
    answer.headers[WHO] = "-"
    return answer


@router.post("/g/in/with/{token}")
def come_in(request: Request, here: Here, form: OpenForm, token: str) -> Response:  # noqa: ARG001
    """Open a link: it lets its guide in, once."""
    house, device = here.house, device_of(request, here)
    with house.db.begin(NOBODY, house.clock.now()) as work:
        door = house.attending.access.open(work, token, address=peer(request))
    if door is None or door.guide is None:
        raise NotPermitted(
            "this link was used already, or has had its time: ask for a new one", code="link_over"
        )
    how: How = "shown" if door.kind == "shown" else "mail"
    with house.db.begin(Actor("person", f"guide {door.guide}"), house.clock.now()) as work:
        guide = house.guides.organisation.guide(work, door.guide)
        if guide is None or guide.left is not None:
            raise not_a_guide()
        session = house.attending.access.sign_in(work, guide.id, how, fingerprint(device))
    return enter(here, session, device, door.to)


@router.post("/g/out")
def leave(request: Request, here: Here, form: GuideForm) -> Response:  # noqa: ARG001
    """End the session, here and in the database; the phone forgets what it kept."""
    house, token = here.house, here.cookies.get(request, GUIDE)
    if token:
        with house.db.begin(NOBODY, house.clock.now()) as work:
            house.attending.access.sign_out(work, token)
    response = RedirectResponse("/g/in", 303)
    here.cookies.drop(response, GUIDE)
    response.headers[WHO] = "-"
    return response


def _page(
    request: Request, here: Parts, to: str, *, status: int = 200, said: str = "", wrong: str = ""
) -> Response:
    house = here.house
    answer = here.pages.render(
        request,
        "guide/in.html",
        http_status=status,
        to=page_to(to),
        by_wecom=house.wecom.client is not None,
        by_mail="email" in house.messaging.channels,
        said=said,
        wrong=wrong,
    )
    answer.headers[WHO] = "-"
    return answer
