"""The page that an invitation leads to: the community's promise, and two buttons.

The page only asks; looking (a person's, or a preview fetcher's) answers nothing.
"""

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.communities.model import Community, Invitation
from coterie.core.errors import Conflict, Invalid, NotFound
from coterie.storage.work import Work
from coterie.web.desk import OpenForm
from coterie.web.member import reading
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_

router = APIRouter()

KIND = "invitation"
"""The kind of token: signed with profile, community and invitation by the composition root."""

Standing = Literal["open", "accepted", "declined", "expired"]

_STANDINGS: dict[str, Standing] = {
    "offered": "open", "accepted": "accepted", "declined": "declined",
}  # fmt: skip

_YES = N_("Yes, I would like to join")
_CHOICES: dict[Standing, list[tuple[str, str, str]]] = {
    "open": [("accept", _YES, "btn btn-primary"), ("decline", N_("No, thank you"), "btn")],
    "declined": [("accept", _YES, "btn")],
    "accepted": [],
    "expired": [],
}
"""The buttons of a page by how the invitation stands: answer, words, and how each looks."""

_SAID: dict[Standing, str] = {
    "open": "",
    "accepted": N_("Welcome! You are in."),
    "declined": N_("Understood. We will not ask again soon."),
    "expired": N_("This invitation has ended."),
}


@router.api_route("/i/{token}", methods=["GET", "HEAD"])
def show(request: Request, here: Here, token: str) -> Response:
    """Show what the community promises, and how the invitation stands."""
    house = here.house
    now = house.clock.now()
    with house.db.read(reading.VISITOR, now) as work:
        invitation = _find(here, work, token)
        community = house.communities.get(work, invitation.community)
    return _page(request, here, community, _standing(invitation))


@router.post("/i/{token}")
def answer(request: Request, here: Here, token: str, form: OpenForm) -> Response:
    """Take a yes or a no. A no may become a yes later; the same answer twice counts once."""
    given = form.get("answer")
    if given not in {"accept", "decline"}:
        raise Invalid("choose one of the two", path="answer", hint="accept or decline")
    house = here.house
    try:
        with house.db.begin(reading.VISITOR, house.clock.now()) as work:
            found = _find(here, work, token)
            say = house.communities.accept if given == "accept" else house.communities.decline
            house.inbound.tell(work, say(work, found.community, found.profile))
        house.poke()
    except Conflict:
        pass  # the offer has ended, or she is in already: the page shows how it stands
    return show(request, here, token)


def _find(here: Parts, work: Work, token: str) -> Invitation:
    said = here.house.codes.unsign(KIND, token, now=work.now)
    match said:
        case {"community": str(slug), "invitation": str(number)}:
            # whoever it was written to: meanwhile she may have turned out to be one with another
            offer = here.house.communities.invitation(work, number)
            if offer is not None and offer.community == slug:
                return offer
    raise NotFound("this invitation leads nowhere: ask for a new one")


def _standing(invitation: Invitation) -> Standing:
    return _STANDINGS.get(invitation.state, "expired")


def _page(request: Request, here: Parts, community: Community, standing: Standing) -> Response:
    speech = here.pages.speech(request)
    said = _SAID[standing]
    return here.pages.render(
        request,
        "member/invitation.html",
        heading=community.title(speech.language),
        promise=community.promise(speech.language),
        standing_words=speech.gettext(said) if said else "",
        choices=[(to, speech.gettext(words), look) for to, words, look in _CHOICES[standing]],
    )
