"""A member's own page to claim an order of a marketplace, by its number or the parcel's code."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.core.actor import Actor
from coterie.core.errors import Unavailable
from coterie.storage.work import Work
from coterie.web.desk import OpenForm
from coterie.web.member import reading
from coterie.web.parts import Here, Parts
from coterie.web.speech import N_

router = APIRouter()

MEMBER = Actor("person", "member")

_SAID = {
    "claimed": N_("Thank you, the order is yours. It counts from now on."),
    "refused": N_("We found no order that can be claimed by this. Look again, or ask us."),
    "contested": N_("We found no order that can be claimed by this. Look again, or ask us."),
}
"""What is said of an order that is somebody else's is what is said of none: nobody is to learn."""


@router.api_route("/claim/{token}", methods=["GET", "HEAD"])
def show(request: Request, here: Here, token: str) -> Response:
    """Ask for the number."""
    house = here.house
    with house.db.read(reading.VISITOR, house.clock.now()) as work:
        return _page(request, here, work, token)


@router.post("/claim/{token}")
def claim(request: Request, here: Here, token: str, form: OpenForm) -> Response:
    """Take a claim; the orders, and all else the buyer did, are hers from now on."""
    house, speech = here.house, here.pages.speech(request)
    number = form.get("number", "").strip()
    if not number:
        with house.db.read(reading.VISITOR, house.clock.now()) as work:
            return _page(request, here, work, token, speech.gettext("Enter the number first."))
    try:
        with house.db.begin(MEMBER, house.clock.now()) as work:
            profile = house.commerce.claims.whose(work, token)
            found = house.commerce.claims.claim(work, profile, number)
            house.inbound.settle_shifts(work)
            said, good = speech.gettext(_SAID[found.state]), found.state == "claimed"
    except Unavailable as error:
        if error.code != "too_many_claims":
            raise
        said, good = speech.gettext("Too many tries. Come back in an hour, or ask us."), False
    house.poke()
    with house.db.read(reading.VISITOR, house.clock.now()) as work:
        return _page(request, here, work, token, said, good=good)


def _page(
    request: Request, here: Parts, work: Work, token: str, said: str = "", *, good: bool = False
) -> Response:
    claims = here.house.commerce.claims
    profile = claims.whose(work, token)
    mine = [one for one in claims.of_profile(work, profile) if one.state == "claimed"]
    return here.pages.render(
        request, "member/claim.html", said=said, good=good, claims=mine, path=request.url.path
    )
