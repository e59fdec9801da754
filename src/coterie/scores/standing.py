"""How people stand on their latest day, so that an event of today adds one term and no more.

What was before is one number a topic; of the day itself the times of each kind of event are kept
that count. An event more adds its points, and beyond the cap takes the place of the earliest. What
comes late, for a day or a half-life that is gone, is not for here: who it is of is read anew. A
batch is counted by columns: all its events at once.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from coterie.core.event import Event
from coterie.events.model import Traces
from coterie.profiles.fading import Fading
from coterie.scores.columns import Weighed, spread_out, sum_up, weigh
from coterie.scores.decay import Doubles, Longs, terms
from coterie.scores.interests import Spread
from coterie.scores.model import ACTIVITY, INTEREST, Kinds, Weights
from coterie.scores.points import Flags, Places, Points, Times

Level = tuple[int, str, float]
"""Profile, name of the score, level."""

_KINDS = 2**28
"""A key is a person's number times this, and the number of a topic or of a kind of event."""

_MOST_KINDS = 2**21
"""Kinds of events that are numbered; with more, everything begins anew."""


class Scale:
    """What events are worth by their names, looked up once for each."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._counts: dict[str, bool] = {}

    def may_count(self, name: str) -> bool:
        """Say whether an event of a name is worth anything."""
        found = self._counts.get(name)
        if found is None:
            one, two = self.weights.activity, self.weights.interest
            found = self._counts[name] = one.weight(name) > 0 or two.weight(name) > 0
        return found


class Day(NamedTuple):
    """A day of the brand's zone: its first moment, and that of the next."""

    begin: int
    end: int


class _Batch:
    """Some events by columns; those of people who are to be read are left out as they are found."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self.profile = np.array([event.profile for event in events], np.int64)
        self.time = np.array([event.time for event in events], np.int64)
        self.kinds: dict[tuple[str, str], int] = {}
        numbers = self.kinds
        self.kind = np.array(
            [numbers.setdefault((one.name, one.type), len(numbers)) for one in events], np.intp
        )
        self.touched: dict[tuple[str, ...], int] = {}
        places = self.touched
        self.items = np.array(
            [places.setdefault(one.items, len(places)) for one in events], np.intp
        )
        self.unread = np.zeros(len(events), dtype=bool)

    def leave(self, events: Places | Flags) -> None:
        """Leave the people of some events out, with all their events."""
        self.unread |= np.isin(self.profile, self.profile[events])

    def worth(self, kinds: Kinds) -> tuple[Doubles, Longs]:
        """Return what each event is worth, and how many of its name count a day."""
        told = [
            (0.0 if kind == "fact" and name not in kinds.weights else float(kinds.weight(name)))
            for name, kind in self.kinds
        ]
        caps = [kinds.cap_of(name) for name, _ in self.kinds]
        return np.array(told)[self.kind], np.array(caps, np.int64)[self.kind]


class _Added(NamedTuple):
    """Contributions to one kind of score: the event each comes of, its row and its term."""

    event: Places
    row: Places
    whole: Longs
    points: Longs

    def where(self, which: Flags) -> "_Added":
        return _Added(*(column[which] for column in self))


class Standings:
    """How those who came last stand: so many people as ``most`` allows.

    People, their interests, and the times of their day are rows. What is kept of a person bears her
    number, a new one each time she is read: what an old number is on is found no more.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._begin()

    def _begin(self) -> None:
        self._people = Points(day=np.int64, end=np.int64, number=np.int64, came=np.int64)
        self._interests = Points(person=np.int64, profile=np.int64)
        self._times = Times()
        self._topics: dict[str, int] = {}
        self._kinds: dict[object, int] = {}
        self._numbered = self._turn = 0

    def forget(self, profiles: Iterable[int]) -> None:
        """Forget people: their scores are made anew."""
        rows = self._people.find(np.array(list(profiles), np.int64))
        self._people["number"][rows[rows >= 0]] = 0

    def take(
        self, events: Sequence[Event], today: Day, now: int, scale: Scale, spread: Spread
    ) -> tuple[Fading, Fading, set[int]]:
        """Count events; return the levels that changed, and who has to be read instead.

        The levels of activities, and of interests.
        """
        batch, weights = _Batch(events), scale.weights
        person = self._find(batch, today, now)
        active = self._active(batch, person, weights)
        keen = self._keen(batch, person, weights, spread)
        for points, added in ((self._people, active), (self._interests, keen)):
            batch.leave(added.event[points.late(added.row, added.whole)])
        unread = set(batch.profile[batch.unread].tolist())
        self.forget(unread)
        people = self._people
        row, level = people.levels(people.add(*active.where(~batch.unread[active.event])[1:]))
        activities = Fading(people["key"][row], np.zeros(len(row), np.intp), [ACTIVITY], level)
        interests = self._interests
        row, level = interests.levels(interests.add(*keen.where(~batch.unread[keen.event])[1:]))
        names = [INTEREST + topic for topic in self._topics]
        found = Fading(interests["profile"][row], interests["key"][row] % _KINDS, names, level)
        self._trim()
        return activities, found, unread

    def _find(self, batch: _Batch, today: Day, now: int) -> Places:
        """Return the people of events; a newer day begins for those whose events lie on one."""
        self._turn += 1
        people, time = self._people, batch.time
        person = people.find(batch.profile)
        day, end = people["day"][person], people["end"][person]
        is_today = time >= today.begin
        there = (person >= 0) & (people["number"][person] > 0) & (time >= day) & (time <= now)
        batch.leave(~there | ~(is_today | (time < end)))
        begins = is_today & (today.begin > day)
        days = np.zeros((2, len(people["key"])), dtype=bool)
        days[0, person[there & begins]] = days[1, person[there & ~begins]] = True
        batch.leave(there & days[:, person].all(axis=0))  # whose events lie on two days is read
        newer = person[begins & ~batch.unread]
        people["day"][newer], people["end"][newer] = today
        people["came"][person[~batch.unread]] = self._turn
        return person

    def _active(self, batch: _Batch, person: Places, weights: Weights) -> _Added:
        worth, cap = batch.worth(weights.activity)
        which = np.flatnonzero(~batch.unread & (worth > 0))
        kinds = self._numbers([name for name, _ in batch.kinds])[batch.kind[which]]
        event, time, sign = self._counted(batch, which, person, kinds, cap)
        whole, points = terms(time, sign * worth[event], weights.activity.half_life)
        return _Added(event, person[event], whole, points)

    def _keen(self, batch: _Batch, person: Places, weights: Weights, spread: Spread) -> _Added:
        worth, cap = batch.worth(weights.interest)
        touching = np.array([bool(items) for items in batch.touched], dtype=bool)[batch.items]
        which = np.flatnonzero(~batch.unread & (worth > 0) & touching)
        names, touched = [name for name, _ in batch.kinds], list(batch.touched)
        pairs, place = np.unique(
            batch.items[which] * len(names) + batch.kind[which], return_inverse=True
        )
        numbers = self._numbers(
            [(names[pair % len(names)], touched[pair // len(names)]) for pair in pairs.tolist()]
        )
        event, time, sign = self._counted(batch, which, person, numbers[place], cap)
        place, topic, share = self._shares(batch, event, spread)
        event, time = event[place], time[place]
        weight = sign[place] * worth[event] * share
        whole, points = terms(time, weight, weights.interest.half_life)
        number = self._people["number"][person[event]]
        row = self._interests.make(number * _KINDS + topic)
        self._interests["person"][row] = number
        self._interests["profile"][row] = batch.profile[event]
        return _Added(event, row, whole, points)

    def _numbers(self, kinds: Sequence[object]) -> Longs:
        """Number kinds of events."""
        known = self._kinds
        return np.array([known.setdefault(kind, len(known)) for kind in kinds], np.int64)

    def _counted(
        self, batch: _Batch, which: Places, person: Places, kinds: Longs, cap: Longs
    ) -> tuple[Places, Longs, Longs]:
        """Count some events by their kinds; return (event, time, sign)."""
        rows = person[which]
        number, day = self._people["number"][rows], self._people["day"][rows]
        place, time, sign, full = self._times.count(
            number * _KINDS + kinds, number, day, batch.time[which], cap[which]
        )
        batch.leave(which[full])
        return which[place], time, sign

    def _shares(
        self, batch: _Batch, event: Places, spread: Spread
    ) -> tuple[Places, Longs, Doubles]:
        """Spread counted events over topics; return (place among them, topic, share)."""
        topics = self._topics
        found = [spread.of(items) for items in batch.touched]
        topic = np.array(
            [topics.setdefault(one.topic, len(topics)) for some in found for one in some], np.int64
        )
        share = np.array([one.share for some in found for one in some], np.float64)
        number = np.array([len(some) for some in found], np.intp)
        each = number[batch.items[event]]
        place = np.repeat(np.arange(len(event)), each)
        # where the shares of an event's items begin, and which of them it is
        begin = (np.cumsum(number) - number)[batch.items[event]]
        which = begin[place] + np.arange(len(place)) - np.repeat(np.cumsum(each) - each, each)
        return place, topic[which], share[which]

    def learn(
        self,
        traces: Traces,
        weights: Weights,
        spread: Spread,
        now: int,
        zone: ZoneInfo,
        day: Day,
        passing: Collection[int] = (),
    ) -> list[Level]:
        """Count all that people did up to a moment of a day; return all of their levels.

        Those ``passing`` are not kept.
        """
        people = self._people
        kept = np.setdiff1d(traces.profile, np.array(list(passing), np.int32)).astype(np.int64)
        self._turn += 1
        rows = people.make(kept)
        for name in ("total", "at", "whole", "high", "low"):
            people[name][rows] = 0
        people["day"][rows], people["end"][rows] = day
        people["number"][rows] = self._numbered + np.arange(1, len(rows) + 1)
        people["came"][rows] = self._turn
        self._numbered += len(rows)
        weighed = weigh(traces, weights.activity, now, zone)
        sums = sum_up(traces, weighed, weights.activity.half_life)
        levels = [(who, ACTIVITY, level) for who, _, level in zip(*sums.levels(), strict=True)]
        sums = sums.where(np.isin(sums.profile, kept))
        people.put(people.find(np.unique(sums.profile)), sums)
        names = self._numbers(traces.names)
        self._keep_times(traces, weighed, day, kept, names[traces.name[weighed.place]])
        weighed = weigh(traces, weights.interest, now, zone, per_items=True)
        sums, topics = spread_out(traces, weighed, weights.interest.half_life, spread)
        levels += [
            (who, INTEREST + topics[topic], level)
            for who, topic, level in zip(*sums.levels(), strict=True)
        ]
        sums = sums.where(np.isin(sums.profile, kept))
        first = np.ones(len(sums), dtype=bool)
        first[1:] = (sums.profile[1:] != sums.profile[:-1]) | (sums.topic[1:] != sums.topic[:-1])
        profile = sums.profile[first]
        number = people["number"][people.find(profile)]
        known = [self._topics.setdefault(topic, len(self._topics)) for topic in topics]
        row = self._interests.make(number * _KINDS + np.array(known, np.int64)[sums.topic[first]])
        self._interests["person"][row], self._interests["profile"][row] = number, profile
        self._interests.put(row, sums)
        pairs = zip(
            traces.name[weighed.place].tolist(), traces.items[weighed.place].tolist(), strict=True
        )
        kinds = [(traces.names[name], traces.touched[items]) for name, items in pairs]
        self._keep_times(traces, weighed, day, kept, self._numbers(kinds))
        self._trim()
        return levels

    def _keep_times(
        self, traces: Traces, weighed: Weighed, day: Day, kept: Longs, kinds: Longs
    ) -> None:
        """Keep the times of what counts from the day's begin on."""
        time, profile = traces.time[weighed.place], traces.profile[weighed.place].astype(np.int64)
        here = np.flatnonzero((time >= day.begin) & np.isin(profile, kept))
        rows = self._people.find(profile[here])
        number = self._people["number"][rows]
        keys, days = number * _KINDS + kinds[here], np.full(len(here), day.begin)
        caps = np.full(len(here), 2**40)  # what is beyond the cap is left out already
        _, _, _, full = self._times.count(keys, number, days, time[here], caps)
        self._people["number"][rows[full]] = 0

    def _trim(self) -> None:
        """Leave out what nobody finds any more, and who came longest ago, when it is too much."""
        held = len(self._people) + len(self._interests) + len(self._times)
        if len(self._kinds) > _MOST_KINDS or len(self._topics) > _MOST_KINDS:
            self._begin()
        elif held > self._most:
            self._drop_dead()
            held = len(self._people) + len(self._interests) + len(self._times)
            if held > self._most:
                self._drop_oldest(self._most * 3 // 4)

    def _drop_dead(self) -> None:
        people = self._people
        people.only(people["number"][: len(people)] > 0)
        for rows in (self._interests, self._times):
            whose = self._whose(rows)
            alive = whose >= 0
            if rows is self._times:
                alive &= rows["day"][: len(rows)] == people["day"][whose]
            rows.only(alive)

    def _drop_oldest(self, most: int) -> None:
        people = self._people
        size = np.ones(len(people), np.int64)
        for rows in (self._interests, self._times):
            size += np.bincount(self._whose(rows), minlength=len(people))
        newest = np.argsort(-people["came"][: len(people)], kind="stable")
        kept = np.zeros(len(people), dtype=bool)
        kept[newest[np.cumsum(size[newest]) <= most]] = True
        people["number"][: len(people)][~kept] = 0
        self._drop_dead()

    def _whose(self, rows: Points | Times) -> NDArray[np.intp]:
        """Return whose each row is, -1 of those whose number nobody has any more."""
        number = self._people["number"][: len(self._people)]
        order = np.argsort(number)
        if not len(order):
            return np.full(len(rows), -1, np.intp)
        sought = rows["person"][: len(rows)]
        place = np.minimum(np.searchsorted(number, sought, sorter=order), len(order) - 1)
        return np.where(number[order[place]] == sought, order[place], -1)
