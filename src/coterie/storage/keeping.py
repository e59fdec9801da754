"""What rooms that keep something of people share: rows that follow a person, and are handed out.

Such a row holds ``profile``, the head now, and ``came_with``, the profile it was born to. Who it
follows is told by shifts (``core.people``); what happens where two rows meet is the room's to say.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Integer, Table, bindparam, or_, select

from coterie.core.people import Shift
from coterie.storage.work import Work, in_chunks


def came_with(*, nullable: bool = False) -> Column[Any]:
    """The column of the profile that a row was born to: the one it has when it is written."""
    return Column("came_with", Integer, nullable=nullable, index=True, default=_born_to)


def _born_to(context: Any) -> int | None:
    profile: int | None = context.get_current_parameters()["profile"]
    return profile


def follow(work: Work, table: Table, shifts: Sequence[Shift]) -> None:
    """Let the rows of these profiles follow them to the heads that lead them now."""
    if shifts:
        statement = (
            table.update()
            .where(table.c.came_with == bindparam("born_to"))
            .values(profile=bindparam("head"))
        )
        rows = [{"born_to": shift.profile, "head": shift.head} for shift in shifts]
        work.connection.execute(statement, rows)


def of_people(table: Table, profiles: Sequence[int]) -> ColumnElement[bool]:
    """The rows that these people have now, or that were born to them."""
    return or_(table.c.profile.in_(profiles), table.c.came_with.in_(profiles))


def rows_of(work: Work, table: Table, profile: int, order: str) -> list[dict[str, Any]]:
    """Return a person's rows as they are, in the order of a column."""
    query = select(table).where(table.c.profile == profile).order_by(table.c[order])
    return [dict(row._mapping) for row in work.connection.execute(query)]


def forget(
    work: Work,
    table: Table,
    profiles: Collection[int],
    those: ColumnElement[bool],
    **values: Any,
) -> int:
    """Set columns of some of these people's rows, and count them."""
    count = 0
    for chunk in in_chunks(sorted(profiles)):
        statement = table.update().where(of_people(table, chunk), those).values(**values)
        count += work.connection.execute(statement).rowcount
    return count
