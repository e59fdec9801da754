"""Read one HTTP body of the Segment wire format into events and refused items. Pure.

A fault of the whole body raises ``Invalid`` with a stable code: ``empty_body``, ``invalid_json``,
``too_deep``, ``wrong_type``, ``empty_batch``, ``too_many_events``, ``invalid_time``,
``corrupt_gzip``, ``unknown_call``; or ``TooLarge`` (``too_large``). A fault of one item refuses
that item only (see ``calls``).
"""

import zlib

import msgspec

from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.events.calls import (
    MAX_EVENT_BYTES,
    SINGLE_CALLS,
    Fields,
    Id,
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


class _Batch(msgspec.Struct, rename="camel"):
    batch: list[msgspec.Raw] | None = None
    sent_at: str | None = None
    context: msgspec.Raw = msgspec.Raw(b"null")


class _Key(msgspec.Struct, rename="camel"):
    write_key: str | None = None


class _MessageId(msgspec.Struct, rename="camel"):
    message_id: Id = None


_batch_decoder = msgspec.json.Decoder(_Batch)
_fields_decoder: msgspec.json.Decoder[Fields] = msgspec.json.Decoder(Fields)
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
    """Return the ``writeKey`` in a body, as analytics-python sends it; None without one."""
    _check_body(body)
    return decode(_key_decoder, body).write_key


def read_body(call: str, body: bytes, envelope: Envelope, now: int) -> Read:
    """Read the body of one request; ``call`` is the last word of its address."""
    if call not in CALLS:
        raise Invalid(
            f"{call!r} is no call", hint=f"use one of {', '.join(CALLS)}", code="unknown_call"
        )
    _check_body(body)
    if call != "batch":
        return _read_items(call, [body], envelope, now)
    batch = decode(_batch_decoder, body)
    if not batch.batch:
        raise Invalid("the batch holds no events", path="batch", code="empty_batch")
    if len(batch.batch) > MAX_EVENTS:
        raise Invalid(
            f"{len(batch.batch)} events in one batch",
            path="batch",
            hint=f"send at most {MAX_EVENTS:,} at once",
            code="too_many_events",
        )
    shared = Envelope(
        source=envelope.source,
        received=envelope.received,
        sent_at=read_moment(batch.sent_at, "sentAt"),
        context=_shared_context(bytes(batch.context), len(batch.batch)),
        backfill=envelope.backfill,
    )
    return _read_items(call, [bytes(raw) for raw in batch.batch], shared, now)


def _read_items(call: str, raws: list[bytes], envelope: Envelope, now: int) -> Read:
    events: list[Event] = []
    refused: list[Refused] = []
    for index, raw in enumerate(raws):
        try:
            events.append(read_item(call, raw, envelope, now))
        except Invalid as error:
            if call != "batch" and error.code == "invalid_json":
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
    check_depth(raw, context)
    return context


def _message_id_of(raw: bytes) -> str | None:
    """Find the message id of a refused item, so that its sender can tell which one it was."""
    try:
        return read_id(decode(_message_id_decoder, raw).message_id, "messageId")
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
