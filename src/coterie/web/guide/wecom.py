"""A guide gets in by WeCom: a trip to the platform and back.

The state of a trip opens once, and only for the browser that set out: the secret that proves it
stays in a cookie, its fingerprint in the database.
"""

import secrets

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from coterie.accounts.names import fingerprint
from coterie.channels.wecom import oauth
from coterie.channels.wecom.client.service import Wecom
from coterie.core.actor import Actor
from coterie.core.errors import NotPermitted
from coterie.guides.access.service import not_a_guide
from coterie.web.cookies import TRIP
from coterie.web.guide.at_work import NOBODY, device_of, enter, peer
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/g/in/wecom")


@router.get("")
def set_out(request: Request, here: Here, to: str = "") -> Response:
    """Send the browser to WeCom."""
    house, client = here.house, client_of(here)
    browser = secrets.token_urlsafe(24)
    with house.db.begin(NOBODY, house.clock.now()) as work:
        state = house.attending.access.state(work, browser, to, peer(request))
    url = oauth.authorize_url(
        client.settings,
        f"{here.outside(request)}/g/in/wecom/back",
        state,
        within=oauth.is_within(request.headers.get("user-agent")),
    )
    response = RedirectResponse(url, 303)
    here.cookies.set(response, TRIP, browser)
    return response


@router.get("/back")
def come_back(request: Request, here: Here, code: str = "", state: str = "") -> Response:
    """Let the guide in who came back with a code; WeCom says who she is."""
    house, client = here.house, client_of(here)
    browser, device = here.cookies.get(request, TRIP) or "", device_of(request, here)
    with house.db.begin(NOBODY, house.clock.now()) as work:
        door = house.attending.access.open(work, state, browser=browser, address=peer(request))
    if door is None or not browser:
        raise NotPermitted(
            "this sign-in took too long, or began elsewhere: open /g/in and try again",
            code="link_over",
        )
    userid = oauth.member_of(client.identity, code)
    if userid is None:
        raise not_a_guide()
    with house.db.begin(Actor("person", f"guide {userid}"), house.clock.now()) as work:
        guide = house.guides.organisation.by_userid(work, userid)
        if guide is None or guide.left is not None:
            raise not_a_guide()
        session = house.attending.access.sign_in(work, guide.id, "wecom", fingerprint(device))
    response = enter(here, session, device, door.to)
    here.cookies.drop(response, TRIP)
    return response


def client_of(here: Parts) -> Wecom:
    """Return what speaks to WeCom; raises NotPermitted when the house is not connected."""
    client = here.house.wecom.client
    if client is None:
        raise NotPermitted("this house is not connected to WeCom: use a link", code="no_wecom")
    return client
