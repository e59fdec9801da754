"""One attempt to let the platform show what a code is to show."""

from collections.abc import Collection
from dataclasses import replace

import msgspec

from coterie.channels.wecom.client.errors import WecomError
from coterie.channels.wecom.client.groups import MOST_CHATS, JoinWay
from coterie.channels.wecom.client.service import Wecom
from coterie.channels.wecom.client.ways import Way as Told
from coterie.channels.wecom.ways.model import NOBODY, UNREACHED, Outcome, Way
from coterie.core.clock import HOUR, SECOND
from coterie.core.errors import ChannelError
from coterie.messaging.channel import Uncertain

_GONE = 41044
_SOON = 5 * SECOND
_LOOK_BACK = 3_600
"""Seconds before an attempt that broke off from which on its code is looked for."""
_SEVERAL = 2
"""The type of a way. One of a single member (1) can never become one of several, and a printed
code outlives the guide on it: so every code is of several, also where one stands behind it.
"""


def attempt(client: Wecom, way: Way) -> Outcome:
    """Tell the platform; a refusal is an outcome, never an error."""
    try:
        if way.wanted is None:
            return _delete(client, way)
        if not way.wanted.get("users") and not way.wanted.get("chats"):
            return _nobody(way)
        return _contact(client, way) if way.kind == "contact" else _join(client, way)
    except ChannelError as error:
        code = error.errcode if isinstance(error, WecomError) else UNREACHED
        return Outcome(
            way.state, None, way.config_id, errcode=code, reason=error.message,
            retry_after=_pause(way, error), uncertain=isinstance(error, Uncertain),
        )  # fmt: skip


def _contact(client: Wecom, way: Way) -> Outcome:
    assert way.wanted is not None
    users = tuple(way.wanted["users"])
    told = Told(
        type=_SEVERAL,
        remark=way.wanted["remark"],
        skip_verify=way.wanted["skip_verify"],
        state=way.state,
        user=users,
    )
    config_id = way.config_id
    qr_code = way.qr_code
    if config_id is not None:
        try:
            client.ways.update(config_id, told)
        except WecomError as error:
            if error.errcode != _GONE:
                raise
            config_id = None
    if config_id is None:
        made = client.ways.add(told)
        config_id, qr_code = made.config_id, made.qr_code
    elif not qr_code:
        qr_code = client.ways.get(config_id).qr_code
    return Outcome(way.state, way.wanted, config_id, qr_code)


def _join(client: Wecom, way: Way) -> Outcome:
    """Keep a join way; an update overwrites, so that what the platform holds is read before.

    Groups that the platform made by itself stay behind the code, and its counter goes on.
    """
    assert way.wanted is not None
    wanted = JoinWay(
        chat_id_list=tuple(way.wanted["chats"]),
        remark=way.wanted["remark"],
        auto_create_room=int(way.wanted["auto_create"]),
        room_base_name=way.wanted["base_name"],
        room_base_id=way.wanted["base_id"],
        state=way.state,
    )
    if way.config_id is None:
        config_id = client.groups.add_join_way(wanted)
        qr_code = client.groups.get_join_way(config_id).qr_code
        return Outcome(way.state, way.wanted, config_id, qr_code)
    kept = client.groups.get_join_way(way.config_id)
    before = set((way.told or {}).get("chats", ()))
    made = tuple(chat for chat in kept.chat_id_list if chat not in before)
    chats = tuple(dict.fromkeys((*wanted.chat_id_list, *made)))[-MOST_CHATS:]
    count = max(wanted.room_base_id, kept.room_base_id)
    whole = msgspec.structs.replace(wanted, chat_id_list=chats, room_base_id=count)
    if whole != kept.whole():
        client.groups.update_join_way(way.config_id, whole)
    outcome = Outcome(way.state, way.wanted, way.config_id, way.qr_code or kept.qr_code)
    return replace(outcome, chats=made)


def _delete(client: Wecom, way: Way) -> Outcome:
    if way.config_id is not None:
        try:
            if way.kind == "contact":
                client.ways.delete(way.config_id)
            else:
                client.groups.delete_join_way(way.config_id)
        except WecomError as error:
            if error.kind != "absent":
                raise
    return Outcome(way.state, None)


def find(client: Wecom, states: Collection[str], since: int) -> dict[str, str]:
    """Return the contact ways of these states that stand at the platform, made since a moment.

    For attempts that broke off before anybody knew: so none is made twice.
    """
    found: dict[str, str] = {}
    cursor = ""
    while len(found) < len(states):
        page = client.ways.list(start_time=since // SECOND - _LOOK_BACK, cursor=cursor)
        for config_id in page.items:
            state = client.ways.get(config_id).state
            if state in states:
                found[state] = config_id
        cursor = page.next_cursor
        if not cursor:
            break
    return found


def _nobody(way: Way) -> Outcome:
    words = "no guide with a WeCom account" if way.kind == "contact" else "no group of customers"
    return Outcome(
        way.state, None, way.config_id, errcode=NOBODY,
        reason=f"there is {words} to be shown behind this code", retry_after=HOUR,
    )  # fmt: skip


def _pause(way: Way, error: ChannelError) -> int:
    if error.retry_after is not None:
        return max(int(error.retry_after * SECOND), _SOON)
    if error.permanent:
        return HOUR
    return int(min(_SOON * 2 ** min(way.tries, 10), HOUR))
