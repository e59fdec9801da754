"""The words of claims."""

from dataclasses import dataclass
from typing import Literal

Way = Literal["number", "item_code", "operator"]
State = Literal["claimed", "refused", "contested", "undone"]

REFUSED_AN_HOUR = 5
"""Wrong numbers that a person may enter within an hour."""


@dataclass(frozen=True)
class Claim:
    """Somebody's word that an order is hers, and what became of it.

    ``buyer`` is the profile that the order came with; ``merge`` the merge that it gave, to be
    undone. ``order`` is None when there is no order of that number. Moments in ms UTC.
    """

    id: int
    at: int
    profile: int
    way: Way
    state: State
    by: str
    order: int | None = None
    buyer: int | None = None
    merge: int | None = None
    shop: str = ""
    number: str = ""
    undone: int | None = None


@dataclass(frozen=True)
class Matched:
    """How many of a marketplace's orders and buyers of a month are known people.

    ``month`` is written 2026-01.
    """

    market: str
    month: str
    orders: int
    matched_orders: int
    buyers: int
    matched_buyers: int
