"""Schedules: when an iCalendar recurrence (RFC 5545, RRULE) comes round in a zone. Pure.

Occurrences are counted on the clock on the wall, so that eight o'clock is eight o'clock all year.
Law (semantics 5): a time that daylight saving skips is the next valid minute, one that it repeats
is the first; so an hour that comes twice brings one occurrence.
"""

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

from coterie.core.clock import local_date
from coterie.core.errors import Invalid
from coterie.journeys.times import moment_of

LONGEST = 300
"""Characters of a recurrence."""
FREQUENCIES = ("HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_FREQ = re.compile(r"(?:^|;)FREQ=([A-Z]+)(?:;|$)")
_ANCHOR = datetime(2026, 1, 1)
_SOUGHT = {"HOURLY": 9, "DAILY": 30, "WEEKLY": 30, "MONTHLY": 60, "YEARLY": 400}
"""For how many years a first occurrence is sought."""
_HINT = "such as FREQ=WEEKLY;BYDAY=TH;BYHOUR=5"
_MOST_SKIPPED = 100_000


def check(recurrence: str, path: str) -> None:
    """Refuse what is no recurrence, comes more often than hourly, or never comes at all."""
    text = recurrence.strip().upper().removeprefix("RRULE:")
    found = _FREQ.search(text)
    if len(recurrence) > LONGEST or "\n" in text or found is None:
        raise Invalid("is no recurrence", path=path, hint=_HINT)
    if found[1] not in FREQUENCIES:
        raise Invalid(f"FREQ={found[1]} is not offered: hourly at the finest", path=path,
                      hint=f"one of {', '.join(FREQUENCIES)}")  # fmt: skip
    for part in ("BYSECOND", "BYEASTER"):
        if part in text:
            raise Invalid(f"{part} is not offered", path=path, hint=_HINT)
    if re.search(r"INTERVAL=0*(;|$)", text):
        raise Invalid("INTERVAL=0 never goes on", path=path, hint=_HINT)
    if len(re.findall(r"\d+", _part(text, "BYMINUTE"))) > 1:
        raise Invalid("comes more often than hourly", path=path, hint=_HINT)
    try:
        _rule(recurrence, _ANCHOR)
        # without an end of its own, and not sought for ever: the calendar goes on to the year 9999
        endless = re.sub(r";?(UNTIL|COUNT)=[^;]*", "", text).strip(";")
        end = f"{_ANCHOR.year + _SOUGHT[found[1]]}0101"
        comes = _rule(f"{endless};UNTIL={end}", _ANCHOR).after(_ANCHOR - timedelta(days=1))
    except (ValueError, TypeError, KeyError) as error:
        raise Invalid(f"is no recurrence: {error}", path=path, hint=_HINT) from error
    if comes is None:
        raise Invalid("never comes round", path=path, hint=_HINT)


def _part(text: str, name: str) -> str:
    return next((part for part in text.split(";") if part.startswith(name + "=")), "")


def check_first(value: object, path: str) -> None:
    """Refuse what is no date."""
    try:
        date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise Invalid(f"{value!r:.80} is no date", path=path, hint="write 2026-01-31") from error


def next_time(recurrence: str, first: date, where: ZoneInfo, after: int) -> int | None:
    """Return the first occurrence later than a moment; None when there is none any more.

    ``first`` is the day from which it counts: every second Thursday, ten times in all.
    """
    rule = _rule(recurrence, datetime.combine(first, time()))
    wall = datetime.combine(local_date(after, where), time()) - timedelta(days=1)
    for _ in range(_MOST_SKIPPED):
        found: datetime | None = rule.after(wall)
        if found is None:
            return None
        moment = moment_of(found, where)
        if moment > after:
            return moment
        wall = found
    return None


def last_time(recurrence: str, first: date, where: ZoneInfo, after: int, until: int) -> int | None:
    """Return the latest occurrence with after < moment <= until; None when there is none."""
    rule = _rule(recurrence, datetime.combine(first, time()))
    wall = datetime.combine(local_date(until, where), time()) + timedelta(days=2)
    for _ in range(_MOST_SKIPPED):
        found: datetime | None = rule.before(wall)
        if found is None:
            return None
        moment = moment_of(found, where)
        if moment <= until:
            return moment if moment > after else None
        wall = found
    return None


@lru_cache(maxsize=256)
def _rule(recurrence: str, first: datetime) -> rrule:
    text = recurrence.strip().upper().removeprefix("RRULE:")
    # a moment named in UTC or with no zone at all is read as one on the wall
    text = re.sub(r"(UNTIL=\d{8}T\d{6})Z", r"\1", text)
    found = rrulestr(text, dtstart=first, cache=True)  # each asking counts from the first day on
    if isinstance(found, rruleset):
        raise ValueError("one rule only")
    return found
