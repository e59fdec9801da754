"""The words of orders: what an event tells of one, what is known of one, what was told again."""

from dataclasses import dataclass, field
from typing import Any, Literal

Step = Literal["created", "completed", "refunded", "cancelled"]

CREATED = "Order Created"
COMPLETED = "Order Completed"
REFUNDED = "Order Refunded"
CANCELLED = "Order Cancelled"

STEPS: dict[str, Step] = {
    CREATED: "created",
    COMPLETED: "completed",
    REFUNDED: "refunded",
    CANCELLED: "cancelled",
}
"""The events of an order by name; completed is paid."""

MASKED: dict[str, str] = {"tmall.buyer": "tmall", "jd.buyer": "jd"}
"""Marketplaces that hide who buys: the kind of identity that stands for the buyer, and the name."""

OWN_IDENTITY = "order"
"""The kind of identity that is an order's own: shop and number. It leads to the buyer, so that a
refund that names nobody is hers; of an order that names nobody it leads to a person of its own."""


def identity_of(shop: str, number: str) -> str:
    """Return the value of an order's own identity.

    >>> identity_of("tmall", "7")
    'tmall:7'
    """
    return f"{shop}:{number}"


@dataclass(frozen=True)
class Told:
    """What one event tells of an order. ``place`` is the event's place in its batch.

    ``amount`` is in ``currency``, scaled by 10,000; None when none is told. ``refund`` names the
    refund; empty when the amount is all that was refunded so far. ``token`` is that of the offer
    which led to the order.
    """

    place: int
    shop: str
    number: str
    step: Step
    at: int
    amount: int | None
    currency: str
    source: str
    profile: int
    came_with: int
    market: str = ""
    bound: bool = False
    refund: str = ""
    token: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """By what an order counts once."""
        return self.shop, self.number


@dataclass
class Order:
    """An order as far as it is known; moments in ms UTC, amounts in the brand's currency.

    ``total`` and ``original`` (the shop's currency) are None before the order is complete, or
    where no rate is known. ``named`` is the sum of the refunds that have a name of their own,
    ``refunded`` all that the log holds. ``market`` is the marketplace of a masked buyer, ``bound``
    whether the order itself said who she is. ``offer`` and ``link`` say which offer led to it.
    """

    shop: str
    number: str
    profile: int
    came_with: int
    source: str
    id: int = 0
    created: int | None = None
    completed: int | None = None
    cancelled: int | None = None
    total: int | None = None
    original: int | None = None
    currency: str = ""
    refunded: int = 0
    named: int = 0
    market: str = ""
    bound: bool = False
    offer: str | None = None
    link: int | None = None
    refunds: dict[str, int] = field(default_factory=dict)
    changed: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """By what an order counts once."""
        return self.shop, self.number

    @property
    def net(self) -> int | None:
        """What is left of it after refunds."""
        return None if self.total is None else self.total - self.refunded


@dataclass(frozen=True)
class Difference:
    """One thing that two tellings of a step do not agree on; amounts are scaled integers."""

    what: Literal["amount", "currency", "buyer", "no_rate", "over_refund"]
    ours: Any
    theirs: Any


@dataclass
class Sighting:
    """One source's telling of one step of an order, first and last; ``counts`` if it is in the log.

    ``amount`` is what the source said, in ``currency``; ``times`` how often it said so.
    """

    shop: str
    number: str
    step: Step
    refund: str
    source: str
    at: int
    amount: int | None
    currency: str
    counts: bool
    first: int
    last: int
    times: int = 1
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True)
class Rate:
    """What one unit of a currency was worth on a day, in the brand's, scaled by 10^8."""

    currency: str
    day: int
    worth: int


@dataclass(frozen=True)
class Credit:
    """What led to an order: an offer, by a tracked link of a sender, in a campaign."""

    offer: str
    link: int | None = None
    sender: str = ""
    campaign: str = ""
    item: str = ""
