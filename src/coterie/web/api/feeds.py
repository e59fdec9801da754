"""Where shops and tills deliver: signed, once each, durable before anybody says yes.

What is signed well and not understood is kept as it came, and answered with 200: the shop need not
send it again, somebody here has to look at it.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from coterie.orders.feeds.model import Received
from coterie.web.bodies import read_up_to
from coterie.web.errors import TooMany
from coterie.web.parts import Here

router = APIRouter(prefix="/v1/feeds")

MOST_BYTES = 1_000_000


async def delivered(request: Request) -> bytes:
    """Read the body as it was signed."""
    return await read_up_to(request, MOST_BYTES)


@router.post("/{feed}")
def deliver(
    request: Request, here: Here, feed: str, body: Annotated[bytes, Depends(delivered)]
) -> JSONResponse:
    """Take one delivery of a shop in."""
    house = here.house
    now = house.clock.now()
    wait = here.brakes.take("feeds", now)
    if wait:
        raise TooMany("too many deliveries at once: slow down", retry_after=wait)
    headers = {name.lower(): value for name, value in request.headers.items()}
    taken = house.commerce.feeds.take(house.db, feed, Received(headers, body), now)
    if taken.events:
        house.poke()
    told = {"fate": taken.fate, "events": taken.events, "code": taken.code, "reason": taken.reason}
    return JSONResponse({name: value for name, value in told.items() if value not in ("", 0)})
