"""How far an existing customer may be trusted with an invitation, and why. Pure.

A guide's word is worth something: she asks those first who bought more than once, whom she has
known for long, who are still near, and who brought friends before. Each reason adds points; a
score says no more than its reasons.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from coterie.core.clock import DAY

Reasons = list[tuple[str, Mapping[str, Any]]]
_BROUGHT, _ORDERS, _RECENT, _BOUND, _ACTIVE = 30, 30, 15, 15, 10


@dataclass(frozen=True)
class Customer:
    """What is known of a guide's customer. ``active`` is how near she is now, 0 or more."""

    profile: int
    orders: int = 0
    last_order: int | None = None
    bound: int | None = None
    active: float = 0.0
    brought: int = 0


def trust(one: Customer, now: int) -> tuple[int, Reasons]:
    """Return her points of 100, and the reasons in the order of their weight.

    >>> trust(Customer(1, orders=3, last_order=0, brought=1), 10 * DAY)[0]
    65
    """
    found: list[tuple[int, str, Mapping[str, Any]]] = []
    if one.brought:
        found.append((min(_BROUGHT, 20 + 5 * (one.brought - 1)), "brought_before",
                      {"friends": one.brought}))  # fmt: skip
    if one.orders:
        found.append((min(_ORDERS, 10 * one.orders), "bought", {"orders": one.orders}))
    if one.last_order is not None and now - one.last_order <= 60 * DAY:
        found.append((_RECENT, "bought_lately", {"days": (now - one.last_order) // DAY}))
    if one.bound is not None and now - one.bound >= 30 * DAY:
        found.append((_BOUND, "known_long", {"days": (now - one.bound) // DAY}))
    if one.active >= 1:
        found.append((_ACTIVE, "active", {}))
    found.sort(key=lambda each: -each[0])
    points = min(100, sum(weight for weight, _, _ in found))
    return points, [(code, values) for _, code, values in found]
