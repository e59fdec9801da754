"""A programme's poster as members will have it, in each look, with a sample for the code."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.web import friend_poster
from coterie.web.desk import Operator, actor_of
from coterie.web.member.posters import words_of
from coterie.web.parts import Here

router = APIRouter(prefix="/referrals")

_SAMPLE = "sample"


@router.get("/{slug}/poster.png")
def sample(
    request: Request, here: Here, account: Operator, slug: str, look: str = "", small: str = ""
) -> Response:  # fmt: skip
    """Draw a programme's poster with a code that leads nowhere."""
    house, speech = here.house, here.pages.speech(request, account)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        programme = house.growing.referrals.programmes.get(work, slug)
        words = words_of(here, work, speech, programme)
    address = f"{here.outside(request)}/f/{_SAMPLE}"
    width = friend_poster.SMALL if small else friend_poster.WIDTH
    return Response(friend_poster.draw(words, address, look, width), media_type="image/png")
