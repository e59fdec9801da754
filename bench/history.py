"""History of a benchmark's house, by the hundred million: straight into the lake, by columns.

Events are drawn in DuckDB from a seed: 12 names, 10,000 items of Zipf popularity, people by
Zipf-Mandelbrot so that the top 1 % make 24 % of them, evenly over 180 days. They are written in
30-day blocks in both orders, by the lake's own writer, as an import and its compaction leave them
(numbered person by person within a block). Their message ids are left out of the files of the
de-duplication: nothing that is measured here asks for them.
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
from crowd import DAYS, ITEMS, STORES

from coterie.app import App
from coterie.core.clock import DAY
from coterie.core.event import Event
from coterie.core.ids import uuid7
from coterie.events import store
from coterie.events.coded import NUMBERS, TEXTS, Coded, Laid, as_words
from coterie.events.compaction import BLOCK_DAYS
from coterie.events.lake import Lake
from coterie.events.layout import marked
from coterie.events.rows import NO_AMOUNT
from coterie.storage.work import Work

NAMES = {
    "Page Viewed": 30, "Product Viewed": 20, "Article Read": 15, "Search Made": 8,
    "Link Clicked": 6, "Message Opened": 6, "Cart Viewed": 5, "Order Completed": 4,
    "Wine Rated": 2, "Article Shared": 2, "Plan Changed": 1, "Tasting Attended": 1,
}  # fmt: skip
"""Of a hundred events, how many have each name."""

PLANS = ("free", "silver", "gold")
_WITHOUT_ITEM = ("Search Made", "Message Opened", "Plan Changed")
_FLAT, _BEND = 0.0005, 0.1925
"""The share of events of the first part x of people is ((x + flat)^bend - flat^bend) / (...)."""

_SPREAD = 2_654_435_761
"""A prime: who is how active has nothing to do with the number that she has."""

_LOW, _HIGH = _FLAT**_BEND, (1 + _FLAT) ** _BEND


def person(drawn: float, people: int) -> int:
    """Return whose event it is, given a number drawn from [0, 1)."""
    rank = int(people * ((_LOW + drawn * (_HIGH - _LOW)) ** (1 / _BEND) - _FLAT))
    return 1 + (max(rank, 0) * _SPREAD + 17) % people


def write(
    app: App, work: Work, people: int, events: int, seed: int, told: Callable[[str], None]
) -> None:
    """Write all blocks of the days up to ``work.now`` and their rows in the manifest."""
    blocks = DAYS // BLOCK_DAYS
    lake = Lake(app.settings.data / "lake")
    state = store.take_state(work)
    seq = state.next_seq
    for block in range(blocks):
        first, after = events * block // blocks, events * (block + 1) // blocks
        start = work.now - DAYS * DAY + block * BLOCK_DAYS * DAY
        with lake.desk() as desk:
            desk.execute("SET memory_limit = '8GB'")
            drawn = _drawn(first, after, start, people, seed, work.now)
            desk.execute(f"CREATE OR REPLACE TEMP TABLE drawn AS {drawn}")
            laid = _laid(desk, seq)
            desk.execute("DROP TABLE drawn")
        segment = lake.write_laid(laid, uuid7(work.now), start // DAY)
        store.add_segment(work, segment)
        seq += segment.events
        told(f"events, block {block + 1} of {blocks}")
    store.set_state(work, next_seq=seq)
    lake.close()


def _laid(desk: duckdb.DuckDBPyConnection, seq: int) -> Laid:
    """Return what was drawn by columns, its texts by their places, numbered from ``seq`` on."""
    words, joins = {}, ""
    for name in TEXTS:
        desk.execute(
            f"CREATE OR REPLACE TEMP TABLE {name}_words AS SELECT word, (row_number() OVER () - 1)"
            f"::INTEGER AS place FROM (SELECT DISTINCT {name} AS word FROM drawn)"
        )
        rows = desk.execute(f"SELECT word FROM {name}_words ORDER BY place").fetchall()
        words[name] = as_words([*(word for (word,) in rows), None])  # at place -1 is nothing
        joins += f" LEFT JOIN {name}_words {name} ON {name}.word = drawn.{name}"
    places = ", ".join(f"coalesce({name}.place, -1) AS {name}" for name in TEXTS)
    found = desk.execute(
        "SELECT row, time, received, profile, coalesce(amount, ?) AS amount, "
        f"{places} FROM drawn{joins}", [NO_AMOUNT]
    ).fetchnumpy()  # fmt: skip
    numbers = {name: found[name] for name in NUMBERS if name != "seq"}
    texts = {name: Coded(found[name] % len(words[name]), words[name]).trimmed() for name in TEXTS}
    return Laid(numbers, texts).numbered(seq, found["row"])


def _drawn(first: int, after: int, start: int, people: int, seed: int, received: int) -> str:
    """Write the query that draws the events numbered in [first, after), from ``start`` on."""

    def u(number: int) -> str:
        return f"(hash(n * 16 + {number} + {seed} * 1000003) / 18446744073709551616.0)"

    shares = [name for name, share in NAMES.items() for _ in range(share)]
    rank = f"greatest({people} * (pow({_LOW} + {u(1)} * {_HIGH - _LOW}, {1 / _BEND}) - {_FLAT}), 0)"
    has_item = f"name NOT IN {_WITHOUT_ITEM}"
    is_double = f"name = 'Order Completed' AND {u(5)} < 0.25"
    return f"""
        SELECT n - {first} AS row, time, {received}::BIGINT AS received, profile, name,
            'track' AS type, 'bench' AS source, items, store, amount, {marked("text")} AS properties
        FROM (SELECT *, CASE
            WHEN name = 'Order Completed' AND other IS NULL
              THEN '{{"item":"' || item || '","total":' || money || ',"store":"' || store || '"}}'
            WHEN name = 'Order Completed'
              THEN '{{"products":[{{"product_id":"' || first || '"}},{{"product_id":"' || other
                || '"}}],"total":' || money || ',"store":"' || store || '"}}'
            WHEN name = 'Tasting Attended'
              THEN '{{"item":"' || item || '","store":"' || store || '"}}'
            WHEN name = 'Article Read' THEN '{{"item":"' || item || '","seconds":' || ten || '}}'
            WHEN name = 'Wine Rated' THEN '{{"item":"' || item || '","rating":' || rating || '}}'
            WHEN name = 'Search Made' THEN '{{"query":"q' || ten || '"}}'
            WHEN name = 'Link Clicked' THEN '{{"item":"' || item || '","campaign":"c' || rating
              || '"}}'
            WHEN name = 'Message Opened' THEN '{{"campaign":"c' || rating || '"}}'
            WHEN name = 'Plan Changed' THEN '{{"plan":"' || {list(PLANS)}[1 + rating % 3] || '"}}'
            ELSE '{{"item":"' || item || '"}}' END AS text,
            CASE WHEN first IS NULL THEN '[]' WHEN other IS NULL THEN '["' || first || '"]'
              ELSE '["' || first || '","' || other || '"]' END AS items
        FROM (SELECT *, CASE WHEN other IS NULL THEN first END AS item,
              CASE WHEN amount % 10000 = 0 THEN (amount // 10000)::VARCHAR
                ELSE rtrim((amount / 10000)::DECIMAL(18, 1)::VARCHAR, '0') END AS money
        FROM (SELECT n, name, time, profile, 'item-' || kind AS first,
                CASE WHEN {is_double} THEN 'item-' || ((kind * 7 + 13) % {ITEMS}) END AS other,
                CASE WHEN name = 'Order Completed'
                  THEN (50 + kind % 400 * 5) * (1 + floor(3 * {u(6)})::BIGINT) * 1000 END AS amount,
                CASE WHEN name IN ('Order Completed', 'Tasting Attended')
                  THEN 's' || floor({STORES} * {u(7)})::INT END AS store,
                10 * (1 + floor(30 * {u(8)})::INT) AS ten, 1 + floor(5 * {u(9)})::INT AS rating
        FROM (SELECT n, name, time, profile, CASE WHEN {has_item} THEN drawn_item END AS kind
        FROM (SELECT n, {shares}[1 + floor(100 * {u(3)})::INT] AS name,
                {start} + floor({BLOCK_DAYS * DAY} * {u(2)})::BIGINT AS time,
                (1 + (floor({rank})::BIGINT * {_SPREAD} + 17) % {people})::INTEGER AS profile,
                floor({ITEMS} * pow({u(4)}, 2))::INT AS drawn_item
        FROM range({first}, {after}) numbers(n))))))
    """


def live(chance: random.Random, count: int, people: int, since: int, until: int) -> list[Event]:
    """Draw new events in (since, until], in order of time, as the road recognises them."""
    names = random.Random(chance.random()).choices([*NAMES], [*NAMES.values()], k=count)
    moments = sorted(chance.randrange(since + 1, until + 1) for _ in range(count))
    made = []
    for name, moment in zip(names, moments, strict=True):
        profile = person(chance.random(), people)
        made.append(
            Event(
                id=f"live-{chance.getrandbits(96):024x}", type="track", name=name, time=moment,
                received=moment, source="bench", profile=profile, came_with=profile,
                user_id=f"u{profile - 1}", properties=properties(chance, name),
            )
        )  # fmt: skip
    return made


def properties(chance: random.Random, name: str) -> dict[str, Any]:
    """Draw the properties of an event, like those of the history."""
    item, rating = f"item-{int(ITEMS * chance.random() ** 2)}", chance.randint(1, 5)
    found: dict[str, Any] = {} if name in _WITHOUT_ITEM else {"item": item}
    extras: dict[str, dict[str, Any]] = {
        "Order Completed": {"total": chance.randrange(50, 6_000) / 10, "store": _store(chance)},
        "Tasting Attended": {"store": _store(chance)},
        "Article Read": {"seconds": 10 * chance.randint(1, 30)},
        "Wine Rated": {"rating": rating},
        "Search Made": {"query": f"q{10 * chance.randint(1, 30)}"},
        "Link Clicked": {"campaign": f"c{rating}"},
        "Message Opened": {"campaign": f"c{rating}"},
        "Plan Changed": {"plan": chance.choice(PLANS)},
    }
    return found | extras.get(name, {})


def _store(chance: random.Random) -> str:
    return f"s{chance.randrange(STORES)}"


def bytes_of(folder: Path) -> Iterator[tuple[str, int]]:
    """Tell how many bytes the events take in each order, and all of the house's folder."""
    for order in ("topic", "person"):
        files = (folder / "lake" / order).glob("*.parquet")
        yield f"{order} order", sum(path.stat().st_size for path in files)
    yield "whole folder", sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def top_percent(lake: duckdb.DuckDBPyConnection) -> float:
    """Return the part of all events that the most active hundredth of people makes."""
    query = """
        SELECT sum(n) FILTER (place <= people / 100) / sum(n) FROM (
            SELECT count(*) AS n, row_number() OVER (ORDER BY count(*) DESC) AS place,
                count(*) OVER () AS people
            FROM events GROUP BY profile)
    """
    return float(lake.execute(query).fetchall()[0][0])
