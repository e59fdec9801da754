"""The words of this room: what came in, what was refused, what the log gives back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from coterie.core.event import Event


class Logged(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One event as the log holds it.

    ``seq`` is dense and grows with arrival; one person's events are ordered by (time, seq).
    Times are milliseconds UTC; ``amount`` is scaled by 10,000. ``profile`` is the head of the
    person it belongs to now.
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
    """The door's answer: how many events are durable now, and which items were refused.

    ``suppressed`` counts events of people who were erased: taken note of, and not kept.
    """

    accepted: int
    refused: list[Refused]
    suppressed: int = 0


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
    discarded: int | None = None
    discard_reason: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide on it."""
        return self.replayed is None and self.discarded is None


@dataclass(frozen=True)
class RefusedFor:
    """How many open items of the quarantine were refused for one reason, and since when.

    ``path`` is the faulty field; ``example`` is the id of the newest of them.
    """

    code: str
    path: str
    count: int
    first: int
    last: int
    sources: int
    example: int


@dataclass(frozen=True)
class Replayed:
    """What became of items that were read anew: how many are in now, how many are still wrong."""

    accepted: int
    refused: int


@dataclass(frozen=True)
class Sought:
    """Which events a reader of the newest wants; what is None or empty is not asked for.

    ``profile`` is a head. ``own`` says whether facts of our own belong to it.
    """

    name: str | None = None
    source: str | None = None
    profile: int | None = None
    own: bool = True


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
    used: int | None = None


@dataclass(frozen=True)
class Backlog:
    """What was accepted and is not carried yet; ``oldest`` is when it came, None: nothing waits."""

    requests: int
    events: int
    oldest: int | None


@dataclass(frozen=True)
class LakeState:
    """How the lake's files stand.

    ``hot`` counts events not yet in the lake; ``files`` segments in the manifest; ``to_compact``
    those that the next tidying puts together; ``orphans`` files on the disk that no manifest
    knows and that wait for a sweep; ``missing`` segments whose files are not on the disk.
    """

    hot: int
    files: int
    to_compact: int
    orphans: int
    missing: int


@dataclass(frozen=True)
class Taken:
    """What was new of a desk's arrivals: their rows, and the profiles that they came with."""

    rows: NDArray[np.int64]
    profiles: list[int]


@dataclass(frozen=True)
class Traces:
    """What people did, by columns of one length, in no order: whose, when, what, on which items.

    ``profile`` is the head; ``name`` and ``items`` are places in ``names`` and ``touched``;
    ``is_fact`` marks facts of our own.
    """

    profile: NDArray[np.int32]
    time: NDArray[np.int64]
    name: NDArray[np.int32]
    items: NDArray[np.int32]
    is_fact: NDArray[np.bool_]
    names: Sequence[str]
    touched: Sequence[tuple[str, ...]]


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
