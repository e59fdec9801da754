"""Starting journeys by a program: with a write key, or signed in at the desk.

Only journeys whose entry is ``api`` are started so. Each person named gets an answer of her own.
"""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request

from coterie.core.actor import Actor
from coterie.journeys.entrances.model import Answer, Call
from coterie.web.api.events import basic_key
from coterie.web.bodies import decode, read_up_to
from coterie.web.desk import JsonBody, Operator, actor_of
from coterie.web.errors import NotKnown, TooMany
from coterie.web.parts import Here, Parts, parts_of

router = APIRouter()

_ANYBODY = Actor("key", "?")


class RunBody(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """One person for whom a journey is to start; the same ``id`` starts one run for ever."""

    user_id: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    properties: dict[str, Any] = {}
    id: str | None = None


class RunsBody(msgspec.Struct, forbid_unknown_fields=True):
    """For whom a journey is to start."""

    runs: list[RunBody]


async def sent(request: Request) -> bytes:
    """Read the body, never more than an API call may have."""
    return await read_up_to(request, parts_of(request).limits.body)


@router.post("/v1/journeys/{slug}/runs")
def start(
    request: Request, here: Here, slug: str, body: Annotated[bytes, Depends(sent)]
) -> dict[str, Any]:
    """Start a journey for some people, with a write key as the user name of basic auth."""
    now = here.house.clock.now()
    key = basic_key(request.headers.get("authorization"))
    if not key:
        raise NotKnown("no write key: send it as the user name of basic auth", code="no_key")
    with here.house.db.read(_ANYBODY, now) as work:
        source = here.house.keys.source_of(work, key)
    if source is None:
        raise NotKnown("this write key is unknown or disabled", code="wrong_key")
    wait = here.brakes.take(source, now)
    if wait:
        raise TooMany("too many requests with this write key: slow down", retry_after=wait)
    return _start(here, Actor("key", source), slug, body)


@router.post("/api/journeys/{slug}/runs")
def start_by_hand(here: Here, account: Operator, slug: str, body: JsonBody) -> dict[str, Any]:
    """Start a journey for some people, signed in at the desk."""
    return _start(here, actor_of(account), slug, body)


def _start(here: Parts, actor: Actor, slug: str, body: bytes) -> dict[str, Any]:
    asked = decode(body, RunsBody)
    calls = [Call(one.user_id, one.properties, one.id) for one in asked.runs]
    house = here.house
    with house.db.begin(actor, house.clock.now()) as work:
        called = house.journeys.call(work, slug, calls)
        house.inbound.tell(work, called.facts)
    house.poke()
    return {"journey": slug, "runs": [_told(each) for each in called.answers]}


def _told(answer: Answer) -> dict[str, Any]:
    told: dict[str, Any] = {"userId": answer.user_id, "status": answer.status}
    return told if answer.run is None else {**told, "run": answer.run}
