"""The life of a registration, as plain functions: one and a deed give the next one.

::

    (nothing) -> invited -> registered -> attended -> passed (a mark on it)
                         -> waiting ---^    |  ^
                               |            v  | comes late after all
                               v          no_show
                            missed
    registered, waiting -> cancelled -> registered or waiting again, with another code

Transitions that do not exist return None.
"""

from dataclasses import replace

from coterie.activities.model import Registration, State
from coterie.core.ids import derived_id

_RANK: dict[State, int] = {
    "attended": 0, "registered": 1, "waiting": 2, "no_show": 3, "missed": 4, "invited": 5,
    "cancelled": 6,
}  # fmt: skip


def begin(activity: str, profile: int, now: int, via: str) -> Registration:
    """Draw up the row of somebody who had none."""
    name = derived_id("registration", activity, profile)
    return Registration(name, activity, profile, profile, "invited", now, via=via)


def invite(one: Registration, message: str, now: int) -> Registration:
    """She is asked, by a message."""
    return replace(one, invited=now, since=now, message=message)


def seat(one: Registration, code: str, now: int, via: str) -> Registration:
    """She has a seat, and a code that lets her in."""
    attempt = one.attempt if one.state == "waiting" else one.attempt + 1
    return replace(
        one,
        state="registered",
        since=now,
        attempt=attempt,
        place=None,
        code=code,
        via=one.via if one.state == "waiting" else via,
        registered=one.registered or now,
    )


def queue(one: Registration, place: int, now: int, via: str) -> Registration:
    """She waits for a seat, behind those who came before her."""
    return replace(
        one,
        state="waiting",
        since=now,
        attempt=one.attempt + 1,
        place=place,
        code=None,
        via=via,
        registered=one.registered or now,
    )


def cancel(one: Registration, now: int) -> Registration | None:
    """She gives up her seat, or her place in the queue."""
    if one.state not in ("registered", "waiting"):
        return None
    return replace(one, state="cancelled", since=now, place=None, code=None)


def admit(one: Registration, by: str, now: int) -> Registration | None:
    """She is here; who was noted as a no-show came late after all."""
    if one.state not in ("registered", "no_show"):
        return None
    return replace(one, state="attended", since=now, checked_in=now, checked_by=by)


def readmit(one: Registration, is_over: bool, now: int) -> Registration | None:
    """The check-in was a mistake: she stands where she would without it."""
    if one.state != "attended" or one.passed is not None:
        return None
    state: State = "no_show" if is_over else "registered"
    return replace(one, state=state, since=now, checked_in=None, checked_by=None)


def end(one: Registration, now: int) -> Registration | None:
    """It is over: who held a seat and did not come is a no-show."""
    if one.state == "registered":
        return replace(one, state="no_show", since=now)
    if one.state == "waiting":
        return replace(one, state="missed", since=now, place=None)
    return None


def pass_(one: Registration, by: str, now: int) -> Registration | None:
    """She passed what the activity teaches; only who was there can."""
    if one.state != "attended" or one.passed is not None:
        return None
    return replace(one, passed=now, passed_by=by)


def unpass(one: Registration) -> Registration | None:
    """The pass was a mistake."""
    return None if one.passed is None else replace(one, passed=None, passed_by=None)


def best(rows: list[Registration]) -> Registration:
    """Choose the row that counts of those of one person: the furthest, then the earliest."""
    return min(
        rows, key=lambda one: (one.passed is None, _RANK[one.state], one.since, one.came_with)
    )
