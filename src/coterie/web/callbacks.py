"""What providers tell later: the raw request goes to its channel, which knows who may speak.

No cookie and no form: the channel proves by a signature or a secret that its provider asks.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from coterie.core.actor import Actor
from coterie.messaging.channel import Raw
from coterie.web.bodies import read_up_to
from coterie.web.parts import Here

router = APIRouter()

MOST_BYTES = 500_000
PROVIDER = Actor("key", "provider")


async def posted(request: Request) -> bytes:
    """Read what a provider posts."""
    return await read_up_to(request, MOST_BYTES)


Posted = Annotated[bytes, Depends(posted)]


@router.post("/callbacks/{channel}")
def told(request: Request, here: Here, channel: str, body: Posted) -> dict[str, Any]:
    """Take what a provider tells of messages; the same request again changes nothing."""
    house = here.house
    now = house.clock.now()
    headers = {name.lower(): value for name, value in request.headers.items()}
    with house.db.begin(PROVIDER, now) as work:
        taken = house.answering.take(work, channel, Raw(headers, body, now))
    if taken.told and not taken.seen:
        house.poke()
    return {"told": taken.told, "unknown": taken.unknown, "seen": taken.seen}
