"""How events lie in the lake's files: the SQL that lays them out, and that reads them back.

``topic/<file>.parquet`` is ordered by (name, item, time): posting lists for rules. Line 0 is the
event itself, with its item if it has exactly one; lines 1, 2, ... are the items of an event with
several, with seq, line, time, profile, name and item only. ``person/<file>.parquet`` is ordered by
(profile, time), one row an event, for timelines.

Writing would spend most of its time on sorting text: so names and items are sorted once, as words,
and the events by the places of their words. What properties say once more of the item, the amount
and the store is taken out of them: a mark stands for it (a noncharacter, Unicode 23.7), and what
is read has it in its place again, to the letter.
"""

import msgspec

from coterie.core.event import Event
from coterie.events.rows import NO_AMOUNT

ORDERS = {"topic": "name, item NULLS FIRST, time, seq, line", "person": "profile, time, seq"}

FORMAT = (
    "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION V2, "
    "ROW_GROUP_SIZE 122880)"
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

_LAY_OUT = f"""
CREATE OR REPLACE TEMP TABLE laid_names AS
    SELECT name, (row_number() OVER (ORDER BY name))::INTEGER AS name_place
    FROM (SELECT DISTINCT name FROM given_events);
CREATE OR REPLACE TEMP TABLE laid_kinds AS
    SELECT items, {ITEMS} AS item
    FROM (SELECT DISTINCT items FROM given_events);
CREATE OR REPLACE TEMP TABLE laid_lines AS
    SELECT seq, (generate_subscripts(found, 1))::SMALLINT AS line, unnest(found) AS item
    FROM (SELECT seq, items::JSON::VARCHAR[] AS found FROM given_events
          JOIN laid_kinds USING (items) WHERE laid_kinds.item IS NULL AND items <> '[]');
CREATE OR REPLACE TEMP TABLE laid_items AS
    SELECT item, (row_number() OVER (ORDER BY item))::INTEGER AS item_place
    FROM (SELECT item FROM laid_kinds WHERE item IS NOT NULL UNION SELECT item FROM laid_lines);
CREATE OR REPLACE TEMP TABLE laid_events AS
    SELECT seq, time, received, profile, name_place, items, item, item_place, type, source, store,
        amount, {{}}::JSON AS properties
    FROM (SELECT * REPLACE (nullif(amount, {NO_AMOUNT}) AS amount) FROM given_events)
    JOIN laid_names USING (name) JOIN laid_kinds USING (items) LEFT JOIN laid_items USING (item);
"""

LAY_OUT = _LAY_OUT.format(marked())
"""From ``given_events`` (with items and properties as JSON) to tables that are quick to sort."""

LAY_OUT_MARKED = _LAY_OUT.format("properties")
"""The same where the properties have their marks already."""

_TOPIC = """
    SELECT seq, line, time, received, profile, name, type, source, item, store, amount, properties
    FROM (SELECT seq, 0::SMALLINT AS line, time, received, profile, name_place, type, source,
              item, item_place, store, amount, properties
          FROM laid_events
          UNION ALL
          SELECT seq, line, time, NULL, profile, name_place, NULL, NULL,
              l.item, i.item_place, NULL, NULL, NULL
          FROM laid_lines l JOIN laid_items i USING (item) JOIN laid_events USING (seq))
    JOIN laid_names USING (name_place)
    ORDER BY name_place, item_place NULLS FIRST, time, seq, line
"""

_PERSON = """
    SELECT seq, time, received, profile, name, type, source, items, store, amount, properties
    FROM laid_events JOIN laid_names USING (name_place)
    ORDER BY profile, time, seq
"""

LAID_OUT = {"topic": _TOPIC, "person": _PERSON}
"""The rows of each order, sorted, once ``LAY_OUT`` has run."""

SPANS = """
    SELECT name, count(*), min(time), max(time), min(profile), max(profile)
    FROM laid_events JOIN laid_names USING (name_place) GROUP BY name ORDER BY name
"""
"""What a segment's manifest tells of each name."""

EVENTS = f"""
    SELECT seq, time, received, profile, name, type, source, items, store,
        nullif(amount, {NO_AMOUNT}) AS amount, properties::JSON AS properties
    FROM given_events
"""

ALL_ARRIVALS = """
CREATE OR REPLACE TEMP VIEW all_arrivals AS
    SELECT * FROM arrivals UNION ALL BY NAME SELECT * EXCLUDE (item) FROM single
"""
"""What came in columns, and single events beside it."""

ARRIVED = """
CREATE OR REPLACE TEMP TABLE arrived AS
    SELECT time, received, profile, name, type, source, items, store, amount, properties
    FROM all_arrivals JOIN fresh USING (row) ORDER BY profile, time, row
"""
"""New events of a bulk, in the order in which they get their seqs: person by person."""
