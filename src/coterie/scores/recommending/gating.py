"""What can be had, and what is for her age. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from coterie.catalog.model import Item

_GONE = frozenset({"out_of_stock", "outofstock", "sold_out", "soldout", "discontinued"})


def is_to_be_had(item: Item) -> bool:
    """Say whether an item can be had, as far as its properties tell.

    ``stock`` is a number of pieces, ``available`` yes or no, ``availability`` a word as product
    feeds write it (``out of stock``, ``https://schema.org/OutOfStock``).

    >>> is_to_be_had(Item("a")), is_to_be_had(Item("a", properties={"stock": 0}))
    (True, False)
    >>> is_to_be_had(Item("a", properties={"availability": "https://schema.org/OutOfStock"}))
    False
    """
    told = item.properties
    stock = told.get("stock")
    if isinstance(stock, int | float) and stock <= 0:
        return False
    if told.get("available") is False:
        return False
    word = str(told.get("availability") or "").rpartition("/")[2].strip().lower()
    return word.replace(" ", "_").replace("-", "_") not in _GONE


@dataclass(frozen=True)
class Gate:
    """The items that can be had, by place, and how old people are as far as it is known."""

    items: Mapping[int, Item]
    ages: Mapping[int, int | None]

    def passed(self, profile: int, place: int) -> Item | None:
        """Return the item where it can be had and is for her age; an age unknown is too young."""
        item = self.items.get(place)
        if item is None:
            return None
        asked = item.properties.get("min_age")
        if type(asked) is int and (self.ages.get(profile) or 0) < asked:
            return None
        return item
