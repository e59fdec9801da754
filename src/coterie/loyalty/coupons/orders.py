"""Read off an order's event which coupon it was paid with, and what it holds. Pure."""

from typing import Any

from coterie.core.event import Event
from coterie.core.numbers import scaled
from coterie.loyalty.coupons.codes import read
from coterie.loyalty.coupons.model import Order, OrderLine

COMPLETED = "Order Completed"
REFUNDED = "Order Refunded"
CANCELLED = "Order Cancelled"


def codes_in(event: Event) -> list[str]:
    """Return the codes that an order says it was paid with: Segment's ``coupon``, with commas.

    What is only told now of long ago was paid without us.
    """
    said = event.properties.get("coupon")
    if event.name != COMPLETED or event.backfill or not isinstance(said, str):
        return []
    return [code for one in said.split(",") if (code := read(one))]


def order_of(event: Event) -> Order:
    """Return an order as its event tells of it: its goods before the coupon."""
    said = event.properties
    products = said.get("products")
    lines = _lines(products if isinstance(products, list) else [])
    total = event.amount
    if total is not None:
        total += scaled(said.get("discount")) or 0
    currency = said.get("currency")
    return Order(
        number=str(said.get("order_id") or ""),
        shop=str(said.get("shop") or ""),
        store=event.store,
        lines=lines,
        total=total,
        currency=currency if isinstance(currency, str) else None,
    )


def _lines(products: list[Any]) -> tuple[OrderLine, ...]:
    """Return the lines of products that all say what they cost; none when one does not."""
    found = []
    for place, one in enumerate(products, 1):
        price = scaled(one.get("price")) if isinstance(one, dict) else None
        quantity = one.get("quantity", 1) if isinstance(one, dict) else 0
        if price is None or not isinstance(quantity, int) or quantity < 1:
            return ()
        item = str(one.get("product_id") or one.get("sku") or "")
        found.append(
            OrderLine(id=str(place), amount=price * quantity, item=item, quantity=quantity)
        )
    return tuple(found)
