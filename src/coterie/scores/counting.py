"""Which events count: those with a weight, whose time has come, and not too many on one day."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from coterie.core.clock import local_date, midnight
from coterie.events.model import Logged
from coterie.scores.model import Kinds

_TIME = attrgetter("time", "seq")


class Counted(NamedTuple):
    """An event with its weight, and whether it is within the day's cap."""

    event: Logged
    weight: float
    counts: bool


def weigh(
    events: Sequence[Logged], kinds: Kinds, now: int, zone: ZoneInfo, *, per_items: bool = False
) -> Iterator[Counted]:
    """Yield the events that have a weight and lie not after ``now``, newest first.

    Of one name (with ``per_items``: of one name on the same items) on one calendar day of the
    brand's zone the latest ``cap`` count. Were it the earliest, a late event could push out a
    newer one and lower the score.
    """
    names = Counter([event.name for event in events])
    weights = {name: kinds.weight(name) for name in names}
    # days matter only for names that can go beyond their cap at all
    capped = {name for name, number in names.items() if number > kinds.cap_of(name)}
    seen: Counter[tuple[object, ...]] = Counter()
    day: date | None = None
    begun = now + 1
    for event in sorted(events, key=_TIME, reverse=True):
        name = event.name
        weight = weights[name]
        if weight <= 0 or event.time > now or (event.type == "fact" and name not in kinds.weights):
            continue
        if name not in capped:
            yield Counted(event, weight, True)
            continue
        if event.time < begun:  # newest first: a day is found out once
            day = local_date(event.time, zone)
            begun = midnight(day, zone)
        key = (name, event.items if per_items else (), day)
        seen[key] += 1
        yield Counted(event, weight, seen[key] <= kinds.cap_of(name))


def next_future(events: Sequence[Logged], now: int) -> int | None:
    """Return when the next event from the future is due, None when there is none."""
    return min((event.time for event in events if event.time > now), default=None)
