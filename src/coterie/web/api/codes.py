"""Channel codes and live group codes by JSON: list, read, make, change, disable."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query

from coterie.channels.wecom.ways.model import Way
from coterie.codes.channel.model import ChannelCode, Filter, Numbers
from coterie.codes.groups.model import Filling, GroupCode
from coterie.core.clock import format_time
from coterie.core.errors import Invalid
from coterie.web.bodies import decode
from coterie.web.desk import JsonBody, Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix="/api")

_MOST = 1_000


class CodesBody(msgspec.Struct, forbid_unknown_fields=True):
    """Codes to be made: definitions; those whose key is there already stay as they are."""

    codes: list[dict[str, Any]]


class DisableBody(msgspec.Struct, forbid_unknown_fields=True):
    """The state of the code that takes the place of one; None: its store's own."""

    successor: str | None = None


@router.get("/codes")
def everything(
    here: Here, account: Operator, store: str = "", guide: str = "", campaign: str = "",
    status: str = "", limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> dict[str, Any]:  # fmt: skip
    """List channel codes with what came of each."""
    house = here.house
    sought = Filter(store=store, guide=guide, campaign=campaign, status=status)
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found, count = house.scanning.channel.page(work, sought, "created", limit, offset)
        states = [one.state for one in found]
        numbers = house.scanning.channel.numbers(work, states)
        ways = house.scanning.ways.of(work, states)
    told = [_told(one, numbers.get(one.state), ways.get(one.state)) for one in found]
    return {"codes": told, "count": count}


@router.get("/codes/{state}")
def one(here: Here, account: Operator, state: str) -> dict[str, Any]:
    """Return one channel code, and who is behind it now."""
    house = here.house
    channel = house.scanning.channel
    with house.db.read(actor_of(account), house.clock.now()) as work:
        code = channel.get(work, state)
        shown = channel.shown(work, [state])[state]
        numbers = channel.numbers(work, [state]).get(state)
        way = house.scanning.ways.of(work, [state]).get(state)
    return {
        **_told(code, numbers, way),
        "definition": dict(code.source),
        "live": {
            "guides": list(shown.live.guides),
            "why": shown.live.why,
            "passed": dict(shown.live.passed),
            "next_change": None if shown.next is None else format_time(shown.next),
        },
    }


@router.post("/codes")
def make(here: Here, account: Operator, body: JsonBody) -> dict[str, Any]:
    """Make channel codes; answers the states of those that are new."""
    sent = decode(body, CodesBody)
    if len(sent.codes) > _MOST:
        raise Invalid(f"{len(sent.codes):,} codes", path="codes", hint=f"at most {_MOST:,}")
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        made = house.scanning.channel.make_many(work, sent.codes)
    house.poke_contacts()
    return {"made": made}


@router.post("/codes/{state}")
def change(here: Here, account: Operator, state: str, body: JsonBody) -> dict[str, Any]:
    """Write the next version of a channel code."""
    given = decode(body, dict[str, Any])
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        code = house.scanning.channel.change(work, state, given)
    house.poke_contacts()
    return {"state": code.state, "version": code.version}


@router.post("/codes/{state}/disable")
def disable(here: Here, account: Operator, state: str, body: JsonBody) -> dict[str, Any]:
    """Let a channel code lead elsewhere."""
    sent = decode(body, DisableBody)
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        house.scanning.channel.disable(work, state, sent.successor)
        leads = house.scanning.channel.effective(work, [state])[state].state
    house.poke_contacts()
    return {"state": state, "status": "off", "leads_to": leads}


@router.get("/group-codes")
def groups(here: Here, account: Operator) -> dict[str, Any]:
    """List live group codes with their fill."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.scanning.groups.all(work)
        filling = house.scanning.groups.filling(work, found)
        joins = house.scanning.groups.joins(work, [one.state for one in found])
    return {
        "codes": [
            {**_group(one, filling[one.state]),
             "joined": joins[one.state].joined if one.state in joins else 0}
            for one in found
        ]
    }  # fmt: skip


@router.post("/group-codes")
def make_group(here: Here, account: Operator, body: JsonBody) -> dict[str, Any]:
    """Make a live group code."""
    given = decode(body, dict[str, Any])
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        code = house.scanning.groups.make(work, given)
        filling = house.scanning.groups.filling(work, [code])[code.state]
    house.poke_contacts()
    return _group(code, filling)


@router.post("/group-codes/{state}")
def change_group(here: Here, account: Operator, state: str, body: JsonBody) -> dict[str, Any]:
    """Write the next version of a live group code."""
    given = decode(body, dict[str, Any])
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        code = house.scanning.groups.change(work, state, given)
        filling = house.scanning.groups.filling(work, [code])[state]
    house.poke_contacts()
    return _group(code, filling)


def _told(code: ChannelCode, numbers: Numbers | None, way: Way | None) -> dict[str, Any]:
    came, key = numbers or Numbers(), code.key
    return {
        "state": code.state,
        "title": code.title,
        "status": code.status,
        "version": code.version,
        "guide": key.guide,
        "store": key.store,
        "campaign": key.campaign,
        "placement": key.placement,
        "successor": code.successor,
        "added": came.added,
        "joined": came.joined,
        "made": way is not None and way.config_id is not None,
        "failure": None if way is None or not way.failed else way.reason,
    }


def _group(code: GroupCode, filling: Filling) -> dict[str, Any]:
    return {
        "state": code.state,
        "title": code.title,
        "status": code.status,
        "version": code.version,
        "store": code.pool.store,
        "topic": code.pool.topic,
        "groups": list(code.pool.chats),
        "shown": list(filling.shown),
        "members": filling.members,
        "room": filling.room,
        "alert": filling.alert,
    }
