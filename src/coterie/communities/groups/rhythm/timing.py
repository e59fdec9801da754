"""When a group's plays are: by its age, on the clock on the wall of its zone. Pure.

Laws: a time that daylight saving skips is as much later, of one that it repeats the first counts;
of one play there is at most one a day; no play lies on a skipped day, nor before the group.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

from coterie.communities.groups.rhythm.model import Coming, Play, Rhythm
from coterie.core.clock import MINUTE, from_datetime, local_date
from coterie.core.errors import Invalid
from coterie.core.ids import bucket

HORIZON = 400
"""Days ahead in which the next plays are sought."""
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = re.compile(r"(?:^|;)(FREQ|INTERVAL|BYDAY|BYMONTHDAY|BYMONTH|BYSETPOS|WKST)=[^;]+")
_HINT = "such as FREQ=WEEKLY;BYDAY=TU"
_DAY = timedelta(days=1)


def check_every(text: object, path: str) -> str:
    """Return a recurrence of days, or raise Invalid: what is more than days, or never comes."""
    if not isinstance(text, str) or len(text) > 200:
        raise Invalid("this is no recurrence", path=path, hint=_HINT)
    clean = text.strip().upper().removeprefix("RRULE:")
    if _PARTS.sub("", clean) or not any(f"FREQ={one}" in clean for one in _FREQUENCIES):
        raise Invalid("this is no recurrence of days", path=path, hint=_HINT)
    try:
        first = _rule(clean, date(2026, 1, 1)).after(datetime(2025, 12, 31))
    except (ValueError, TypeError, KeyError) as error:
        raise Invalid(f"this is no recurrence: {error}", path=path, hint=_HINT) from error
    if first is None or first.year > 2026 + 9:
        raise Invalid("it never comes round", path=path, hint=_HINT)
    return clean


def plays_of(
    rhythm: Rhythm, opened: date, zone: ZoneInfo, after: int, until: int, whose: str = ""
) -> list[Coming]:
    """Return the plays with after < moment <= until of a group opened on a day, in order.

    ``whose`` is the guide: all her groups wait equally long, so that she is asked once.
    """
    first = local_date(after, zone) - _DAY
    last = local_date(until, zone)
    found = [
        Coming(at, day, play)
        for play in rhythm.plays
        for day in _days(play, opened, max(first, opened), last)
        if day not in rhythm.skip
        and after < (at := moment(day, play.at, zone) + _late(rhythm, play, whose)) <= until
    ]
    return sorted(found, key=lambda one: (one.at, one.play.name))


def coming(
    rhythm: Rhythm, opened: date, zone: ZoneInfo, after: int, most: int, whose: str = ""
) -> list[Coming]:
    """Return the next plays after a moment, at most so many."""
    days = 14
    while True:
        end = moment(local_date(after, zone) + days * _DAY, 0, zone)
        found = plays_of(rhythm, opened, zone, after, end, whose)
        if len(found) >= most or days >= HORIZON:
            return found[:most]
        days = min(days * 6, HORIZON)


def moment(day: date, minute: int, zone: ZoneInfo) -> int:
    """Return the moment of a minute of a day."""
    return from_datetime(datetime.combine(day, time(minute // 60, minute % 60), tzinfo=zone))


def _days(play: Play, opened: date, first: date, last: date) -> Iterator[date]:
    if play.day is not None:
        day = opened + play.day * _DAY
        if first <= day <= last:
            yield day
        return
    assert play.every is not None, "a play has a day or a recurrence"
    begin = opened + play.since * _DAY
    end = last if play.until is None else min(last, opened + play.until * _DAY)
    low, high = (datetime.combine(one, time()) for one in (max(first, begin), end))
    for found in _rule(play.every, begin).between(low, high, inc=True):
        yield found.date()


def _late(rhythm: Rhythm, play: Play, whose: str) -> int:
    """Return by how much (ms) a play is later for a guide; it stays on its day."""
    room = min(rhythm.jitter, 24 * 60 - 1 - play.at)
    return bucket(f"{rhythm.slug}/{play.name}", whose) % (room + 1) * MINUTE if room > 0 else 0


@lru_cache(maxsize=1_024)
def _rule(every: str, begin: date) -> rrule:
    found = rrulestr(every, dtstart=datetime.combine(begin, time()))
    if isinstance(found, rruleset):
        raise ValueError("one rule only")
    return found
