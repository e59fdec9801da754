"""Messages of many people written in one statement; and which of a cause there are already."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    LargeBinary,
    case,
    func,
    literal,
    or_,
    select,
    type_coerce,
)

from coterie.messaging.alike.lot import Lot
from coterie.messaging.naming import LENGTH, names
from coterie.messaging.people import Numbers
from coterie.messaging.store import TAKING_A_SLOT, ask_rows, message_rows
from coterie.storage.work import Row, Work

_KINDS = 64
"""How many kinds of messages one statement tells apart."""


def insert(
    work: Work, named: NDArray[Any], people: Numbers, kinds: NDArray[Any], of: Sequence[Row]
) -> None:
    """Write a message for each of these people; ``kinds`` says which row of ``of`` is hers.

    ``named`` are their messages' names. In one go and in their order: so each index grows at one
    place.
    """
    if work.dialect != "sqlite":
        each = [np.flatnonzero(kinds == kind) for kind in range(len(of))]
        columns = [
            {"id": named[some], "profile": people[some], "came_with": people[some]} for some in each
        ]
        work.copy_alike(message_rows, list(zip(of, columns, strict=True)))
        return
    for first in range(0, len(of), _KINDS):
        these = np.flatnonzero((kinds >= first) & (kinds < first + _KINDS))
        laid = people[these].astype(np.int64) * _KINDS + (kinds[these] - first)
        _insert(work, named[these].tobytes(), laid.tolist(), of[first : first + _KINDS])


def _insert(work: Work, named: bytes, laid: Sequence[int], of: Sequence[Row]) -> None:
    each = func.json_each(literal(_json(laid))).table_valued("key", "value")
    number = type_coerce(each.c.value, BigInteger)
    kind, profile = number % _KINDS, number // _KINDS
    name = func.substr(literal(named, LargeBinary), each.c.key * LENGTH + 1, LENGTH)
    query = select(
        name.label("name"), profile.label("head"), profile.label("born_to"),
        *(_told(kind, column, [row[column] for row in of]).label(f"its_{column}")
          for column in of[0]),
    )  # fmt: skip
    into = ["id", "profile", "came_with", *of[0]]
    statement = message_rows.insert().from_select(into, query, include_defaults=False)
    work.connection.execute(statement)


def _told(kind: ColumnElement[Any], column: str, values: Sequence[Any]) -> ColumnElement[Any]:
    """Return a column's value by kind."""
    kind_of = message_rows.c[column].type
    if len(set(values)) == 1:
        return literal(values[0], kind_of)
    cases = ((kind == number, literal(value, kind_of)) for number, value in enumerate(values))
    return case(*cases)


def _json(values: Sequence[int]) -> str:
    return msgspec.json.encode(values).decode()


def insert_given(
    work: Work,
    named: NDArray[Any],
    people: Numbers,
    rows: Sequence[Row],
    given: Sequence[bytes | None],
) -> None:
    """Write messages of which each has something that was given for one alone, sealed."""
    names = ("id", "profile", "came_with", "given", *rows[0])
    told = zip(named.tolist(), people.tolist(), given, rows, strict=True)
    work.insert_rows(
        message_rows,
        names,
        [(name, profile, profile, sealed, *row.values()) for name, profile, sealed, row in told],
    )


def there(work: Work, lot: Lot) -> NDArray[np.bool_]:
    """Say of each whether there is such a message; the database lays those it has together.

    What one cause names lies side by side, so each asking is one stretch of the index.
    """
    name, stretches = message_rows.c.id, []
    for number in range(len(lot.askings)):
        named = lot.names[lot.of == number].tolist()
        if named:
            stretches.append(name.between(min(named), max(named)))
    if work.dialect == "sqlite":
        laid = func.group_concat(func.hex(name), "")
    else:
        laid = func.string_agg(func.encode(name, "hex"), "")
    found = work.connection.execute(select(laid).where(or_(*stretches))).scalar()
    if not found:
        return np.zeros(len(lot), np.bool_)
    there = set(names(bytes.fromhex(found)))
    return np.fromiter((name in there for name in lot.names.tolist()), np.bool_, len(lot))


def planned(
    work: Work, people: Numbers, since: int
) -> list[tuple[tuple[Any, ...], NDArray[np.int64]]]:
    """Return the touches that take a slot, each with who has it; some others may be named, too."""
    columns = message_rows.c
    asked_for = select(ask_rows.c.id).where(ask_rows.c.touch == "service")
    query = select(columns.ask, columns.due, columns.status, columns.at, columns.profile).where(
        work.near(columns.profile, people),
        columns.due > since,
        columns.status.in_(TAKING_A_SLOT),
        columns.ask.not_in(asked_for),
    )
    return work.numbers_by(query)
