"""A crowd of drawn people as the views that the SQL reader reads, in a DuckDB of its own."""

import json
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import duckdb

from coterie.segments.everyone.compile import CANDIDATES, population_sql
from coterie.segments.everyone.macros import PRELUDE
from coterie.segments.model import Person, Rule, World

_TABLES = {
    "profiles": "profile INTEGER, bucket_key VARCHAR",
    "traits": "profile INTEGER, name VARCHAR, value JSON, since BIGINT",
    "digests": "profile INTEGER, name VARCHAR, digest VARCHAR",
    "tags": "profile INTEGER, tag VARCHAR",
    "events": "seq BIGINT, time BIGINT, received BIGINT, profile INTEGER, name VARCHAR, "
    "type VARCHAR, source VARCHAR, store VARCHAR, amount BIGINT, properties JSON",
    "event_items": "seq BIGINT, item VARCHAR",
    "item_topics": "item VARCHAR, topic VARCHAR",
    "consents": "profile INTEGER, purpose VARCHAR, channel VARCHAR, time BIGINT, "
    "message_id VARCHAR, given BOOLEAN",
    "lists": "list VARCHAR, profile INTEGER",
    "stores": "store VARCHAR, lat DOUBLE, lon DOUBLE",
    CANDIDATES: "profile INTEGER",
}


class Lake:
    """The views of the SQL reader, filled from people."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.connection = duckdb.connect()
        self.connection.execute(f"SET TimeZone = '{zone.key}'")
        self.connection.execute("SET threads = 1")
        self.connection.execute(PRELUDE)
        for name, columns in _TABLES.items():
            self.connection.execute(f"CREATE TABLE {name} ({columns})")

    def fill(self, people: Sequence[Person], world: World) -> None:
        """Replace what is in the views."""
        for name in _TABLES:
            self.connection.execute(f"DELETE FROM {name}")
        self._rows("profiles", [(p.known.profile, p.known.bucket_key) for p in people])
        self._rows(
            "traits",
            [
                (p.known.profile, name, _json(value), p.known.since.get(name))
                for p in people
                for name, value in p.known.traits.items()
            ],
        )
        self._rows(
            "digests", [(p.known.profile, *one) for p in people for one in p.known.digests.items()]
        )
        self._rows("tags", [(p.known.profile, tag) for p in people for tag in p.known.tags])
        events = [event for person in people for event in person.events]
        self._rows(
            "events",
            [
                (e.seq, e.time, e.received, e.profile, e.name, e.type, e.source, e.store, e.amount,
                 _json(e.properties))
                for e in events
            ],
        )  # fmt: skip
        self._rows("event_items", [(e.seq, item) for e in events for item in e.items])
        self._rows(
            "item_topics",
            [(item, topic) for topic, items in world.items_of.items() for item in items],
        )
        self._rows(
            "consents",
            [
                (p.known.profile, w.purpose, w.channel, w.time, w.message_id, w.given)
                for p in people
                for w in p.said()
            ],
        )
        self._rows("stores", [(store, *place) for store, place in world.stores.items()])
        self._rows(
            "lists", [(name, one) for name, found in world.lists.items() for one in found.people]
        )

    def population(self, rule: Rule, world: World, among: Sequence[int] | None = None) -> set[int]:
        """Ask the SQL reader who meets a rule."""
        if among is not None:
            self.connection.execute(f"DELETE FROM {CANDIDATES}")
            self._rows(CANDIDATES, [(one,) for one in among])
        return self.asked(population_sql(rule, world, restricted=among is not None))

    def asked(self, query: str) -> set[int]:
        """Ask a query that was written already."""
        return {row[0] for row in self.connection.execute(query).fetchall()}

    def _rows(self, table: str, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            marks = ", ".join("?" for _ in rows[0])
            self.connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
