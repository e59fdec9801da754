"""The words of this room: what came in, what was refused, what the log gives back."""

from dataclasses import dataclass
from typing import Any

import msgspec

from coterie.core.event import Event


class Logged(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One event as the log holds it.

    ``seq`` is dense and grows with arrival; one person's events are ordered by (time, seq).
    Times are milliseconds UTC; ``amount`` is scaled by 10,000. ``profile`` is the one it came with.
    """

    seq: int
    time: int
    received: int
    profile: int
    name: str
    type: str
    source: str
    items: tuple[str, ...] = ()
    store: str | None = None
    amount: int | None = None
    properties: dict[str, Any] = {}


@dataclass(frozen=True)
class Envelope:
    """What all items of one request share.

    ``received`` in ms UTC; ``sent_at`` and ``context`` come from the top of a batch body.
    """

    source: str
    received: int
    sent_at: int | None = None
    context: dict[str, Any] | None = None
    backfill: bool = False


@dataclass(frozen=True)
class Refused:
    """One item that was not accepted, and why.

    ``index`` is its place in the batch (0 in a single call); ``code`` is stable, ``reason`` is for
    people, ``path`` names the faulty field. ``raw`` is the item as it came.
    """

    index: int
    message_id: str | None
    code: str
    reason: str
    path: str
    call: str
    raw: bytes


@dataclass(frozen=True)
class Read:
    """What one body held: the valid events, the refused items, and what they shared."""

    events: list[Event]
    refused: list[Refused]
    envelope: Envelope


@dataclass(frozen=True)
class Accepted:
    """The door's answer: how many events are durable now, and which items were refused."""

    accepted: int
    refused: list[Refused]


@dataclass(frozen=True)
class Quarantined:
    """A refused item as the quarantine keeps it; ``replayed`` is when it got in after all."""

    id: int
    received: int
    source: str
    call: str
    message_id: str | None
    code: str
    reason: str
    path: str
    raw: bytes
    replayed: int | None


@dataclass(frozen=True)
class EventSpec:
    """Where one event's properties name what was touched, what it was worth, and where.

    Paths are keys joined by dots; ``[]`` after a key walks every element of an array
    (``order.lines[].sku``). None means: look in the usual places (see ``resolve``).
    """

    name: str
    item_path: str | None = None
    amount_path: str | None = None
    store_path: str | None = None


@dataclass(frozen=True)
class WriteKey:
    """A write key as it may be shown: never the key itself, only the start of its digest."""

    id: str
    source: str
    created: int
    disabled: int | None


@dataclass(frozen=True)
class NameSpan:
    """How many events of one name a segment holds, and when they happened."""

    name: str
    events: int
    first: int
    last: int


@dataclass(frozen=True)
class Segment:
    """A pair of immutable Parquet files, the same events in topic order and in person order.

    ``day`` is the day (since the epoch, UTC) on which it was written; the other bounds are
    inclusive. Readers only ever see a segment whose manifest row is committed.
    """

    file: str
    day: int
    events: int
    first: int
    last: int
    low_profile: int
    high_profile: int
    names: tuple[NameSpan, ...]
