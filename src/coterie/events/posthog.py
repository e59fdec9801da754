"""PostHog's events in the words of the wire format. Pure.

A thin dialect: each of its events becomes one call, which is then read like any other. See
https://posthog.com/docs/api/capture; the table of what becomes what is in docs/reference/ingest.md.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from coterie.events.call import Call, Fields, Id
from coterie.events.decode import decode


class _Item(msgspec.Struct):
    event: str | None = None
    distinct_id: Id = None
    uuid: Id = None
    timestamp: str | None = None
    properties: Fields = None
    to_set: Fields = msgspec.field(default=None, name="$set")
    to_set_once: Fields = msgspec.field(default=None, name="$set_once")


_decoder = msgspec.json.Decoder(_Item)


def read(raw: bytes) -> Call:
    """Read one event of PostHog's; raises Invalid like any call."""
    item = decode(_decoder, raw)
    properties = dict(item.properties or {})
    call = Call(
        type="track",
        event=item.event,
        message_id=item.uuid or _as_id(properties.pop("$insert_id", None)),
        timestamp=item.timestamp,
        properties=properties,
        context=_context(properties),
    )
    who = item.distinct_id if item.distinct_id is not None else properties.get("distinct_id")
    properties.pop("distinct_id", None)
    if _is_nobody(properties, who):
        call.anonymous_id = _as_id(who)
    else:
        call.user_id = _as_id(who)
    call.traits = _fields(item.to_set) | _fields(properties.pop("$set", None)) or None
    once = _fields(item.to_set_once) | _fields(properties.pop("$set_once", None))
    if once:
        properties["$set_once"] = once
    _KINDS.get(item.event or "", _track)(call, properties)
    return call


def _track(_call: Call, _properties: dict[str, Any]) -> None:
    """Leave it as it is: an event that the brand named itself, or one of PostHog's own."""


def _identify(call: Call, properties: dict[str, Any]) -> None:
    call.type = "identify"
    call.anonymous_id = _as_id(properties.pop("$anon_distinct_id", None)) or call.anonymous_id


def _alias(call: Call, properties: dict[str, Any]) -> None:
    """Lead the id that the event came with to the one called its alias."""
    call.type = "alias"
    call.previous_id, call.user_id = (
        call.user_id or call.anonymous_id,
        _as_id(properties.pop("alias", None)),
    )
    call.anonymous_id = None


def _group(call: Call, properties: dict[str, Any]) -> None:
    call.type = "group"
    kind, key = properties.pop("$group_type", None), _as_id(properties.pop("$group_key", None))
    call.group_id = f"{kind}:{key}" if kind and key is not None else key
    call.traits = _fields(properties.pop("$group_set", None))


def _page(call: Call, properties: dict[str, Any]) -> None:
    call.type = "page"
    for theirs, ours in _PAGE.items():
        if theirs in properties:
            properties[ours] = properties.pop(theirs)
    call.name = _text(properties.get("title"))


def _screen(call: Call, properties: dict[str, Any]) -> None:
    call.type = "screen"
    call.name = _text(properties.pop("$screen_name", None))


_KINDS: dict[str, Callable[[Call, dict[str, Any]], None]] = {
    "$identify": _identify,
    "$set": _identify,
    "$create_alias": _alias,
    "$groupidentify": _group,
    "$pageview": _page,
    "$screen": _screen,
}
_PAGE = {"$current_url": "url", "$pathname": "path", "$referrer": "referrer", "$title": "title"}


def _is_nobody(properties: dict[str, Any], who: object) -> bool:
    """Say whether an event is of somebody unknown: PostHog has one id for both."""
    personless = properties.pop("$process_person_profile", None) is False
    return personless or (who is not None and who == properties.get("$device_id"))


def _context(properties: dict[str, Any]) -> dict[str, Any]:
    library = {
        ours: properties.pop(theirs)
        for theirs, ours in (("$lib", "name"), ("$lib_version", "version"))
        if theirs in properties
    }
    context: dict[str, Any] = {"library": library} if library else {}
    for theirs, ours in (("$ip", "ip"), ("$raw_user_agent", "userAgent")):
        if isinstance(properties.get(theirs), str):
            context[ours] = properties.pop(theirs)
    return context


def _fields(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _as_id(value: object) -> Id:
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
