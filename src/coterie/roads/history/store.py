"""The SQL of history: a portion of a file on the log's desk, its distinct values found."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from coterie.core.errors import Invalid
from coterie.events.seen import LEFT_OUT

Desk = duckdb.DuckDBPyConnection

_NESTED = ("[]", "STRUCT", "MAP", "UNION", "BLOB", "INTERVAL", "VARIANT", "GEOMETRY")
_WHOLE = (
    "VARCHAR", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT",
    "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
)  # fmt: skip
_ID = r"[!-~\x{4e00}-\x{9fff}]([ -~\x{4e00}-\x{9fff}]{0,97}[!-~\x{4e00}-\x{9fff}])?"
"""Message ids that need no thought: nothing to strip, nothing to take out, not too long."""
_LOW = (64 - LEFT_OUT) // 4
"""Hexadecimal digits of a digest that are kept beyond the first sixteen."""

_HOURS = r"([01]\d|2[0-3]):[0-5]\d"
_OFFSET = rf"(Z|[+-]{_HOURS})"
_TIME = rf"\d{{4}}-\d{{2}}-\d{{2}}([T ]{_HOURS}(:[0-5]\d(\.\d{{1,6}})?)?{_OFFSET}?)?"
NO_TIME = -(2**63) + 1
"""Stands for what is not certainly a time."""


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
        desk.execute("SET TimeZone = 'UTC'")  # times without an offset are read as local ones
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

    def lay(self, shape: "Shape", after: int, until: int) -> None:
        """Put the rows with after < row <= until on the desk, as the table ``portion``."""
        cells = "".join(f", {named(name)} AS {cell}" for name, cell in shape.columns.items())
        further = "".join(f", {what} AS {name}" for name, what in shape.further.items())
        made = "".join(f", {what} AS {name}" for name, what in shape.made.items())
        kept = "".join(f", {cell}" for cell in shape.kept)
        self._desk.execute(
            f"CREATE OR REPLACE TEMP TABLE portion AS SELECT line{kept}{made} FROM ("
            f"SELECT *{further} FROM ("
            f"SELECT (file_row_number - {after})::INTEGER AS line{cells} FROM {self._source} "
            f"WHERE file_row_number >= {after} AND file_row_number < {until}))"
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


@dataclass(frozen=True)
class Shape:
    """What a portion is made of.

    ``columns`` names the file's columns as they are called on the desk; ``kept`` are those that
    stay in the portion. ``further`` are columns made of these, and ``made`` what stays of all.
    """

    columns: Mapping[str, str]
    kept: Sequence[str]
    further: Mapping[str, str]
    made: Mapping[str, str]


def shape_of(
    columns: Mapping[str, str], kept: Sequence[str], ids: str | None, time: str | None, now: int
) -> Shape:
    """Say what a portion is made of besides the cells that are kept: message ids and times.

    ``ids`` and ``time`` write them, from cells, or are None where others know. The portion has
    ``high`` and ``low``, the digest of the message id without the bits that runs leave out, and
    whether the id is ``odd``; ``moment`` in ms, ``NO_TIME`` for what is not certainly a time, and
    whether its zone is known (``zoned``). Blank times are ``now``.
    """
    further, made = dict[str, str](), dict[str, str]()
    if ids is not None:
        further["hash"] = (
            f"CASE WHEN regexp_full_match({ids}, {quoted(_ID)}) THEN sha256({ids}) END"
        )
        made["high"] = "coalesce(('0x' || left(hash, 16))::UBIGINT, 0)"
        made["low"] = f"coalesce(('0x' || substr(hash, 17, {_LOW}))::UBIGINT << {LEFT_OUT}, 0)"
        made["odd"] = "hash IS NULL"
    if time is not None:
        usual = f"strlen({time}) = 20 AND starts_with({time}, '2') AND ends_with({time}, 'Z')"
        further["usual"] = (
            f"CASE WHEN {usual} THEN epoch_ms(try_strptime({time}, '%Y-%m-%dT%H:%M:%SZ')) END"
        )
        made["moment"] = (
            f"CASE WHEN usual IS NOT NULL THEN usual WHEN coalesce({time}, '') = '' THEN {now} "
            f"WHEN regexp_full_match({time}, {quoted(_TIME)}) "
            f"THEN coalesce(epoch_us(try_cast({time} AS TIMESTAMPTZ)) // 1000, {NO_TIME}) "
            f"ELSE {NO_TIME} END"
        )
        made["zoned"] = (
            f"usual IS NOT NULL OR coalesce({time}, '') = '' OR ends_with({time}, 'Z') "
            f"OR (strlen({time}) > 16 AND substr({time}, -6, 1) IN ('+', '-'))"
        )
    return Shape(columns, kept, further, made)


def message_ids(pieces: Sequence[str], cells: Mapping[str, str]) -> str:
    """Write a template's text: literals and the names of columns in turns, beginning with one."""
    parts = [
        f"coalesce({cells[piece]}::VARCHAR, '')" if number % 2 else quoted(piece)
        for number, piece in enumerate(pieces)
        if number % 2 or piece
    ]
    return " || ".join(parts) if parts else "''"


def begin(desk: Desk, part: str, cell: str) -> None:
    """Begin a list of the values of a column; nothing has the place 0."""
    desk.execute(
        f"CREATE OR REPLACE TEMP TABLE {part}_values AS "
        f"SELECT {cell} AS value, 0::INTEGER AS place FROM portion LIMIT 0"
    )


def new_values(desk: Desk, part: str, cell: str, known: int) -> list[Any]:
    """List the distinct values of a column that are not listed, from place ``known`` on."""
    desk.execute(
        "CREATE OR REPLACE TEMP TABLE new_values AS SELECT value FROM ("
        f"SELECT DISTINCT {cell} AS value FROM portion WHERE {cell} IS NOT NULL) "
        f"ANTI JOIN {part}_values USING (value)"
    )
    desk.execute(f"INSERT INTO {part}_values SELECT value, {known} + rowid FROM new_values")
    return [value for (value,) in desk.execute("SELECT value FROM new_values").fetchall()]


def read(desk: Desk, cells: Mapping[str, str], made: Iterable[str]) -> dict[str, NDArray[Any]]:
    """Return what the portion was made of, and each part's places on its list, row by row.

    ``cells`` names the column of each part.
    """
    joins = "".join(
        f" LEFT JOIN {part}_values {part} ON {part}.value = portion.{cell}"
        for part, cell in cells.items()
    )
    places = [f"coalesce({part}.place, 0) AS {part}" for part in cells]
    columns = ", ".join(["line", *made, *places])
    found = desk.execute(f"SELECT {columns} FROM portion{joins}").fetchnumpy()
    line = found.pop("line")
    if (line[1:] > line[:-1]).all():
        return found
    in_order = np.empty_like(line)
    in_order[line] = np.arange(len(line))  # joins keep no order
    return {name: values[in_order] for name, values in found.items()}
