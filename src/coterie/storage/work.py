"""The unit of work: who acts, when, and the one transaction that it all happens in."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from sqlalchemy import Column, ColumnElement, Connection, Dialect, Select, Table
from sqlalchemy import Row as SqlRow
from sqlalchemy.dialects import postgresql, sqlite

from coterie.core.actor import Actor
from coterie.storage import many, reading
from coterie.storage.copying import Alike, copy_alike

Row = Mapping[str, Any]


@dataclass
class Work:
    """One batch's or one request's transaction. Rooms write through it and never commit.

    ``now`` is the moment all of it happens at, in milliseconds UTC. ``memo`` is where a room keeps
    what it read, for as long as the work lasts; who writes drops what that changes.
    """

    connection: Connection
    actor: Actor
    now: int
    callbacks: list[Callable[[], None]] = field(default_factory=list)
    memo: dict[str, Any] = field(default_factory=dict)

    def after_commit(self, callback: Callable[[], None]) -> None:
        """Do something once the commit stands, such as change state kept in memory."""
        self.callbacks.append(callback)

    @property
    def dialect(self) -> str:
        """Name the database spoken to: ``sqlite`` or ``postgresql``."""
        return self.connection.dialect.name

    def insert(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert rows, any number; all have the same columns."""
        if rows:
            self._run(many.insertion(table, tuple(rows[0]), self._dialect), rows)

    def insert_rows(
        self, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Insert very many rows, as values of the columns ``names``.

        SQLite takes them as they are, so the values must be such as SQLite knows.
        """
        if rows:
            self._run_rows(many.insertion(table, tuple(names), self._dialect), names, rows)

    def upsert_rows(
        self,
        table: Table,
        names: Sequence[str],
        rows: Sequence[tuple[Any, ...]],
        *,
        key: Sequence[str],
        change: Sequence[str],
    ) -> None:
        """Insert very many rows as ``insert_rows`` does; change those there as ``upsert`` does."""
        if rows:
            taken = tuple(key), tuple(change)
            statement = many.insertion(table, tuple(names), self._dialect, *taken)
            self._run_rows(statement, names, rows)

    def copy_alike(self, table: Table, blocks: Sequence[Alike]) -> None:
        """Copy rows into PostgreSQL that are alike, kind by kind, without an object for any value.

        A kind is the values that all its rows share and, for each other column, an array.
        """
        copy_alike(self.connection, table, blocks)

    def insert_new(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert the rows whose key is not there yet; leave the others as they are."""
        if rows:
            self._run(many.insertion(table, tuple(rows[0]), self._dialect, ()), rows)

    def insert_new_from(
        self, table: Table, names: Sequence[str], query: Select[Any], told: Sequence[Column[Any]]
    ) -> Sequence[SqlRow[Any]]:
        """Insert what a query finds, as the columns ``names``, where its key is not there yet.

        Return the columns ``told`` of the new rows.
        """
        on = postgresql.insert if self.dialect == "postgresql" else sqlite.insert
        found = on(table).from_select(list(names), query, include_defaults=False)
        return self.connection.execute(found.on_conflict_do_nothing().returning(*told)).all()

    def upsert(
        self, table: Table, rows: Sequence[Row], *, key: Sequence[str], change: Sequence[str]
    ) -> None:
        """Insert rows; where ``key`` is taken, set the columns ``change`` instead."""
        if rows:
            names, taken = tuple(rows[0]), (tuple(key), tuple(change))
            self._run(many.insertion(table, names, self._dialect, *taken), rows)

    def change(
        self, table: Table, rows: Sequence[Row], *, key: Sequence[str], change: Sequence[str]
    ) -> None:
        """Set the columns ``change`` of the rows that have these keys."""
        if rows:
            statement = many.alteration(table, tuple(key), tuple(change), self._dialect)
            self._run(statement, [many.keyed(row, key, change) for row in rows])

    def columns(
        self, query: Select[Any], *kinds: DTypeLike | reading.Words
    ) -> tuple[NDArray[Any], ...]:
        """Read very many rows, as an array for each column, of these types.

        Values come as the driver gives them, so the columns must be such as need no translation.
        ``Words`` number the different texts of a column.
        """
        return reading.columns(self.connection, query, kinds)

    def among(self, column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
        """Write the condition that a column is one of very many numbers or texts."""
        return many.among(self.dialect, column, values)

    def near(self, column: ColumnElement[int], numbers: NDArray[Any]) -> ColumnElement[bool]:
        """Write the condition that finds rows of very many numbers, and perhaps of some others.

        Where they lie close together it is a stretch from the first to the last: the quickest way
        along an index. The caller leaves out whom it did not ask for.
        """
        return many.near(self.dialect, column, numbers)

    def numbers(self, query: Select[tuple[int]]) -> NDArray[np.int64]:
        """Return the numbers that a query of one column finds, very many of them at once."""
        return many.numbers(self.connection, query)

    def numbers_by(self, query: Select[Any]) -> list[tuple[tuple[Any, ...], NDArray[np.int64]]]:
        """Return the numbers of a query's last column, by the values of those before it."""
        return many.numbers_by(self.connection, query)

    @property
    def _dialect(self) -> Dialect:
        return self.connection.dialect

    def _run_rows(
        self, statement: many.Statement, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        if isinstance(statement, many.Prepared | many.Copied):
            statement.run_as_they_are(self.connection, names, rows)
        else:
            self._run(statement, [dict(zip(names, row, strict=True)) for row in rows])

    def _run(self, statement: many.Statement, rows: Sequence[Row]) -> None:
        many.run(self.connection, statement, rows)


def in_chunks(values: Iterable[Any], size: int = 5_000) -> Iterator[list[Any]]:
    """Cut values into lists short enough for one statement's parameters.

    >>> [len(part) for part in in_chunks(range(5), 2)]
    [2, 2, 1]
    """
    chunk: list[Any] = []
    for value in values:
        chunk.append(value)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
