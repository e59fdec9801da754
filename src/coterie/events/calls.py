"""Read one call of the Segment wire format, or one item of a batch, into an event. Pure.

A fault refuses the item with a stable code: ``wrong_type``, ``no_type``, ``unknown_type``,
``no_ids``, ``no_event``, ``no_group``, ``no_previous_id``, ``no_user_id``, ``reserved_name``,
``invalid_time``, ``id_too_long``, ``event_too_large``, ``too_deep``, ``invalid_json``.

The properties of a group call are ``groupId`` and ``traits``: they describe the group, no person.
"""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from coterie.core.clock import DAY, parse_time
from coterie.core.errors import Invalid
from coterie.core.event import (
    ALIASED,
    GROUPED,
    IDENTIFIED,
    PAGE_VIEWED,
    SCREEN_VIEWED,
    Event,
    is_own,
)
from coterie.core.ids import uuid7
from coterie.events.decode import check_depth, decode
from coterie.events.model import Envelope

MAX_EVENT_BYTES = 32_768
MAX_MESSAGE_ID = 99
MAX_NAME = 255
"""Characters of an event's name or of a person's id: longer ones fit in no index."""
LATEST = 32_503_680_000_000
"""The year 3000: event times from 1970 up to here are believed."""

SINGLE_CALLS = ("track", "identify", "group", "alias", "page", "screen")

_UTC = ZoneInfo("UTC")

Id = str | int | float | None
Fields = dict[str, Any] | None
Reading = tuple[str, dict[str, Any], dict[str, Any]]
"""What a call's reader finds: the event's name, its properties, the person's traits."""


class _Call(msgspec.Struct, rename="camel"):
    type: str | None = None
    event: str | None = None
    name: str | None = None
    category: str | None = None
    message_id: Id = None
    user_id: Id = None
    anonymous_id: Id = None
    previous_id: Id = None
    group_id: Id = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: str | None = None
    properties: Fields = None
    traits: Fields = None
    context: Fields = None


_call_decoder = msgspec.json.Decoder(_Call)


def read_item(call: str, raw: bytes, envelope: Envelope, now: int) -> Event:
    """Read one call, or one item of a batch; raises Invalid with the code of its fault."""
    if len(raw) > MAX_EVENT_BYTES:
        raise Invalid(
            f"the event has {len(raw):,} bytes",
            hint=f"send at most {MAX_EVENT_BYTES:,}",
            code="event_too_large",
        )
    item = decode(_call_decoder, raw)
    check_depth(raw, item.properties, item.traits, item.context)
    kind = item.type if call == "batch" else call
    if not kind:
        raise Invalid("the item has no type", path="type", code="no_type")
    reader = _READERS.get(kind)
    if reader is None:
        raise Invalid(
            f"{kind[:40]!r} is no type of event",
            path="type",
            hint=f"use one of {', '.join(SINGLE_CALLS)}",
            code="unknown_type",
        )
    return _event(kind, reader(item), item, envelope, now)


def _event(kind: str, reading: Reading, item: _Call, envelope: Envelope, now: int) -> Event:
    name, properties, traits = reading
    user_id = read_id(item.user_id, "userId")
    anonymous_id = read_id(item.anonymous_id, "anonymousId")
    if user_id is None and anonymous_id is None:
        raise Invalid(
            "the event has neither userId nor anonymousId", hint="send one of them", code="no_ids"
        )
    time = _time_of(item, envelope)
    return Event(
        id=read_id(item.message_id, "messageId", MAX_MESSAGE_ID) or uuid7(now),
        type=kind,
        name=name,
        time=time,
        received=envelope.received,
        source=envelope.source,
        user_id=user_id,
        anonymous_id=anonymous_id,
        previous_id=read_id(item.previous_id, "previousId"),
        properties=properties,
        traits=traits,
        context=_merged(envelope.context, item.context),
        backfill=envelope.backfill or now - time > DAY,
    )


def _read_track(item: _Call) -> Reading:
    name = (item.event or "").strip()
    if not name:
        raise Invalid("the track call names no event", path="event", code="no_event")
    if len(name) > MAX_NAME:
        raise Invalid(
            f"the event's name has {len(name)} characters",
            path="event",
            hint=f"use at most {MAX_NAME}",
            code="id_too_long",
        )
    if is_own(name):
        raise Invalid(
            f"names that begin with 'coterie.' are ours: {name!r}",
            path="event",
            hint="give the event another name",
            code="reserved_name",
        )
    return name, item.properties or {}, {}


def _read_page(item: _Call) -> Reading:
    return PAGE_VIEWED, _view(item), {}


def _read_screen(item: _Call) -> Reading:
    return SCREEN_VIEWED, _view(item), {}


def _view(item: _Call) -> dict[str, Any]:
    properties = item.properties or {}
    for key, value in (("name", item.name), ("category", item.category)):
        if value:
            properties[key] = value
    return properties


def _read_identify(item: _Call) -> Reading:
    return IDENTIFIED, {}, item.traits or {}


def _read_group(item: _Call) -> Reading:
    group = read_id(item.group_id, "groupId")
    if group is None:
        raise Invalid("the group call has no groupId", path="groupId", code="no_group")
    return GROUPED, {"groupId": group, "traits": item.traits or {}}, {}


def _read_alias(item: _Call) -> Reading:
    if read_id(item.previous_id, "previousId") is None:
        raise Invalid("the alias call has no previousId", path="previousId", code="no_previous_id")
    if read_id(item.user_id, "userId") is None:
        raise Invalid("the alias call has no userId", path="userId", code="no_user_id")
    return ALIASED, {}, {}


_READERS: dict[str, Callable[[_Call], Reading]] = {
    "track": _read_track,
    "page": _read_page,
    "screen": _read_screen,
    "identify": _read_identify,
    "group": _read_group,
    "alias": _read_alias,
}


def _time_of(item: _Call, envelope: Envelope) -> int:
    """Return the event's time, corrected for a wrong clock at the sender.

    ``received - (sentAt - timestamp)``; without a ``sentAt`` as sent; without a ``timestamp``
    when received. Beside an ``originalTimestamp`` the ``timestamp`` has been corrected already.
    """
    stated = read_moment(item.timestamp, "timestamp")
    original = read_moment(item.original_timestamp, "originalTimestamp")
    sent_at = read_moment(item.sent_at, "sentAt")
    sent_at = envelope.sent_at if sent_at is None else sent_at
    if stated is not None and original is not None:
        time = stated
    else:
        claimed = original if stated is None else stated
        if claimed is None:
            return envelope.received
        time = claimed if sent_at is None else envelope.received - (sent_at - claimed)
    if not 0 <= time < LATEST:
        raise Invalid(
            "the event's time is before 1970 or after 2999", path="timestamp", code="invalid_time"
        )
    return time


def read_moment(text: str | None, path: str) -> int | None:
    """Read an ISO 8601 time; without an offset it is UTC. None when absent."""
    if not text:
        return None
    try:
        return parse_time(text, _UTC)
    except Invalid as error:
        raise Invalid(
            f"{text[:40]!r} is not an ISO 8601 time",
            path=path,
            hint="write it like 2026-01-31T09:30:00.000Z",
            code="invalid_time",
        ) from error


def read_id(value: Id, path: str, longest: int = MAX_NAME) -> str | None:
    """Read an id as text: numbers become their digits, null and blanks are absent."""
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and abs(value) >= 10**longest:
        raise _longread_id(path, longest)
    text = str(value).strip()
    if len(text) > longest:
        raise _longread_id(path, longest)
    return text or None


def _longread_id(path: str, longest: int) -> Invalid:
    return Invalid(
        f"{path} is too long", path=path, hint=f"use at most {longest} characters",
        code="id_too_long",
    )  # fmt: skip


def _merged(shared: Fields, own: Fields) -> dict[str, Any]:
    """Merge the batch's context under the item's own, objects key by key; the item wins."""
    if not shared or not own:
        return own or shared or {}
    merged = {**shared, **own}
    for key, value in shared.items():
        inner = own.get(key)
        if isinstance(value, dict) and isinstance(inner, dict):
            merged[key] = _merged(value, inner)
    return merged
