"""The connection that the reader of everyone asks: the log's lake with people and topics beside it.

Everything in it is what the unit of work sees, its own changes included.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
from pyroaring import BitMap

from coterie.catalog.service import Catalog
from coterie.events.log import Log
from coterie.profiles.service import Profiles
from coterie.segments.compile import CANDIDATES, named, population_sql
from coterie.segments.literals import at_path, quote
from coterie.segments.macros import PRELUDE
from coterie.segments.model import Rule, World
from coterie.storage.work import Work

_SHAPES = {
    "profiles": "profile::INTEGER AS profile, bucket_key::VARCHAR AS bucket_key",
    "traits": "profile::INTEGER AS profile, name::VARCHAR AS name, value::VARCHAR::JSON AS value, "
    "since::BIGINT AS since",
    "digests": "profile::INTEGER AS profile, name::VARCHAR AS name, digest::VARCHAR AS digest",
    "tags": "profile::INTEGER AS profile, tag::VARCHAR AS tag",
    "item_topics": "item::VARCHAR AS item, topic::VARCHAR AS topic",
    CANDIDATES: "profile::INTEGER AS profile",
}
"""The tables beside the log's views, with the types that an empty one would not have."""


class Population:
    """Asks rules of everyone, or of some, in one open connection."""

    def __init__(self, lake: duckdb.DuckDBPyConnection, world: World, restricted: bool) -> None:
        self._lake = lake
        self._world = world
        self._restricted = restricted

    def of(self, rule: Rule) -> BitMap:
        """Return who meets a rule."""
        query = population_sql(rule, self._world, restricted=self._restricted)
        return BitMap(self._lake.execute(query).fetchnumpy()["profile"])


class Reader:
    """Opens the connection, and asks it what needs no people: moments in events' properties."""

    def __init__(self, profiles: Profiles, catalog: Catalog, log: Log, zone: ZoneInfo) -> None:
        self.profiles = profiles
        self.catalog = catalog
        self.log = log
        self.zone = zone

    @contextmanager
    def population(
        self, work: Work, world: World, among: Collection[int] | None = None
    ) -> Iterator[Population]:
        """Open everything that rules ask about; with ``among`` only these people are asked."""
        export = self.profiles.export(work)
        pairs = self.catalog.pairs(work)
        with self._open(work) as lake:
            _table(lake, "profiles", export.profiles)
            _table(lake, "traits", export.traits)
            _table(lake, "digests", export.digests)
            _table(lake, "tags", export.tags)
            _table(lake, "item_topics", _columns(("item", "topic"), pairs))
            if among is not None:
                asked = np.fromiter(among, dtype=np.int32, count=len(among))
                _table(lake, CANDIDATES, {"profile": asked})
            yield Population(lake, world, among is not None)

    def property_between(
        self, work: Work, name: str, path: str, after: int, until: int
    ) -> set[int]:
        """Return who has an event with a moment in a property: after < moment <= until."""
        query = (
            f"SELECT DISTINCT profile FROM ({_moments(name, path)}) "
            f"WHERE moment > {after} AND moment <= {until}"
        )
        with self._open(work) as lake:
            return {row[0] for row in lake.execute(query).fetchall()}

    def next_property(self, work: Work, name: str, path: str, after: int) -> int | None:
        """Return the earliest moment after ``after`` that an event holds in a property."""
        query = f"SELECT min(moment) FROM ({_moments(name, path)}) WHERE moment > {after}"
        with self._open(work) as lake:
            found: int | None = lake.execute(query).fetchall()[0][0]
        return found

    @contextmanager
    def _open(self, work: Work) -> Iterator[duckdb.DuckDBPyConnection]:
        with self.log.open_lake(work) as lake:
            lake.execute(f"SET TimeZone = {quote(self.zone.key)}")
            lake.execute(PRELUDE)
            yield lake


def _moments(name: str, path: str) -> str:
    value = at_path("properties", path)
    return f"SELECT profile, moment({value}) AS moment FROM events WHERE {named(name)}"


def _table(lake: duckdb.DuckDBPyConnection, name: str, columns: Any) -> None:
    lake.register("given", dict(columns))
    lake.execute(f"CREATE TEMP TABLE {name} AS SELECT {_SHAPES[name]} FROM given")
    lake.unregister("given")


def _columns(names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return {
        name: np.array(values, dtype=object) for name, values in zip(names, columns, strict=True)
    }
