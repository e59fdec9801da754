"""Lists loaded from the log: by a query each over the lake, or read from a hot tail that is all."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import msgspec
import numpy as np

from coterie.events.log import Log
from coterie.segments.engine.listing import NUMBER, SAME, UNIT, Column, Listing, Sorter, unit_sql
from coterie.segments.engine.postings import NOTHING, Ints, Rows, no_rows
from coterie.segments.everyone.compile_conditions import property_holds
from coterie.segments.everyone.compile_events import named
from coterie.segments.everyone.literals import at_path, quote
from coterie.segments.everyone.macros import PRELUDE
from coterie.segments.model import Condition, World
from coterie.segments.person.measures import identity
from coterie.storage.work import Work

_NO_NUMBER = "(-9223372036854775807 - 1)"


class Loading:
    """Reads what the unit of work sees of the log."""

    def __init__(self, log: Log, zone: ZoneInfo) -> None:
        self._log = log
        self._zone = zone

    def rows(
        self, work: Work, listings: Sequence[Listing], world: World, since: int = 0
    ) -> list[Rows]:
        """Return the rows of each list with seq >= since, in (time, seq) order."""
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
            return [self._load(lake, listing, world, since) for listing in listings]

    def _load(
        self, lake: duckdb.DuckDBPyConnection, listing: Listing, world: World, since: int
    ) -> Rows:
        if listing.topic is not None:
            items = np.array(sorted(listing.items), dtype=object)
            lake.register("topic_items", {"item": items})
        by_lines = bool(listing.topic) and not (listing.where or listing.columns)
        by_lines &= listing.name != "*"  # an item's line does not tell of its event's type
        found = lake.execute(_lines(listing, since) if by_lines else _events(listing, world, since))
        columns = found.fetchnumpy()
        values = {
            name: _integers(listing, column, columns[f"value_{place}"])
            for place, (name, column) in enumerate(listing.columns.items())
        }
        times, profiles = _plain(columns["time"]), _plain(columns["profile"]).astype(np.int32)
        return Rows(times.astype(np.int64), profiles, values).in_order()


def _lines(listing: Listing, since: int) -> str:
    """Write the query of a topic's events: the lake is ordered by item, so it reads few rows."""
    return (
        "SELECT time, profile FROM (SELECT DISTINCT seq, time, profile FROM event_lines "
        f"WHERE {named(listing.name)} AND seq >= {since} "
        "AND item IN (SELECT item FROM topic_items)) ORDER BY time, seq"
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
        f"SELECT time, profile{kept} FROM (SELECT seq, time, profile{inner} FROM events "
        f"WHERE {' AND '.join(tests)}) WHERE {chosen} ORDER BY time, seq"
    )


def _tests(listing: Listing) -> list[Condition]:
    return [test for column in listing.columns.values() for test in column.tests]


def _value(column: Column, world: World, read: dict[str, str]) -> str:
    if column.kind == UNIT:
        return f"{unit_sql(column.of)}::BIGINT"
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
