"""The words of programmes. Moments and lengths are milliseconds, amounts are scaled by 10,000."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from coterie.core.clock import DAY, WEEK

Qualifies = Literal["order", "stay"]
Approval = Literal["auto", "hand"]
Side = Literal["referrer", "friend"]
SIDES: tuple[Side, ...] = ("referrer", "friend")
Carrier = Literal["poster", "h5", "mini", "chat", "store"]
CARRIERS: tuple[Carrier, ...] = ("poster", "h5", "mini", "chat", "store")
Way = Literal["contact", "group"]
Standing = Literal["soon", "on", "over", "paused"]
ERASED = 0
"""Who a code or a referral is of, once she was erased: nobody."""
TAIL = 60 * DAY
"""So long after a programme's end what its friends do still counts."""


@dataclass(frozen=True)
class Caps:
    """How many rewards a referrer may get in all and a day, and how many friends are rewarded."""

    person: int | None = None
    day: int | None = None
    total: int | None = None


@dataclass(frozen=True)
class Door:
    """What a friend holds her phone at after she agreed: the state of a channel or group code."""

    way: Way
    state: str


@dataclass(frozen=True)
class Programme:
    """A programme: whoever takes part brings friends who are new; both are rewarded for it.

    It runs from ``since`` until before ``until``. A touch counts for ``window``. ``who`` is the
    segment of those who may take part, None: anybody. A friend qualifies by her first paid order of
    at least ``least``, or by a stay of ``stay`` in a group; she is approved ``delay`` later, or by
    hand. ``rewards`` are coupon templates by side. ``override`` is why a risk was accepted.
    """

    slug: str
    titles: Mapping[str, str]
    since: int
    until: int
    rewards: Mapping[Side, str]
    window: int = WEEK
    who: str | None = None
    qualifies: Qualifies = "order"
    least: int = 0
    stay: int = WEEK
    approval: Approval = "auto"
    delay: int = DAY
    caps: Caps = field(default_factory=Caps)
    carrier: Carrier = "poster"
    headline: Mapping[str, str] = field(default_factory=dict)
    benefit: Mapping[str, str] = field(default_factory=dict)
    door: Door | None = None
    campaign: str | None = None
    override: str = ""
    paused: bool = False

    def standing(self, now: int) -> Standing:
        """Say whether it is to come, on, over or paused."""
        if now >= self.until:
            return "over"
        if self.paused:
            return "paused"
        return "on" if now >= self.since else "soon"

    def is_live(self, now: int) -> bool:
        """Say whether what people do may still matter to it."""
        return self.since <= now < self.until + TAIL


@dataclass(frozen=True)
class Participant:
    """Who takes part: her code, since when. Of whoever was erased, ``profile`` is 0."""

    code: str
    programme: str
    profile: int
    since: int
    guide: str | None = None
