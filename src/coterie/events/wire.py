"""Read one HTTP body of the Segment wire format into events and refused items. Pure.

A fault of the whole body raises ``Invalid`` with a stable code: ``empty_body``, ``invalid_json``,
``too_deep``, ``wrong_type``, ``empty_batch``, ``too_many_events``, ``invalid_time``,
``corrupt_gzip``, ``unknown_call``; or ``TooLarge`` (``too_large``). A fault of one item refuses
that item only (see ``calls``).
"""

import zlib
from dataclasses import replace

import msgspec

from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.events.call import Fields, Id
from coterie.events.calls import (
    MAX_EVENT_BYTES,
    POSTHOG,
    SINGLE_CALLS,
    read_id,
    read_item,
    read_moment,
)
from coterie.events.decode import check_depth, decode
from coterie.events.errors import TooLarge
from coterie.events.model import Envelope, Read, Refused

MAX_BODY_BYTES = 500_000
MAX_EVENTS = 2_500
MAX_SHARED_BYTES = 8_000_000
"""Bytes that a batch's shared context may grow to when each of its events carries it."""

CALLS = ("batch", *SINGLE_CALLS)
"""The calls of Segment's; ``posthog`` is one of our own, for any of PostHog's addresses."""


class _Batch(msgspec.Struct, rename="camel"):
    batch: list[msgspec.Raw] | None = None
    sent_at: str | None = None
    context: msgspec.Raw = msgspec.Raw(b"null")


class _PostHogBatch(msgspec.Struct):
    batch: list[msgspec.Raw] | None = None
    sent_at: str | None = None
    historical_migration: bool | None = None


class _Key(msgspec.Struct):
    write_key: str | None = msgspec.field(default=None, name="writeKey")
    api_key: str | None = None
    token: str | None = None


class _MessageId(msgspec.Struct):
    message_id: Id = msgspec.field(default=None, name="messageId")
    uuid: Id = None


_batch_decoder = msgspec.json.Decoder(_Batch)
_fields_decoder: msgspec.json.Decoder[Fields] = msgspec.json.Decoder(Fields)
_posthog_decoder = msgspec.json.Decoder(_PostHogBatch)
_key_decoder = msgspec.json.Decoder(_Key)
_message_id_decoder = msgspec.json.Decoder(_MessageId)


def inflate(body: bytes) -> bytes:
    """Undo gzip, never growing past the limit of a body (a small bomb stays small)."""
    machine = zlib.decompressobj(wbits=31)
    try:
        plain = machine.decompress(body, MAX_BODY_BYTES + 1)
    except zlib.error as error:
        raise Invalid(f"the body is not gzip: {error}", code="corrupt_gzip") from error
    if len(plain) > MAX_BODY_BYTES:
        raise _too_large()
    if not machine.eof:
        raise Invalid("the gzip body ends too early", code="corrupt_gzip")
    return plain


def body_key(body: bytes) -> str | None:
    """Return the key in a body; None without one.

    It is ``writeKey`` from analytics-python, ``api_key`` or ``token`` from PostHog's libraries.
    """
    _check_body(body)
    found = decode(_key_decoder, body)
    return found.write_key or found.api_key or found.token


def read_body(call: str, body: bytes, envelope: Envelope, now: int) -> Read:
    """Read the body of one request; ``call`` is the last word of its address."""
    if call not in CALLS and call != POSTHOG:
        raise Invalid(
            f"{call!r} is no call", hint=f"use one of {', '.join(CALLS)}", code="unknown_call"
        )
    _check_body(body)
    if call == POSTHOG:
        return _read_posthog(body, envelope, now)
    if call != "batch":
        return _read_items(call, [body], envelope, now)
    batch = decode(_batch_decoder, body)
    items = _checked(batch.batch)
    shared = replace(
        envelope,
        sent_at=read_moment(batch.sent_at, "sentAt") if batch.sent_at else None,
        context=_shared_context(bytes(batch.context), len(items)),
    )
    return _read_items(call, items, shared, now)


def _read_posthog(body: bytes, envelope: Envelope, now: int) -> Read:
    """Read a batch of PostHog's, or a body that is one event itself."""
    batch = decode(_posthog_decoder, body)
    shared = replace(
        envelope,
        sent_at=read_moment(batch.sent_at, "sent_at") if batch.sent_at else None,
        backfill=envelope.backfill or bool(batch.historical_migration),
    )
    items = [body] if batch.batch is None else _checked(batch.batch)
    return _read_items(POSTHOG, items, shared, now)


def _checked(batch: list[msgspec.Raw] | None) -> list[bytes]:
    """Return the items of a batch, of which there must be some and not too many."""
    if not batch:
        raise Invalid("the batch holds no events", path="batch", code="empty_batch")
    if len(batch) > MAX_EVENTS:
        raise Invalid(
            f"{len(batch)} events in one batch",
            path="batch",
            hint=f"send at most {MAX_EVENTS:,} at once",
            code="too_many_events",
        )
    return [bytes(raw) for raw in batch]


def _read_items(call: str, raws: list[bytes], envelope: Envelope, now: int) -> Read:
    events: list[Event] = []
    refused: list[Refused] = []
    for index, raw in enumerate(raws):
        try:
            events.append(read_item(call, raw, envelope, now))
        except Invalid as error:
            if call in SINGLE_CALLS and error.code == "invalid_json":
                raise
            refused.append(
                Refused(
                    index=index,
                    message_id=_message_id_of(raw),
                    code=error.code,
                    reason=error.message,
                    path=error.path,
                    call=call,
                    raw=raw,
                )
            )
    return Read(events, refused, envelope)


def _shared_context(raw: bytes, events: int) -> Fields:
    """Read the context at the top of a batch, which every event of it will carry."""
    if len(raw) > MAX_EVENT_BYTES or len(raw) * events > MAX_SHARED_BYTES:
        raise TooLarge(
            f"a context of {len(raw):,} bytes for {events:,} events",
            path="context",
            hint="send fewer events at once, or a smaller context",
        )
    context = decode(_fields_decoder, raw)
    check_depth(context)
    return context


def _message_id_of(raw: bytes) -> str | None:
    """Find the message id of a refused item, so that its sender can tell which one it was."""
    try:
        found = decode(_message_id_decoder, raw)
        theirs = found.uuid if found.message_id is None else found.message_id
        return read_id(theirs, "messageId")
    except Invalid:
        return None


def _check_body(body: bytes) -> None:
    if len(body) > MAX_BODY_BYTES:
        raise _too_large()
    if not body.strip():
        raise Invalid("the body is empty", code="empty_body")


def _too_large() -> TooLarge:
    return TooLarge(
        f"the body has more than {MAX_BODY_BYTES:,} bytes", hint="send fewer events at once"
    )
