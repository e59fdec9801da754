"""The collectors: Segment's HTTP API and PostHog's, with honest status codes.

200 is said only once the events are on the disk. Many requests wait for one commit, so they are
read in the event loop and handed over to the inbox's writer. ``Collectors`` stands before the
framework: what that does for a page (matching, dependencies, compression) takes as long as reading
some dozen events.
"""

import asyncio
import base64
import binascii
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from coterie.core.actor import Actor
from coterie.core.errors import CoterieError, Invalid
from coterie.events.calls import POSTHOG
from coterie.events.model import Accepted, Refused
from coterie.events.wire import CALLS, MAX_BODY_BYTES, body_key, inflate
from coterie.web.bodies import read_up_to
from coterie.web.errors import NotKnown, TooMany, as_json, problem
from coterie.web.parts import Parts, parts_of

router = APIRouter()

POSTHOG_ADDRESSES = ("/batch", "/capture", "/i/v0/e")
"""PostHog's libraries send to these, with and without a slash at the end."""

_ANYBODY = Actor("key", "?")
_PLAIN = {"", "identity"}
_GZIP = {"gzip", "x-gzip", "gzip-js"}


async def collect(request: Request) -> Response:
    """Take in one request of any of Segment's calls."""
    here = parts_of(request)
    call = request.scope["path"].rpartition("/")[2]
    packing = request.headers.get("content-encoding", "")
    return _answer(await _take_in(request, here, call, packing))


async def collect_posthog(request: Request) -> Response:
    """Take in one request of PostHog's; the packing may be named in the address."""
    here = parts_of(request)
    packing = request.headers.get("content-encoding") or request.query_params.get("compression", "")
    return _answer(await _take_in(request, here, POSTHOG, packing), status="Ok")


_COLLECTORS = {f"/v1/{call}": collect for call in CALLS} | {
    f"{address}{slash}": collect_posthog for address in POSTHOG_ADDRESSES for slash in ("", "/")
}
for _address, _collect in _COLLECTORS.items():  # for the other methods, and for who lists addresses
    router.add_route(_address, _collect, methods=["POST"])


class Collectors:
    """Answers the collectors' requests, and lets all others through to the application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asked = scope["type"] == "http" and scope["method"] == "POST"
        answer = _COLLECTORS.get(scope["path"]) if asked else None
        if answer is None:
            await self.app(scope, receive, send)
            return
        try:
            response = await answer(Request(scope, receive))
        except CoterieError as error:
            response = as_json(error)
        await response(scope, receive, send)


async def _take_in(request: Request, here: Parts, call: str, packing: str) -> Accepted:
    house = here.house
    now = house.clock.now()
    packing = packing.strip().lower()
    with house.door.pressure.room(_size(request, packing), now):
        plain = _unpacked(await read_up_to(request, MAX_BODY_BYTES), packing)
        key = basic_key(request.headers.get("authorization")) or body_key(plain)
        source = await _source(here, key, now)
        _brake(here, source, now)
        accepted, written = house.door.take(source, plain, call, now)
        await asyncio.wrap_future(written)
    if accepted.accepted:
        house.poke()
    return accepted


def _size(request: Request, packing: str) -> int:
    """Return how many bytes a request may come to, before any of it is read."""
    announced = request.headers.get("content-length", "")
    if packing in _PLAIN and announced.isascii() and announced.isdigit():
        return min(int(announced[:20]), MAX_BODY_BYTES)
    return MAX_BODY_BYTES


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


def _unpacked(body: bytes, packing: str) -> bytes:
    if packing in _PLAIN:
        return body
    if packing in _GZIP:
        return inflate(body)
    raise Invalid(
        f"content encoding {packing[:40]!r} is not understood",
        hint="send gzip, or no encoding",
        code="unknown_encoding",
    )


async def _source(here: Parts, key: str | None, now: int) -> str:
    if not key:
        raise NotKnown(
            "no write key: send it as the user name of basic auth, or as writeKey in the body",
            code="no_key",
        )
    source = here.house.keys.held(key, now)
    if source is None:
        source = await run_in_threadpool(_look_up, here, key, now)
    if source is None:
        raise NotKnown("this write key is unknown or disabled", code="wrong_key")
    return source


def _look_up(here: Parts, key: str, now: int) -> str | None:
    with here.house.db.read(_ANYBODY, now) as work:
        return here.house.keys.source_of(work, key)


def _brake(here: Parts, source: str, now: int) -> None:
    wait = here.brakes.take(source, now)
    if wait:
        raise TooMany("too many requests with this write key: slow down", retry_after=wait)


def _answer(accepted: Accepted, **more: str) -> Response:
    refused = [_told(item) for item in accepted.refused]
    body: dict[str, Any] = {"accepted": accepted.accepted, "refused": refused, **more}
    if accepted.suppressed:
        body["suppressed"] = accepted.suppressed
    if accepted.accepted or accepted.suppressed or not refused:
        return _json(200, body)
    first = accepted.refused[0]
    told = problem(400, first.code, first.reason, path=first.path)
    return _json(400, {**told, "accepted": 0, "refused": refused}, "application/problem+json")


def _told(item: Refused) -> dict[str, Any]:
    return {
        "index": item.index,
        "messageId": item.message_id,
        "code": item.code,
        "message": item.reason,
    }


def _json(status: int, body: dict[str, Any], media_type: str = "application/json") -> Response:
    return Response(msgspec.json.encode(body), status, media_type=media_type)
