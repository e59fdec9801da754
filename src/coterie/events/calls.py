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
from coterie.events import posthog
from coterie.events.call import Call, Id
from coterie.events.decode import MAX_DEPTH, check_depth, decode
from coterie.events.model import Envelope

MAX_EVENT_BYTES = 32_768
MAX_MESSAGE_ID = 99
MAX_NAME = 255
"""Characters of an event's name or of a person's id: longer ones fit in no index."""
LATEST = 32_503_680_000_000
"""The year 3000: event times from 1970 up to here are believed."""

SINGLE_CALLS = ("track", "identify", "group", "alias", "page", "screen")
POSTHOG = "posthog"
"""Stands for any call of PostHog's, whose events name their kind themselves."""

_ACTS = ("track", "page", "screen")

_NOT_ALONE = (None, "", "email", "phone", "user_id", "anonymous_id")
"""Kinds of a context's external ids by which alone an event names nobody."""

_UTC = ZoneInfo("UTC")

Reading = tuple[str, dict[str, Any], dict[str, Any]]
"""What a call's reader finds: the event's name, its properties, the person's traits."""

_call_decoder = msgspec.json.Decoder(Call)


def read_item(call: str, raw: bytes, envelope: Envelope, now: int) -> Event:
    """Read one call, or one item of a batch; raises Invalid with the code of its fault."""
    if len(raw) > MAX_EVENT_BYTES:
        raise Invalid(
            f"the event has {len(raw):,} bytes",
            hint=f"send at most {MAX_EVENT_BYTES:,}",
            code="event_too_large",
        )
    item = posthog.read(raw) if call == POSTHOG else decode(_call_decoder, raw)
    if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH:
        check_depth(item.properties, item.traits, item.context)
    kind = call if call in _READERS else item.type
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
    event = _event(kind, reader(item), item, envelope, now)
    if call == POSTHOG and item.traits and kind in _ACTS:  # there, any event may set traits
        return msgspec.structs.replace(event, traits=item.traits)
    return event


def _event(kind: str, reading: Reading, item: Call, envelope: Envelope, now: int) -> Event:
    name, properties, traits = reading
    user_id = read_id(item.user_id, "userId")
    anonymous_id = read_id(item.anonymous_id, "anonymousId")
    shared, own = envelope.context, item.context
    context = _merged(shared, own) if shared and own else own or shared or {}
    if user_id is None and anonymous_id is None and not _names_somebody(context):
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
        context=context,
        backfill=envelope.backfill or now - time > DAY,
    )


def _names_somebody(context: dict[str, Any]) -> bool:
    """Say whether an event without either id names somebody by an id of another kind.

    A phone or an e-mail address alone does not do: it may be written so that it is none.
    """
    given = context.get("externalIds")
    for one in given if isinstance(given, list) else ():
        if isinstance(one, dict) and one.get("type") not in _NOT_ALONE:
            kind, value = one.get("type"), one.get("id")
            said = isinstance(value, str | int) and not isinstance(value, bool)
            text = str(value).replace("\x00", "").strip() if said else ""
            if isinstance(kind, str) and 0 < len(kind) <= MAX_NAME >= len(text) > 0:
                return True
    return False


def _read_track(item: Call) -> Reading:
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


def _read_page(item: Call) -> Reading:
    return PAGE_VIEWED, _view(item), {}


def _read_screen(item: Call) -> Reading:
    return SCREEN_VIEWED, _view(item), {}


def _view(item: Call) -> dict[str, Any]:
    properties = item.properties or {}
    for key, value in (("name", item.name), ("category", item.category)):
        if value:
            properties[key] = value
    return properties


def _read_identify(item: Call) -> Reading:
    return IDENTIFIED, {}, item.traits or {}


def _read_group(item: Call) -> Reading:
    group = read_id(item.group_id, "groupId")
    if group is None:
        raise Invalid("the group call has no groupId", path="groupId", code="no_group")
    return GROUPED, {"groupId": group, "traits": item.traits or {}}, {}


def _read_alias(item: Call) -> Reading:
    if read_id(item.previous_id, "previousId") is None:
        raise Invalid("the alias call has no previousId", path="previousId", code="no_previous_id")
    if read_id(item.user_id, "userId") is None:
        raise Invalid("the alias call has no userId", path="userId", code="no_user_id")
    return ALIASED, {}, {}


_READERS: dict[str, Callable[[Call], Reading]] = {
    "track": _read_track,
    "page": _read_page,
    "screen": _read_screen,
    "identify": _read_identify,
    "group": _read_group,
    "alias": _read_alias,
}


def _time_of(item: Call, envelope: Envelope) -> int:
    """Return the event's time, corrected for a wrong clock at the sender.

    ``received - (sentAt - timestamp)``; without a ``sentAt`` as sent; without a ``timestamp``
    when received. Beside an ``originalTimestamp`` the ``timestamp`` has been corrected already.
    """
    sent_at = read_moment(item.sent_at, "sentAt") if item.sent_at else envelope.sent_at
    if item.timestamp:
        time = read_moment(item.timestamp, "timestamp")
    elif item.original_timestamp:
        time = read_moment(item.original_timestamp, "originalTimestamp")
    else:
        return envelope.received
    if sent_at is not None and not (item.timestamp and item.original_timestamp):
        time = envelope.received - (sent_at - time)
    if not 0 <= time < LATEST:
        raise Invalid(
            "the event's time is before 1970 or after 2999", path="timestamp", code="invalid_time"
        )
    return time


def read_moment(text: str, path: str) -> int:
    """Read an ISO 8601 time; without an offset it is UTC."""
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
    if type(value) is str:  # nearly always: the short way
        text = value.strip()
        if len(text) > longest:
            raise _too_long(path, longest)
        return text or None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and abs(value) >= 10**longest:
        raise _too_long(path, longest)
    text = str(value)
    if len(text) > longest:
        raise _too_long(path, longest)
    return text


def _too_long(path: str, longest: int) -> Invalid:
    return Invalid(
        f"{path} is too long", path=path, hint=f"use at most {longest} characters",
        code="id_too_long",
    )  # fmt: skip


def _merged(shared: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Merge the batch's context under the item's own, objects key by key; the item wins."""
    merged = {**shared, **own}
    for key, value in shared.items():
        inner = own.get(key)
        if isinstance(value, dict) and isinstance(inner, dict):
            merged[key] = _merged(value, inner)
    return merged
