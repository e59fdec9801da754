"""What the platform allows of codes, as data with dates: a change of its rules is a row here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Limits:
    """Codes of a corporation, contact ways and join ways together."""

    since: date
    source: str
    codes: int


LIMITS: Sequence[Limits] = (
    Limits(date(2022, 1, 1), "a copy of the official pages of 2022", 500_000),
)
"""The oldest first; the last whose day has come holds."""


def limits_on(day: date) -> Limits:
    """Return what holds on a day; before the first line, the first line.

    >>> limits_on(date(2026, 1, 1)).codes
    500000
    """
    return [one for one in LIMITS if one.since <= day or one is LIMITS[0]][-1]
