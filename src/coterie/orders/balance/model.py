"""The words of reconciling. Amounts are scaled by 10,000, days are written 2026-01-31."""

from dataclasses import dataclass
from typing import Any

import numpy as np

Columns = dict[str, "np.ndarray[Any, Any]"]


@dataclass(frozen=True)
class Line:
    """One source's day: the orders that it told of, and what the log holds of these orders.

    ``told`` and ``logged`` are sums in ``currency``, the shop's; ``orders`` and ``found`` count.
    ``returned`` and ``booked`` are the refunds of these orders, told and in the log. ``differing``
    counts the orders that do not agree.
    """

    source: str
    day: str
    currency: str
    orders: int
    found: int
    told: int
    logged: int
    returned: int
    booked: int
    differing: int

    @property
    def agrees(self) -> bool:
        """Whether the two sides are the same to the cent."""
        return not self.differing


@dataclass(frozen=True)
class Unlike:
    """One order of which a source and the log do not say the same.

    ``why`` is ``missing`` (not in the log), ``amount``, ``currency`` or ``refund``.
    """

    source: str
    shop: str
    number: str
    day: str
    why: str
    told: int | None
    logged: int | None


@dataclass(frozen=True)
class Report:
    """A reconciliation: every source's days, and the orders that differ (the first of them)."""

    lines: tuple[Line, ...]
    unlike: tuple[Unlike, ...]
    differing: int

    @property
    def orders(self) -> int:
        """How many tellings of an order were held against the log."""
        return sum(line.orders for line in self.lines)


@dataclass(frozen=True)
class Figures:
    """The log's paid orders of a time: those with an amount above zero.

    ``free`` counts the others. ``refunded`` are the refunds of that time, whatever they were for;
    ``returned`` the refunds of these orders, whenever they came.
    """

    orders: int
    customers: int
    gross: int
    free: int
    refunded: int
    returned: int

    @property
    def average(self) -> float:
        """The average value of a paid order, in units of money."""
        return self.gross / 10_000 / self.orders if self.orders else 0.0

    @property
    def each(self) -> float:
        """Paid orders of a customer."""
        return self.orders / self.customers if self.customers else 0.0


@dataclass(frozen=True)
class Day:
    """A day's sales, read both ways: refunds by their own day, and by the day of their order."""

    day: str
    orders: int
    gross: int
    refunded: int
    returned: int

    @property
    def by_refund(self) -> int:
        """What is left when a refund counts on the day that it was given: it never changes."""
        return self.gross - self.refunded

    @property
    def by_order(self) -> int:
        """What is left when a refund counts on the day of its order: a late one corrects it."""
        return self.gross - self.returned
