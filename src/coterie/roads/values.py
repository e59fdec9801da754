"""How people write numbers and times in their files, and what is meant. Pure.

A map names the way (``{number: total, like: "1,234.5"}``, ``{time: placed, format: "%d.%m.%Y"}``),
since no value tells by itself whether ``1,234`` is a thousand or a little more than one, and
``03/04`` a day in March or in April.
"""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from coterie.core.clock import SECOND, format_time
from coterie.core.errors import Invalid
from coterie.core.numbers import as_decimal

STYLES = ("1,234.5", "1.234,5")
"""How a number may be written: which mark parts the thousands, which the decimals."""

UNIX, UNIX_MS = "unix", "unix_ms"
"""Formats of a time that is a number: seconds, or milliseconds, since 1970."""

_DIRECTIVES = frozenset("YymdHMSfzpI")
_UNITS = re.compile(
    r"(?:[¥￥$€£元圆]|(?:RMB|CNY|USD|EUR|GBP|HKD|JPY|TWD|SGD)(?![A-Z]))", re.IGNORECASE
)
_LIKE = {
    "1,234.5": re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"),
    "1.234,5": re.compile(r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,[0-9]+)?"),
}
_LATEST_UNIX = 10**14


class BadValue(Invalid):
    """A cell does not hold what the map says; ``why`` is a stable word for the reason."""

    def __init__(self, why: str, message: str, *, path: str = "", hint: str = "") -> None:
        super().__init__(message, path=path, hint=hint)
        self.why = why


def read_number(text: Any, like: str) -> Decimal | None:
    """Read a number written in a style, with or without the sign of a currency; None if it isn't.

    >>> read_number("¥1,234.50", "1,234.5"), read_number("1.234,50 €", "1.234,5")
    (Decimal('1234.50'), Decimal('1234.50'))
    >>> read_number("12,5", "1,234.5") is None
    True
    """
    if not isinstance(text, str):
        return as_decimal(text)
    bare = re.sub(r"\s", "", _UNITS.sub("", text, count=1))
    if not _LIKE[like].fullmatch(bare):
        return None
    thousands, decimals = like[1], like[-2]
    return as_decimal(bare.replace(thousands, "").replace(decimals, "."))


def check_style(like: object, path: str) -> str:
    """Return a style of numbers, or raise Invalid."""
    if like not in STYLES:
        raise Invalid(f"{like!r} is no style", path=path, hint=" or ".join(STYLES))
    return str(like)


def check_format(form: object, path: str) -> str:
    """Return a format of times, or raise Invalid: one that names at least year, month and day."""
    if form in (UNIX, UNIX_MS):
        return str(form)
    named = set(re.findall(r"%(.)", form)) if isinstance(form, str) else set()
    if not named <= _DIRECTIVES or not {"m", "d"} <= named or not named & {"Y", "y"}:
        raise Invalid(
            f"{form!r} is no format of a time",
            path=path,
            hint='write it like "%d.%m.%Y %H:%M", or unix, or unix_ms',
        )
    return str(form)


def read_time(value: Any, form: str) -> str | None:
    """Read a time by its format and write it as ISO 8601; a date without a time stays a date.

    None when it does not fit the format. What has no offset gets none.

    >>> read_time("2026年1月31日", "%Y年%m月%d日"), read_time("0", "unix")
    ('2026-01-31', '1970-01-01T00:00:00.000Z')
    """
    if form in (UNIX, UNIX_MS):
        number = as_decimal(value.strip() if isinstance(value, str) else value)
        if number is None or not 0 <= number < _LATEST_UNIX:
            return None
        moment = int(number * (SECOND if form == UNIX else 1))
        return format_time(moment) if moment < _LATEST_UNIX else None
    try:
        moment_read = datetime.strptime(str(value).strip(), form)
    except ValueError:
        return None
    if not set(re.findall(r"%(.)", form)) & set("HIMSf"):
        return moment_read.date().isoformat()
    return moment_read.isoformat()
