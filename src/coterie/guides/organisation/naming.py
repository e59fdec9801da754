"""Names: a slug made of what the platform calls somebody; what people write of hours. Pure."""

import re
import unicodedata
from collections.abc import Container

from coterie.core.errors import Invalid
from coterie.core.ids import derived_id

_OTHER = re.compile(r"[^a-z0-9]+")
_SPAN = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-4]):([0-5]\d)")
_DAYS = re.compile(r"([1-7])(?:\s*-\s*([1-7]))?\s*=\s*(.+)")


def slug_of(text: str, taken: Container[str] = ()) -> str:
    """Make a slug of any name; where it is taken, or nothing is left of it, a mark is added.

    >>> slug_of("ZhangSan"), slug_of("Li.Na@bund"), slug_of("li-na", {"li-na"})
    ('zhangsan', 'li-na-bund', 'li-na-9869')
    """
    plain = unicodedata.normalize("NFKD", text).casefold()
    slug = _OTHER.sub("-", plain).strip("-")[:48].strip("-")
    mark = derived_id(text)[:4]
    if not slug:
        return f"guide-{mark}"
    return f"{slug}-{mark}" if slug in taken else slug


def read_hours(text: str) -> dict[str, str]:
    """Read hours such as ``1-5=10:00-22:00; 6-7=11:00-20:00`` or just ``10:00-22:00``.

    >>> read_hours("1-2=10:00-22:00; 7=11:00-20:00")
    {'1': '10:00-22:00', '2': '10:00-22:00', '7': '11:00-20:00'}
    """
    found: dict[str, str] = {}
    for part in filter(None, (one.strip() for one in text.split(";"))):
        named = _DAYS.fullmatch(part)
        first, last = (int(named[1]), int(named[2] or named[1])) if named else (1, 7)
        span = _SPAN.fullmatch(named[3].strip() if named else part)
        if span is None or first > last:
            raise Invalid(f"{part!r} are no hours", path="hours", hint="1-5=10:00-22:00")
        for day in range(first, last + 1):
            found[str(day)] = f"{int(span[1]):02}:{span[2]}-{int(span[3]):02}:{span[4]}"
    return found


def write_hours(hours: dict[str, str]) -> str:
    """Write hours as they are read.

    >>> write_hours({"1": "10:00-22:00", "2": "10:00-22:00", "7": "11:00-20:00"})
    '1-2=10:00-22:00; 7=11:00-20:00'
    """
    runs: list[list[str]] = []
    for day in sorted(hours):
        if runs and hours[day] == runs[-1][2] and int(day) == int(runs[-1][1]) + 1:
            runs[-1][1] = day
        else:
            runs.append([day, day, hours[day]])
    return "; ".join(
        f"{first if first == last else f'{first}-{last}'}={span}" for first, last, span in runs
    )
