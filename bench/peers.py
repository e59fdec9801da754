"""What the engine is held against: one SQL query a segment, over its own files and over others.

The queries over the lake are those that the reader of everyone writes; in order of time they read
a copy of the same rows in the same blocks, sorted by time alone. PostgreSQL has a tenth of the
people with all their events in one table with the usual indexes, and one aggregate query a
segment.
"""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import psycopg
from history import NAMES
from pyroaring import BitMap
from sqlalchemy.engine import make_url

from coterie.app import App
from coterie.core.actor import COMMAND
from coterie.core.clock import parse_duration
from coterie.core.numbers import SCALE
from coterie.events.layout import FORMAT, restored
from coterie.segments.everyone.reader import Reader
from coterie.storage.work import Work
from coterie.testing.postgres import PostgresServer, find_binaries

TENTH = 10
_TRAITS = {"city": "city", "points": "points"}
_PLAIN = {"=": "=", ">=": ">="}


@dataclass
class Asked:
    """How long queries took in seconds by segment, whom they found, and what opening took.

    ``cores`` are the seconds of this process's cores, where the work was done in it.
    """

    opening: float
    seconds: dict[str, float] = field(default_factory=dict)
    found: dict[str, BitMap] = field(default_factory=dict)
    cores: float | None = None

    def scaled(self, segments: int) -> float:
        """Return what so many segments would take, were all like those that were asked."""
        return sum(self.seconds.values()) * segments / len(self.seconds)


def sample(slugs: Sequence[str], size: int, seed: int) -> list[str]:
    """Draw some segments; all, when there are no more."""
    return sorted(random.Random(seed).sample(list(slugs), min(size, len(slugs))))


def by_sql(app: App, work: Work, slugs: Sequence[str], log: Any = None) -> Asked:
    """Ask one query a segment; ``log`` may open another copy of the events."""
    library = app.segments._library(work)
    world = app.segments._world(work, library)
    reader = Reader(app.profiles, log or app.log, app.zone)
    rules = {slug: library.rules[slug] for slug in slugs}
    begun = time.perf_counter()
    with reader.population(work, world, rules.values()) as population:
        asked, cores = Asked(time.perf_counter() - begun), time.process_time()
        for slug, rule in rules.items():
            begun = time.perf_counter()
            asked.found[slug] = population.of(rule)
            asked.seconds[slug] = time.perf_counter() - begun
        asked.cores = time.process_time() - cores
    return asked


class InOrderOfTime:
    """Opens the lake with a copy of its files in place of them: the same rows, sorted by time."""

    def __init__(self, app: App, folder: Path) -> None:
        self._log = app.log
        self._files = sorted((app.settings.data / "lake" / "topic").glob("*.parquet"))
        self._folder = folder

    def write(self) -> int:
        """Write the copy; return its bytes."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(config={"temp_directory": str(self._folder / "spill")}) as engine:
            for file in self._files:
                rows = f"SELECT * FROM read_parquet('{file}') ORDER BY time, seq, line"
                engine.execute(f"COPY ({rows}) TO '{self._folder / file.name}' {FORMAT}")
        return sum(file.stat().st_size for file in self._folder.glob("*.parquet"))

    @contextmanager
    def open_lake(self, work: Work) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a connection as the log does."""
        source = f"read_parquet('{self._folder}/*.parquet')"
        with self._log.open_lake(work) as lake:
            lake.execute(
                "CREATE OR REPLACE VIEW events AS SELECT seq, time, received, profile, name, type,"
                f" source, store, amount, {restored('properties')}::JSON AS properties"
                f" FROM {source} WHERE line = 0"
            )
            lake.execute(
                "CREATE OR REPLACE VIEW event_items AS"
                f" SELECT seq, item FROM {source} WHERE item IS NOT NULL"
            )
            yield lake


# --- PostgreSQL


def postgres(
    app: App, rules: Mapping[str, dict[str, Any]], folder: Path, people: int, now: int, size: int
) -> tuple[Asked, int] | str:
    """Ask a server of our own, or say why not; return also how many events it was given."""
    if find_binaries() is None:
        return "left out: there is no PostgreSQL on this machine (apt-get install postgresql)"
    written = {slug: query for slug, rule in rules.items() if (query := _query(rule, now))}
    chosen = sample([*written], size, 3)
    with PostgresServer() as server:
        url = make_url(server.new_database())
        with psycopg.connect(
            host=url.host, port=url.port, user=url.username, dbname=url.database, autocommit=True
        ) as connection:
            begun = time.perf_counter()
            events = _load(app, connection, folder, people // TENTH, now)
            asked = Asked(time.perf_counter() - begun)
            for slug in chosen:
                begun = time.perf_counter()
                found = connection.execute(written[slug]).fetchall()
                asked.seconds[slug] = time.perf_counter() - begun
                asked.found[slug] = BitMap(row[0] for row in found)
    return asked, events


_TABLES = """
CREATE TABLE people (profile int PRIMARY KEY, city text, points int, tags text[]);
CREATE TABLE events (
    profile int NOT NULL, name text NOT NULL, item text, root text, leaf text,
    time bigint NOT NULL, amount bigint
);
"""
_INDEXES = """
CREATE INDEX ON events (name, time, profile);
CREATE INDEX ON events (leaf, name, time);
CREATE INDEX ON events (root, name, time);
CREATE INDEX ON events (profile, time);
VACUUM ANALYZE events;
VACUUM ANALYZE people;
"""


_CONTENTS = {
    "people": """
        SELECT profile, max(value[2:-2]) FILTER (name = 'city'),
            max(TRY_CAST(value AS INT)) FILTER (name = 'points'), max(tags)
        FROM known_traits LEFT JOIN (SELECT profile, '{{' || string_agg(tag, ',') || '}}' AS tags
            FROM known_tags GROUP BY profile) USING (profile)
        WHERE profile <= {people} GROUP BY profile
    """,
    "events": """
        SELECT e.profile, e.name, i.item, split_part(l.leaf, '/', 1), l.leaf, e.time, e.amount
        FROM events e LEFT JOIN event_items i USING (seq) LEFT JOIN leaves l USING (item)
        WHERE e.profile <= {people} AND e.time <= {now} ORDER BY e.time
    """,
}


def _load(
    app: App, connection: psycopg.Connection[Any], folder: Path, people: int, now: int
) -> int:
    """Give a server the first so many people, all their events, and the indexes."""
    for setting in ("work_mem = '512MB'", "maintenance_work_mem = '1GB'"):
        connection.execute(f"SET {setting}")
    connection.execute(_TABLES)
    with app.db.read(COMMAND, now) as work, app.log.open_lake(work) as lake:
        items = app.catalog.items(work, kind="thing")
        known = app.profiles.export(work, ["city", "points"])
        lake.register("leaves", _columns(item=[one.key for one in items],
                                         leaf=[one.topics[0] for one in items]))  # fmt: skip
        for name in ("traits", "tags"):
            lake.register(f"known_{name}", dict(getattr(known, name)))
        for table, query in _CONTENTS.items():
            file = folder / f"{table}.csv"
            lake.execute(
                f"COPY ({query.format(people=people, now=now)}) TO '{file}' (HEADER false)"
            )
            _copy(connection, table, file)
    for statement in _INDEXES.strip().split("\n"):
        connection.execute(statement)
    ((events,),) = connection.execute("SELECT count(*) FROM events").fetchall()
    return int(events)


def _copy(connection: psycopg.Connection[Any], table: str, file: Path) -> None:
    with (
        connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT csv)") as copy,
        file.open("rb") as rows,
    ):
        while part := rows.read(1 << 20):
            copy.write(part)
    file.unlink()


def _columns(**values: Sequence[str]) -> dict[str, Any]:
    return {name: np.array(column, dtype=object) for name, column in values.items()}


def _query(rule: Mapping[str, Any], now: int) -> str | None:
    """Write the query of a rule; None for one that asks what these tables do not tell."""
    try:
        return f"SELECT profile FROM people p WHERE {_holds(rule, now)}"
    except KeyError:
        return None


def _holds(rule: Mapping[str, Any], now: int) -> str:
    """Write what must hold of a person; raises KeyError for what is not written here."""
    if "all" in rule or "any" in rule:
        word = "all" if "all" in rule else "any"
        parts = [_holds(part, now) for part in rule[word]]
        return f"({(' AND ' if word == 'all' else ' OR ').join(parts)})"
    if "not" in rule:
        return f"NOT {_holds(rule['not'], now)}"
    if "tag" in rule:
        return f"'{rule['tag']}' = ANY(p.tags)"
    if "trait" in rule:
        value = rule["value"]
        if isinstance(value, str):
            value = "'" + value.replace("'", "''") + "'"
        return f"p.{_TRAITS[rule['trait']]} {_PLAIN[rule['op']]} {value}"
    return _happened(rule, now)


def _happened(rule: Mapping[str, Any], now: int) -> str:
    """Write one aggregate over events, of a window that ends now."""
    if not rule.keys() <= {"did", "count", "sum", "is", "topic", "within"}:
        raise KeyError(*rule)
    tests = [f"time <= {now}", f"time >= {now - parse_duration(rule['within'])}"]
    if rule["did"] in NAMES:
        tests.append(f"name = '{rule['did']}'")
    elif rule["did"] != "*":
        raise KeyError(rule["did"])  # a prefix
    if "topic" in rule:
        level = "leaf" if "/" in rule["topic"] else "root"
        tests.append(f"{level} = '{rule['topic']}'")
    found = f"(SELECT profile FROM events WHERE {' AND '.join(tests)} GROUP BY profile"
    if rule.get("count") == {"=": 0}:
        return f"p.profile NOT IN {found})"
    ((op, bound),) = (rule.get("is") or rule.get("count") or {">=": 1}).items()
    measure = f"sum(amount) {op} {bound * SCALE}" if "sum" in rule else f"count(*) {op} {bound}"
    return f"p.profile IN {found} HAVING {measure})"
