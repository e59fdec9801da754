"""What the brand knew before: its old customers and what they had bought, as its books tell it."""

from collections.abc import Iterator
from typing import Any

from coterie.core.clock import DAY, HOUR, format_time
from coterie.core.event import CONSENT_GIVEN
from coterie.scenarios.shoes.brand import CLOUD
from coterie.scenarios.shoes.crowd import called, union_of
from coterie.scenarios.shoes.doors import UNIONID
from coterie.scenarios.shoes.lives import poisson, shoe
from coterie.scenarios.shoes.plan import Plan

SHOP = "books"
"""Whose order numbers the books' are."""
AGREEING = 0.9
_SPAN = 330
_YOUNGEST = 12


def calls_of(plan: Plan, number: int) -> Iterator[dict[str, Any]]:
    """Yield who an old customer is, that she agreed to be written to, and what she bought."""
    who = f"b{number}"
    named = {"context": {"externalIds": [
        {"type": UNIONID, "id": union_of(plan, who)},
        {"type": "member_no", "id": member_number(number)},
    ]}}  # fmt: skip
    joined = plan.day(plan.FIRST - _YOUNGEST) - int(plan.draw("since", who) * _SPAN * DAY)
    home = plan.home(who)
    yield {
        "type": "identify", "messageId": f"{who}-is", "timestamp": format_time(joined), **named,
        "traits": {"name": called(plan, who), "home_store": home, "old_customer": True},
    }  # fmt: skip
    if plan.chance("agrees", who, AGREEING):
        yield {
            "type": "track", "event": CONSENT_GIVEN, "messageId": f"{who}-agrees", **named,
            "timestamp": format_time(joined),
            "properties": {"purpose": "marketing", "proof": "membership form"},
        }  # fmt: skip
    for place in range(1 + poisson(0.7, plan.draw("orders before", who))):
        at = joined + int(plan.draw("ordered", f"{who} {place}") * (_latest(plan) - joined))
        offline = home != CLOUD and plan.chance("offline before", f"{who} {place}", 0.75)
        bought = shoe(plan, f"{who} before {place}", offline)
        yield {
            "type": "track", "event": "Order Completed", "messageId": f"{who}-order-{place}",
            "timestamp": format_time(at), **named,
            "properties": {
                "shop": SHOP, "order_id": f"B{number:05d}{place}", "total": bought.price,
                "currency": "CNY", "store_id": home if offline else CLOUD,
                "products": [{"sku": bought.sku, "quantity": 1, "price": bought.price}],
            },
        }  # fmt: skip


def member_number(number: int) -> str:
    """Return the number on an old customer's card."""
    return f"M{number + 100_000}"


def _latest(plan: Plan) -> int:
    return plan.day(plan.FIRST - _YOUNGEST) + 10 * DAY + HOUR
