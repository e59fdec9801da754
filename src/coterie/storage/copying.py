"""PostgreSQL's COPY: the way in for very many rows. Used by ``many``.

Rows that are alike but for a few columns are laid by columns, in the binary form: what all of them
share is written once, and the columns that differ are laid over it. No value becomes an object.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Dialect,
    Float,
    Integer,
    LargeBinary,
    Table,
)
from sqlalchemy.exc import DBAPIError

Alike = tuple[Mapping[str, Any], Mapping[str, NDArray[Any]]]
"""Rows of one kind: the values that all of them share, and a column of values for each other."""

_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_END = struct.pack(">h", -1)
_NULL = struct.pack(">i", -1)


@contextmanager
def copying(connection: Connection, text: str) -> Iterator[Any]:
    """Open a COPY for writing; what the driver raises comes as SQLAlchemy's error."""
    driver: Any = connection.connection.cursor()
    dialect = connection.dialect
    try:
        with driver, driver.copy(text) as copy:
            yield copy
    except dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance(
            text, None, error, dialect.loaded_dbapi.Error, dialect=dialect
        ) from error


def copy_into(table: Table, names: Iterable[str], dialect: Dialect, form: str = "") -> str:
    """Write the COPY into these columns of a table; ``form`` is its options."""
    quote = dialect.identifier_preparer
    columns = ", ".join(map(quote.quote, names))
    return f"COPY {quote.format_table(table)} ({columns}) FROM STDIN{form}"


def copy_alike(connection: Connection, table: Table, blocks: Sequence[Alike]) -> None:
    """Copy rows that are alike, kind by kind; every kind has the same columns."""
    shared, own = blocks[0]
    names = [*shared, *own]
    text = copy_into(table, names, connection.dialect, " (FORMAT BINARY)")
    with copying(connection, text) as copy:
        copy.write(_SIGNATURE)
        for shared, own in blocks:
            copy.write(_laid([table.c[name] for name in names], shared, own))
        copy.write(_END)


def _laid(columns: Sequence[Column[Any]], shared: Mapping[str, Any], own: Any) -> bytes:
    """Lay rows of one kind: a pattern of one, repeated, and each own column over its place."""
    pattern = bytearray(struct.pack(">h", len(columns)))
    places: list[tuple[int, NDArray[np.uint8]]] = []
    for column in columns:
        if column.name in own:
            values = _bytes_of(column, own[column.name])
            size = values.shape[1]
            pattern += struct.pack(">i", size)
            places.append((len(pattern), values))
            pattern += bytes(size)
        else:
            pattern += _field(column, shared[column.name])
    rows = np.empty((len(places[0][1]), len(pattern)), np.uint8)
    rows[:] = np.frombuffer(pattern, np.uint8)
    for place, values in places:
        rows[:, place : place + values.shape[1]] = values
    return rows.tobytes()


def _bytes_of(column: Column[Any], values: NDArray[Any]) -> NDArray[np.uint8]:
    """Return the values of an own column as PostgreSQL takes them, a row of bytes for each."""
    form = _form(column)
    laid = np.ascontiguousarray(values if form is None else values.astype(form))
    return laid.view(np.uint8).reshape(len(laid), laid.dtype.itemsize)


def _field(column: Column[Any], value: Any) -> bytes:
    """Write one value with its length before it."""
    if value is None:
        return _NULL
    form = _form(column)
    if form is not None:
        data = np.array(value, form).tobytes()
    else:
        data = value if isinstance(value, bytes) else str(value).encode()
    return struct.pack(">i", len(data)) + data


def _form(column: Column[Any]) -> str | None:
    """Return how numpy calls a column's binary form; None where it is bytes or text as they are."""
    kinds = ((BigInteger, ">i8"), (Integer, ">i4"), (Boolean, ">i1"), (Float, ">f8"))
    if isinstance(column.type, LargeBinary):
        return None
    return next((form for kind, form in kinds if isinstance(column.type, kind)), None)
