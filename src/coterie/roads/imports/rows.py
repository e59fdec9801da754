"""What becomes of a row, and everything that is wrong with one. Pure over its rows."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from coterie.catalog.model import Item
from coterie.core.errors import Invalid
from coterie.core.event import Event
from coterie.profiles.graph.kinds import names_in
from coterie.roads.bulk import Made, make_rows, shown_row
from coterie.roads.mapping import Fault, FileMap, Row, faults
from coterie.roads.values import BadValue

SOURCE = "import"
"""The source that is stamped on what comes in; also that of ``coterie import``."""

_PLACES = {
    "userId": "user_id", "anonymousId": "anonymous_id", "messageId": "message_id",
    "item.key": "key", "item.kind": "item_kind", "item.topics": "topics", "item.title": "title",
    "item.url": "url", "item.price": "price",
}  # fmt: skip
_IDENTITY = ("user_id", "anonymous_id")
_SHAPE = ("too_many_values", "too_few_values", "erased")
"""Reasons that are the whole row's: what else may be wrong with it is not asked."""


def made_of(
    rows: Iterable[Row], file_map: FileMap, received: int, zone: ZoneInfo, source: str = SOURCE
) -> Iterator[Made]:
    """Make of rows what the map says; the same rows give the same ids, whenever it is asked."""
    return make_rows(rows, file_map, source, received, zone)


def faults_of(made: Made, file_map: FileMap, zone: ZoneInfo) -> tuple[Fault, ...]:
    """Return everything that keeps a row out; nothing when it goes in."""
    refusal = made.refusal
    if refusal is None:
        return ()
    why = refusal.why if isinstance(refusal, BadValue) else refusal.code
    if why in _SHAPE:
        return (Fault("", (), why, refusal.reason),)
    found = faults(file_map, made.values, zone)
    found += _missing(made.values, file_map)
    if not found:
        place = refusal.path.partition("[")[0]
        path = _PLACES.get(place, place)
        found.append(Fault(path, file_map.reads.get(path, ()), why, refusal.reason))
    return tuple(found)


def _missing(row: Row, file_map: FileMap) -> list[Fault]:
    """Find out whether a row names nobody, or no item."""
    paths = ("key",) if file_map.kind == "items" else (
        *_IDENTITY, *(f"identities.{kind}" for kind in file_map.identities)
    )  # fmt: skip
    columns = tuple(name for path in paths for name in file_map.reads.get(path, ()))
    if not columns or any(str(row.get(name) or "").strip() for name in columns):
        return []
    if file_map.kind == "items":
        return [Fault("key", columns, "no_key", "the row names no item")]
    return [Fault("user_id", columns, "no_ids", "the row names nobody")]


def judge(
    values: Mapping[str, Any], file_map: FileMap, received: int, zone: ZoneInfo
) -> tuple[Fault, ...]:
    """Return everything that is wrong with one row by itself."""
    made = next(made_of([values], file_map, received, zone))
    return faults_of(made, file_map, zone)


def values_of(made: Made) -> dict[str, Any]:
    """Return a row as it is kept when it stays out: plain JSON, without the marks of its shape."""
    return shown_row(made.values)


def in_order(values: Mapping[str, Any], columns: Iterable[str]) -> dict[str, str]:
    """Return a corrected row with the columns of its file, in their order."""
    return {name: str(values.get(name, "")) for name in columns}


def name_of(thing: Event | Item) -> str:
    """Return by what a row counts once: an event's id, an item's key."""
    return thing.id if isinstance(thing, Event) else thing.key


def whose(thing: Event | Item) -> tuple[str, str]:
    """Return the identity that a row leads by (of an item: its key)."""
    if isinstance(thing, Item):
        return "item", thing.key
    for name in names_in(thing):
        return name
    raise Invalid(f"event {thing.id!r} names nobody")
