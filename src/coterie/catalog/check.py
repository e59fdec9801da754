"""What an item and a topic may look like; every refusal names the faulty place."""

import msgspec

from coterie.catalog.model import Item, Topic
from coterie.core.errors import Invalid
from coterie.core.ids import check_slug, check_topic

_LONGEST_KEY = 200
_LONGEST_TITLE = 500
_LONGEST_URL = 2_000
_LARGEST_PRICE = 2**62


def check_item(item: Item, path: str) -> None:
    """Raise Invalid, with the path of the fault, unless an item can be kept as it is."""
    _text(item.key, f"{path}.key", _LONGEST_KEY)
    if not item.key.strip():
        raise Invalid("an item needs a key", path=f"{path}.key", hint="use what its events name")
    check_slug(item.kind, f"{path}.kind")
    if isinstance(item.topics, str):
        raise Invalid("topics must be a list", path=f"{path}.topics", hint='write ["wine/italy"]')
    for number, topic in enumerate(item.topics):
        check_topic(topic, f"{path}.topics[{number}]")
    _text(item.title, f"{path}.title", _LONGEST_TITLE)
    _text(item.body, f"{path}.body", None)
    if item.url is not None:
        _text(item.url, f"{path}.url", _LONGEST_URL)
    _price(item.price, f"{path}.price")
    try:
        msgspec.json.encode(dict(item.properties))
    except (TypeError, ValueError) as error:
        raise Invalid(
            f"properties are not plain JSON: {error}",
            path=f"{path}.properties",
            hint="use text, numbers, true, false, null, lists and objects",
        ) from error


def check_title(topic: Topic, path: str) -> None:
    """Raise Invalid, with the path of the fault, unless a topic can be kept as it is."""
    check_topic(topic.path, f"{path}.path")
    _text(topic.title_en, f"{path}.title_en", _LONGEST_TITLE)
    _text(topic.title_zh, f"{path}.title_zh", _LONGEST_TITLE)


def _text(value: object, path: str, longest: int | None) -> None:
    if not isinstance(value, str):
        raise Invalid(f"{value!r} is not text", path=path, hint="write it in quotes")
    if "\x00" in value:
        raise Invalid("holds a null character", path=path, hint="remove it")
    if longest is not None and len(value) > longest:
        raise Invalid(
            f"{len(value)} characters are too many", path=path, hint=f"use at most {longest}"
        )


def _price(value: object, path: str) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid(
            f"{value!r} is not a price", path=path, hint="use an integer scaled by 10,000"
        )
    if not 0 <= value < _LARGEST_PRICE:
        raise Invalid(f"{value} is out of range", path=path, hint="a price is never negative")
