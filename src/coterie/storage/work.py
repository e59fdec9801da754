"""The unit of work: who acts, when, and the one transaction that it all happens in."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from coterie.core.actor import Actor

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
        """Insert rows, any number."""
        if rows:
            self.connection.execute(table.insert(), list(rows))

    def insert_rows(
        self, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Insert very many rows, as values of the columns ``names`` in the table's order.

        SQLite takes them as they are; ``insert`` looks at each value first, which takes longer
        than to write it. So the values must be such as SQLite knows.
        """
        if not rows:
            return
        if self.dialect != "sqlite":
            self.insert(table, [dict(zip(names, row, strict=True)) for row in rows])
            return
        dialect = self.connection.dialect
        statement = table.insert().compile(dialect=dialect, column_keys=list(names))
        self.connection.exec_driver_sql(str(statement), list(rows))

    def insert_new(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert the rows whose key is not there yet; leave the others as they are."""
        if rows:
            self.connection.execute(self._insert(table).on_conflict_do_nothing(), list(rows))

    def upsert(
        self, table: Table, rows: Sequence[Row], *, key: Sequence[str], change: Sequence[str]
    ) -> None:
        """Insert rows; where ``key`` is taken, set the columns ``change`` instead."""
        if rows:
            statement = self._insert(table)
            taken = {name: statement.excluded[name] for name in change}
            self.connection.execute(
                statement.on_conflict_do_update(index_elements=list(key), set_=taken), list(rows)
            )

    def _insert(self, table: Table) -> Any:
        dialect: Any = sqlite if self.dialect == "sqlite" else postgresql
        return dialect.insert(table)


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
