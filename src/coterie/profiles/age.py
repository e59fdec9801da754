"""How old somebody is, as far as it is known. Pure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.clock import to_datetime

BIRTHDAY = "birthday"
CONFIRMED = "age_confirmed"
MAJORITY = 18
"""What a plain yes to "are you of age?" stands for."""


def age_of(traits: Mapping[str, Any], now: int, zone: ZoneInfo) -> int | None:
    """Return the age in whole years that a birthday tells, or that she has confirmed, or None.

    ``birthday`` begins with a date as in 2001-02-28; ``age_confirmed`` is a number of years that
    she is at least, or true for 18. Of two the birthday counts. Whoever was born on 29 February
    comes of age on 1 March in other years.

    >>> shanghai = ZoneInfo("Asia/Shanghai")
    >>> age_of({"birthday": "2008-01-02"}, 1_767_225_600_000, shanghai)  # on 2026-01-01 there
    17
    >>> age_of({"age_confirmed": True}, 0, shanghai), age_of({}, 0, shanghai)
    (18, None)
    """
    born = _date(traits.get(BIRTHDAY))
    if born is not None:
        today = to_datetime(now).astimezone(zone).date()
        before = (today.month, today.day) < (born.month, born.day)
        return today.year - born.year - before
    said = traits.get(CONFIRMED)
    if said is True:
        return MAJORITY
    return int(said) if isinstance(said, int | float) and not isinstance(said, bool) else None


def _date(value: object) -> date | None:
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        return None
