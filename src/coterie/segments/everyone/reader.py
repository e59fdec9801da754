"""The connection that the reader of everyone asks: the log's lake with people and topics beside it.

Everything in it is what the unit of work sees, its own changes included.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
from pyroaring import BitMap

from coterie.events.log import Log
from coterie.profiles.service import Profiles
from coterie.segments.engine.people import bitmap
from coterie.segments.everyone.compile import CANDIDATES, population_sql
from coterie.segments.everyone.compile_events import named
from coterie.segments.everyone.literals import at_path, quote
from coterie.segments.everyone.macros import PRELUDE, speaks
from coterie.segments.everyone.past import lay_past
from coterie.segments.language.asked import asks_near, lists_of, purposes_of
from coterie.segments.language.calendar import reach
from coterie.segments.language.parse import topics_of, trait_roots
from coterie.segments.model import Rule, World
from coterie.segments.past.worked_out import WorkedOut
from coterie.storage.work import Work

_SHAPES = {
    "profiles": "profile::INTEGER AS profile, bucket_key::VARCHAR AS bucket_key",
    "traits": "profile::INTEGER AS profile, name::VARCHAR AS name, value::VARCHAR::JSON AS value, "
    "since::BIGINT AS since",
    "digests": "profile::INTEGER AS profile, name::VARCHAR AS name, digest::VARCHAR AS digest",
    "tags": "profile::INTEGER AS profile, tag::VARCHAR AS tag",
    "item_topics": "item::VARCHAR AS item, topic::VARCHAR AS topic",
    "consents": "profile::INTEGER AS profile, purpose::VARCHAR AS purpose, "
    "channel::VARCHAR AS channel, time::BIGINT AS time, message_id::VARCHAR AS message_id, "
    "given::BOOLEAN AS given",
    "stores": "store::VARCHAR AS store, lat::DOUBLE AS lat, lon::DOUBLE AS lon",
    "lists": "list::VARCHAR AS list, profile::INTEGER AS profile",
    "worked_out": "profile::INTEGER AS profile, name::VARCHAR AS name, "
    "value::VARCHAR::JSON AS value, since::BIGINT AS since",
    CANDIDATES: "profile::INTEGER AS profile",
}
"""The tables beside the log's views, with the types that an empty one would not have."""


_LOOKED_AT, _OFFERED = 500, 30


class Population:
    """Asks rules of everyone, or of some, in one open connection."""

    def __init__(self, lake: duckdb.DuckDBPyConnection, world: World, restricted: bool) -> None:
        self._lake = lake
        self._world = world
        self._restricted = restricted
        self._has_words = False

    def of(self, rule: Rule) -> BitMap:
        """Return who meets a rule."""
        query = population_sql(rule, self._world, restricted=self._restricted)
        if speaks(query) and not self._has_words:
            self._lake.execute(PRELUDE)
            self._has_words = True
        return bitmap(self._lake.execute(query).fetchnumpy()["profile"])


class EventMoments:
    """Asks when the moments lie that events hold in a property."""

    def __init__(self, lake: duckdb.DuckDBPyConnection) -> None:
        self._lake = lake

    def between(self, name: str, path: str, after: int, until: int) -> set[int]:
        """Return who has such an event with after < moment <= until."""
        query = (
            f"SELECT DISTINCT profile FROM ({self._of(name, path)}) "
            f"WHERE moment > {after} AND moment <= {until}"
        )
        return {row[0] for row in self._lake.execute(query).fetchall()}

    def next(self, name: str, path: str, after: int) -> int | None:
        """Return the earliest such moment after ``after``."""
        query = f"SELECT min(moment) FROM ({self._of(name, path)}) WHERE moment > {after}"
        found: int | None = self._lake.execute(query).fetchall()[0][0]
        return found

    def _of(self, name: str, path: str) -> str:
        value = at_path("properties", path)
        return f"SELECT profile, moment({value}) AS moment FROM events WHERE {named(name)}"


class Reader:
    """Opens the connection for one unit of work."""

    def __init__(self, profiles: Profiles, log: Log, zone: ZoneInfo) -> None:
        self.profiles = profiles
        self.log = log
        self.zone = zone
        self._properties: dict[tuple[str, int], tuple[str, ...]] = {}
        self._values: dict[tuple[str, str, int], tuple[Any, ...]] = {}

    @contextmanager
    def population(
        self,
        work: Work,
        world: World,
        rules: Iterable[Rule],
        among: Collection[int] | None = None,
    ) -> Iterator[Population]:
        """Open what these rules, and the segments that they look into, ask about.

        Only they can be asked of it. With ``among`` only these people are asked.
        """
        parts = [part for rule in rules for part in reach(rule, world.rules)]
        export = self.profiles.export(work, {root for part in parts for root in trait_roots(part)})
        with self._open(work) as lake:
            _table(lake, "profiles", export.profiles)
            _table(lake, "traits", export.traits)
            _table(lake, "digests", export.digests)
            _table(lake, "tags", export.tags)
            self._lay_beside(work, lake, world, parts)
            if among is not None:
                asked = np.fromiter(among, dtype=np.int32, count=len(among))
                _table(lake, CANDIDATES, {"profile": asked})
            yield Population(lake, world, among is not None)

    @contextmanager
    def population_at(
        self, work: Work, world: World, rules: Iterable[Rule], worked_out: WorkedOut
    ) -> Iterator[Population]:
        """Open what these rules ask about as it was at ``work.now``; only they can be asked."""
        parts = [part for rule in rules for part in reach(rule, world.rules)]
        names = {root for part in parts for root in trait_roots(part)}
        with self._open(work) as lake:
            lay_past(lake, self.profiles.told_by(work, names), work.now)
            known = lake.execute("SELECT profile FROM profiles").fetchnumpy()["profile"].tolist()
            worked = [
                (profile, name, json.dumps(value), -1 if since is None else since)
                for profile, name, value, since in worked_out.traits_at(work, known, names)
            ]
            columns = _columns(("profile", "name", "value", "since"), worked)
            _table(lake, "worked_out", columns)
            lake.execute(
                "INSERT INTO traits SELECT profile, name, value, if(since < 0, NULL, since) "
                "FROM worked_out"
            )
            self._lay_beside(work, lake, world, parts)
            yield Population(lake, world, restricted=False)

    def _lay_beside(
        self, work: Work, lake: duckdb.DuckDBPyConnection, world: World, parts: Sequence[Rule]
    ) -> None:
        """Lay what these rules ask of topics, consent, lists and stores beside the log."""
        topics = sorted({topic for part in parts for topic in topics_of(part)})
        pairs = [(item, topic) for topic in topics for item in world.items_of[topic]]
        _table(lake, "item_topics", _columns(("item", "topic"), pairs))
        purposes = purposes_of(parts)
        if purposes:
            _table(lake, "consents", self.profiles.consent_columns(work, purposes))
        if asks_near(parts):
            places = [(store, *place) for store, place in world.stores.items()]
            _table(lake, "stores", _columns(("store", "lat", "lon"), places))
        names = sorted({name for part in parts for name in lists_of(part)})
        if names:
            standing = [world.lists.get(name) for name in names]
            people = [BitMap() if one is None else one.people for one in standing]
            told = np.repeat(np.array(names, dtype=object), [len(one) for one in people])
            on_them = np.concatenate([one.to_array() for one in people])
            _table(lake, "lists", {"list": told, "profile": on_them})

    def properties(self, work: Work, name: str) -> tuple[str, ...]:
        """Return the keys that some events of a name have in their properties.

        A few hundred events are looked at, and what was found is kept until there are twice as
        many events: an editor offers it, and nothing else hangs on it.
        """
        about = name, sum(self.log.counts(work).values()).bit_length()
        if about not in self._properties:
            with self._open(work) as lake:
                some = f"SELECT properties FROM events WHERE {named(name)} LIMIT {_LOOKED_AT}"
                query = f"SELECT DISTINCT unnest(json_keys(properties)) FROM ({some})"
                found = lake.execute(query).fetchall()
            self._properties[about] = tuple(sorted(row[0] for row in found))
        return self._properties[about]

    def values(self, work: Work, name: str, path: str) -> tuple[Any, ...]:
        """Return what some events of a name hold in a property, the most frequent first.

        Only scalars that occur more than once; looked for and kept as the keys are.
        """
        about = name, path, sum(self.log.counts(work).values()).bit_length()
        if about not in self._values:
            some = f"SELECT properties FROM events WHERE {named(name)} LIMIT {_LOOKED_AT}"
            held = f"SELECT {at_path('properties', path)}::VARCHAR AS held FROM ({some})"
            query = (
                f"SELECT held FROM ({held}) WHERE held IS NOT NULL GROUP BY held "
                f"HAVING count(*) > 1 ORDER BY count(*) DESC, held LIMIT {_OFFERED}"
            )
            with self._open(work) as lake:
                lake.execute(PRELUDE)
                found = [json.loads(row[0]) for row in lake.execute(query).fetchall()]
            scalars = (one for one in found if isinstance(one, str | int | float | bool))
            self._values[about] = tuple(one for one in scalars if one != "")
        return self._values[about]

    @contextmanager
    def moments(self, work: Work) -> Iterator[EventMoments]:
        """Open the log alone, to ask of moments in events' properties."""
        with self._open(work) as lake:
            lake.execute(PRELUDE)
            yield EventMoments(lake)

    @contextmanager
    def _open(self, work: Work) -> Iterator[duckdb.DuckDBPyConnection]:
        with self.log.open_lake(work) as lake:
            lake.execute(f"SET TimeZone = {quote(self.zone.key)}")
            yield lake


def _table(lake: duckdb.DuckDBPyConnection, name: str, columns: Any) -> None:
    lake.register("given", dict(columns))
    lake.execute(f"CREATE TEMP TABLE {name} AS SELECT {_SHAPES[name]} FROM given")
    lake.unregister("given")


def _columns(names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    columns = zip(*rows, strict=True) if rows else ((),) * len(names)
    return {
        name: np.array(values, dtype=object) for name, values in zip(names, columns, strict=True)
    }
