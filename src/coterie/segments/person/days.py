"""What the words for a date mean: ``today``, ``last quarter``, ``-3 months``, ``2026-01-31``.

A word stands for a half-open span of whole days of the brand's zone. Weeks begin on Monday,
quarters in January, April, July and October. ``+5 days`` is the one day that lies five days
ahead; months, quarters and years move to the same day of the month, or to the month's last day
where it has no such day (31 March minus a month is 28 February).
"""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from coterie.core.clock import local_date, midnight
from coterie.segments.language.conditions_parse import offset_of

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_NEAR = {"yesterday": -1, "today": 0, "tomorrow": 1}
_WHICH = {"last": -1, "this": 0, "next": 1}


def span(word: str, now: int, zone: ZoneInfo) -> tuple[int, int]:
    """Return the first moment of a word's days and the first moment after them.

    >>> span("today", 0, ZoneInfo("UTC"))
    (0, 86400000)
    """
    first, after = days_of(word, local_date(now, zone))
    return midnight(first, zone), midnight(after, zone)


def days_of(word: str, today: date) -> tuple[date, date]:
    """Return a word's first day and the day after its last.

    >>> days_of("last quarter", date(2026, 2, 3))
    (datetime.date(2025, 10, 1), datetime.date(2026, 1, 1))
    """
    if word in _NEAR:
        return _one_day(add_days(today, _NEAR[word]))
    offset = offset_of(word)
    if offset is not None:
        number, unit = offset
        if unit in _MONTHS:
            return _one_day(add_months(today, number * _MONTHS[unit]))
        return _one_day(add_days(today, number * (7 if unit == "week" else 1)))
    which, _, unit = word.partition(" ")
    if not unit:
        return _one_day(date.fromisoformat(word))
    if unit == "week":
        monday = add_days(today, 7 * _WHICH[which] - today.weekday())
        return monday, add_days(monday, 7)
    length = _MONTHS[unit]
    start = today.replace(day=1, month=(today.month - 1) // length * length + 1)
    first = add_months(start, _WHICH[which] * length)
    return first, add_months(first, length)


def add_days(day: date, number: int) -> date:
    """Move by days, and stop at the calendar's ends."""
    try:
        return day + timedelta(days=number)
    except OverflowError:
        return date.max if number > 0 else date.min


def add_months(day: date, number: int) -> date:
    """Move to the same day of another month, or to its last; stop at the calendar's ends.

    >>> add_months(date(2024, 3, 31), -1), add_months(date(2024, 2, 29), 12)
    (datetime.date(2024, 2, 29), datetime.date(2025, 2, 28))
    """
    months = day.year * 12 + day.month - 1 + number
    year, month = months // 12, months % 12 + 1
    if not date.min.year <= year <= date.max.year:
        return date.max if number > 0 else date.min
    following = date(year + month // 12, month % 12 + 1, 1) if (year, month) < (9999, 12) else None
    last = (following - timedelta(days=1)).day if following else 31
    return date(year, month, min(day.day, last))


def is_anniversary(of: date, day: date) -> bool:
    """Say whether a day has a date's month and day; 29 February counts as 28 in common years.

    >>> is_anniversary(date(2024, 2, 29), date(2025, 2, 28))
    True
    """
    if (of.month, of.day) == (day.month, day.day):
        return True
    return (of.month, of.day) == (2, 29) and (day.month, day.day) == (2, 28) and not _is_leap(day)


def _is_leap(day: date) -> bool:
    return day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)


def _one_day(day: date) -> tuple[date, date]:
    return day, add_days(day, 1)
