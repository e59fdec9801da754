"""The touch mix: what share of what a person gets may be commercial. Pure.

A ceiling of 30 % says: of all that she gets in any 30 days, service left out, at most 30 % is
commercial. One commercial touch is always allowed; the ceiling binds from the second.

*Any* 30 days are those that begin the moment before a commercial touch, too: what she got earlier
lies outside, and nobody knows what she will get later. So the ceiling is kept if, and only if, it
is kept from each commercial touch to each later one less than 30 days after it: every window that
holds the two holds all between. At 30 % there are at least five others between two, and ten among
four. Others count once they went out, since what waits may yet be held; commercial touches count
from when they are queued. So no hold, failure or delay of anything breaks it afterwards.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from coterie.core.clock import DAY
from coterie.messaging.caps import Slot

COMMERCIAL = "commercial"
WINDOW = 30 * DAY
"""The length of the windows: they begin anywhere and do not hold their end."""


@dataclass(frozen=True, order=True)
class Ceiling:
    """At most ``percent`` of a person's touches are commercial.

    ``scope`` says whence it comes (``house``, ``kind:interest``, ``community:pasta``). In a
    ``free`` period, from its first moment to before its last, it does not bind and nothing
    counts: a campaign is running.
    """

    percent: int
    scope: str
    free: tuple[tuple[int, int], ...] = ()

    def binds(self, moment: int) -> bool:
        """Say whether it is in force at a moment."""
        return not any(since <= moment < until for since, until in self.free)


@dataclass(frozen=True)
class Mix:
    """How many touches of each kind somebody got, or many did."""

    emotional: int = 0
    informational: int = 0
    service: int = 0
    commercial: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.emotional + self.informational + self.service + self.commercial

    @property
    def unasked(self) -> int:
        """What a ceiling looks at: all but service."""
        return self.total - self.service

    @property
    def share(self) -> float | None:
        """The commercial part of what nobody asked for, from 0 to 1; None where there is none.

        >>> Mix(emotional=7, service=40, commercial=3).share
        0.3
        """
        return self.commercial / self.unasked if self.unasked else None


def broken(
    due: int, slots: Sequence[Slot], ceilings: Iterable[Ceiling], now: int
) -> Ceiling | None:
    """Return the first ceiling that a commercial touch planned for ``due`` would break.

    What has not gone out yet goes out ``now`` at the earliest.
    """
    return next(
        (each for each in ceilings if each.binds(due) and not _keeps(due, slots, each, now)), None
    )


def _keeps(due: int, slots: Sequence[Slot], ceiling: Ceiling, now: int) -> bool:
    commercial, others = [due], []
    for slot in slots:
        moment = slot.at if slot.status == "sent" else max(slot.due, now)
        if not due - WINDOW < moment < due + WINDOW or not ceiling.binds(moment):
            continue
        if slot.touch == COMMERCIAL:
            commercial.append(moment)
        elif slot.status == "sent":
            others.append(moment)
    starts = {moment for moment in commercial if moment <= due}
    ends = {moment for moment in commercial if moment >= due}
    return all(
        _stretch_keeps(start, end, commercial, others, ceiling.percent)
        for start in starts
        for end in ends
        if end - start < WINDOW
    )


def _stretch_keeps(
    start: int, end: int, commercial: Sequence[int], others: Sequence[int], percent: int
) -> bool:
    paid = sum(start <= moment <= end for moment in commercial)
    between = sum(start <= moment <= end for moment in others)
    return paid < 2 or 100 * paid <= percent * (paid + between)
