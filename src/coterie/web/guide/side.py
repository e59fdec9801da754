"""Beside a WeCom chat: the card of whom she chats with, and the signatures the app asks for."""

from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from coterie.channels.wecom.jssdk import Signature, sign_page
from coterie.storage.work import Work
from coterie.web.guide.at_work import Guided, Staff, page
from coterie.web.guide.card.gather import card_of
from coterie.web.guide.card.model import Card
from coterie.web.guide.customers import SIDE
from coterie.web.guide.people import Whom, named, nobody, reach_of
from coterie.web.guide.today import new_key
from coterie.web.guide.wecom import client_of
from coterie.web.parts import Here, Parts
from coterie.web.ports import Served

router = APIRouter(prefix="/g/side")

_LIVE = frozenset({"half", "normal", "by_customer"})
_LONGEST = 100


@router.get("")
def side(request: Request, here: Here, staff: Guided, external: str = "") -> Response:
    """Show the frame that the card comes into; with ``external``, the card at once."""
    client = here.house.wecom.client
    card = _card(request, here, staff, external) if external else None
    return page(
        request, here, staff, "side",
        corp_id=client.settings.corp_id if client else "",
        agent_id=client.settings.agent_id if client else "",
        simulator=simulator(here.house) or "",
        external=external, card=card, back=_address(external), new_key=new_key,
    )  # fmt: skip


@router.get("/of")
def of(request: Request, here: Here, staff: Guided, external: str = "") -> Response:
    """Answer with the card of a customer of the platform."""
    card = _card(request, here, staff, external)
    return page(
        request, here, staff, "side_card", card=card, back=_address(external), new_key=new_key
    )


@router.get("/signature")
def signature(request: Request, here: Here, staff: Guided, url: str = "") -> Response:  # noqa: ARG001
    """Sign a page of the sidebar for the app; no other page is signed."""
    client = client_of(here)
    ours = f"{here.outside(request)}/g/side"
    signed = sign_page(client.settings, client.identity, url[:2_000], ours, here.house.clock.now())

    def told(one: Signature) -> dict[str, object]:
        return {"timestamp": one.timestamp, "nonceStr": one.nonce, "signature": one.signature}

    return JSONResponse(
        {
            "corp_id": signed.corp_id, "agent_id": signed.agent_id,
            "config": told(signed.config), "agent": told(signed.agent),
        }
    )  # fmt: skip


def _card(request: Request, here: Parts, staff: Staff, external: str) -> Card:
    house, speech = here.house, here.pages.speech(request)
    with house.db.begin(staff.actor, house.clock.now()) as work:
        whom = _whom(work, house, staff, external[:_LONGEST])
        house.attending.due.looked(work, whom.profile, staff.guide.id, SIDE)
        return card_of(work, house, speech, staff, whom, here.outside(request))


def _whom(work: Work, house: Served, staff: Staff, external: str) -> Whom:
    """Return whom a guide chats with, as far as she may see her; raises NotFound."""
    profile = house.mirror.profiles_of(work, [external]).get(external)
    if profile is None:
        raise nobody()
    owners = house.guides.bindings.owner_of(work, [profile])
    reach = reach_of(staff, owners.get(profile))
    if reach is None and staff.guide.userid is not None:
        edge = house.mirror.edge(work, staff.guide.userid, external)
        reach = "chat" if edge is not None and edge.status in _LIVE else None
    if reach is None:
        raise nobody()
    found = named(work, house, {profile: reach}, owners)
    if profile not in found:
        raise nobody()
    return found[profile]


def simulator(house: Served) -> str | None:
    """Return the origin of the simulator whose page frames the sidebar; None on the platform."""
    settings = house.wecom.settings
    if settings is None or not settings.simulated:
        return None
    parts = urlsplit(settings.base_url)
    return f"{parts.scheme}://{parts.netloc}"


def _address(external: str) -> str:
    return f"/g/side?external={external}"
