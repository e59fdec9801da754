"""Very many rows, read column by column into arrays."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray
from sqlalchemy import Connection, Select, func, select
from sqlalchemy.exc import DBAPIError

_PORTION = 2_000
"""Rows read at a time: so few stay in the cache until they are columns."""

_MARK = "\x1f"
"""Parts the values of a column that are laid together."""


class Words(dict[str | None, int]):
    """Numbers the different texts of a column, in the order in which they are first met.

    Most columns have few: so no text is kept for every row. None counts as one too.
    """

    def __missing__(self, text: str | None) -> int:
        """Number a text that was not met before."""
        number = self[text] = len(self)
        return number

    def numbers(self, texts: Sequence[str | None]) -> NDArray[np.int32]:
        """Return the numbers of texts, new ones among them."""
        return np.fromiter(map(self.__getitem__, texts), np.int32, len(texts))


def columns(
    connection: Connection, query: Select[Any], kinds: Sequence[DTypeLike | Words]
) -> tuple[NDArray[Any], ...]:
    """Read rows column by column, as the driver gives their values, into arrays of these types.

    A row of objects takes several times as long to make as to read. ``str`` is a column of text,
    as objects; a column of ``Words`` becomes their numbers.
    """
    if connection.dialect.name == "sqlite" and all(map(_can_be_text, kinds)):
        with suppress(DBAPIError):  # SQLite makes no text beyond a billion bytes
            found = _in_texts(connection, query, kinds)
            if found is not None:
                return found
    return _by_portions(connection, query, kinds)


def _can_be_text(kind: DTypeLike | Words) -> bool:
    return isinstance(kind, Words) or kind is str or np.issubdtype(np.dtype(kind), np.integer)


def _in_texts(
    connection: Connection, query: Select[Any], kinds: Sequence[DTypeLike | Words]
) -> tuple[NDArray[Any], ...] | None:
    """Have SQLite lay each column together into one text: no object is made for a row.

    None where a value is NULL, or a word has the mark in it that parts them.
    """
    found = query.subquery()
    counts = [func.count(), *map(func.count, found.c)]
    texts = [func.group_concat(column, _MARK) for column in found.c]
    row: Any = connection.execute(select(*counts, *texts).select_from(found)).one()
    number = row[0]
    if any(count != number for count in row[: len(counts)]):
        return None
    read = [_parted(text, kind) for text, kind in zip(row[len(counts) :], kinds, strict=True)]
    return tuple(read) if all(len(one) == number for one in read) else None


def _parted(text: str | None, kind: DTypeLike | Words) -> NDArray[Any]:
    if not (isinstance(kind, Words) or kind is str):
        return np.fromstring(text or "", kind, sep=_MARK)
    return _of_values(kind)([] if text is None else text.split(_MARK))


def _of_values(kind: DTypeLike | Words) -> Callable[[Sequence[Any]], NDArray[Any]]:
    """Return what makes an array of a kind of values."""
    if isinstance(kind, Words):
        return kind.numbers
    return partial(np.array, dtype=object if kind is str else kind)


def _by_portions(
    connection: Connection, query: Select[Any], kinds: Sequence[DTypeLike | Words]
) -> tuple[NDArray[Any], ...]:
    reads = list(map(_of_values, kinds))
    parts: list[list[NDArray[Any]]] = [[read(())] for read in reads]
    with connection.execute(query) as result:
        assert result.cursor is not None, "a query that returns rows has a cursor"
        while rows := result.cursor.fetchmany(_PORTION):
            for part, values, read in zip(parts, zip(*rows, strict=True), reads, strict=True):
                part.append(read(values))
    return tuple(np.concatenate(part) for part in parts)
