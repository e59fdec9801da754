"""Items by JSON: what people touch."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter

from coterie.catalog.model import Item
from coterie.core.errors import Invalid, NotFound
from coterie.core.numbers import scaled
from coterie.web.bodies import decode
from coterie.web.desk import JsonBody, Operator, actor_of
from coterie.web.parts import Here

router = APIRouter(prefix="/api")

_MOST = 1_000


class ItemBody(msgspec.Struct, forbid_unknown_fields=True):
    """An item as it is sent; ``price`` is a number in the house's currency."""

    key: str
    kind: str = "item"
    topics: list[str] = []
    title: str = ""
    url: str | None = None
    price: float | int | str | None = None
    properties: dict[str, Any] = {}
    body: str = ""


class ItemsBody(msgspec.Struct, forbid_unknown_fields=True):
    """Items to define, each replaced whole."""

    items: Annotated[list[ItemBody], msgspec.Meta(min_length=1, max_length=_MOST)]


@router.post("/items")
def define(here: Here, account: Operator, body: JsonBody) -> dict[str, Any]:
    """Define items; answers how many, and which of them changed their topics.

    Scores and segments of all who ever touched a re-tagged item follow at once.
    """
    sent = decode(body, ItemsBody)
    items = [_item(given, f"items[{number}].price") for number, given in enumerate(sent.items)]
    house = here.house
    with house.db.begin(actor_of(account), house.clock.now()) as work:
        retagged = house.catalog.define_items(work, items)
        house.inbound.retagged(work, retagged)
    house.poke()
    return {"defined": len({item.key for item in items}), "retagged": sorted(retagged)}


@router.get("/items/{key:path}")
def item(here: Here, account: Operator, key: str) -> dict[str, Any]:
    """Return one item."""
    house = here.house
    with house.db.read(actor_of(account), house.clock.now()) as work:
        found = house.catalog.item(work, key)
    if found is None:
        raise NotFound(f"there is no item {key!r}")
    answer: dict[str, Any] = msgspec.to_builtins(found)
    return answer


def _item(given: ItemBody, path: str) -> Item:
    price = None if given.price is None else scaled(given.price)
    if given.price is not None and price is None:
        raise Invalid(f"{given.price!r} is not a price", path=path, hint="write a number")
    return Item(
        key=given.key,
        kind=given.kind,
        topics=tuple(given.topics),
        title=given.title,
        url=given.url,
        price=price,
        properties=given.properties,
        body=given.body,
    )
