"""Very many rows at once: written as the driver takes them, asked for by one parameter.

SQLAlchemy looks at every value of every row, which for a batch of the road takes longer than to
write it. So on SQLite a statement is compiled once and for all, and rows go to the driver as they
are. PostgreSQL's own driver sends a batch down a pipeline, so there nothing is won by it.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    LargeBinary,
    Select,
    Table,
    and_,
    any_,
    bindparam,
    false,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import UserDefinedType

from coterie.storage.copying import copy_into, copying

Row = Mapping[str, Any]
_FEW = 20
"""Rows that are inserted rather than copied."""
_KEY = "key_"
"""Stands before the name of a column that says which row is meant."""


@dataclass(frozen=True)
class Prepared:
    """A statement's text, the values it takes in their order, and how some of them are written."""

    text: str
    names: tuple[str, ...]
    written: Mapping[int, Callable[[Any], Any]]

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Run the statement for each of the rows."""
        columns = [[row[name] for row in rows] for name in self.names]
        for place, write in self.written.items():
            columns[place] = _written(write, columns[place])
        connection.exec_driver_sql(self.text, list(zip(*columns, strict=True)))

    def run_as_they_are(
        self, connection: Connection, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Run the statement for each of the rows, given as values of ``names``."""
        if tuple(names) != self.names:
            rows = list(map(itemgetter(*map(names.index, self.names)), rows))
        connection.exec_driver_sql(self.text, list(rows))


def _written(write: Callable[[Any], Any], values: Sequence[Any]) -> list[Any]:
    """Write values as the database takes them; what many rows share is written once."""
    found = {id(value): value for value in values}
    if len(found) * 2 > len(values):
        return list(map(write, values))
    written = {name: write(value) for name, value in found.items()}
    return [written[id(value)] for value in values]


@dataclass(frozen=True)
class Copied:
    """Rows that PostgreSQL takes by COPY: where to, their columns, how some values are written.

    ``one`` inserts a few, which is quicker than to begin a COPY.
    """

    text: str
    names: tuple[str, ...]
    written: Mapping[int, Callable[[Any], Any]]
    one: Executable

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Write the rows."""
        if len(rows) < _FEW:
            connection.execute(self.one, list(rows))
        else:
            self._copy(connection, ([row[name] for name in self.names] for row in rows))

    def run_as_they_are(
        self, connection: Connection, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Write rows, given as values of ``names``, which are the statement's."""
        if len(rows) < _FEW:
            connection.execute(self.one, [dict(zip(names, row, strict=True)) for row in rows])
        else:
            self._copy(connection, map(list, rows))

    def _copy(self, connection: Connection, rows: Iterable[list[Any]]) -> None:
        with copying(connection, self.text) as copy:
            for row in rows:
                for place, write in self.written.items():
                    row[place] = write(row[place])
                copy.write_row(row)


@dataclass(frozen=True)
class Laid:
    """Changes that PostgreSQL takes by columns, each an array; the last of a key counts.

    ``one`` changes a few, which is quicker than to lay them together.
    """

    text: str
    key: tuple[str, ...]
    names: tuple[str, ...]
    one: Executable

    def run(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Change the rows."""
        if len(rows) < _FEW:
            connection.execute(self.one, list(rows))
            return
        last = {tuple(row[name] for name in self.key): row for row in rows}.values()
        laid = {name: as_array([row[name] for row in last]) for name in self.names}
        connection.exec_driver_sql(self.text, laid)


class _Written(UserDefinedType[str]):
    """An array that is given as it is written: to PostgreSQL a parameter of its type all the same.

    Were it a text that is cast, it would be looked through for every row.
    """

    cache_ok = True
    render_bind_cast = True

    def __init__(self, spec: str) -> None:
        self.spec = spec

    def get_col_spec(self, **_: Any) -> str:
        """Return how the type is written."""
        return self.spec


def as_array(values: Iterable[Any]) -> str:
    """Write values as PostgreSQL writes an array; its driver takes ten times as long.

    >>> print(as_array([1, None, 'a "b"', True, b"\\x00"]))
    {1,NULL,"a \\"b\\"",true,"\\\\x00"}
    """
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    return str(value).lower()  # as JSON has numbers, true and false


Statement = Executable | Prepared | Copied | Laid


@lru_cache(maxsize=512)
def insertion(
    table: Table,
    names: tuple[str, ...],
    dialect: Dialect,
    key: tuple[str, ...] | None = None,
    change: tuple[str, ...] = (),
) -> Statement:
    """Return the statement that inserts rows with values for these columns.

    With a ``key``, what is there under it is changed; without ``change``, it is left as it is.
    """
    on: Any = sqlite if dialect.name == "sqlite" else postgresql
    statement = on.insert(table)
    if key is not None and change:
        taken = {name: statement.excluded[name] for name in change}
        statement = statement.on_conflict_do_update(index_elements=list(key), set_=taken)
    elif key is not None:
        statement = statement.on_conflict_do_nothing()
    # what Python fills in (a column's default) SQLAlchemy has to
    filled = any(one.default is not None and one.name not in names for one in table.columns)
    if filled:
        plain: Executable = statement
        return plain
    if dialect.name != "sqlite" and key is None:
        return _copied(table, names, dialect, statement)
    return _prepared(statement, names, dialect)


def _copied(table: Table, names: tuple[str, ...], dialect: Dialect, one: Executable) -> Copied:
    written = {
        place: write
        for place, name in enumerate(names)
        if not isinstance(kind := table.c[name].type, LargeBinary)
        and (write := kind.dialect_impl(dialect).bind_processor(dialect))
    }
    return Copied(copy_into(table, names, dialect), names, written, one)


@lru_cache(maxsize=512)
def alteration(
    table: Table, key: tuple[str, ...], change: tuple[str, ...], dialect: Dialect
) -> Statement:
    """Return the statement that sets columns of the rows that have given keys."""
    those = and_(*(table.c[name] == bindparam(_KEY + name) for name in key))
    statement = update(table).where(those).values({name: bindparam(name) for name in change})
    kinds = [table.c[name].type for name in (*key, *change)]
    if dialect.name != "sqlite" and not any(isinstance(kind, JSON | ARRAY) for kind in kinds):
        return _laid(table, key, change, dialect, statement)
    return _prepared(statement, change, dialect)


def _laid(
    table: Table, key: tuple[str, ...], change: tuple[str, ...], dialect: Dialect, one: Executable
) -> Laid:
    quote = dialect.identifier_preparer.quote
    names = {_KEY + name: name for name in key} | {name: name for name in change}
    arrays = ", ".join(
        f"%({given})s::{table.c[name].type.compile(dialect)}[]" for given, name in names.items()
    )
    sets = ", ".join(f"{quote(name)} = laid.{quote(name)}" for name in change)
    those = " AND ".join(f"had.{quote(name)} = laid.{quote(_KEY + name)}" for name in key)
    text = (
        f"UPDATE {dialect.identifier_preparer.format_table(table)} AS had SET {sets} "
        f"FROM unnest({arrays}) AS laid({', '.join(map(quote, names))}) WHERE {those}"
    )
    return Laid(text, tuple(_KEY + name for name in key), tuple(names), one)


def _prepared(statement: Any, names: Sequence[str], dialect: Dialect) -> Executable | Prepared:
    if dialect.name != "sqlite":
        found: Executable = statement
        return found
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    order = tuple(compiled.positiontup)
    written = {
        place: write
        for place, name in enumerate(order)
        # bytes go as they are: SQLAlchemy would make an object of each
        if not isinstance(kind := compiled.binds[name].type, LargeBinary)
        and (write := kind.dialect_impl(dialect).bind_processor(dialect))
    }
    return Prepared(str(compiled), order, written)


def run(connection: Connection, statement: Statement, rows: Sequence[Row]) -> None:
    """Run a statement for each of the rows."""
    if isinstance(statement, Prepared | Copied | Laid):
        statement.run(connection, rows)
    else:
        connection.execute(statement, list(rows))


def keyed(row: Row, key: Sequence[str], change: Sequence[str]) -> Row:
    """Take what ``alteration`` asks for, by the names that it gives it."""
    which = {_KEY + name: row[name] for name in key}
    return which | {name: row[name] for name in change}


def among(dialect: str, column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Write the condition that a column of numbers or text is one of very many values.

    They are one parameter: a parameter each takes longer to write than to look up. In order,
    because that is how an index is quickest to walk.
    """
    given = sorted(values)
    if dialect == "sqlite":
        each = func.json_each(literal(_as_json(given))).table_valued("value")
        return column.in_(select(each.c.value))
    return column == any_(literal(as_array(given), _Written(f"{column.type}[]")))


_APART = 4
"""Numbers are asked for as one stretch while so many lie in it for each one that is wanted."""


def near(dialect: str, column: ColumnElement[int], given: NDArray[Any]) -> ColumnElement[bool]:
    """Write the condition that finds rows of very many numbers, and perhaps of some between."""
    if not len(given):
        return false()
    least, most = int(given.min()), int(given.max())
    if most - least < _APART * len(given):
        return column.between(least, most)
    return among(dialect, column, given.tolist())


def numbers(connection: Connection, query: Select[tuple[int]]) -> NDArray[np.int64]:
    """Return the numbers that a query finds: the database lays them together."""
    found = query.subquery()
    (column,) = found.c
    return _read(connection.execute(select(_together(connection, column))).scalar())


def numbers_by(
    connection: Connection, query: Select[Any]
) -> list[tuple[tuple[Any, ...], NDArray[np.int64]]]:
    """Return the numbers of the last column by the values of those before it."""
    found = query.subquery()
    *by, column = found.c
    rows = connection.execute(select(*by, _together(connection, column)).group_by(*by))
    return [(tuple(row[:-1]), _read(row[-1])) for row in rows]


def _together(connection: Connection, column: ColumnElement[int]) -> ColumnElement[Any]:
    lay = func.group_concat if connection.dialect.name == "sqlite" else func.array_agg
    return lay(column)


def _read(laid: str | Sequence[int] | None) -> NDArray[np.int64]:
    """Read numbers that were laid together, by SQLite as text."""
    if isinstance(laid, str):
        return np.fromstring(laid, np.int64, sep=",")
    return np.array(laid or (), np.int64)


def _as_json(values: Collection[Any]) -> str:
    return msgspec.json.encode(values, enc_hook=int).decode()  # numpy's numbers are none of JSON's
