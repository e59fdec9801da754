"""The words of feeds: a feed, a delivery of one, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Dialect = Literal["standard", "shopify"]
DIALECTS: tuple[Dialect, ...] = ("standard", "shopify")


@dataclass(frozen=True)
class Feed:
    """One shop's or till's way in. ``slug`` is the source that is stamped on what it tells.

    ``shop`` is whose order numbers it speaks of: two feeds of one shop tell of the same orders.
    ``page`` is the address that an offer hands over to, with ``{item}`` and ``{token}`` in it.
    Moments in ms UTC; ``disabled`` and ``last`` are None while it is open and before it spoke.
    """

    slug: str
    title: str
    dialect: Dialect
    shop: str
    page: str
    created: int
    disabled: int | None = None
    last: int | None = None


@dataclass(frozen=True)
class Received:
    """A delivery as it came over the wire; header names in lower case."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Delivery:
    """What a good signature vouches for: its id, when it was sent (None: unsaid), its topic."""

    id: str
    sent: int | None
    topic: str
    content: Any


Fate = Literal["taken", "known", "kept"]


@dataclass(frozen=True)
class Taken:
    """What became of a delivery: ``taken`` in, ``known`` before, or ``kept`` in quarantine.

    ``code`` and ``reason`` say why it was kept.
    """

    fate: Fate
    events: int = 0
    code: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Tally:
    """A feed's deliveries: how many were taken in, how many lie in quarantine, and the last."""

    taken: int = 0
    kept: int = 0
    last: int | None = None
    last_topic: str = ""
