"""A member's coupons: each as a code to be scanned and letters to be read out, where, until when.

What was used says the day and no more: neither the store nor the order, since links are passed on.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from coterie.web import qr
from coterie.web.member import own, reading
from coterie.web.member.promises import USABLE, promised
from coterie.web.parts import Here

router = APIRouter()

_PAST = 20


@router.api_route("/k/{token}", methods=["GET", "HEAD"])
def coupons(request: Request, here: Here, token: str) -> Response:
    """Show what she can use now, the first to end first; then what is used or over."""
    house, speech = here.house, here.pages.speech(request)
    with house.db.read(reading.VISITOR, house.clock.now()) as work:
        profile = own.member(here, work, token)
        found = house.growing.coupons.of_profile(work, profile)
        alive = sorted(
            (one for one in found if one.state_at(work.now) in USABLE),
            key=lambda one: (one.expires is None, one.expires or 0, one.issued),
        )
        past = [one for one in found if one.state_at(work.now) not in USABLE][:_PAST]
        usable = promised(work, house, speech, alive)
        over = promised(work, house, speech, past)
    return own.page(
        request, here, "coupons", token=token, on="coupons", coupons=usable, past=over,
        pictures=[qr.picture(one.code.replace("-", ""), one.code) for one in usable],
    )  # fmt: skip
