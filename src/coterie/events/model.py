"""What the log gives back."""

from typing import Any

import msgspec


class Logged(msgspec.Struct, frozen=True, kw_only=True):
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
