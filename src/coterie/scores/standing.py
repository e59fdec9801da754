"""How one person stands on her latest day, so that an event of today adds one term and no more.

What was before the day is one number a topic; of the day itself the points are kept by half-life,
and of each kind of event the times that count. An event more adds its points, and beyond the cap
takes the place of the earliest. What comes late, for a day that is gone, is not for here.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from coterie.core.event import Event
from coterie.events.model import Traces
from coterie.scores.columns import Sums, Weighed, spread_out, sum_up, weigh
from coterie.scores.decay import Term, added, level_of, put_together, term
from coterie.scores.interests import Share, Spread
from coterie.scores.model import Kinds, Weights

Running = tuple[float, int, tuple[Term, ...]]
"""The points of one score: a total and the half-life that it is at, of all that is done with, and
the points of the latest half-lives.

What is kept of a person is made of bare tuples that never change: so a standing is copied by its
outside, and the garbage collector has nothing to look through.
"""

NOTHING: Running = (0.0, 0, ())


def plus(running: Running, whole: int, points: int) -> Running:
    """Return it with the points of a contribution more, or with fewer (negative)."""
    total, at, latest = running
    if len(latest) == 1 and latest[0][0] == whole:
        return total, at, ((whole, latest[0][1] + points),)
    return total, at, tuple(added([*latest, (whole, points)]).items())


def settled(running: Running, before: int) -> Running:
    """Return it with the half-lives before one put together: nothing more will come of them."""
    total, at, latest = running
    past = [term for term in latest if term[0] < before]
    if not past:
        return running
    total, at = put_together(past, total, at)
    return total, at, tuple(term for term in latest if term[0] >= before)


def level_now(running: Running) -> float | None:
    """Return the level of all of it."""
    total, at, latest = running
    return level_of(*put_together(latest, total, at))


class Scale:
    """What events are worth by their names, looked up once for each."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._known: dict[tuple[str, str], tuple[float, int, float, int]] = {}

    def of(self, event: Event) -> tuple[float, int, float, int]:
        """Return the weight and the cap of an event, for the activity and for interests."""
        about = (event.name, event.type)
        found = self._known.get(about)
        if found is None:
            one, two = self.weights.activity, self.weights.interest
            found = self._known[about] = (*_worth(event, one), *_worth(event, two))
        return found


def _worth(event: Event, kinds: Kinds) -> tuple[float, int]:
    named = event.name in kinds.weights
    worth = 0.0 if event.type == "fact" and not named else kinds.weight(event.name)
    return worth, kinds.cap_of(event.name)


class Day(NamedTuple):
    """A day of the brand's zone: its first moment, and that of the next."""

    begin: int
    end: int


class Standing:
    """One person's scores as her latest day left them.

    ``times`` are those that count of each kind of event on that day, the earliest first: by name
    for the activity, by (name, items) for interests.
    """

    __slots__ = ("activity", "day", "interests", "times")

    def __init__(self, day: Day) -> None:
        self.day = day
        self.activity = NOTHING
        self.interests: dict[str, Running] = {}
        self.times: dict[Hashable, tuple[int, ...]] = {}

    def copy(self) -> "Standing":
        """Return another that changes for itself."""
        one = Standing(self.day)
        one.activity = self.activity
        one.interests, one.times = self.interests.copy(), self.times.copy()
        return one

    def can_take(self, events: Sequence[Event], today: Day, now: int) -> bool:
        """Say whether all of these events have happened, on one day: the latest, or today."""
        times = [event.time for event in events]
        begin, end = min(times), max(times)
        return end <= now and (
            (begin >= today.begin >= self.day.begin)
            or (begin >= self.day.begin and end < self.day.end)
        )

    def begin(self, day: Day, weights: Weights) -> None:
        """Let a newer day begin: nothing of hers lies on it yet."""
        if day.begin <= self.day.begin:
            return
        self.day, self.times = day, {}
        self.activity = settled(self.activity, day.begin // weights.activity.half_life)
        before = day.begin // weights.interest.half_life
        self.interests = {topic: settled(one, before) for topic, one in self.interests.items()}

    def take(self, event: Event, scale: Scale, spread: Spread) -> tuple[Share, ...]:
        """Count an event of the latest day; return the shares of the interests that it changed."""
        worth, cap, interest_worth, interest_cap = scale.of(event)
        if worth > 0:
            half_life = scale.weights.activity.half_life
            for time, sign in self._counted(event.name, event.time, cap):
                whole, points = term(time, worth, half_life)
                self.activity = plus(self.activity, whole, sign * points)
        if interest_worth <= 0 or not event.items:
            return ()
        half_life = scale.weights.interest.half_life
        key, interests = (event.name, event.items), self.interests
        shares = spread.of(event.items)
        for time, sign in self._counted(key, event.time, interest_cap):
            for topic, share, _ in shares:
                whole, points = term(time, interest_worth * share, half_life)
                interests[topic] = plus(interests.get(topic, NOTHING), whole, sign * points)
        return shares

    def _counted(self, key: Hashable, time: int, cap: int) -> tuple[tuple[int, int], ...]:
        """Return the moments that count from now on (1), and count no longer (-1)."""
        times = self.times.get(key, ())
        if len(times) < cap:
            self.times[key] = tuple(sorted((*times, time)))
            return ((time, 1),)
        if time <= times[0]:
            return ()
        self.times[key] = tuple(sorted((*times[1:], time)))
        return (time, 1), (times[0], -1)


def standings(
    traces: Traces, weights: Weights, spread: Spread, now: int, zone: ZoneInfo, day: Day
) -> dict[int, Standing]:
    """Return how people stand at a moment of a day, made from all that they did."""
    found: dict[int, Standing] = {
        profile: Standing(day) for profile in np.unique(traces.profile).tolist()
    }
    times: dict[tuple[int, Hashable], list[int]] = {}
    weighed = weigh(traces, weights.activity, now, zone)
    half_life = weights.activity.half_life
    for profile, _, running in _runnings(sum_up(traces, weighed, half_life), day, half_life):
        found[profile].activity = running
    for profile, time, name, _ in _of_day(traces, weighed, day):
        times.setdefault((profile, name), []).append(time)
    weighed = weigh(traces, weights.interest, now, zone, per_items=True)
    half_life = weights.interest.half_life
    sums, topics = spread_out(traces, weighed, half_life, spread)
    for profile, topic, running in _runnings(sums, day, half_life):
        found[profile].interests[topics[topic]] = running
    for profile, time, name, items in _of_day(traces, weighed, day):
        times.setdefault((profile, (name, items)), []).append(time)
    for (profile, key), own in times.items():
        found[profile].times[key] = tuple(sorted(own))
    return found


def _of_day(
    traces: Traces, weighed: Weighed, day: Day
) -> Iterator[tuple[int, int, str, tuple[str, ...]]]:
    """Yield (profile, time, name, items) of the events that count, from the day's begin on."""
    place = weighed.place[traces.time[weighed.place] >= day.begin]
    columns = (traces.profile[place], traces.time[place], traces.name[place], traces.items[place])
    for profile, time, name, items in zip(*(one.tolist() for one in columns), strict=True):
        yield profile, time, traces.names[name], traces.touched[items]


def _runnings(sums: Sums, day: Day, half_life: int) -> Iterator[tuple[int, int, Running]]:
    """Yield (profile, topic, running points), those before the day put together."""
    done = sums.whole < day.begin // half_life
    totals: dict[tuple[int, int], tuple[float, int]] = {}
    for profile, topic, total, at in zip(*sums.where(done).totals(), strict=True):
        totals[profile, topic] = total, at
    late = sums.where(~done)
    points = (late.high.astype(np.int64).tolist(), late.low.astype(np.int64).tolist())
    columns = (late.profile.tolist(), late.topic.tolist(), late.whole.tolist(), *points)
    latest: defaultdict[tuple[int, int], list[Term]] = defaultdict(list)
    for profile, topic, whole, high, low in zip(*columns, strict=True):
        latest[profile, topic].append((whole, (high << 32) + low))
    for profile, topic in {**totals, **latest}:
        total, at = totals.get((profile, topic), (0.0, 0))
        yield profile, topic, (total, at, tuple(latest.get((profile, topic), ())))
