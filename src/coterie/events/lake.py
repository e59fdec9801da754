"""The lake: immutable Parquet files in two orders, written and read by DuckDB.

How events lie in them is told in ``layout``. Words (names, items, sources) are text: Parquet keeps
a dictionary of them in each file, so a file is readable by any engine without a table of ours, and
sorted words cost next to nothing. No message ids: they would not compress. Which files count is
the manifest's to say, never the folder's.
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb
import numpy as np

from coterie.core.event import OWN
from coterie.core.people import Led
from coterie.events import layout, traces
from coterie.events.coded import Laid
from coterie.events.desk import laid_of
from coterie.events.layout import EVENTS, FORMAT, ONE_OF_ITEMS, ORDERS, restored
from coterie.events.model import Segment, Sought, Traces
from coterie.events.rows import NOTHING, Columns, to_lines

_ROW = (
    "SELECT seq, time, received, profile, name, type, source, items, store, amount, "
    f"{restored('properties', item=ONE_OF_ITEMS)} AS properties"
)
_KINDS = (*ORDERS, "ids")

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
        return self.write_laid(self.marked(columns), file, day)

    def write_laid(self, laid: Laid, file: str, day: int) -> Segment:
        """Write events whose properties have their marks, as ``write`` does."""
        with self._cursor() as cursor:
            for order, selected in layout.SELECTED.items():
                cursor.register("given_rows", layout.IN_ORDER[order](laid))
                self._copy(cursor, selected, order, file)
                cursor.unregister("given_rows")
        spans, profiles = layout.spans(laid), laid.numbers["profile"]
        return Segment(
            file=file,
            day=day,
            events=len(laid),
            first=min(span.first for span in spans),
            last=max(span.last for span in spans),
            low_profile=int(profiles.min()),
            high_profile=int(profiles.max()),
            names=spans,
        )

    @contextmanager
    def desk(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a connection to read files with, and to make temporary tables in."""
        with self._cursor() as cursor:
            yield cursor

    def marked(self, columns: Columns) -> Laid:
        """Return events as ``write_laid`` takes them."""
        with self._cursor() as cursor:
            return laid_of(cursor, columns)

    def merge(self, files: Sequence[str], file: str) -> None:
        """Write the events of several segments into one new pair of files."""
        with self._cursor() as cursor:
            for order in ORDERS:
                source = (
                    f"SELECT * FROM read_parquet({_literals(self._paths(order, files))}) "
                    f"ORDER BY {ORDERS[order]}"
                )
                self._copy(cursor, source, order, file)

    def holding(self, files: Sequence[str], profiles: Collection[int]) -> dict[str, int]:
        """Count people's events that have properties, by file; files without any are left out."""
        found: dict[str, int] = {}
        with self._cursor() as cursor:
            self._ask_of(cursor, profiles)
            for file in files:
                query = (
                    "SELECT count(*) FROM read_parquet(?) WHERE properties::VARCHAR <> ? "
                    "AND profile IN (SELECT profile FROM asked)"
                )
                values = [self._paths("person", [file]), NOTHING]
                [(number,)] = cursor.execute(query, values).fetchall()
                if number:
                    found[file] = number
        return found

    def blank(self, file: str, profiles: Collection[int], anew: str) -> None:
        """Write a segment anew, in its order, with the properties of people's events emptied."""
        with self._cursor() as cursor:
            self._ask_of(cursor, profiles)
            for order in ORDERS:
                source = (
                    "SELECT * REPLACE (CASE WHEN properties IS NOT NULL AND profile IN "
                    f"(SELECT profile FROM asked) THEN '{NOTHING}'::JSON ELSE properties END "
                    f"AS properties) FROM read_parquet({_literals(self._paths(order, [file]))})"
                )
                self._copy(cursor, source, order, anew)
        self._newest.cache_clear()

    def search(self, texts: Collection[str]) -> list[str]:
        """Return where any of these texts stands in a file of the folder, in whatever case.

        Every value of every column is decoded and looked through, as text; within a longer word
        it is another one: "SO-77" does not stand in "SO-771".
        """
        found: list[str] = []
        with self._cursor() as cursor:
            lowered = [text.lower() for text in texts]
            words = [rf"(^|\W){re.escape(text)}($|\W)" for text in lowered]
            cursor.register(
                "texts", {"text": np.array(lowered, object), "word": np.array(words, object)}
            )
            for path in sorted(self.folder.rglob("*.parquet")):
                source = f"read_parquet({_literal(str(path))})"
                columns = cursor.execute(f"SELECT * FROM {source} LIMIT 0").description or []
                for name in [column[0] for column in columns]:
                    query = (
                        f'SELECT count(*) FROM (SELECT DISTINCT "{name}"::VARCHAR AS value '
                        f"FROM {source}) JOIN texts ON contains(lower(value), text) "
                        "AND regexp_matches(lower(value), word)"
                    )
                    if cursor.execute(query).fetchall() != [(0,)]:
                        found.append(f"{path.relative_to(self.folder.parent)}: {name}")
        return found

    def of_profiles(
        self, files: Sequence[str], profiles: Collection[int], since: int | None
    ) -> list[tuple[Any, ...]]:
        """Return the rows of some people, as ``rows.to_logged`` reads them."""
        with self._cursor() as cursor:
            self._ask_of(cursor, profiles)
            query = (
                f"{_ROW} FROM read_parquet(?) "
                "WHERE profile IN (SELECT profile FROM asked) AND time >= ?"
            )
            start = -(2**63) if since is None else since
            return cursor.execute(query, [self._paths("person", files), start]).fetchall()

    def traces(
        self, files: Sequence[str], heads: Mapping[int, int], hot: Sequence[Sequence[Any]]
    ) -> Traces:
        """Return what these profiles did, with what is hot of it, under their heads."""
        if not files:
            return traces.of_hot(heads, hot)
        with self._cursor() as cursor:
            return traces.read(cursor, self._paths("person", files), heads, hot)

    def newest(
        self,
        files: Sequence[str],
        sought: Sought,
        members: Sequence[int],
        after: int,
        before: int,
        limit: int,
    ) -> tuple[tuple[Any, ...], ...]:
        """Return the newest rows with after < seq < before, newest first.

        ``members`` are the profiles of the person that is sought, nobody: everybody. The files
        never change, so neither do their answers: those that are asked again and again, as a page
        that watches does, are kept in memory.
        """
        return self._newest(tuple(files), sought, tuple(members), after, before, limit)

    def _read_newest(
        self,
        files: tuple[str, ...],
        sought: Sought,
        members: tuple[int, ...],
        after: int,
        before: int,
        limit: int,
    ) -> tuple[tuple[Any, ...], ...]:
        tests = ["seq > ?", "seq < ?"]
        values: list[Any] = [after, before]
        asked = {"name": sought.name, "source": sought.source}
        if members:
            tests.append(f"profile IN ({_marks(members)})")
            values += members
        for column, value in asked.items():
            if value is not None:
                tests.append(f"{column} = ?")
                values.append(value)
        if not sought.own:
            tests.append(f"NOT starts_with(name, '{OWN}')")
        query = f"{_ROW} FROM read_parquet(?) WHERE {' AND '.join(tests)} ORDER BY seq DESC LIMIT ?"
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
            "WHERE item IN (SELECT unnest(?::VARCHAR[]))"
        )
        return self._ints(query, [self._paths("topic", files), list(items)])

    @contextmanager
    def open(
        self, files: Sequence[str], hot: Columns, led: Led
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a connection of one's own with the views ``events`` and ``event_items``.

        Events of the profiles in ``led`` are shown as their heads'.
        What is created through it lives in a database of its own and is gone afterwards.
        """
        root = self._root()
        with self._lock:
            self._opened += 1
            name = f"opened_{self._opened}"
            cursor = root.cursor()
        try:
            cursor.execute(f"ATTACH ':memory:' AS {name}; USE {name}")
            self._create_views(cursor, files, hot, led)
            yield cursor
        finally:
            cursor.close()
            with self._lock:
                root.execute(f"DETACH DATABASE IF EXISTS {name}")

    def files(self) -> set[str]:
        """Return the names of all files in the folder, wanted or not."""
        return {
            path.stem
            for kind in _KINDS
            for path in (self.folder / kind).glob("*")
            if path.suffix in (".parquet", ".ids")
        }

    def delete(self, files: Collection[str]) -> None:
        """Delete files, in both orders, and those of digests."""
        for file in files:
            for kind in _KINDS:
                suffix = "parquet" if kind in ORDERS else "ids"
                (self.folder / kind / f"{file}.{suffix}").unlink(missing_ok=True)

    def close(self) -> None:
        """Stop DuckDB; the next use starts it again."""
        with self._lock:
            if self._duckdb is not None:
                self._duckdb.close()
                self._duckdb = None

    def _create_views(
        self, cursor: duckdb.DuckDBPyConnection, files: Sequence[str], hot: Columns, led: Led
    ) -> None:
        cursor.register("given_events", hot)
        cursor.register("given_lines", to_lines(hot))
        cursor.execute(f"CREATE TABLE hot_events ({_VIEW_COLUMNS})")
        cursor.execute(f"INSERT INTO hot_events BY NAME SELECT * EXCLUDE (items) FROM ({EVENTS})")
        cursor.execute("CREATE TABLE hot_lines AS SELECT seq, item FROM given_lines")
        cursor.unregister("given_events")
        cursor.unregister("given_lines")
        events, lines = "SELECT * FROM hot_events", "SELECT * FROM hot_lines"
        whole = (
            "SELECT seq, time, profile, name, item "
            "FROM hot_lines JOIN (SELECT seq, time, profile, name FROM hot_events) USING (seq)"
        )
        if files:
            columns = ", ".join(part.split()[0] for part in _VIEW_COLUMNS.split(",")[:-1])
            columns += f", {restored('properties')}::JSON AS properties"
            lake = f"FROM read_parquet({_literals(self._paths('topic', files))})"
            events = f"SELECT {columns} {lake} WHERE line = 0 UNION ALL {events}"
            lines = f"SELECT seq, item {lake} WHERE item IS NOT NULL UNION ALL {lines}"
            in_lake = f"SELECT seq, time, profile, name, item {lake} WHERE item IS NOT NULL"
            whole = f"{in_lake} UNION ALL {whole}"
        if len(led.profiles):
            cursor.register("given_led", {"profile": led.profiles, "head": led.heads})
            cursor.execute("CREATE TABLE led AS SELECT * FROM given_led")
            cursor.unregister("given_led")
            events = (
                "SELECT e.* REPLACE (coalesce(led.head, e.profile) AS profile) "
                f"FROM ({events}) e LEFT JOIN led USING (profile)"
            )
        cursor.execute(f"CREATE VIEW events AS {events}")
        cursor.execute(f"CREATE VIEW event_items AS {lines}")
        cursor.execute(f"CREATE VIEW event_lines AS {whole}")

    def _ask_of(self, cursor: duckdb.DuckDBPyConnection, profiles: Collection[int]) -> None:
        asked = np.fromiter(profiles, dtype=np.int32, count=len(profiles))
        cursor.register("asked", {"profile": asked})

    def _copy(self, cursor: duckdb.DuckDBPyConnection, rows: str, order: str, file: str) -> None:
        [path] = self._paths(order, [file])
        folder = Path(path).parent
        folder.mkdir(parents=True, exist_ok=True)
        cursor.execute(f"COPY ({rows}) TO {_literal(path)} {FORMAT}")
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


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" for _ in values)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _literals(texts: Sequence[str]) -> str:
    return f"[{', '.join(_literal(text) for text in texts)}]"
