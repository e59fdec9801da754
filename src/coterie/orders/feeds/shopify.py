"""Shopify's webhooks, read into calls: orders, refunds and customers. Pure.

Topics: ``orders/create``, ``orders/paid``, ``orders/updated``, ``orders/cancelled``,
``refunds/create``, ``customers/create``, ``customers/update``. An order is known by its ``id``, not
by the name that people see; the name is kept beside it. Source: shopify.dev, REST Admin API,
Order, Refund and Customer resources.
"""

from decimal import Decimal
from typing import Any

from coterie.core.errors import Invalid
from coterie.core.ids import derived_id
from coterie.core.numbers import as_decimal
from coterie.orders.feeds.calls import (
    Call,
    customer_kind,
    lines_of,
    naming,
    order_call,
    present,
    text,
)
from coterie.orders.feeds.model import Delivery
from coterie.orders.model import CANCELLED, COMPLETED, CREATED, REFUNDED

TOPICS = (
    "orders/create", "orders/paid", "orders/updated", "orders/cancelled", "refunds/create",
    "customers/create", "customers/update",
)  # fmt: skip
_LINES = {
    "sku": ("sku", "variant_id", "product_id"), "name": ("name", "title"),
    "quantity": ("quantity",), "price": ("price",),
}  # fmt: skip
_PAID = ("paid", "partially_refunded", "refunded")


def calls_of(delivery: Delivery, shop: str) -> list[Call]:
    """Return what a delivery tells as calls; raises Invalid when it is not understood."""
    content = delivery.content
    if not isinstance(content, dict):
        raise Invalid("the delivery is no object", code="not_understood")
    if delivery.topic in ("customers/create", "customers/update"):
        return [_customer(delivery, content, shop)]
    if delivery.topic == "refunds/create":
        return [_refund(content, shop, None, {})]
    if delivery.topic in ("orders/create", "orders/paid", "orders/updated", "orders/cancelled"):
        return _order(content, shop)
    raise Invalid(
        f"{delivery.topic[:40]!r} is a topic that is not read",
        path="X-Shopify-Topic",
        hint=", ".join(TOPICS),
        code="not_understood",
    )


def _order(content: dict[str, Any], shop: str) -> list[Call]:
    """Return every step that an order has come to; what was told before is left out later."""
    number, who, said = text(content.get("id")), _who(content, shop), _said(content)
    created = text(content.get("created_at")) or None
    calls = [order_call(CREATED, shop, number, at=created, who=who, said=said)]
    status = text(content.get("financial_status"))
    if status in _PAID:
        paid = text(content.get("processed_at")) or created
        calls.append(order_call(COMPLETED, shop, number, at=paid, who=who, said=said))
    cancelled = text(content.get("cancelled_at"))
    if cancelled:
        why = {**said, "reason": text(content.get("cancel_reason"))}
        calls.append(order_call(CANCELLED, shop, number, at=cancelled, who=who, said=why))
    refunds = content.get("refunds")
    for one in refunds if isinstance(refunds, list) else []:
        if isinstance(one, dict):
            calls.append(_refund({"order_id": number, **one}, shop, said.get("currency"), who))
    return calls


def _said(content: dict[str, Any]) -> dict[str, Any]:
    codes = [text(one.get("code")) for one in _dicts(content.get("discount_codes"))]
    given = _dicts(content.get("note_attributes"))
    notes = {text(one.get("name")): one.get("value") for one in given}
    return {
        "order_name": text(content.get("name")),
        "total": content.get("total_price"),
        "subtotal": content.get("subtotal_price"),
        "tax": content.get("total_tax"),
        "discount": content.get("total_discounts"),
        "currency": text(content.get("currency")),
        "coupon": ", ".join(code for code in codes if code),
        "products": lines_of(content.get("line_items"), _LINES),
        "coterie": text(notes.get("coterie")),
    }


def _refund(content: dict[str, Any], shop: str, currency: Any, who: dict[str, str]) -> Call:
    lines, products = _dicts(content.get("refund_line_items")), []
    for line in lines:
        of = line.get("line_item")
        inner = lines_of([of], _LINES)[0] if isinstance(of, dict) else {}
        products.append({**inner, "quantity": line.get("quantity"), "total": line.get("subtotal")})
    paid_back = [
        one for one in _dicts(content.get("transactions"))
        if text(one.get("kind")) == "refund" and text(one.get("status")) == "success"
    ]  # fmt: skip
    sums = [as_decimal(one.get("amount")) for one in paid_back]
    total = sum((one for one in sums if one is not None), Decimal(0))
    money = next((text(one.get("currency")) for one in paid_back), "") or currency
    said = {
        "total": float(total), "currency": money, "products": products,
        "reason": text(content.get("note")),
    }  # fmt: skip
    refund = text(content.get("id"))
    if not refund:
        raise Invalid("the refund has no id", path="id", code="not_understood")
    return order_call(
        REFUNDED, shop, text(content.get("order_id")),
        at=text(content.get("processed_at")) or text(content.get("created_at")) or None,
        who=who, said=said, refund=refund,
    )  # fmt: skip


def _who(content: dict[str, Any], shop: str) -> dict[str, str]:
    customer = content.get("customer")
    given = customer if isinstance(customer, dict) else {}
    return present((
        (customer_kind(shop), given.get("id")),
        ("email", content.get("email") or given.get("email")),
        ("phone", content.get("phone") or given.get("phone")),
    ))  # fmt: skip


def _customer(delivery: Delivery, content: dict[str, Any], shop: str) -> Call:
    who = present((
        (customer_kind(shop), content.get("id")), ("email", content.get("email")),
        ("phone", content.get("phone")),
    ))  # fmt: skip
    if not who:
        raise Invalid("the customer has no id", path="id", code="not_understood")
    names = {
        "firstName": "first_name", "lastName": "last_name", "email": "email", "phone": "phone",
        "note": "note",
    }  # fmt: skip
    traits = {ours: content[theirs] for ours, theirs in names.items() if content.get(theirs)}
    call: Call = {
        "type": "identify",
        "messageId": derived_id("feed", shop, delivery.id),
        "traits": traits,
        **naming(who),
    }
    at = text(content.get("updated_at"))
    return call | ({"timestamp": at} if at else {})


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
