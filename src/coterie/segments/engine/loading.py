"""Lists loaded from the log: by a query each over the lake, or read from a hot tail that is all."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import msgspec
import numpy as np

from coterie.core.clock import DAY
from coterie.events.log import Log
from coterie.segments.engine.listing import NUMBER, SAME, Column, Listing, Sorter
from coterie.segments.engine.postings import NOTHING, Ints, Rows, joined, no_rows
from coterie.segments.everyone.compile_conditions import property_holds
from coterie.segments.everyone.compile_events import named
from coterie.segments.everyone.literals import at_path, quote
from coterie.segments.everyone.macros import PRELUDE
from coterie.segments.model import Condition, World
from coterie.segments.person.evaluate import is_named
from coterie.segments.person.measures import identity
from coterie.storage.work import Work

_LONG = 4_000_000
"""Rows: a list with more of them is read block by block."""

_BLOCK = 30 * DAY
"""The blocks that the log's files are compacted to."""

_ALL = "SELECT name, count(*), min(time), max(time) FROM events GROUP BY name"

_NO_NUMBER = "(-9223372036854775807 - 1)"


class Loading:
    """Reads what the unit of work sees of the log."""

    def __init__(self, log: Log, zone: ZoneInfo) -> None:
        self._log = log
        self._zone = zone

    def rows(
        self, work: Work, listings: Sequence[Listing], world: World, since: int = 0
    ) -> list[Rows]:
        """Return the rows of each list with seq >= since, in (time, seq) order.

        All of them where ``since`` is given; else those from each list's floor on, and maybe more.
        """
        if not listings:
            return []
        if self._log.has_lake(work):
            return self._from_lake(work, listings, world, since)
        events = self._log.tail(work, since - 1)
        sorted_out = Sorter(listings, self._zone).sort(events)
        return [
            sorted_out.get(place, no_rows(list(listing.columns)))
            for place, listing in enumerate(listings)
        ]

    def _from_lake(
        self, work: Work, listings: Sequence[Listing], world: World, since: int
    ) -> list[Rows]:
        with self._log.open_lake(work, as_came=True) as lake:
            lake.execute(f"SET TimeZone = {quote(self._zone.key)}")
            lake.execute(PRELUDE)
            told = [] if since else lake.execute(_ALL).fetchall()
            return [self._load(lake, listing, world, since, told) for listing in listings]

    def _load(
        self,
        lake: duckdb.DuckDBPyConnection,
        listing: Listing,
        world: World,
        since: int,
        told: Sequence[tuple[str, int, int, int]],
    ) -> Rows:
        if listing.topic is not None:
            items = np.array(sorted(listing.items), dtype=object)
            lake.register("topic_items", {"item": items})
        by_lines = bool(listing.topic) and not (listing.where or listing.columns)
        by_lines &= listing.name != "*"  # an item's line does not tell of its event's type
        query = _lines(listing, since) if by_lines else _events(listing, world, since)
        parts = [
            self._read(lake, listing, f"SELECT * FROM ({query}) WHERE {span} ORDER BY time, seq")
            for span in (_blocks(listing, told) if told else ["TRUE"])
        ]
        return joined(parts).in_order()

    def _read(self, lake: duckdb.DuckDBPyConnection, listing: Listing, query: str) -> Rows:
        columns = lake.execute(query).fetchnumpy()
        values = {
            name: _integers(listing, column, columns[f"value_{place}"])
            for place, (name, column) in enumerate(listing.columns.items())
        }
        times, profiles = _plain(columns["time"]), _plain(columns["profile"]).astype(np.int32)
        return Rows(times.astype(np.int64, copy=False), profiles, values)


def _blocks(listing: Listing, told: Sequence[tuple[str, int, int, int]]) -> list[str]:
    """Say which moments to read: from the list's floor on; of a long list, block by block of days.

    Each block is sorted by itself, in little memory. ``told`` are name, number, first and last
    moment of all events.
    """
    of_it = [one for one in told if is_named(one[0], listing.name)]
    if listing.where or listing.topic is not None or sum(one[1] for one in of_it) < _LONG:
        return [f"time >= {listing.floor}"]
    first = max(listing.floor, min(one[2] for one in of_it))
    edges = range((first // _BLOCK + 1) * _BLOCK, max(one[3] for one in of_it), _BLOCK)
    bounds = [f"time >= {start}" for start in (listing.floor, *edges)]
    return [
        f"{bound} AND time < {edge}" for bound, edge in zip(bounds, edges, strict=False)
    ] + bounds[-1:]


def _lines(listing: Listing, since: int) -> str:
    """Write the query of a topic's events: the lake is ordered by item, so it reads few rows."""
    return (
        "SELECT DISTINCT seq, time, profile FROM event_lines "
        f"WHERE {named(listing.name)} AND seq >= {since} "
        "AND item IN (SELECT item FROM topic_items)"
    )


def _events(listing: Listing, world: World, since: int) -> str:
    paths = {test.path for test in (*listing.where, *_tests(listing))}
    paths |= {column.of for column in listing.columns.values() if column.kind in (NUMBER, SAME)}
    read = {path: f"read_{place}" for place, path in enumerate(sorted(paths))}
    inner = "".join(f", {at_path('properties', path)} AS {name}" for path, name in read.items())
    tests = [named(listing.name), f"seq >= {since}"]
    if listing.topic is not None:
        lines = "SELECT seq FROM event_items WHERE item IN (SELECT item FROM topic_items)"
        tests.append(f"seq IN ({lines})")
    kept = "".join(
        f", {_value(column, world, read)} AS value_{place}"
        for place, column in enumerate(listing.columns.values())
    )
    chosen = " AND ".join(property_holds(t, world, read[t.path]) for t in listing.where) or "TRUE"
    return (
        f"SELECT seq, time, profile{kept} FROM (SELECT seq, time, profile{inner} FROM events "
        f"WHERE {' AND '.join(tests)}) WHERE {chosen}"
    )


def _tests(listing: Listing) -> list[Condition]:
    return [test for column in listing.columns.values() for test in column.tests]


def _value(column: Column, world: World, read: dict[str, str]) -> str:
    if column.kind == NUMBER:
        return f"coalesce(scaled({read[column.of]}), {_NO_NUMBER})"
    if column.kind == SAME:
        value = read[column.of]
        return f"CASE WHEN present({value}) THEN {value}::VARCHAR END"
    tests = [property_holds(test, world, read[test.path]) for test in column.tests]
    return f"({' AND '.join(tests)})::BIGINT"


def _integers(listing: Listing, column: Column, values: Any) -> Ints:
    if column.kind != SAME:
        numbers: Ints = _plain(values).astype(np.int64)
        return numbers
    known: dict[str, int] = {}
    missing = np.ma.getmaskarray(values)
    texts = np.asarray(values, dtype=object)
    codes = np.full(len(texts), NOTHING, np.int64)
    for place, (text, is_missing) in enumerate(zip(texts.tolist(), missing.tolist(), strict=True)):
        if is_missing or text is None:
            continue
        if text not in known:
            known[text] = listing.code((column.of, identity(msgspec.json.decode(text))))
        codes[place] = known[text]
    return codes


def _plain(values: Any) -> Any:
    return np.ma.getdata(values)
