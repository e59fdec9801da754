"""Our plain dialect: one fact a delivery, as JSON. Pure.

``{"type": "order.paid", "timestamp": ..., "data": {...}}`` with the types ``order.created``,
``order.paid``, ``order.refunded``, ``order.cancelled`` and ``customer.updated``.
``docs/how-to/connect-a-shop.md`` shows each field.
"""

from typing import Any

from coterie.core.errors import Invalid
from coterie.core.ids import derived_id
from coterie.orders.feeds.calls import Call, lines_of, naming, order_call, present, text
from coterie.orders.feeds.model import Delivery
from coterie.orders.model import CANCELLED, COMPLETED, CREATED, REFUNDED

TYPES = {
    "order.created": CREATED,
    "order.paid": COMPLETED,
    "order.refunded": REFUNDED,
    "order.cancelled": CANCELLED,
}
_LINES = {
    "sku": ("sku", "item"), "name": ("name", "title"), "quantity": ("quantity",),
    "price": ("price",), "total": ("total", "amount"),
}  # fmt: skip
_SAID = (
    "subtotal", "discount", "shipping", "tax", "coupon", "store_id", "guide", "channel", "coterie",
    "reason",
)  # fmt: skip


def topic_of(content: Any) -> str:
    """Return what a delivery is about."""
    return text(content.get("type")) if isinstance(content, dict) else ""


def calls_of(delivery: Delivery, shop: str) -> list[Call]:
    """Return what a delivery tells as calls; raises Invalid when it is not understood."""
    content = delivery.content
    data = content.get("data") if isinstance(content, dict) else None
    if not isinstance(data, dict):
        raise Invalid("the delivery has no data", path="data", code="not_understood")
    at = text(content.get("timestamp")) or text(data.get("at")) or None
    if delivery.topic == "customer.updated":
        return [_customer(delivery, data, shop, at)]
    name = TYPES.get(delivery.topic)
    if name is None:
        known = ", ".join([*TYPES, "customer.updated"])
        raise Invalid(
            f"{delivery.topic[:40]!r} is no type", path="type", hint=known, code="not_understood"
        )
    said = {key: data.get(key) for key in _SAID}
    said |= {
        "total": data.get("total"),
        "currency": text(data.get("currency")).upper(),
        "products": lines_of(data.get("lines"), _LINES),
    }
    refund = ""
    if name == REFUNDED:
        refund = text(data.get("refund"))
        if not refund:
            raise Invalid(
                "the refund has no id of its own", path="data.refund", code="not_understood"
            )
    number = text(data.get("order"))
    return [order_call(name, shop, number, at=at, who=_who(data), said=said, refund=refund)]


def _who(data: dict[str, Any]) -> dict[str, str]:
    given = data.get("customer")
    return present(given.items()) if isinstance(given, dict) else {}


def _customer(delivery: Delivery, data: dict[str, Any], shop: str, at: str | None) -> Call:
    who = _who(data)
    if not who:
        raise Invalid("the customer has no id", path="data.customer", code="not_understood")
    traits = data.get("traits")
    call: Call = {
        "type": "identify",
        "messageId": derived_id("feed", shop, delivery.id),
        "traits": traits if isinstance(traits, dict) else {},
        **naming(who),
    }
    return call | ({"timestamp": at} if at else {})
