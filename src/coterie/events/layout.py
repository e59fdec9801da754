"""How events lie in the lake's files, and how they are read back.

``topic/<file>.parquet`` is ordered by (name, item, time): posting lists for rules. Line 0 is the
event itself, with its item if it has exactly one; lines 1, 2, ... are the items of an event with
several, with seq, line, time, profile, name and item only. ``person/<file>.parquet`` is ordered by
(profile, time), one row an event, for timelines.

Writing would spend most of its time on sorting text: so names and items are put in order once, as
words, and the events by the ranks of their words. What properties say once more of the item, the
amount and the store is taken out of them: a mark stands for it (a noncharacter, Unicode 23.7), and
what is read has it in its place again, to the letter.
"""

import re

import msgspec
import numpy as np
from numpy.typing import NDArray

from coterie.core.event import Event
from coterie.events.coded import TEXTS, Coded, Laid, as_words, one_after_another
from coterie.events.model import NameSpan
from coterie.events.order import ordered
from coterie.events.rows import NO_AMOUNT, Columns, unfold

ORDERS = {"topic": "name, item NULLS FIRST, time, seq, line", "person": "profile, time, seq"}

FORMAT = (
    "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION V2, "
    "ROW_GROUP_SIZE 122880, WRITE_BLOOM_FILTER false)"
)
"""Version 2 has the encodings for numbers in order: a fifth less, in two thirds of the time."""

_MARKS = ("\ufdd0", '"\ufdd1"', "\ufdd2")
_LEFT_ALONE = r'[\\\x{fdd0}-\x{fdd2}]|[:,\[]":'
"""Text in which a mark might be misread, or a quote taken for another: it stays as it is."""

_MONEY = (
    "CASE WHEN amount % 10000 = 0 THEN (amount // 10000)::VARCHAR ELSE "
    "rtrim((amount::DECIMAL(38, 4) / 10000)::DECIMAL(38, 4)::VARCHAR, '0') END"
)


def _escaped(text: str) -> str:
    for mark in _MARKS:
        bare = mark.strip('"')
        text = f"replace({text}, '{bare}', '\\u{ord(bare):04x}')"
    return text


def _marked(text: str) -> str:
    """Put the marks in. Numbers stand between ``":`` and ``,`` or ``}``, texts between quotes."""
    item, amount, store = _MARKS
    for end in (",", "}"):
        number = f"""coalesce('":' || ({_MONEY}) || '{end}', '')"""
        text = f"""replace({text}, {number}, '":{amount}{end}')"""
    for name, mark in (("item", item), ("store", store)):
        quoted = f"""coalesce(':"' || {name} || '"', '')"""
        text = f"""replace({text}, {quoted}, ':"{mark}"')"""
    return text


def marked(properties: str = "properties") -> str:
    """Write: properties with the marks in them, from item, amount and store."""
    return (
        f"CASE WHEN regexp_matches({properties}, '{_LEFT_ALONE}') "
        f"THEN {_escaped(properties)} ELSE {_marked(properties)} END"
    )


def mark(name: str, event: Event) -> str:
    """Write an event's one property as a part of JSON, as ``marked`` would have it.

    >>> wine = Event(id="1", type="track", name="", time=0, received=0, source="", amount=125000,
    ...              properties={"total": 12.5})
    >>> mark("total", wine) == '"total":' + _MARKS[1]
    True
    """
    text = msgspec.json.encode(event.properties).decode()[1:-1]
    key = msgspec.json.encode(name).decode()
    one, amount, store = _MARKS
    if event.amount is not None and text == f"{key}:{_money(event.amount)}":
        return f"{key}:{amount}"
    for word, sign in (
        (event.items[0] if len(event.items) == 1 else None, one),
        (event.store, store),
    ):
        if word and "\\" not in text and text == f'{key}:"{word}"':
            return f'{key}:"{sign}"'
    for sign in _MARKS:
        bare = sign.strip('"')
        text = text.replace(bare, f"\\u{ord(bare):04x}")
    return text


def _money(amount: int) -> str:
    whole, rest = divmod(abs(amount), 10_000)
    digits = f"{whole}.{rest:04d}".rstrip("0") if rest else str(whole)
    return f"-{digits}" if amount < 0 else digits


def restored(properties: str, *, item: str = "item") -> str:
    """Write: the properties of a row as they came, given the expression of its one item."""
    one, amount, store = _MARKS
    text = f"{properties}::VARCHAR"
    for mark, word in ((one, item), (amount, f"({_MONEY})"), (store, "store")):
        text = f"replace({text}, '{mark}', coalesce({word}, ''))"
    return text


ONE_OF_ITEMS = "substr(items, 3, length(items) - 4)"
"""Within person order: the item of an event that has one, and only of such a one."""

_ONE_ITEM = r'\["[^"\\]+"\]'

ITEMS = f"CASE WHEN regexp_full_match(items, '{_ONE_ITEM}') THEN {ONE_OF_ITEMS} END"
"""The one item of an event, null when there are several or none."""

MARKED = f"""
    SELECT {marked()} AS properties
    FROM (SELECT properties, store, {ITEMS} AS item, nullif(amount, {NO_AMOUNT}) AS amount
          FROM given_events)
"""
"""The properties of ``given_events`` with their marks."""

_SELECTED = {
    "topic": "seq, line, time, nullif(received, {0}) AS received, profile, name, type, source, "
    "item, store, nullif(amount, {0}) AS amount, properties::JSON AS properties",
    "person": "seq, time, received, profile, name, type, source, items, store, "
    "nullif(amount, {0}) AS amount, properties::JSON AS properties",
}
SELECTED = {
    order: f"SELECT {columns.format(NO_AMOUNT)} FROM given_rows"
    for order, columns in _SELECTED.items()
}
"""What is written of each order's rows, which lie in order already."""

_TOPIC_TEXTS = [name for name in TEXTS if name != "items"]


def in_person_order(laid: Laid) -> Columns:
    """Return the rows of person order, in order."""
    numbers = laid.numbers
    found = laid.in_order(ordered(numbers["profile"], numbers["time"], numbers["seq"]))
    return {**found.numbers, **{name: column.texts() for name, column in found.texts.items()}}


def in_topic_order(laid: Laid) -> Columns:
    """Return the rows of topic order, in order: the events, and the lines of those of several."""
    item, event, line = _lines(laid)
    rank, time, seq = laid.texts["name"].ranks(), laid.numbers["time"], laid.numbers["seq"]
    order = ordered(rank[event], item.ranks(), time[event], seq[event], line)
    event, line = event[order], line[order]
    rows: Columns = {name: values[event] for name, values in laid.numbers.items()}
    rows |= {name: laid.texts[name].words[laid.texts[name].place[event]] for name in _TOPIC_TEXTS}
    rows |= {"line": line, "item": item.words[item.place[order]]}
    further = np.flatnonzero(line)
    if len(further):
        for column in ("received", "amount"):
            rows[column][further] = NO_AMOUNT
        for column in ("type", "source", "store", "properties"):
            rows[column][further] = None
    return rows


def _lines(laid: Laid) -> tuple[Coded, NDArray[np.intp], NDArray[np.int16]]:
    """Return the item, the place of the event and the number of each line of topic order."""
    items, events = laid.texts["items"], np.arange(len(laid))
    words = as_words([_one_item(word) for word in items.words])
    several = [one is None and word != "[]" for one, word in zip(words, items.words, strict=True)]
    alone = np.zeros(len(laid), np.int16)
    if not any(several):
        return Coded(items.place, words), events, alone
    of_several = np.flatnonzero(np.array(several, dtype=bool)[items.place])
    held = items.words[items.place[of_several]]
    lines = list(unfold(zip(of_several.tolist(), held, strict=True)))
    beside = Coded.of([item for _, _, item in lines])
    return (
        one_after_another([Coded(items.place, words), beside]),
        np.concatenate([events, np.array([event for event, _, _ in lines], np.intp)]),
        np.concatenate([alone, np.array([line for _, line, _ in lines], np.int16)]),
    )


def _one_item(items: str) -> str | None:
    return items[2:-2] if re.fullmatch(_ONE_ITEM, items) else None


IN_ORDER = {"topic": in_topic_order, "person": in_person_order}
"""The rows of each order, as ``SELECTED`` finds them."""


def spans(laid: Laid) -> tuple[NameSpan, ...]:
    """Return what a segment's manifest tells of each name."""
    rank, time = laid.texts["name"].ranks(), laid.numbers["time"]
    names = sorted(set(laid.texts["name"].words))
    events = np.bincount(rank, minlength=len(names) + 1)[1:]
    first, last = np.full(len(names) + 1, time.max()), np.full(len(names) + 1, time.min())
    np.minimum.at(first, rank, time)
    np.maximum.at(last, rank, time)
    told = events.tolist(), first[1:].tolist(), last[1:].tolist()
    return tuple(NameSpan(*span) for span in zip(names, *told, strict=True))


EVENTS = f"""
    SELECT seq, time, received, profile, name, type, source, items, store,
        nullif(amount, {NO_AMOUNT}) AS amount, properties::JSON AS properties
    FROM given_events
"""
