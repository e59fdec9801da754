"""Very many rows at once: written as the driver takes them, asked for by one parameter.

SQLAlchemy looks at every value of every row, which for a batch of the road takes longer than to
write it. So on SQLite a statement is compiled once and for all, and rows go to the driver as they
are. PostgreSQL's own driver sends a batch down a pipeline, so there nothing is won by it.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Dialect,
    Executable,
    Table,
    and_,
    any_,
    bindparam,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

Row = Mapping[str, Any]
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
            columns[place] = list(map(write, columns[place]))
        connection.exec_driver_sql(self.text, list(zip(*columns, strict=True)))

    def run_as_they_are(
        self, connection: Connection, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Run the statement for each of the rows, given as values of ``names``."""
        if tuple(names) != self.names:
            rows = list(map(itemgetter(*map(names.index, self.names)), rows))
        connection.exec_driver_sql(self.text, list(rows))


@lru_cache(maxsize=512)
def insertion(
    table: Table,
    names: tuple[str, ...],
    dialect: Dialect,
    key: tuple[str, ...] | None = None,
    change: tuple[str, ...] = (),
) -> Executable | Prepared:
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
    return statement if filled else _prepared(statement, names, dialect)


@lru_cache(maxsize=512)
def alteration(
    table: Table, key: tuple[str, ...], change: tuple[str, ...], dialect: Dialect
) -> Executable | Prepared:
    """Return the statement that sets columns of the rows that have given keys."""
    those = and_(*(table.c[name] == bindparam(_KEY + name) for name in key))
    statement = update(table).where(those).values({name: bindparam(name) for name in change})
    return _prepared(statement, change, dialect)


def _prepared(statement: Any, names: Sequence[str], dialect: Dialect) -> Executable | Prepared:
    if dialect.name != "sqlite":
        found: Executable = statement
        return found
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    order = tuple(compiled.positiontup)
    written = {
        place: write
        for place, name in enumerate(order)
        if (write := compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
    }
    return Prepared(str(compiled), order, written)


def run(connection: Connection, statement: Executable | Prepared, rows: Sequence[Row]) -> None:
    """Run a statement for each of the rows."""
    if isinstance(statement, Prepared):
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
    return column == any_(literal(given, ARRAY(column.type)))


def _as_json(values: Collection[Any]) -> str:
    return msgspec.json.encode(values, enc_hook=int).decode()  # numpy's numbers are none of JSON's
