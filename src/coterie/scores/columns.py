"""What very many people's events are worth, by columns: the same levels as person by person.

``activity`` and ``interests`` read one person's events; here a million events are weighed, capped,
spread over topics and added up at once. Both readers share the arithmetic of a single
contribution (``decay``) and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from coterie.core.clock import local_date, midnight
from coterie.events.model import Traces
from coterie.scores.decay import Doubles, Longs, all_levels, all_put_together, halves, terms
from coterie.scores.interests import Spread
from coterie.scores.model import Kinds

Places = NDArray[np.intp]


@dataclass(frozen=True)
class Sums:
    """Points by person, topic and half-life, in this order; of activity the topic is always 0.

    Points are ``high * 2**32 + low``, both exact.
    """

    profile: Longs
    topic: Longs
    whole: Longs
    high: Doubles
    low: Doubles

    def __len__(self) -> int:
        return len(self.profile)

    def totals(self) -> tuple[list[int], list[int], list[float], list[int]]:
        """Return (profiles, topics, totals, at): the half-lives of each put together."""
        profile, topic, totals, at = self._together()
        return profile.tolist(), topic.tolist(), totals.tolist(), at.tolist()

    def levels(self) -> tuple[list[int], list[int], list[float]]:
        """Return (profiles, topics, levels), of each person and topic that has one."""
        profile, topic, totals, at = self._together()
        some = totals != 0
        levels = all_levels(totals[some], at[some])
        return profile[some].tolist(), topic[some].tolist(), levels

    def _together(self) -> tuple[Longs, Longs, Doubles, Longs]:
        if not len(self):
            return self.profile, self.topic, self.high, self.whole
        starts = np.flatnonzero(_changes(self.profile) | _changes(self.topic))
        totals, at = all_put_together(starts, self.whole, self.high, self.low)
        return self.profile[starts], self.topic[starts], totals, at

    def where(self, which: NDArray[np.bool_]) -> "Sums":
        """Return some of them."""
        return Sums(
            self.profile[which], self.topic[which], self.whole[which], self.high[which],
            self.low[which],
        )  # fmt: skip


@dataclass(frozen=True)
class Weighed:
    """The events that count: where they stand in the traces, with what weight."""

    place: Places
    weight: Doubles


def weigh(
    traces: Traces,
    kinds: Kinds,
    now: int,
    zone: ZoneInfo,
    *,
    per_items: bool = False,
    capped: bool = True,
) -> Weighed:
    """Find the events that count, by the law of ``counting.weigh``; or all with a weight."""
    worth = np.array([float(kinds.weight(name)) for name in traces.names])
    named = np.array([name in kinds.weights for name in traces.names], dtype=bool)
    if not len(traces.time):
        return Weighed(np.empty(0, np.intp), np.empty(0))
    counts = (worth[traces.name] > 0) & (traces.time <= now)
    counts &= ~traces.is_fact | named[traces.name]
    if per_items:
        counts &= np.array([bool(items) for items in traces.touched], dtype=bool)[traces.items]
    place = np.flatnonzero(counts)
    if capped:
        place = place[~_over_cap(traces, place, kinds, zone, per_items)]
    return Weighed(place, worth[traces.name[place]])


def sum_up(traces: Traces, weighed: Weighed, half_life: int) -> Sums:
    """Add up what events are worth to their people's activity."""
    return sum_up_by(traces, weighed, traces.profile, half_life)


def sum_up_by(traces: Traces, weighed: Weighed, by: NDArray[np.int32], half_life: int) -> Sums:
    """Add up what events are worth, by another column of the traces instead of the profile."""
    whole, points = terms(traces.time[weighed.place], weighed.weight, half_life)
    key = by[weighed.place].astype(np.int64)
    return _added(key, np.zeros(len(key), np.int64), whole, points)


def spread_out(
    traces: Traces, weighed: Weighed, half_life: int, spread: Spread
) -> tuple[Sums, list[str]]:
    """Add up what events are worth to their people's interests; return the topics too."""
    topics: dict[str, int] = {}
    shares = [spread.of(items) for items in traces.touched]
    number = np.array([len(one) for one in shares], dtype=np.int64)
    topic = np.array(
        [topics.setdefault(one.topic, len(topics)) for some in shares for one in some], np.int64
    )
    part = np.array([one.share for some in shares for one in some], dtype=np.float64)
    first = np.cumsum(number) - number
    items = traces.items[weighed.place]
    each = number[items]
    which = np.repeat(np.arange(len(items)), each)
    # the places of the shares of each event's items, one after the other
    at = np.arange(len(which)) - np.repeat(np.cumsum(each) - each, each) + first[items][which]
    place = weighed.place[which]
    whole, points = terms(traces.time[place], weighed.weight[which] * part[at], half_life)
    return _added(traces.profile[place].astype(np.int64), topic[at], whole, points), list(topics)


def _over_cap(
    traces: Traces, place: Places, kinds: Kinds, zone: ZoneInfo, per_items: bool
) -> NDArray[np.bool_]:
    """Say of events (in ``place``) whether their day has so many later ones of their name."""
    over = np.zeros(len(place), dtype=bool)
    caps = np.array([kinds.cap_of(name) for name in traces.names], dtype=np.int64)
    profile, name = traces.profile[place].astype(np.int64), traces.name[place]
    group, number = _numbered([profile, name])
    some = np.flatnonzero(np.bincount(group, minlength=number)[group] > caps[name])
    if not len(some):
        return over
    # only of these the days matter, and of those only the ones that are full
    day = np.searchsorted(_midnights(traces.time[place[some]], zone), traces.time[place[some]])
    keys: list[NDArray[Any]] = [profile[some], name[some], day]
    if per_items:
        keys.append(traces.items[place[some]])
    group, number = _numbered(keys)
    full = np.bincount(group, minlength=number)[group] > caps[name[some]]
    some, group = some[full], group[full]
    order = np.lexsort((-traces.time[place[some]], group))
    begun = np.maximum.accumulate(np.where(_changes(group[order]), np.arange(len(order)), 0))
    over[some[order]] = np.arange(len(order)) - begun >= caps[name[some[order]]]
    return over


def _midnights(times: Longs, zone: ZoneInfo) -> Longs:
    """Return the last moment before each day of the zone that the times fall on."""
    day, last = local_date(int(times.min()), zone), local_date(int(times.max()), zone)
    days = [day + timedelta(days=number) for number in range((last - day).days + 1)]
    return np.array([midnight(one, zone) - 1 for one in days], dtype=np.int64)


def _numbered(keys: Sequence[NDArray[Any]]) -> tuple[Longs, int]:
    """Number the distinct combinations of some keys; return each one's number, and how many."""
    found, number = np.zeros(len(keys[0]), np.int64), 1
    for key in keys:
        values, place = np.unique(key, return_inverse=True)
        found, number = found * len(values) + place, number * max(len(values), 1)
        if number > 2**22:  # few enough to be counted in an array
            values, found = np.unique(found, return_inverse=True)
            number = len(values)
    return found, number


def _added(profile: Longs, topic: Longs, whole: Longs, points: Longs) -> Sums:
    """Add up the points of each person, topic and half-life."""
    if not len(profile):
        nothing, zero = np.empty(0, np.int64), np.empty(0)
        return Sums(nothing, nothing, nothing, zero, zero)
    since = whole - whole.min()
    topics, wholes = int(topic.max()) + 1, int(since.max()) + 1
    if int(profile.max() + 1) * topics * wholes < 2**62:  # one key is sorted faster than three
        order = np.argsort((profile * topics + topic) * wholes + since)
    else:
        order = np.lexsort((since, topic, profile))
    profile, topic, whole = profile[order], topic[order], whole[order]
    starts = np.flatnonzero(_changes(profile) | _changes(topic) | _changes(whole))
    high, low = halves(points[order])
    return Sums(
        profile[starts], topic[starts], whole[starts],
        np.add.reduceat(high, starts).astype(np.float64),
        np.add.reduceat(low, starts).astype(np.float64),
    )  # fmt: skip


def _changes(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Say of each whether it is another than the one before it."""
    found = np.ones(len(values), dtype=bool)
    found[1:] = values[1:] != values[:-1]
    return found
