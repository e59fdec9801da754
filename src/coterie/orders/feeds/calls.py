"""What the dialects share: an order's step, or a customer, as a call of the wire format. Pure.

A message id is made of the shop, the number and the step, so whoever tells it, and however often,
it is one message.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from coterie.core.errors import Invalid
from coterie.core.ids import derived_id
from coterie.orders.model import OWN_IDENTITY, identity_of

Call = dict[str, Any]


def order_call(
    name: str,
    shop: str,
    number: str,
    *,
    at: str | None,
    who: Mapping[str, str],
    said: Mapping[str, Any],
    refund: str = "",
) -> Call:
    """Return the call of one step of an order; ``who`` are the buyer's identities by kind.

    The order's own identity rides along: it finds the buyer of a refund that names nobody.
    """
    if not number:
        raise Invalid("the order has no number", path="number", code="not_understood")
    call: Call = {
        "type": "track",
        "event": name,
        "messageId": derived_id("order", shop, number, name, refund),
        "properties": {
            "shop": shop, "order_id": number,
            **{key: value for key, value in said.items() if value not in (None, "", [], {})},
        },
    }  # fmt: skip
    if refund:
        call["properties"]["refund_id"] = refund
    if at:
        call["timestamp"] = at
    return call | naming({**who, OWN_IDENTITY: identity_of(shop, number)})


def customer_kind(shop: str) -> str:
    """Return the kind of identity that a shop's own number of a customer is.

    >>> customer_kind("shopify")
    'customer.shopify'
    """
    return f"customer.{shop}"


def naming(who: Mapping[str, str]) -> Call:
    """Return the part of a call that says whose it is."""
    said: Call = {}
    others = {kind: value for kind, value in who.items() if kind not in ("user_id", "anonymous_id")}
    if "user_id" in who:
        said["userId"] = who["user_id"]
    if "anonymous_id" in who:
        said["anonymousId"] = who["anonymous_id"]
    if others:
        said["context"] = {
            "externalIds": [{"type": kind, "id": value} for kind, value in others.items()]
        }
    return said


def text(value: Any) -> str:
    """Write a name or number as text; anything else is empty.

    >>> text(12), text(12.0), text(" a "), text(None), text([1])
    ('12', '12', 'a', '', '')
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def present(pairs: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Return the identities that have a value, as text.

    >>> present([("phone", "138"), ("email", None)])
    {'phone': '138'}
    """
    return {kind: found for kind, value in pairs if (found := text(value))}


def lines_of(value: Any, names: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """Return an order's lines with our names: of each the first of theirs that is there.

    >>> lines_of([{"sku": "a", "title": "A", "q": 2}], {"sku": ["sku"], "quantity": ["qty", "q"]})
    [{'sku': 'a', 'quantity': 2}]
    """
    if not isinstance(value, list):
        return []
    return [
        {
            ours: line[found]
            for ours, theirs in names.items()
            if (found := next((t for t in theirs if line.get(t) not in (None, "")), None))
        }
        for line in value
        if isinstance(line, dict)
    ]
