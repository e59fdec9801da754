"""Find what an event touched, what it was worth and where: by its spec, or in the usual places.

Pure. The log calls it when events are appended, so that a spec defined today holds for all that
is carried from today on. Facts of our own, and events that came with items, are left as they are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

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
    properties = event.properties
    offered = _offered(tuple(properties))
    items = event.items or _items(properties, spec.item_path, offered)
    amount = event.amount
    if amount is None:
        amount = _amount(_values(properties, spec.amount_path, offered.amounts))
    store = event.store or _store(_values(properties, spec.store_path, offered.stores))
    if (items, amount, store) == (event.items, event.amount, event.store):
        return event
    return msgspec.structs.replace(event, items=items, amount=amount, store=store)


class _Offered(NamedTuple):
    """Which of the usual places some properties have, in the order of preference."""

    items: tuple[str, ...]
    amounts: tuple[str, ...]
    stores: tuple[str, ...]
    products: bool


@lru_cache(maxsize=4_096)  # the events of one name mostly have the same properties
def _offered(keys: tuple[str, ...]) -> _Offered:
    """Say what properties of these names offer."""
    items, amounts, stores = (
        tuple(key for key in usual if key in keys) for usual in (ITEM_KEYS, AMOUNT_KEYS, STORE_KEYS)
    )
    return _Offered(items, amounts, stores, PRODUCTS in keys)


def _values(
    properties: dict[str, Any], path: str | None, offered: tuple[str, ...]
) -> Iterable[object]:
    if path is not None:
        return walk(properties, path)
    return [properties[key] for key in offered] if offered else ()


def _items(properties: dict[str, Any], path: str | None, offered: _Offered) -> tuple[str, ...]:
    if path is not None:
        found = [_key(value) for value in walk(properties, path)]
    else:
        found = [_first_key(properties, offered.items)]
        products = properties[PRODUCTS] if offered.products else None
        if isinstance(products, list):
            rows = [product for product in products if isinstance(product, dict)]
            found += [_first_key(row, ITEM_KEYS) for row in rows]
        elif found[0] is not None:
            return (found[0],)
    return tuple(dict.fromkeys(key for key in found if key is not None))


def _first_key(holder: dict[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        if name in holder:
            key = _key(holder[name])
            if key is not None:
                return key
    return None


def _amount(values: Iterable[object]) -> int | None:
    for value in values:
        amount = scaled(value)
        if amount is not None:
            return amount
    return None


def _store(values: Iterable[object]) -> str | None:
    for value in values:
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
