"""The words for a date as bounds, for the SQL reader: first moment, and first moment after.

Counted in months since the year 0 and days since Monday; the other reader counts for itself.
"""

from calendar import monthrange
from datetime import date
from zoneinfo import ZoneInfo

from coterie.core.clock import local_date, midnight
from coterie.segments.language.conditions_parse import offset_of

_SPANS = {"month": 1, "quarter": 3, "year": 12}
_TURN = {"last": -1, "this": 0, "next": 1}
_DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}
_FIRST_MONTH = date.min.year * 12
_LAST_MONTH = date.max.year * 12 + 11


def day_bounds(word: str, now: int, zone: ZoneInfo) -> tuple[int, int]:
    """Return the half-open span of a word's days in milliseconds.

    >>> day_bounds("tomorrow", 0, ZoneInfo("UTC"))
    (86400000, 172800000)
    """
    first, days = _span(word, today(now, zone))
    return midnight(first, zone), midnight(_moved(first, days), zone)


def today(now: int, zone: ZoneInfo, shift: int = 0) -> date:
    """Return the zone's present day, or one ``shift`` days away."""
    return _moved(local_date(now, zone), shift)


def _span(word: str, day: date) -> tuple[date, int]:
    """Return a word's first day and for how many days it goes."""
    if word in _DAYS:
        return _moved(day, _DAYS[word]), 1
    shifted = offset_of(word)
    if shifted is not None:
        number, unit = shifted
        if unit in _SPANS:
            return _in_month(day.year * 12 + day.month - 1 + number * _SPANS[unit], day.day), 1
        return _moved(day, number * {"day": 1, "week": 7}[unit]), 1
    if " " not in word:
        return date.fromisoformat(word), 1
    turn, unit = word.split(" ")
    if unit == "week":
        return _moved(day, _TURN[turn] * 7 - day.weekday()), 7
    months = day.year * 12 + day.month - 1
    length = _SPANS[unit]
    start = months - months % length + _TURN[turn] * length
    first = _in_month(start, 1)
    return first, (_in_month(start + length, 1) - first).days


def _in_month(months: int, day: int) -> date:
    """Return a day of a month counted since the year 0; the last one where there is no such."""
    if months < _FIRST_MONTH:
        return date.min
    if months > _LAST_MONTH:
        return date.max
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day, monthrange(year, month + 1)[1]))


def _moved(day: date, days: int) -> date:
    ordinal = day.toordinal() + days
    return date.fromordinal(max(date.min.toordinal(), min(date.max.toordinal(), ordinal)))
