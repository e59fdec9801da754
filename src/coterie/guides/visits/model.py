"""The words of visits. Moments are milliseconds UTC; a day is written ``2026-11-22``."""

from dataclasses import dataclass
from typing import Literal

How = Literal["checkin", "redemption", "pos"]
HOWS: tuple[How, ...] = ("checkin", "redemption", "pos")
"""What a visit was known by, the surest first: she checked in, she redeemed a coupon, or only the
till knows."""


@dataclass(frozen=True)
class Sign:
    """What one event tells of somebody at a store; ``named`` is the guide who stood with her.

    Where no store is told it is that of the guide.
    """

    event: str
    profile: int
    came_with: int
    at: int
    how: How
    store: str | None
    named: str = ""
    backfill: bool = False


@dataclass(frozen=True)
class Visit:
    """Somebody at a store on a day; ``at`` is when it was first heard of that day."""

    profile: int
    came_with: int
    store: str
    day: str
    at: int
    how: How
    event: str


@dataclass(frozen=True)
class Count:
    """How many visits a store had, by what they were known by."""

    store: str
    how: How
    visits: int
    people: int


Deed = Literal["visit", "added", "deleted", "joined", "left"]


@dataclass(frozen=True)
class Step:
    """One step of somebody's way; ``what`` is the day of a visit, the guide, or the chat."""

    at: int
    deed: Deed
    what: str


@dataclass(frozen=True)
class Loop:
    """How far somebody came on the way from a store back to a store; None: not yet."""

    opened: int
    online: int | None = None
    grouped: int | None = None
    returned: int | None = None


@dataclass(frozen=True)
class Loops:
    """The loops that people opened in a time; ``times`` are how long the closed ones took, sorted.

    ``rate`` is the part of them that closed, 0..1, None where none was opened.
    """

    opened: int
    online: int
    grouped: int
    returned: int
    times: tuple[int, ...] = ()

    @property
    def rate(self) -> float | None:
        """What part of the loops closed."""
        return self.returned / self.opened if self.opened else None

    @property
    def median(self) -> int | None:
        """How long half of the closed loops took at most."""
        return self.times[(len(self.times) - 1) // 2] if self.times else None
