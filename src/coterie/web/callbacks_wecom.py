"""What WeCom calls: the echo that proves an address is ours, and what happened among its people.

WeCom gives up after a second on the echo and five on a callback, and sends the latter again three
times: so the raw text is kept, the answer is empty, and everything else is the road's. Whoever is
not WeCom hears the same, whatever was wrong.
"""

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from coterie.channels.wecom.connection import Signed
from coterie.core.errors import NotPermitted
from coterie.web.callbacks import Posted
from coterie.web.parts import Here

router = APIRouter(prefix="/callbacks/wecom")

_LONGEST = 2_000
"""Characters of a part of the address."""


@router.get("")
def echo(request: Request, here: Here) -> Response:
    """Answer the echo in plain text: the very characters, and nothing around them."""
    echostr = request.query_params.get("echostr", "")
    text = here.house.wecom.echo(_signed(request), echostr)
    return PlainTextResponse(text)


@router.post("")
def called(request: Request, here: Here, body: Posted) -> Response:
    """Keep what is called back and answer nothing; the same again changes nothing."""
    house = here.house
    house.wecom.take(_signed(request), body, house.clock.now())
    house.poke()
    return Response(b"", media_type="text/plain")


def _signed(request: Request) -> Signed:
    query = request.query_params
    parts = [query.get(name, "") for name in ("msg_signature", "timestamp", "nonce")]
    if any(len(part) > _LONGEST for part in parts):
        raise NotPermitted("this was not sealed for us")
    return Signed(*parts)
