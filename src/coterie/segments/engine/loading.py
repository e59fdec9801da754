"""Lists loaded from the log: by a query each over the lake, or read from a hot tail that is all."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import msgspec
import numpy as np
from numpy.typing import NDArray

from coterie.core.clock import DAY
from coterie.events.log import Log
from coterie.segments.engine.listing import NUMBER, SAME, Column, Listing
from coterie.segments.engine.postings import (
    NOTHING,
    Ints,
    Rows,
    in_time,
    joined,
    no_rows,
    order_by_both,
)
from coterie.segments.engine.sorting import Sorter
from coterie.segments.everyone.compile_conditions import property_holds
from coterie.segments.everyone.compile_events import named
from coterie.segments.everyone.literals import at_path, quote
from coterie.segments.everyone.macros import PRELUDE
from coterie.segments.model import Condition, World
from coterie.segments.person.evaluate import is_named
from coterie.segments.person.measures import identity
from coterie.storage.reading import Words
from coterie.storage.work import Work

LONG = 4_000_000
"""Events: of a name with more of them, lists are read block by block."""

_BLOCK = 30 * DAY
"""The blocks that the log's files are compacted to."""

_ALL = "SELECT name, count(*), min(time), max(time) FROM events GROUP BY name"

_Told = tuple[str, int, int, int]
"""Of all events of a name: the name, how many there are, the first moment and the last."""

_NO_NUMBER = "(-9223372036854775807 - 1)"


class Loading:
    """Reads what the unit of work sees of the log; block by block of names with ``long`` events."""

    def __init__(self, log: Log, zone: ZoneInfo, long: int = LONG) -> None:
        self._log = log
        self._zone = zone
        self._long = long

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
        found: dict[int, Rows] = {}
        of_topics: dict[str, list[int]] = {}
        with self._log.open_lake(work, as_came=True) as lake:
            lake.execute(f"SET TimeZone = {quote(self._zone.key)}")
            lake.execute(PRELUDE)
            told = [] if since else lake.execute(_ALL).fetchall()
            for place, listing in enumerate(listings):
                if _is_of_lines(listing):
                    of_topics.setdefault(listing.name, []).append(place)
                else:
                    found[place] = self._load(lake, listing, world, since, told)
            for places in of_topics.values():
                of_name = [listings[place] for place in places]
                floor = min(one.floor for one in of_name)
                spans = self._spans(of_name[0].name, floor, told)
                found |= zip(places, _of_topics(lake, of_name, since, spans), strict=True)
        return [found[place] for place in range(len(listings))]

    def _load(
        self,
        lake: duckdb.DuckDBPyConnection,
        listing: Listing,
        world: World,
        since: int,
        told: Sequence[_Told],
    ) -> Rows:
        if listing.topic is not None:
            items = np.array(sorted(listing.items), dtype=object)
            lake.register("topic_items", {"item": items})
        query = _events(listing, world, since)
        is_long = not (listing.where or listing.topic)
        spans = self._spans(listing.name, listing.floor, told if is_long else ())
        parts = [self._read(lake, listing, f"{query} AND {span}") for span in spans]
        return joined(parts).in_order()

    def _read(self, lake: duckdb.DuckDBPyConnection, listing: Listing, query: str) -> Rows:
        columns = _fetched(lake, query)
        if not listing.columns:
            return in_time(columns["time"], columns["profile"])
        values = {
            name: _integers(listing, column, columns[f"value_{place}"])
            for place, (name, column) in enumerate(listing.columns.items())
        }
        order = order_by_both(columns["time"], columns["seq"])
        return Rows(columns["time"], columns["profile"], values).take(order)

    def _spans(self, name: str, floor: int, told: Sequence[_Told]) -> list[str]:
        """Say which moments to read: from a floor on; of a long list, block by block of days.

        Each block is sorted by itself, in little memory. ``told`` tells of all events.
        """
        of_it = [one for one in told if is_named(one[0], name)]
        if sum(one[1] for one in of_it) < self._long:
            return [f"time >= {floor}"]
        first = max(floor, min(one[2] for one in of_it))
        edges = range((first // _BLOCK + 1) * _BLOCK, max(one[3] for one in of_it), _BLOCK)
        bounds = [f"time >= {start}" for start in (floor, *edges)]
        return [
            f"{bound} AND time < {edge}" for bound, edge in zip(bounds, edges, strict=False)
        ] + bounds[-1:]


def _is_of_lines(listing: Listing) -> bool:
    """Say whether a list is of nothing but a topic's items: the lake's lines tell of these.

    A line does not tell of its event's type.
    """
    return bool(listing.topic) and listing.name != "*" and not (listing.where or listing.columns)


def _of_topics(
    lake: duckdb.DuckDBPyConnection, listings: Sequence[Listing], since: int, spans: Sequence[str]
) -> list[Rows]:
    """Read the lists of some topics, of one name, in one scan of what touched any of their items.

    The lake is ordered by item, so it reads few rows besides. ``spans`` say which moments to read.
    """
    items = sorted(frozenset().union(*(one.items for one in listings)))
    if not items:
        return [no_rows() for _ in listings]
    numbers = {item: number for number, item in enumerate(items)}
    belongs = np.zeros((len(listings), len(items)), np.bool_)
    for place, listing in enumerate(listings):
        belongs[place, [numbers[item] for item in listing.items]] = True
    given = {"item": np.array(items, object), "number": np.arange(len(items), dtype=np.int32)}
    lake.register("topic_items", given)
    query = (
        "SELECT seq, time, profile, number FROM event_lines JOIN topic_items USING (item) "
        f"WHERE {named(listings[0].name)} AND seq >= {since}"
    )
    parts: list[list[Rows]] = [[] for _ in listings]
    for span in spans:
        lines = _fetched(lake, f"{query} AND {span}")
        for own, of_it, listing in zip(parts, belongs, listings, strict=True):
            wanted = np.flatnonzero(of_it[lines["number"]] & (lines["time"] >= listing.floor))
            own.append(_events_of(lines, wanted))
    return [joined(own).in_order() for own in parts]


def _events_of(lines: Mapping[str, NDArray[Any]], wanted: Ints) -> Rows:
    """Return the events of some lines: an event with several items has several."""
    seqs, times = lines["seq"][wanted], lines["time"][wanted]
    order = order_by_both(times, seqs)
    seqs = seqs[order]
    chosen = order[np.append(True, seqs[1:] != seqs[:-1])] if len(order) else order
    return Rows(times[chosen], lines["profile"][wanted][chosen])


def _fetched(lake: duckdb.DuckDBPyConnection, query: str) -> dict[str, NDArray[Any]]:
    return {
        name: column if column.dtype == object else np.ma.getdata(column)
        for name, column in lake.execute(query).fetchnumpy().items()
    }


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
        f"SELECT {'seq, ' if kept else ''}time, profile{kept} FROM "
        f"(SELECT seq, time, profile{inner} FROM events WHERE {' AND '.join(tests)}) WHERE {chosen}"
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
        numbers: Ints = values.astype(np.int64)
        return numbers
    words = Words()
    texts: NDArray[Any] = np.array(np.ma.getdata(values), object)
    texts[np.ma.getmaskarray(values)] = None
    which = words.numbers(texts.tolist())
    codes = [
        NOTHING if text is None else listing.code((column.of, identity(msgspec.json.decode(text))))
        for text in words
    ]
    return np.array(codes, np.int64)[which]
