"""The collectors: Segment's HTTP API, with honest status codes (reference/ingest.md B).

200 is said only once the events are on the disk. The route runs in a worker thread, since saying
so waits for the disk and the event loop must not.
"""

import base64
import binascii
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from coterie.core.actor import Actor
from coterie.core.errors import Invalid
from coterie.events.model import Accepted, Refused
from coterie.events.wire import CALLS, MAX_BODY_BYTES, body_key, inflate
from coterie.web.bodies import read_up_to
from coterie.web.errors import NotKnown, TooMany, problem
from coterie.web.parts import Here, Parts

router = APIRouter(prefix="/v1")

_ANYBODY = Actor("key", "?")


async def collected(request: Request) -> bytes:
    """Read the body as sent, up to the limit of the wire format."""
    return await read_up_to(request, MAX_BODY_BYTES)


Sent = Annotated[bytes, Depends(collected)]


def collect(request: Request, here: Here, sent: Sent) -> Response:
    """Take in one request of any of the calls."""
    call = request.url.path.rpartition("/")[2]
    plain = _plain(sent, request.headers.get("content-encoding", ""))
    source = _source(here, basic_key(request.headers.get("authorization")) or body_key(plain))
    _brake(here, source)
    accepted = here.house.door.accept(source, plain, call, here.house.clock.now())
    if accepted.accepted:
        here.house.poke()
    return _answer(accepted)


for _call in CALLS:
    router.add_api_route(f"/{_call}", collect, methods=["POST"], name=_call)


def basic_key(header: str | None) -> str | None:
    """Return the write key of a basic authorization: the user name, the password is not read.

    A key encoded without the colon counts too (reference/ingest.md A2).

    >>> basic_key("Basic YWJjMTIzOg=="), basic_key("Basic YWJjMTIz"), basic_key("Bearer x")
    ('abc123', 'abc123', None)
    """
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode().partition(":")[0]
    except (binascii.Error, ValueError):
        return None


def _plain(body: bytes, encoding: str) -> bytes:
    encoding = encoding.strip().lower()
    if encoding in {"gzip", "x-gzip"}:
        return inflate(body)
    if encoding not in {"", "identity"}:
        raise Invalid(
            f"content encoding {encoding[:40]!r} is not understood",
            hint="send gzip, or no encoding",
            code="unknown_encoding",
        )
    return body


def _source(here: Parts, key: str | None) -> str:
    if not key:
        raise NotKnown(
            "no write key: send it as the user name of basic auth, or as writeKey in the body",
            code="no_key",
        )
    house = here.house
    with house.db.read(_ANYBODY, house.clock.now()) as work:
        source = house.keys.source_of(work, key)
    if source is None:
        raise NotKnown("this write key is unknown or disabled", code="wrong_key")
    return source


def _brake(here: Parts, source: str) -> None:
    wait = here.brakes.take(source, here.house.clock.now())
    if wait:
        raise TooMany("too many requests with this write key: slow down", retry_after=wait)


def _answer(accepted: Accepted) -> Response:
    refused = [_told(item) for item in accepted.refused]
    if accepted.accepted or not refused:
        return _json(200, {"accepted": accepted.accepted, "refused": refused})
    first = accepted.refused[0]
    body = problem(400, first.code, first.reason, path=first.path)
    return _json(400, {**body, "accepted": 0, "refused": refused}, "application/problem+json")


def _told(item: Refused) -> dict[str, Any]:
    return {
        "index": item.index,
        "messageId": item.message_id,
        "code": item.code,
        "message": item.reason,
    }


def _json(status: int, body: dict[str, Any], media_type: str = "application/json") -> Response:
    return Response(msgspec.json.encode(body), status, media_type=media_type)
