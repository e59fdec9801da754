"""The lake: immutable Parquet files in two orders, written and read by DuckDB.

``topic/<file>.parquet`` is ordered by (name, item, time): posting lists for rules. Line 0 is the
event itself; lines 1, 2, ... are its items, with seq, line, time, profile, name and item only.
``person/<file>.parquet`` is ordered by (profile, time), one row an event, for timelines.

Words (names, items, sources) are text: Parquet keeps a dictionary of them in each file, so a file
is readable by any engine without a table of ours, and sorted words cost next to nothing. No
message ids: they would not compress. Which files count is the manifest's to say, never the
folder's.
"""

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb
import numpy as np

from coterie.core.event import OWN
from coterie.events.model import NameSpan, Segment, Sought
from coterie.events.rows import NO_AMOUNT, Columns, to_lines

ORDERS = {"topic": "name, item NULLS FIRST, time, seq, line", "person": "profile, time, seq"}
_FORMAT = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)"

_EVENTS = f"""
    SELECT seq, time, received, profile, name, type, source, items, store,
           nullif(amount, {NO_AMOUNT}) AS amount, properties::JSON AS properties
    FROM given_events
"""

_TOPIC = f"""
    SELECT seq, 0::SMALLINT AS line, time, received, profile, name, type, source,
           NULL::VARCHAR AS item, store, amount, properties
    FROM ({_EVENTS})
    UNION ALL
    SELECT seq, l.line, e.time, NULL, e.profile, e.name, NULL, NULL, l.item, NULL, NULL, NULL
    FROM given_lines l JOIN given_events e USING (seq)
"""

_VIEW_COLUMNS = """
    seq BIGINT, time BIGINT, received BIGINT, profile INTEGER, name VARCHAR, type VARCHAR,
    source VARCHAR, store VARCHAR, amount BIGINT, properties JSON
"""


class Lake:
    """The files under one folder, and the one DuckDB in memory that reads and writes them.

    DuckDB starts with the first use and is shared through cursors: starting costs more than most
    questions.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = Lock()
        self._duckdb: duckdb.DuckDBPyConnection | None = None
        self._opened = 0
        self._newest = lru_cache(maxsize=128)(self._read_newest)

    def write(self, columns: Columns, file: str, day: int) -> Segment:
        """Write events into a new pair of files, safe on the disk; describe the segment.

        Readers see nothing of it until its manifest row is committed.
        """
        with self._cursor() as cursor:
            cursor.register("given_events", columns)
            cursor.register("given_lines", to_lines(columns))
            self._copy(cursor, _TOPIC, "topic", file)
            self._copy(cursor, _EVENTS, "person", file)
            spans = cursor.execute(
                "SELECT name, count(*), min(time), max(time) FROM given_events "
                "GROUP BY name ORDER BY name"
            ).fetchall()
        return Segment(
            file=file,
            day=day,
            events=len(columns["seq"]),
            first=int(columns["time"].min()),
            last=int(columns["time"].max()),
            low_profile=int(columns["profile"].min()),
            high_profile=int(columns["profile"].max()),
            names=tuple(NameSpan(*span) for span in spans),
        )

    def merge(self, files: Sequence[str], file: str) -> None:
        """Write the events of several segments into one new pair of files."""
        with self._cursor() as cursor:
            for order in ORDERS:
                source = f"SELECT * FROM read_parquet({_literals(self._paths(order, files))})"
                self._copy(cursor, source, order, file)

    def of_profiles(
        self, files: Sequence[str], profiles: Collection[int], since: int | None
    ) -> list[tuple[Any, ...]]:
        """Return the rows of some people, as ``rows.to_logged`` reads them."""
        with self._cursor() as cursor:
            asked = np.fromiter(profiles, dtype=np.int32, count=len(profiles))
            cursor.register("asked", {"profile": asked})
            query = (
                "SELECT seq, time, received, profile, name, type, source, items, store, amount, "
                "properties FROM read_parquet(?) "
                "WHERE profile IN (SELECT profile FROM asked) AND time >= ?"
            )
            start = -(2**63) if since is None else since
            return cursor.execute(query, [self._paths("person", files), start]).fetchall()

    def newest(
        self, files: Sequence[str], sought: Sought, after: int, before: int, limit: int
    ) -> tuple[tuple[Any, ...], ...]:
        """Return the newest rows with after < seq < before, newest first.

        The files never change, so neither do their answers: those that are asked again and again,
        as a page that watches does, are kept in memory.
        """
        return self._newest(tuple(files), sought, after, before, limit)

    def _read_newest(
        self, files: tuple[str, ...], sought: Sought, after: int, before: int, limit: int
    ) -> tuple[tuple[Any, ...], ...]:
        tests = ["seq > ?", "seq < ?"]
        values: list[Any] = [after, before]
        asked = {"name": sought.name, "source": sought.source, "profile": sought.profile}
        for column, value in asked.items():
            if value is not None:
                tests.append(f"{column} = ?")
                values.append(value)
        if not sought.own:
            tests.append(f"NOT starts_with(name, '{OWN}')")
        query = (
            "SELECT seq, time, received, profile, name, type, source, items, store, amount, "
            f"properties FROM read_parquet(?) WHERE {' AND '.join(tests)} "
            "ORDER BY seq DESC LIMIT ?"
        )
        with self._cursor() as cursor:
            parameters = [self._paths("person", files), *values, limit]
            return tuple(cursor.execute(query, parameters).fetchall())

    def profiles_between(
        self, files: Sequence[str], names: Sequence[str], after: int, until: int
    ) -> set[int]:
        """Return who did one of ``names`` (exact) with after < time <= until."""
        query = (
            "SELECT DISTINCT profile FROM read_parquet(?) WHERE line = 0 "
            f"AND name IN ({_marks(names)}) AND time > ? AND time <= ?"
        )
        return self._ints(query, [self._paths("topic", files), *names, after, until])

    def next_time(self, files: Sequence[str], names: Sequence[str], after: int) -> int | None:
        """Return the earliest time after a moment at which one of ``names`` (exact) happened."""
        query = (
            "SELECT min(time) FROM read_parquet(?) WHERE line = 0 "
            f"AND name IN ({_marks(names)}) AND time > ? HAVING count(*) > 0"
        )
        found = self._ints(query, [self._paths("topic", files), *names, after])
        return next(iter(found), None)

    def profiles_of_items(self, files: Sequence[str], items: Collection[str]) -> set[int]:
        """Return who touched one of the items."""
        query = (
            "SELECT DISTINCT profile FROM read_parquet(?) "
            "WHERE line > 0 AND item IN (SELECT unnest(?::VARCHAR[]))"
        )
        return self._ints(query, [self._paths("topic", files), list(items)])

    @contextmanager
    def open(self, files: Sequence[str], hot: Columns) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a connection of one's own with the views ``events`` and ``event_items``.

        What is created through it lives in a database of its own and is gone afterwards.
        """
        root = self._root()
        with self._lock:
            self._opened += 1
            name = f"opened_{self._opened}"
            cursor = root.cursor()
        try:
            cursor.execute(f"ATTACH ':memory:' AS {name}; USE {name}")
            self._create_views(cursor, files, hot)
            yield cursor
        finally:
            cursor.close()
            with self._lock:
                root.execute(f"DETACH DATABASE IF EXISTS {name}")

    def files(self) -> set[str]:
        """Return the names of all files in the folder, wanted or not."""
        return {path.stem for order in ORDERS for path in (self.folder / order).glob("*.parquet")}

    def delete(self, files: Collection[str]) -> None:
        """Delete files, in both orders."""
        for order in ORDERS:
            for path in self._paths(order, files):
                Path(path).unlink(missing_ok=True)

    def close(self) -> None:
        """Stop DuckDB; the next use starts it again."""
        with self._lock:
            if self._duckdb is not None:
                self._duckdb.close()
                self._duckdb = None

    def _create_views(
        self, cursor: duckdb.DuckDBPyConnection, files: Sequence[str], hot: Columns
    ) -> None:
        cursor.register("given_events", hot)
        cursor.register("given_lines", to_lines(hot))
        cursor.execute(f"CREATE TABLE hot_events ({_VIEW_COLUMNS})")
        cursor.execute(f"INSERT INTO hot_events BY NAME SELECT * EXCLUDE (items) FROM ({_EVENTS})")
        cursor.execute("CREATE TABLE hot_lines AS SELECT seq, item FROM given_lines")
        cursor.unregister("given_events")
        cursor.unregister("given_lines")
        events, lines = "SELECT * FROM hot_events", "SELECT * FROM hot_lines"
        if files:
            columns = ", ".join(part.split()[0] for part in _VIEW_COLUMNS.split(","))
            lake = f"FROM read_parquet({_literals(self._paths('topic', files))})"
            events = f"SELECT {columns} {lake} WHERE line = 0 UNION ALL {events}"
            lines = f"SELECT seq, item {lake} WHERE line > 0 UNION ALL {lines}"
        cursor.execute(f"CREATE VIEW events AS {events}")
        cursor.execute(f"CREATE VIEW event_items AS {lines}")

    def _copy(self, cursor: duckdb.DuckDBPyConnection, source: str, order: str, file: str) -> None:
        [path] = self._paths(order, [file])
        folder = Path(path).parent
        folder.mkdir(parents=True, exist_ok=True)
        ordered = f"SELECT * FROM ({source}) ORDER BY {ORDERS[order]}"
        cursor.execute(f"COPY ({ordered}) TO {_literal(path)} {_FORMAT}")
        # the manifest's commit must never reach the disk before the file does
        for written in (Path(path), folder):
            handle = os.open(written, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def _ints(self, query: str, parameters: list[Any]) -> set[int]:
        with self._cursor() as cursor:
            return {value for (value,) in cursor.execute(query, parameters).fetchall()}

    def _paths(self, order: str, files: Collection[str]) -> list[str]:
        return [str(self.folder / order / f"{file}.parquet") for file in files]

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        root = self._root()
        with self._lock:
            cursor = root.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def _root(self) -> duckdb.DuckDBPyConnection:
        with self._lock:
            if self._duckdb is None:
                self._duckdb = duckdb.connect(
                    config={
                        "autoinstall_known_extensions": False,  # nothing is fetched at run time
                        "pandas_analyze_sample": 0,  # a column of objects is text, never guessed
                        "temp_directory": str(self.folder / "spill"),
                    }
                )
            return self._duckdb


def _marks(values: Sequence[str]) -> str:
    return ", ".join("?" for _ in values)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _literals(texts: Sequence[str]) -> str:
    return f"[{', '.join(_literal(text) for text in texts)}]"
