"""What the platform allows of a customer group, as data with dates: a change is a row here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Limits:
    """How many a group holds at most, and up to how many a scanned code lets somebody in.

    Beyond ``by_code`` only an invitation by somebody inside leads in. Both count everybody.
    """

    since: date
    source: str
    cap: int
    by_code: int


LIMITS: Sequence[Limits] = (
    Limits(date(2020, 1, 1), "WeCom's help pages; the number by code from integrators", 500, 200),
)
"""The oldest first; the last whose day has come holds."""


def limits_on(day: date) -> Limits:
    """Return what holds on a day; before the first line, the first line.

    >>> limits_on(date(2026, 11, 22)).cap
    500
    """
    return [one for one in LIMITS if one.since <= day or one is LIMITS[0]][-1]
