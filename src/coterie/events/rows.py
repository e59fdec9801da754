"""How an event lies in the log: as a flat row, as columns of numpy arrays, and back. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from coterie.core.event import Event
from coterie.events.model import Logged

COLUMNS = (
    "seq", "time", "received", "profile", "name", "type", "source", "items", "store", "amount",
    "properties",
)  # fmt: skip
"""Of a row; items and properties are JSON texts."""

NO_AMOUNT = -(2**63)
"""Stands for "no amount" in an array of integers; amounts are always nearer to zero."""

NOTHING = "{}"
"""The properties of an event that has none, as JSON."""

_SHAPES: dict[str, Any] = {
    "seq": np.int64,
    "time": np.int64,
    "received": np.int64,
    "profile": np.int32,
    "amount": np.int64,
}

Columns = dict[str, np.ndarray[Any, Any]]

_encoder = msgspec.json.Encoder()
_properties_decoder = msgspec.json.Decoder(dict[str, Any])
_items_decoder = msgspec.json.Decoder(tuple[str, ...])


def laid_out(events: Sequence[Event], first_seq: int) -> Columns:
    """Lay events out by columns, numbered from ``first_seq`` on.

    A row's profile is the one that its event came with.
    """
    encode = _encoder.encode
    items = {event.items: encode(event.items).decode() for event in events}
    return from_lists(
        [
            range(first_seq, first_seq + len(events)),
            [event.time for event in events],
            [event.received for event in events],
            [event.came_with or event.profile for event in events],
            [event.name for event in events],
            [event.type for event in events],
            [event.source for event in events],
            [items[event.items] for event in events],
            [event.store for event in events],
            [NO_AMOUNT if event.amount is None else event.amount for event in events],
            [encode(one.properties).decode() if one.properties else NOTHING for one in events],
        ]
    )


def to_logged(row: Sequence[Any], heads: Mapping[int, int]) -> Logged:
    """Read a row back, given the head of the profile that it came with."""
    seq, time, received, came_with, name, kind, source, items, store, amount, properties = row
    return Logged(
        seq=seq,
        time=time,
        received=received,
        profile=heads[came_with],
        name=name,
        type=kind,
        source=source,
        items=() if items == "[]" else _items_decoder.decode(items),
        store=store,
        amount=amount,
        properties={} if properties == "{}" else _properties_decoder.decode(properties),
    )


def from_lists(lists: Sequence[Sequence[Any]]) -> Columns:
    """Turn a list a column into an array a column; a missing amount is ``NO_AMOUNT`` already."""
    return {
        name: np.array(values, dtype=_SHAPES.get(name, object))
        for name, values in zip(COLUMNS, lists, strict=True)
    }


def as_rows(
    columns: Columns, places: np.ndarray[Any, Any], names: Sequence[str] = COLUMNS
) -> list[tuple[Any, ...]]:
    """Turn some places of columns back into rows, of the columns ``names``."""
    lists = [columns[name][places].tolist() for name in names]
    if "amount" in names:
        amounts = lists[names.index("amount")]
        lists[names.index("amount")] = [None if one == NO_AMOUNT else one for one in amounts]
    return list(zip(*lists, strict=True))


def joined(parts: Sequence[Columns]) -> Columns:
    """Put columns one after the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def rows_after(columns: Columns, seq: int) -> Columns:
    """Leave out the rows up to a seq: they are in the lake already."""
    wanted = columns["seq"] > seq
    return columns if wanted.all() else {name: held[wanted] for name, held in columns.items()}


def to_lines(columns: Columns) -> Columns:
    """Unfold the items: one line an item of an event."""
    lines = list(unfold(zip(columns["seq"].tolist(), columns["items"], strict=True)))
    return {
        "seq": np.array([line[0] for line in lines], dtype=np.int64),
        "line": np.array([line[1] for line in lines], dtype=np.int16),
        "item": np.array([line[2] for line in lines], dtype=object),
    }


def unfold(given: Iterable[tuple[int, str]]) -> Iterator[tuple[int, int, str]]:
    """Turn (seq, items as JSON) into (seq, line, item); the lines of an event count from 1.

    >>> list(unfold([(7, '["a","b"]'), (8, "[]")]))
    [(7, 1, 'a'), (7, 2, 'b')]
    """
    for seq, items in given:
        if items != "[]":
            for line, item in enumerate(_items_decoder.decode(items), 1):
                yield seq, line, item
