"""Parts and invitations by the profile that they were born to: read, written back, forgotten."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Table, bindparam, case, func, or_, select

from coterie.communities.keeping.meeting import Asked, Part
from coterie.communities.model import Invitation
from coterie.communities.store import invitation_rows, participation_rows, read_invitation
from coterie.storage.keeping import forget, rows_of
from coterie.storage.work import Work, in_chunks

_I, _P = invitation_rows.c, participation_rows.c
_DRAWN = ("held_out", "offered", "accepted", "declined", "expired")
T = TypeVar("T", Part, Asked)


def parts_of_everybody(work: Work, heads: Mapping[int, int]) -> list[Part]:
    """Return the intervals of all who are concerned when these profiles go to these heads."""
    return _of_everybody(work, participation_rows, Part, heads)


def invitations_of_everybody(work: Work, heads: Mapping[int, int]) -> list[Asked]:
    """Return the invitations of all who are concerned when these profiles go to these heads."""
    return _of_everybody(work, invitation_rows, Asked, heads)


def _of_everybody(work: Work, table: Table, make: type[T], heads: Mapping[int, int]) -> list[T]:
    moving: list[T] = _read(work, table, make, "came_with", heads)
    concerned = {*heads.values(), *(one.profile for one in moving)}
    beside: list[T] = _read(work, table, make, "profile", concerned) if moving else []
    seen = {one.id for one in moving}
    return moving + [one for one in beside if one.id not in seen]


def _read(
    work: Work, table: Table, make: type[T], by: str, profiles: Iterable[int]
) -> list[T]:  # fmt: skip
    columns = [table.c[field.name] for field in fields(make)]
    return [
        make(*row)
        for chunk in in_chunks(sorted(set(profiles)))
        for row in work.connection.execute(select(*columns).where(table.c[by].in_(chunk)))
    ]


def save(work: Work, changed: Collection[Part] | Collection[Asked]) -> None:
    """Write to whom these belong now, and what became of them."""
    for table, kind, names in (
        (participation_rows, Part, ("profile", "left", "reason", "gave_way")),
        (invitation_rows, Asked, ("profile", "attempt")),
    ):
        rows = [
            {"of": one.id, **{f"new_{name}": getattr(one, name) for name in names}}
            for one in changed
            if isinstance(one, kind)
        ]
        if rows:
            statement = table.update().where(table.c.id == bindparam("of"))
            values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
            work.connection.execute(statement.values(values), rows)


def invitation(work: Work, name: str) -> Invitation | None:
    """Return one invitation by its id, None when there is none."""
    row = work.connection.execute(select(invitation_rows).where(_I.id == name)).first()
    return None if row is None else read_invitation(row)


def contaminated(work: Work) -> list[tuple[str, int]]:
    """Return (community, profile) of who was left out as one and invited as another."""
    followed = select(_I.profile).where(_I.profile != _I.came_with)
    out = case((_I.state == "held_out", 1), else_=0)
    query = (
        select(_I.community, _I.profile)
        .where(_I.state.in_(_DRAWN), _I.profile.in_(followed))
        .group_by(_I.community, _I.profile)
        .having(func.count(_I.came_with.distinct()) > 1, func.max(out) > func.min(out))
    )
    return [(row.community, row.profile) for row in work.connection.execute(query)]


def of_person(work: Work, profile: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a person's intervals and invitations as they are kept, oldest first."""
    intervals = rows_of(work, participation_rows, profile, "joined")
    return intervals, rows_of(work, invitation_rows, profile, "attempt")


def erase(work: Work, profiles: Collection[int], reason: str) -> dict[str, int]:
    """End these people's parts and open offers; count by table the rows that this changes."""
    at_once = {"left": work.now, "reason": reason}
    parts = forget(work, participation_rows, profiles, _P.left.is_(None), **at_once)
    forget(work, invitation_rows, profiles, _I.state == "offered", state="expired")
    waiting = or_(_I.due.is_not(None), _I.message.is_not(None), _is_held_else(reason))
    nothing = {"due": None, "message": None, "reason": reason}
    return {
        "community_participations": parts,
        "community_invitations": forget(work, invitation_rows, profiles, waiting, **nothing),
    }


def _is_held_else(reason: str) -> Any:
    return (_I.state == "held") & (func.coalesce(_I.reason, "") != reason)
