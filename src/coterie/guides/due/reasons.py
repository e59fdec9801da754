"""Why a customer is due now, if she is. Pure.

Each rule looks at one fact that can be shown to the guide. A birthday is a greeting and no offer.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from coterie.core.clock import DAY, local_date, midnight
from coterie.guides.due.model import BREATH, QUIET, REASONS, SERVICE, DueOne, Hers, Reason

_NEW_FOR = 3 * DAY
_ASK_FROM, _ASK_UNTIL = 2 * DAY, 7 * DAY
_BIRTHDAY_AHEAD = 2


def why_now(hers: Hers, now: int, zone: ZoneInfo) -> DueOne | None:
    """Return the most pressing reason to speak to her today, or None."""
    found = {one.reason: one for one in _all(hers, now, zone)}
    spoke = hers.spoke or {}
    breathing = any(now - at < BREATH for at in spoke.values())
    for reason in REASONS:
        one = found.get(reason)
        if one is None or (hers.service_only and reason not in SERVICE):
            continue
        said = spoke.get(reason)
        if said is not None and now - said < QUIET[reason]:
            continue
        if not breathing or reason == "birthday":
            return one
    return None


def in_order(due: Sequence[DueOne]) -> list[DueOne]:
    """Put those who are due in the order in which a guide should think of them."""
    rank = {reason: place for place, reason in enumerate(REASONS)}
    return sorted(due, key=lambda one: (rank[one.reason], -one.since, one.profile))


def _all(hers: Hers, now: int, zone: ZoneInfo) -> Iterator[DueOne]:
    born = _next_birthday(hers.birthday, local_date(now, zone))
    if born is not None and (born - local_date(now, zone)).days <= _BIRTHDAY_AHEAD:
        yield _due(hers, "birthday", midnight(born, zone))
    if now - hers.bound < _NEW_FOR:
        yield _due(hers, "new", hers.bound)
    if hers.last_order is not None and _ASK_FROM <= now - hers.last_order < _ASK_UNTIL:
        yield _due(hers, "after_order", hers.last_order)
    if hers.dormant:
        yield _due(hers, "dormant", hers.dormant_since or hers.last_order or hers.bound)
    elif (
        hers.next_from is not None
        and hers.next_until is not None
        and hers.next_from <= now < hers.next_until
    ):
        yield _due(hers, "next_order", hers.next_from)


def _due(hers: Hers, reason: Reason, since: int) -> DueOne:
    return DueOne(hers.profile, reason, since)


def _next_birthday(text: str | None, today: date) -> date | None:
    """Return the next birthday from today on; who was born on 29 February has 1 March otherwise.

    >>> _next_birthday("1990-02-29", date(2026, 2, 28)), _next_birthday("1992-02-29T00:00:00Z",
    ...     date(2026, 2, 28))
    (None, datetime.date(2026, 3, 1))
    """
    try:
        born = datetime.fromisoformat(text or "").date()
    except ValueError:
        return None
    this = _in_year(born, today.year)
    return this if this >= today else _in_year(born, today.year + 1)


def _in_year(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
