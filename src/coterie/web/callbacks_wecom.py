"""What WeCom calls: the echo that proves an address is ours, and what happened among its people.

WeCom gives up after a second on the echo and five on a callback, and sends the latter again three
times: so the raw text is kept, the answer is empty, and everything else is the road's. Whoever is
not WeCom hears the same, whatever was wrong.
"""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse, Response

from coterie.channels.wecom.connection import Signed
from coterie.web.callbacks import Posted
from coterie.web.parts import Here

router = APIRouter(prefix="/callbacks/wecom")


def signed(msg_signature: str = "", timestamp: str = "", nonce: str = "") -> Signed:
    """Read what proves that WeCom asks."""
    return Signed(msg_signature, timestamp, nonce)


Proof = Annotated[Signed, Depends(signed)]


@router.get("")
def echo(here: Here, proof: Proof, echostr: str = "") -> Response:
    """Answer the echo in plain text: the very characters, and nothing around them."""
    return PlainTextResponse(here.house.wecom.echo(proof, echostr))


@router.post("")
def called(here: Here, proof: Proof, body: Posted) -> Response:
    """Keep what is called back and answer nothing; the same again changes nothing."""
    house = here.house
    house.wecom.take(proof, body, house.clock.now())
    house.poke_contacts()
    return Response(b"", media_type="text/plain")
