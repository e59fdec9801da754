"""The words of coupons.

A coupon is one unit: issued to one person, used up by one order. Amounts are scaled by 10,000, in
the brand's currency; percentages and floors are of 10,000. Moments are ms UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

WHOLE = 10_000
CODE_LENGTH = 12

Kind = Literal["amount", "percent", "gift"]
Period = Literal["ever", "day", "week", "month"]
State = Literal["available", "locked", "redeemed", "expired", "revoked"]
STATES: tuple[State, ...] = ("available", "locked", "redeemed", "expired", "revoked")
Verb = Literal["issue", "lock", "redeem", "release", "rollback", "return"]

Reason = Literal[
    "not_found", "not_active_yet", "expired", "disabled", "quantity_exceeded", "campaign_budget",
    "profile_limit", "recipient_mismatch", "customer_rules", "order_rules", "missing_customer",
    "price_floor", "reservation_expired", "revoked",
]  # fmt: skip
"""Why somebody did not get a coupon, or could not use it."""


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """What may be given away in all. A ``hard`` one is never passed, a ``soft`` one tells of it.

    From ``until`` on nothing more is set aside; what comes back comes back at any time.
    """

    slug: str
    titles: dict[str, str] = {}
    amount: int
    mode: Literal["hard", "soft"] = "hard"
    campaign: str | None = None
    until: int | None = None


class Template(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a kind of coupon is and for whom: the terms that it is issued under.

    ``amount`` is taken off, or ``percent`` of 10,000 (at most ``most``), or a ``gift`` that costs
    ``cost`` is handed over. ``starts`` and ``ends`` are a date or a time of the brand's zone; a
    date that ends it counts to the end of that day. ``days`` counts from the day of issue.
    ``stock`` and ``per_person`` are how many are issued at most: None is any number. ``floor`` is
    the least share of its list price that a line keeps. An ``exclusive`` coupon suffers no other
    on its order; of several that a person has the higher ``priority`` is offered first. ``shared``
    is a code that gives whoever presents it a coupon of her own.
    """

    slug: str
    titles: dict[str, str]
    kind: Kind
    amount: int = 0
    percent: int = 0
    most: int | None = None
    gift: str = ""
    cost: int = 0
    minimum: int = 0
    starts: str | None = None
    ends: str | None = None
    days: int | None = None
    stock: int | None = None
    per_person: int | None = None
    per: Period = "ever"
    stores: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    segment: str | None = None
    floor: int = 0
    budget: str | None = None
    campaign: str | None = None
    exclusive: bool = True
    priority: int = 0
    shared: str | None = None
    version: int = 0
    enabled: bool = True
    issued: int = 0

    @property
    def reserved(self) -> int:
        """What a coupon of it costs at most, and is set aside for it."""
        if self.kind == "gift":
            return self.cost
        return self.amount if self.kind == "amount" else self.most or 0

    @property
    def is_wide(self) -> bool:
        """Say whether it applies to whatever an order holds."""
        return not self.items and not self.topics


@dataclass(frozen=True)
class Want:
    """Somebody who is to have a coupon; the same ``key`` gives one for ever.

    ``origin`` says why: ``benefit:welcome``, ``segment:lapsed``, ``manual:ada``.
    """

    profile: int
    template: str
    key: str
    origin: str
    campaign: str | None = None


@dataclass
class Coupon:
    """One coupon of one person; ``cost`` is what is set aside for it, ``quote`` how it was used."""

    id: str
    code: str | None
    template: str
    version: int
    profile: int
    came_with: int
    origin: str
    campaign: str | None
    state: State
    issued: int
    starts: int | None
    expires: int | None
    cost: int
    lock: str | None = None
    locked_until: int | None = None
    shop: str = ""
    order: str | None = None
    store: str | None = None
    discount: int = 0
    redeemed: int | None = None
    redemption: int | None = None
    refunded: int = 0
    quote: dict[str, Any] | None = None

    def state_at(self, now: int) -> State:
        """Return its state at a moment: locks and coupons end by themselves."""
        locked = self.state == "locked" and (self.locked_until or 0) > now
        if self.state in ("available", "locked") and not locked:
            over = self.expires is not None and self.expires <= now
            return "expired" if over else "available"
        return self.state


class OrderLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an order: what it costs in all before coupons, and its list price in all."""

    id: str
    amount: int
    item: str = ""
    quantity: int = 1
    list: int | None = None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order as far as a coupon asks: its number at a shop, where it is paid, what it holds.

    Without lines its ``total`` is one line.
    """

    number: str = ""
    shop: str = ""
    store: str | None = None
    lines: tuple[OrderLine, ...] = ()
    total: int | None = None
    currency: str | None = None

    @property
    def goods(self) -> tuple[OrderLine, ...]:
        """Return its lines."""
        if self.lines or self.total is None:
            return self.lines
        return (OrderLine(id="1", amount=self.total),)


class Share(msgspec.Struct, frozen=True):
    """What a coupon takes off one line, and how much of the line there is to be paid before it."""

    line: str
    off: int
    amount: int
    quantity: int = 1


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What a coupon does for an order: the shares of its lines sum to the discount exactly."""

    coupon: str
    template: str
    discount: int
    shares: tuple[Share, ...] = ()
    gift: str = ""
    code: str = ""


class Refusal(msgspec.Struct, frozen=True, tag="refused"):
    """An expected no: its reason, which condition of several it was, and what it speaks of."""

    reason: Reason
    why: str = ""
    values: dict[str, Any] = {}


class Locked(msgspec.Struct, frozen=True, tag="locked"):
    """A coupon kept for one payment: who presents ``lock`` before ``until`` has it."""

    lock: str
    until: int
    quote: Quote


class Redeemed(msgspec.Struct, frozen=True, tag="redeemed"):
    """A coupon that was used up by an order."""

    redemption: int
    quote: Quote
    store: str | None = None


class Released(msgspec.Struct, frozen=True, tag="released"):
    """A coupon that nobody keeps for a payment any more."""

    coupon: str
    state: State


class RolledBack(msgspec.Struct, frozen=True, tag="rolled_back"):
    """A redemption that was taken back: what it had taken off, and what the coupon is now."""

    coupon: str
    amount: int
    state: State


class Back(msgspec.Struct, frozen=True):
    """What is to be paid back for goods returned of one line."""

    line: str
    amount: int


class Returned(msgspec.Struct, frozen=True, tag="returned"):
    """What is to be paid back in all, and by line; the coupon stays used."""

    coupon: str
    amount: int
    lines: tuple[Back, ...]


Result = Locked | Redeemed | Released | RolledBack | Returned | Refusal


@dataclass(frozen=True)
class Outcome:
    """What a use came to, and the facts to be told of it; none when it was answered before."""

    result: Result
    facts: list[Any] = field(default_factory=list)
    again: bool = False


@dataclass(frozen=True)
class Offer:
    """A coupon that a person has, and what it would do; None where no order was given."""

    coupon: Coupon
    template: Template
    result: Quote | Refusal | None


@dataclass(frozen=True)
class BudgetStanding:
    """A budget and where it stands; ``available`` of a soft one may be below 0."""

    budget: Budget
    available: int
    held: int
    spent: int


@dataclass(frozen=True)
class Numbers:
    """How many coupons of a template there are in each state; they sum to ``issued``."""

    issued: int
    states: Mapping[State, int]
    stock: int | None
    discount: int
    refused: int

    @property
    def left(self) -> int | None:
        """Return how many may still be issued; None: any number."""
        return None if self.stock is None else max(self.stock - self.issued, 0)
