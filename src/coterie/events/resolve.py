"""Find what an event touched, what it was worth and where: by its spec, or in the usual places.

Pure. The log calls it when events are appended, so that a spec defined today holds for all that
is carried from today on. Facts of our own, and events that came with items, are left as they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from coterie.core.event import Event
from coterie.core.numbers import is_number, scaled
from coterie.events.model import EventSpec

ITEM_KEYS = (
    "item", "item_id", "product_id", "wine_id", "article_id", "sku", "content_id", "activity_id",
)  # fmt: skip
AMOUNT_KEYS = ("total", "revenue", "value", "amount", "price")
STORE_KEYS = ("store_id", "store")
PRODUCTS = "products"
LONGEST_KEY = 255

_USUAL = EventSpec("")


def resolve(events: Sequence[Event], specs: Mapping[str, EventSpec]) -> list[Event]:
    """Fill in items, amount and store of each event that has properties to find them in.

    >>> wine = Event(id="1", type="track", name="Order", time=0, received=0, source="shop",
    ...              properties={"total": "12.50", "products": [{"sku": 7}, {"sku": "b"}]})
    >>> [found] = resolve([wine], {})
    >>> found.items, found.amount
    (('7', 'b'), 125000)
    """
    return [
        _resolved(event, specs.get(event.name, _USUAL))
        if event.properties and event.type != "fact"
        else event
        for event in events
    ]


def _resolved(event: Event, spec: EventSpec) -> Event:
    items = event.items or _items(event.properties, spec.item_path)
    amount = event.amount
    if amount is None:
        amount = _amount(event.properties, spec.amount_path)
    store = event.store or _store(event.properties, spec.store_path)
    if (items, amount, store) == (event.items, event.amount, event.store):
        return event
    return msgspec.structs.replace(event, items=items, amount=amount, store=store)


def _items(properties: dict[str, Any], path: str | None) -> tuple[str, ...]:
    if path is not None:
        found = [_key(value) for value in walk(properties, path)]
    else:
        found = [_first_key(properties)]
        products = properties.get(PRODUCTS)
        if isinstance(products, list):
            found += [_first_key(product) for product in products if isinstance(product, dict)]
    return tuple(dict.fromkeys(key for key in found if key is not None))


def _first_key(holder: dict[str, Any]) -> str | None:
    for name in ITEM_KEYS:
        if name in holder:
            key = _key(holder[name])
            if key is not None:
                return key
    return None


def _present(holder: dict[str, Any], keys: tuple[str, ...]) -> list[Any]:
    return [holder[key] for key in keys if key in holder]


def _amount(properties: dict[str, Any], path: str | None) -> int | None:
    for value in _present(properties, AMOUNT_KEYS) if path is None else walk(properties, path):
        amount = scaled(value)
        if amount is not None:
            return amount
    return None


def _store(properties: dict[str, Any], path: str | None) -> str | None:
    for value in _present(properties, STORE_KEYS) if path is None else walk(properties, path):
        store = _key(value)
        if store is not None:
            return store
    return None


def _key(value: object) -> str | None:
    """Write a key as text: numbers become digits; blanks, objects and overlong text are none."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, str) and not is_number(value):
        return None
    text = str(value).strip()
    return text if 0 < len(text) <= LONGEST_KEY else None


def walk(value: object, path: str) -> Iterator[object]:
    """Yield the values that a path leads to; ``key[]`` goes through every element of an array.

    >>> list(walk({"order": {"lines": [{"sku": "a"}, {"sku": "b"}]}}, "order.lines[].sku"))
    ['a', 'b']
    """
    if not path:
        yield value
        return
    head, _, rest = path.partition(".")
    if not isinstance(value, dict):
        return
    inner = value.get(head.removesuffix("[]"))
    if not head.endswith("[]"):
        yield from walk(inner, rest)
    elif isinstance(inner, list):
        for element in inner:
            yield from walk(element, rest)
