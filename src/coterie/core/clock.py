"""Time: whole milliseconds since the Unix epoch, UTC, everywhere inside.

Only the rim turns them into datetimes, always with a named zone. Nobody reads the machine's
clock but ``SystemClock``; everybody else is handed a ``Clock`` or a ``now``.
"""

import re
import time as _time
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from coterie.core.errors import Invalid

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY, "w": WEEK}
_DURATION = re.compile(r"([0-9]+)([smhdw])")
_CALENDAR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ]|\Z)")
"""Calendar dates only: runs of digits and week dates are more often numbers or names."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Clock(Protocol):
    """Tells the time in milliseconds since the epoch, UTC."""

    def now(self) -> int:
        """Return the present moment."""
        ...


class SystemClock:
    """The machine's clock, shifted by ``offset`` milliseconds (demo folders live in the past)."""

    def __init__(self, offset: int = 0) -> None:
        self.offset = offset

    def now(self) -> int:
        """Return the present moment, shifted."""
        return _time.time_ns() // 1_000_000 + self.offset


def to_datetime(moment: int) -> datetime:
    """Turn milliseconds into an aware datetime in UTC.

    >>> to_datetime(0).isoformat()
    '1970-01-01T00:00:00+00:00'
    """
    return _EPOCH + timedelta(milliseconds=moment)


def from_datetime(moment: datetime) -> int:
    """Turn an aware datetime into milliseconds; finer digits are cut, never rounded up."""
    delta = moment - _EPOCH
    return (delta.days * 86_400_000) + delta.seconds * 1_000 + delta.microseconds // 1_000


def zone(name: str) -> ZoneInfo:
    """Look a zone up by its IANA name; raises Invalid when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(
            f"unknown time zone {name!r}", hint="use an IANA name such as Asia/Shanghai"
        ) from error


def parse_time(text: str, default_zone: ZoneInfo) -> int:
    """Read an ISO 8601 time or date; one without an offset is in ``default_zone``.

    >>> parse_time("1970-01-01T08:00:00+08:00", ZoneInfo("UTC"))
    0
    >>> parse_time("1970-01-02", ZoneInfo("UTC")) == DAY
    True
    """
    try:
        if not _CALENDAR.match(text):
            raise ValueError
        moment = datetime.fromisoformat(text)
    except (ValueError, TypeError) as error:
        raise Invalid(
            f"{text!r} is not an ISO 8601 time", hint="write it like 2026-01-31T09:30:00Z"
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=default_zone)
    try:
        return from_datetime(moment)
    except OverflowError as error:
        raise Invalid(f"{text!r} is out of range") from error


def format_time(moment: int) -> str:
    """Write milliseconds as ISO 8601 in UTC.

    >>> format_time(1_500)
    '1970-01-01T00:00:01.500Z'
    """
    text = to_datetime(moment).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{moment % 1000:03d}Z"


def parse_duration(text: object, path: str = "") -> int:
    """Read ``"90s" "15m" "12h" "30d" "2w"`` as exact milliseconds; a day is 86,400 s.

    >>> parse_duration("2w") == 14 * DAY
    True
    """
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise Invalid(
            f"{text!r} is not a duration", path=path, hint='write it like "90s", "12h" or "30d"'
        )
    return int(match[1]) * _UNITS[match[2]]


def local_date(moment: int, where: ZoneInfo) -> date:
    """Name the calendar day that ``moment`` falls on in a zone."""
    return to_datetime(moment).astimezone(where).date()


def midnight(day: date, where: ZoneInfo) -> int:
    """Return the first moment of a calendar day in a zone."""
    return from_datetime(datetime(day.year, day.month, day.day, tzinfo=where))


def next_midnight(moment: int, where: ZoneInfo) -> int:
    """Return the first midnight of a zone strictly after ``moment``."""
    return midnight(local_date(moment, where) + timedelta(days=1), where)


def read_moment(value: object, default_zone: ZoneInfo) -> int | None:
    """Read a stored value as a moment; None when it is none.

    ISO 8601 text (without an offset: in ``default_zone``), seconds, or milliseconds since the
    epoch (numbers from 10^11 on are milliseconds).
    """
    if isinstance(value, str):
        try:
            return parse_time(value, default_zone)
        except Invalid:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not abs(value) < 10**14:
        return None
    return int(value) if abs(value) >= 10**11 else int(value * SECOND)
