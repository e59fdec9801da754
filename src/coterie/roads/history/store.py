"""The SQL of history: a portion of a file on the log's desk, judged row by row, made arrivals."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from coterie.core.clock import HOUR, MINUTE
from coterie.core.errors import Invalid
from coterie.events.seen import Digests
from coterie.roads.history.words import Word

Desk = duckdb.DuckDBPyConnection

_NESTED = ("[]", "STRUCT", "MAP", "UNION", "BLOB", "INTERVAL", "VARIANT", "GEOMETRY")
_WHOLE = (
    "VARCHAR", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT",
    "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
)  # fmt: skip
_ID = r"[!-~\x{4e00}-\x{9fff}]([ -~\x{4e00}-\x{9fff}]{0,97}[!-~\x{4e00}-\x{9fff}])?"
"""Message ids that need no thought: nothing to strip, nothing to take out, not too long."""
_HOURS = r"([01]\d|2[0-3]):[0-5]\d"
_OFFSET = rf"(Z|[+-]{_HOURS})"
_TIME = rf"\d{{4}}-\d{{2}}-\d{{2}}([T ]{_HOURS}(:[0-5]\d(\.\d{{1,6}})?)?{_OFFSET}?)?"
PEOPLE = ("user_id", "anonymous_id")
"""The kinds of id by which a row may name whose it is."""

_MOST_BYTES = 30_000
"""Rows with more text than this are looked at one by one: they may be too large for an event."""


def quoted(text: str) -> str:
    """Write a text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def named(column: str) -> str:
    """Write a column's name as SQL."""
    return '"' + column.replace('"', '""') + '"'


def to_parquet(desk: Desk, file: Path, columns: Sequence[str], delimiter: str, out: Path) -> bool:
    """Write a CSV file as Parquet; say whether it could be read without a doubt."""
    shape = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in columns)
    filled = ", ".join(f"coalesce({named(name)}, '') AS {named(name)}" for name in columns)
    source = (
        f"read_csv({quoted(str(file))}, delim={quoted(delimiter)}, header=true, auto_detect=false, "
        f"quote='\"', escape='\"', strict_mode=true, max_line_size=131072, columns={{{shape}}})"
    )
    try:
        desk.execute(f"COPY (SELECT {filled} FROM {source}) TO {quoted(str(out))} (FORMAT parquet)")
    except duckdb.Error:
        return False
    return True


class Sheet:
    """A Parquet file on a desk, read a portion at a time. Rows count from 1.

    Raises Invalid when the file is none.
    """

    def __init__(self, desk: Desk, file: Path) -> None:
        self._desk = desk
        self.file = file
        self._source = f"read_parquet({quoted(str(file))}, file_row_number=true)"
        try:
            about = desk.execute(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {self._source}")
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise Invalid(f"{file.name} is no Parquet file: {reason}") from error
        self.types: dict[str, str] = {row[0]: row[1] for row in about.fetchall()}
        [(rows,)] = desk.execute(f"SELECT count(*) FROM {self._source}").fetchall()
        self.rows: int = rows

    def is_flat(self, columns: Iterable[str]) -> bool:
        """Say whether these columns are there and hold single values."""
        return all(
            name in self.types and not any(word in self.types[name] for word in _NESTED)
            for name in columns
        )

    def are_whole(self, columns: Iterable[str]) -> bool:
        """Say whether these columns hold text or whole numbers, written in one way only."""
        return all(self.types.get(name) in _WHOLE for name in columns)

    def lay(self, columns: Sequence[str], after: int, until: int) -> None:
        """Put the rows with after < row <= until on the desk, as the table ``portion``."""
        cells = "".join(f", {named(name)} AS c{number}" for number, name in enumerate(columns))
        texts = [name for name in columns if self.types[name] == "VARCHAR"]
        size = "".join(f" + coalesce(strlen({named(name)}), 0)" for name in texts)
        self._desk.execute(
            f"CREATE OR REPLACE TEMP TABLE portion AS SELECT file_row_number + 1 AS row{cells}, "
            f"0{size} > {_MOST_BYTES} AS large FROM {self._source} "
            f"WHERE file_row_number >= {after} AND file_row_number < {until}"
        )

    def plain(self, after: int, until: int, only: Iterable[int] | None = None) -> Iterator[Any]:
        """Yield (row, its values by column) of the rows with after < row <= until, in order."""
        query = (
            f"SELECT file_row_number + 1, * EXCLUDE (file_row_number) FROM {self._source} "
            f"WHERE file_row_number >= {after} AND file_row_number < {until}"
        )
        if only is not None:
            self._desk.register("wanted", {"row": np.fromiter(only, dtype=np.int64)})
            query += " AND file_row_number + 1 IN (SELECT row FROM wanted)"
        self._desk.execute(f"{query} ORDER BY file_row_number")
        names = list(self.types)
        while rows := self._desk.fetchmany(10_000):
            for row in rows:
                yield row[0], dict(zip(names, row[1:], strict=True))


def values_of(desk: Desk, part: str, cell: str | None) -> list[Any]:
    """Return the distinct values of a column of the portion; ``define`` gives them words.

    What is the same in every row has one value, None.
    """
    if cell is None:
        desk.execute(f"CREATE OR REPLACE TEMP TABLE {part}_values AS SELECT NULL AS value")
        return [None]
    desk.execute(
        f"CREATE OR REPLACE TEMP TABLE {part}_values AS "
        f"SELECT {cell} AS value FROM (SELECT DISTINCT {cell} FROM portion)"
    )
    return [row[0] for row in desk.execute(f"SELECT value FROM {part}_values").fetchall()]


def define(desk: Desk, part: str, words: Sequence[Word]) -> None:
    """Say what the values of ``values_of`` become, in their order."""
    fields = list(zip(*words, strict=True)) or [()] * len(Word._fields)
    told = dict(zip(Word._fields, fields, strict=True))
    given: dict[str, NDArray[Any]] = {
        "place": np.arange(len(words), dtype=np.int64),
        "careful": np.array(told["careful"], dtype=bool),
    }
    columns = []
    for name in ("text", "items", "store"):
        if any(value is not None for value in told[name]):
            given[name] = np.array(told[name], dtype=object)
            columns.append(f"{name}::VARCHAR AS {name}")
        else:  # most columns say nothing of most things
            columns.append(f"NULL::VARCHAR AS {name}")
    if any(value is not None for value in told["amount"]):
        given["amount"] = np.array([value or 0 for value in told["amount"]], dtype=np.int64)
        given["has_amount"] = np.array([value is not None for value in told["amount"]], dtype=bool)
        columns.append("CASE WHEN has_amount THEN amount END AS amount")
    else:
        columns.append("NULL::BIGINT AS amount")
    desk.register("given_words", given)
    desk.execute(
        f"CREATE OR REPLACE TEMP TABLE {part}_words AS SELECT v.value, place, careful, "
        f"{', '.join(columns)} FROM (SELECT value, rowid AS place FROM {part}_values) v "
        "JOIN given_words USING (place)"
    )
    desk.unregister("given_words")


def read_times(desk: Desk, cell: str) -> list[int]:
    """Read a column of ISO 8601 times; return the local hours of those without an offset.

    What is not certainly such a time is left open, for ``offsets`` and ``judge`` to pass by.
    """
    zulu = f"ends_with({cell}, 'Z')"
    named = f"(strlen({cell}) > 16 AND substr({cell}, -6, 1) IN ('+', '-'))"
    minutes = (
        f"(try_cast(substr({cell}, -6, 3) AS INTEGER) * 60 "
        f"+ try_cast(substr({cell}, -6, 1) || substr({cell}, -2) AS INTEGER))"
    )
    local = f"CASE WHEN {zulu} THEN {cell}[:-2] WHEN {named} THEN {cell}[:-7] ELSE {cell} END"
    desk.execute(
        "CREATE OR REPLACE TEMP TABLE times AS SELECT row, "
        f"CASE WHEN regexp_full_match({cell}, {quoted(_TIME)}) "
        f"THEN epoch_ms(try_cast({local} AS TIMESTAMP)) "
        f"- CASE WHEN {named} THEN {minutes} * {MINUTE} ELSE 0 END END AS moment, "
        f"{zulu} OR {named} AS has_offset, coalesce({cell}, '') = '' AS blank FROM portion"
    )
    query = f"SELECT DISTINCT moment // {HOUR} FROM times WHERE NOT has_offset AND moment >= 0"
    return [row[0] for row in desk.execute(query).fetchall()]


def set_times(desk: Desk, offsets: Mapping[int, int], received: int) -> None:
    """Give times without an offset that of their local hour; blank ones become ``received``."""
    desk.register(
        "given_hours",
        {
            "hour": np.fromiter(offsets, dtype=np.int64),
            "shift": np.fromiter(offsets.values(), dtype=np.int64),
        },
    )
    desk.execute(
        "CREATE OR REPLACE TEMP TABLE moments AS SELECT row, CASE "
        f"WHEN blank THEN {received} WHEN has_offset THEN moment "
        "WHEN moment >= 0 THEN moment - shift END AS time "
        f"FROM times LEFT JOIN given_hours ON hour = moment // {HOUR}"
    )
    desk.unregister("given_hours")


def no_times(desk: Desk) -> None:
    """Leave the times to their words."""
    desk.execute(
        "CREATE OR REPLACE TEMP TABLE moments AS SELECT row, NULL::BIGINT AS time FROM portion"
    )


def message_ids(pieces: Sequence[str], columns: Mapping[str, str]) -> str:
    """Write a template's text: literals and the names of columns in turns, beginning with one."""
    parts = [
        f"coalesce({columns[piece]}::VARCHAR, '')" if number % 2 else quoted(piece)
        for number, piece in enumerate(pieces)
        if number % 2 or piece
    ]
    return " || ".join(parts) if parts else "''"


def give_ids(desk: Desk, ids: str) -> None:
    """Make the table ``ids`` of a portion by an expression; odd ones get none."""
    desk.execute(
        "CREATE OR REPLACE TEMP TABLE ids AS SELECT row, "
        "('0x' || substr(hash, 1, 16))::UBIGINT AS high, "
        "('0x' || substr(hash, 17, 16))::UBIGINT AS low "
        "FROM (SELECT row, sha256(id) AS hash FROM "
        f"(SELECT row, {ids} AS id FROM portion) WHERE regexp_full_match(id, {quoted(_ID)}))"
    )


def set_ids(desk: Desk, rows: NDArray[np.int64], digests: Digests) -> None:
    """Make the table ``ids`` of digests that were reckoned elsewhere."""
    desk.register("given_ids", {"row": rows, "high": digests.high, "low": digests.low})
    desk.execute("CREATE OR REPLACE TEMP TABLE ids AS SELECT * FROM given_ids")
    desk.unregister("given_ids")


def judge(desk: Desk, cells: Mapping[str, str | None], heeded: Iterable[str]) -> list[int]:
    """Find the words of each row, as the table ``judged``; return the rows that need care.

    ``cells`` names the column of each part (None: the same in every row). Events of the names
    ``heeded`` need care.
    """
    joins = "".join(
        f" JOIN {part}_words {part} ON "
        + (f"{part}.value IS NOT DISTINCT FROM portion.{cell}" if cell else "true")
        for part, cell in cells.items()
    )
    time = "timestamp.amount" if "timestamp" in cells else "moments.time"
    named = [f"({part}.text IS NOT NULL)::INT" for part in PEOPLE if part in cells]
    desk.register("heeded_names", {"name": np.array(sorted(heeded), dtype=object)})
    desk.execute(
        f"CREATE OR REPLACE TEMP TABLE judged AS SELECT row, high, low, {time} AS time"
        + "".join(f", {part}.place AS {part}" for part in cells)
        + f", (large OR high IS NULL OR {time} IS NULL OR ({' + '.join(named)}) <> 1"
        + "".join(f" OR {part}.careful" for part in cells)
        + " OR event.text IN (SELECT name FROM heeded_names)) AS careful "
        f"FROM portion LEFT JOIN ids USING (row) JOIN moments USING (row){joins}"
    )
    rows = desk.execute("SELECT row FROM judged WHERE careful").fetchnumpy()["row"]
    careful: list[int] = sorted(rows.tolist())
    return careful


def people(desk: Desk, kind: str) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Return whom the plain rows name by ids of a kind, with their first and last moments.

    Who is named first comes first.
    """
    found = desk.execute(
        f"SELECT text, min(first) AS first, max(last) AS last FROM {kind}_words JOIN ("
        f"SELECT {kind} AS place, min(time) AS first, max(time) AS last, min(row) AS row "
        "FROM judged WHERE NOT careful GROUP BY 1) USING (place) "
        "WHERE text IS NOT NULL GROUP BY text ORDER BY min(row)"
    ).fetchnumpy()
    return found["text"].tolist(), found["first"], found["last"]


def give_profiles(desk: Desk, kind: str, ids: Sequence[str], profiles: NDArray[np.int32]) -> None:
    """Say which profiles those of ``people`` have, as the table ``<kind>_profiles``."""
    desk.register("given_people", {"text": np.array(ids, dtype=object), "profile": profiles})
    desk.execute(
        f"CREATE OR REPLACE TEMP TABLE {kind}_profiles AS "
        f"SELECT place, profile FROM {kind}_words JOIN given_people USING (text)"
    )
    desk.unregister("given_people")


def arrive(
    desk: Desk,
    kinds: Sequence[str],
    properties: Sequence[str],
    tell: Mapping[str, Sequence[str]],
    received: int,
    source: str,
) -> None:
    """Make ``arrivals`` of the plain rows, as the log takes them in.

    ``properties`` are the parts that properties are made of, in order, and ``tell`` those that
    tell of the items, the amount and the store, the first that says anything first.
    """
    texts = "".join(f", {part}.text" for part in properties) or ", NULL"
    joins = "".join(f" JOIN {part}_words {part} ON {part}.place = judged.{part}"
                    for part in ("event", *properties))  # fmt: skip
    selected = " UNION ALL ".join(
        f"SELECT row, high, low, time, {received}::BIGINT AS received, p.profile, "
        f"event.text AS name, 'track' AS type, {quoted(source)} AS source, "
        f"coalesce({_all('items', tell, quoted('[]'))}) AS items, "
        f"coalesce({_all('store', tell, 'NULL')})::VARCHAR AS store, "
        f"coalesce({_all('amount', tell, 'NULL')})::BIGINT AS amount, "
        f"'{{' || concat_ws(','{texts}) || '}}' AS properties "
        f"FROM judged JOIN {kind}_profiles p ON p.place = judged.{kind}{joins} "
        "WHERE NOT judged.careful"
        for kind in kinds
    )
    desk.execute(f"CREATE OR REPLACE TEMP VIEW arrivals AS {selected}")


def _all(column: str, tell: Mapping[str, Sequence[str]], last: str) -> str:
    return ", ".join([*(f"{part}.{column}" for part in tell[column]), last])
