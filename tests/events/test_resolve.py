from typing import Any

import pytest

from coterie.core.event import Event
from coterie.events.model import EventSpec
from coterie.events.resolve import resolve


def event(properties: dict[str, Any], **fields: Any) -> Event:
    base = {"id": "m", "type": "track", "name": "Order", "time": 0, "received": 0, "source": "s"}
    return Event(**{**base, "properties": properties, **fields})


def found(properties: dict[str, Any], spec: EventSpec | None = None) -> Event:
    [resolved] = resolve([event(properties)], {spec.name: spec} if spec else {})
    return resolved


@pytest.mark.parametrize(
    ("properties", "items"),
    [
        ({"wine_id": "barolo"}, ("barolo",)),
        ({"item": " x ", "sku": "y"}, ("x",)),
        ({"item": "", "sku": 7}, ("7",)),
        ({"item_id": 7.0}, ("7",)),
        ({"item": True}, ()),
        ({"item": {"id": 1}, "sku": "s"}, ("s",)),
        ({"item": "x" * 256}, ()),
        ({"products": [{"product_id": "a"}, {"sku": "b"}, {"sku": "a"}, 3, {}]}, ("a", "b")),
        ({"sku": "set", "products": [{"sku": "a"}]}, ("set", "a")),
        ({"products": "none"}, ()),
    ],
)
def test_items_are_found_in_the_usual_places(properties: dict[str, Any], items: tuple[str, ...]):
    assert found(properties).items == items


@pytest.mark.parametrize(
    ("properties", "amount"),
    [
        ({"total": 12.5, "price": 3}, 125_000),
        ({"total": "many", "revenue": "7.25"}, 72_500),
        ({"price": -3}, -30_000),
        ({"total": 10**30}, None),
        ({"total": True}, None),
        ({}, None),
    ],
)
def test_amounts_are_scaled(properties: dict[str, Any], amount: int | None):
    assert found(properties).amount == amount


def test_the_store_is_found():
    assert found({"store_id": 12, "store": "Shanghai"}).store == "12"
    assert found({"store": "Shanghai"}).store == "Shanghai"


def test_a_spec_names_the_places_and_what_it_leaves_out_is_found_as_usual():
    spec = EventSpec("Order", item_path="cart.lines[].wine.id", store_path="shop.no")
    properties = {
        "sku": "ignored",
        "total": 5,
        "cart": {"lines": [{"wine": {"id": "a"}}, {"wine": None}, 3, {"wine": {"id": "b"}}]},
        "shop": {"no": 9},
    }
    resolved = found(properties, spec)
    assert (resolved.items, resolved.amount, resolved.store) == (("a", "b"), 50_000, "9")
    assert found({"cart": {"lines": {}}}, spec).items == ()


def test_what_came_with_items_and_our_own_facts_stay_as_they_are():
    given = event({"sku": "b", "total": 1}, items=("a",), amount=5, store="s")
    fact = event({"value": 3}, type="fact", name="coterie.trait_set")
    assert resolve([given, fact], {}) == [given, fact]
