"""Messages by the profile that they were born to: who has others' messages too, what to forget."""

from collections.abc import Collection, Sequence

from sqlalchemy import BindParameter, and_, bindparam, case, func, or_, select

from coterie.core.clock import DAY
from coterie.core.people import Shift
from coterie.messaging.store import (
    EVERYTHING,
    FOLLOWED,
    MESSAGES,
    OPEN,
    QUEUED,
    M,
    Stored,
    ask_rows,
    asked_by,
    message_rows,
    read,
)
from coterie.storage.keeping import forget, of_people
from coterie.storage.work import Work, in_chunks

_M = M
_WAITING = OPEN
_DRAWN = (*_WAITING, "sent", "failed", "shadow")


def follow(work: Work, shifts: Sequence[Shift]) -> None:
    """Let the rows of these profiles follow them to the heads that lead them now."""
    born: BindParameter[int] = bindparam("born_to")
    head: BindParameter[int] = bindparam("head")
    at_home = and_(_M.profile == born, _M.came_with == born)
    away = and_(_M.came_with == born, FOLLOWED)
    rows = [{"born_to": shift.profile, "head": shift.head} for shift in shifts]
    for those in (away, at_home) if rows else ():
        statement = message_rows.update().where(those).values(profile=head)
        work.connection.execute(statement, rows)


def with_others(work: Work, profiles: Collection[int]) -> set[int]:
    """Return which of these people have messages that were born to another profile."""
    query = select(_M.profile).where(FOLLOWED, work.among(_M.profile, profiles)).distinct()
    return set(work.connection.execute(query).scalars())


def twins(work: Work, profiles: Collection[int]) -> set[str]:
    """Name the queued messages that say what another profile of hers is told the same day.

    Of two that wait the later written is the twin; what is sent or on its way is none. A service
    touch was asked for by each.
    """
    other, asked = message_rows.alias("other"), ask_rows.alias("asked")
    same = [asked.c[name] == ask_rows.c[name] for name in ("origin", "node", "template")]
    query = select(_M.id).select_from(
        MESSAGES.join(other, other.c.profile == _M.profile).join(asked, asked.c.id == other.c.ask)
    )
    query = query.where(
        QUEUED,
        _M.touch != "service",
        *same,
        func.coalesce(other.c.run_key, "") == func.coalesce(_M.run_key, ""),
        other.c.came_with != _M.came_with,
        other.c.due > _M.due - DAY,
        other.c.due < _M.due + DAY,
        or_(
            other.c.status.in_(("leased", "asked", "sent")),
            and_(other.c.status == "queued", other.c.seq < _M.seq),
        ),
    )
    return {
        message.hex()
        for chunk in in_chunks(profiles)
        for message in work.connection.execute(query.where(_M.profile.in_(chunk))).scalars()
    }


def reached(work: Work, origin: str, profiles: Collection[int]) -> set[int]:
    """Return which of these people an origin has written to, or drawn into its holdout."""
    query = select(_M.profile).where(asked_by(origin), _M.status.in_(_DRAWN)).distinct()
    return {
        profile
        for chunk in in_chunks(profiles)
        for profile in work.connection.execute(query.where(_M.profile.in_(chunk))).scalars()
    }


def sent_between(work: Work, profiles: Collection[int], since: int, until: int) -> list[Stored]:
    """Return what was sent to these people, or to profiles of theirs, in [since, until]."""
    found: dict[str, Stored] = {}
    for chunk in in_chunks(profiles):
        query = EVERYTHING.where(
            of_people(message_rows, chunk), _M.status == "sent", _M.at >= since, _M.at <= until
        )
        for row in work.connection.execute(query.order_by(_M.at, _M.seq)):
            found[row.id.hex()] = read(row)
    return sorted(found.values(), key=lambda each: (each.message.at, each.message.id))


def contaminated(work: Work) -> list[tuple[str, int]]:
    """Return (origin, profile) of who was written to as one and held out as another."""
    followed = select(_M.profile).where(FOLLOWED)
    out = case((_M.status == "shadow", 1), else_=0)
    query = (
        select(_M.origin, _M.profile)
        .select_from(MESSAGES)
        .where(_M.status.in_(_DRAWN), _M.touch != "service", _M.profile.in_(followed))
        .group_by(_M.origin, _M.profile)
        .having(func.count(_M.came_with.distinct()) > 1, func.max(out) > func.min(out))
    )
    return [(row.origin, row.profile) for row in work.connection.execute(query)]


def erase(work: Work, profiles: Collection[int], reason: str) -> int:
    """Hold what waits for these people, and forget what was written to them; count the messages."""
    held = {"status": "held", "reason": reason, "at": work.now, "lease_until": None}
    waiting = forget(work, message_rows, profiles, _M.status.in_(_WAITING), **held)
    names = ("content", "given", "detail", "provider_id", "run_key")
    told = or_(*(message_rows.c[name].is_not(None) for name in names))
    return max(waiting, forget(work, message_rows, profiles, told, **dict.fromkeys(names)))
