"""The words of looking: which messages are wanted, and what was counted of them."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Wanted:
    """Which messages are wanted; None asks nothing. ``since`` and ``until`` bound ``at``.

    ``since`` is included, ``until`` is not; both are milliseconds UTC.
    """

    status: str | None = None
    channel: str | None = None
    origin: str | None = None
    reason: str | None = None
    touch: str | None = None
    template: str | None = None
    profile: int | None = None
    since: int | None = None
    until: int | None = None


EVERYTHING = Wanted()


@dataclass(frozen=True)
class Tally:
    """How many of the wanted messages stand where, and why they were held or failed."""

    status: str
    reason: str | None
    number: int


@dataclass(frozen=True)
class Hold:
    """How many messages of one sender were held for one reason on one day of the brand's zone."""

    origin: str
    reason: str
    day: date
    number: int


@dataclass(frozen=True)
class DayCount:
    """How many of the wanted messages came to stand where on one day of the brand's zone."""

    day: date
    status: str
    number: int
