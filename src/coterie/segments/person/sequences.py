"""The order in which one person's events came: pairs and absences, and one window after another.

Decided where ``reference/rules.md`` is silent, for every reader:

1. Of events of one moment the one that was logged later is the newer (``last``).
2. The second of a pair is strictly later than the first, so an event never follows itself, and
   two of one moment are no pair in either order. With ``within`` it is less than that later.
3. Absence is known for a first event once ``within`` has passed since it, and only firsts in the
   window (``during``) are looked at; one such first without a second is enough.
4. In a journey's run ``since`` bounds the first event, ``same_key`` both.
5. A trend's earlier window ends where the last begins: its last moment is one millisecond before.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from operator import attrgetter
from typing import Literal

from coterie.events.model import Logged
from coterie.segments.model import Then, Trend
from coterie.segments.person.measures import bounds_hold

Pair = tuple[Logged, Logged | None]
"""A first event with the second that follows it, or with none."""

_time: Callable[[Logged], int] = attrgetter("time")


def newest(events: Sequence[Logged]) -> Logged | None:
    """Return the newest of some events that are in (time, seq) order."""
    return events[-1] if events else None


def following(first: Logged, seconds: Sequence[Logged], then: Then) -> Logged | None:
    """Find the earliest of some events, in order, that follows a first one as a pair asks."""
    index = bisect_left(seconds, first.time + max(then.after, 1), key=_time)
    if index == len(seconds):
        return None
    found = seconds[index]
    if then.within is not None and found.time >= first.time + then.within:
        return None
    return found


def pairs(firsts: Sequence[Logged], seconds: Sequence[Logged], then: Then) -> Iterator[Pair]:
    """Give each first event with what follows it, the newest first."""
    for first in reversed(firsts):
        yield first, following(first, seconds, then)


def answers(pair: Pair, then: Then, now: int) -> bool:
    """Say whether a first event and what followed it make the node hold at a moment."""
    first, second = pair
    if not then.absent:
        return second is not None
    assert then.within is not None, "the parser asks for it"
    return second is None and first.time + then.within <= now


def trend_side(event: Logged, trend: Trend, now: int) -> Literal["last", "before"] | None:
    """Say in which of a trend's two windows a moment lies; None: in neither."""
    if now - trend.window <= event.time <= now:
        return "last"
    if now - 2 * trend.window <= event.time < now - trend.window:
        return "before"
    return None


def trend_holds(trend: Trend, last: int, before: int) -> bool:
    """Say whether a trend is within its bounds; of too few events before nothing is said."""
    if before < trend.at_least_before:
        return False
    return bounds_hold(trend.bounds, Fraction(last, before))
