"""The words of credit. Amounts are scaled by 10,000, shares are of 10,000."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Way = Literal["in_store", "bound", "code", "link", "organic"]
WAYS: tuple[Way, ...] = ("in_store", "bound", "code", "link", "organic")
"""In the order in which they take precedence; ``organic`` is nobody's work."""
Kind = Literal["credit", "refund"]
WHOLE = 10_000


@dataclass(frozen=True)
class Part:
    """One's part in an order: ``share`` of 10,000, by which way, and why (a code and values)."""

    guide: str | None
    store: str | None
    way: Way
    share: int
    why: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Paid:
    """An order as credit knows it: paid at ``at`` (None: not yet), by the event ``event``."""

    id: int
    shop: str
    number: str
    profile: int
    came_with: int
    event: str
    at: int | None
    amount: int
    refunded: int
    store: str | None
    version: int = 0


@dataclass(frozen=True)
class Line:
    """One line of an order's credit.

    ``amount`` is negative for a refund, and for a line that ``corrects`` one of an earlier
    ``version``. ``at`` is when it was paid or given back, ``booked`` when it was written.
    """

    order: int
    version: int
    kind: Kind
    corrects: bool
    guide: str | None
    store: str | None
    way: Way
    share: int
    amount: int
    at: int
    booked: int
    why: str
    values: Mapping[str, Any]
    cause: str
    id: int = 0
    shop: str = ""
    number: str = ""
    profile: int = 0


@dataclass(frozen=True)
class Credited:
    """An order and its lines: those that stand now, and all that were ever written."""

    order: Paid
    standing: tuple[Line, ...]
    lines: tuple[Line, ...]

    @property
    def net(self) -> int:
        """What the order is worth after refunds: the sum of its lines, whatever happened."""
        return self.order.amount - self.order.refunded


@dataclass(frozen=True)
class WhyNot:
    """Why an order is not somebody's, or not all of it: a code and what it speaks of."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
