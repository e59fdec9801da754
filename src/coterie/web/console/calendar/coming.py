"""What will be sent in the coming days: gathered from the rooms, each piece with its certainty."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.core.clock import DAY, HOUR, local_date, midnight, to_datetime
from coterie.core.clock import zone as zone_named
from coterie.core.errors import Invalid, NotFound
from coterie.journeys import recurring
from coterie.journeys.coming.service import dues
from coterie.journeys.model import Defined, Journey, Message, ScheduleEntry
from coterie.messaging.coming.service import slots, waiting
from coterie.storage.work import Work
from coterie.web.console.calendar.paths import from_start, reached
from coterie.web.ports import Served

DAYS = 14
MOST_WAITING = 200_000
"""Waiting messages up to which their people are looked at one by one."""
_MOST_ROUNDS = 100
_PERCENT = 100

Sureness = Literal["queued", "planned", "asked", "at_most"]
"""``queued``: it waits in the outbox. ``planned``: a broadcast that was approved; ``asked``: one
that waits for approval. ``at_most``: people who may come to a journey's message."""


@dataclass(frozen=True)
class Entry:
    """So many messages of one sender at one time; ``node`` is a journey's step."""

    at: int
    origin: str
    channel: str
    touch: str
    people: int
    sureness: Sureness
    node: str = ""


@dataclass(frozen=True)
class Crowd:
    """How many people have more planned for a day than the limit lets through."""

    day: date
    people: int
    most: int


@dataclass(frozen=True)
class Asked:
    """What the page was asked for; empty asks for everything."""

    origin: str = ""
    channel: str = ""
    touch: str = ""

    def wants(self, entry: Entry) -> bool:
        """Say whether an entry is asked for."""
        pairs = ((self.origin, entry.origin), (self.channel, entry.channel),
                 (self.touch, entry.touch))  # fmt: skip
        return all(asked in ("", there) for asked, there in pairs)


def gather(work: Work, house: Served, zone: ZoneInfo) -> list[Entry]:
    """Return everything that is known to come, in order of time."""
    until = end_of(work.now, zone)
    found = [
        Entry(each.at, each.origin, each.channel, each.touch, each.messages, "queued")
        for each in waiting(work, until)
    ]
    found += _broadcasts(work, house, until)
    defined = {one.slug: one for one in house.journeys.all(work) if one.state == "active"}
    found += _waits(work, defined, until)
    for one in defined.values():
        found += _rounds(work, house, one, zone, until)
    return sorted(found, key=lambda entry: (entry.at, entry.origin, entry.node))


def end_of(now: int, zone: ZoneInfo) -> int:
    """Return the end of the last day that is shown."""
    return midnight(local_date(now, zone) + timedelta(days=DAYS), zone)


def _broadcasts(work: Work, house: Served, until: int) -> Iterator[Entry]:
    for one in house.campaigns.all(work, ("scheduled", "waiting")):
        at = max(one.plan.send_at or work.now, work.now)
        if at < until:
            left = _PERCENT - house.campaigns.holdout_of(one.plan)
            people = house.campaigns.size(work, one.plan) * left // _PERCENT
            sureness: Sureness = "planned" if one.state == "scheduled" else "asked"
            yield Entry(at, one.origin, one.plan.channel, one.plan.touch, people, sureness)


def _waits(work: Work, defined: dict[str, Defined], until: int) -> Iterator[Entry]:
    @cache
    def ways(slug: str, node: str) -> tuple[tuple[str, int], ...]:
        return tuple(reached(defined[slug].journey, node, DAYS * DAY))

    found: Counter[tuple[int, str, str]] = Counter()
    for due in dues(work, 0, until):
        if due.journey in defined:
            for node, after in ways(due.journey, due.node):
                at = max(due.at, work.now - work.now % HOUR) + after
                if at < until:
                    found[at, due.journey, node] += due.people
    for (at, slug, node), people in found.items():
        yield _at_most(at, defined[slug].journey, node, people)


def _at_most(at: int, journey: Journey, node: str, people: int) -> Entry:
    message = journey.nodes[node]
    assert isinstance(message, Message), "paths lead to messages"
    origin = f"journey:{journey.slug}"
    return Entry(at, origin, message.channel, message.touch, people, "at_most", node)


def _rounds(
    work: Work, house: Served, defined: Defined, zone: ZoneInfo, until: int
) -> Iterator[Entry]:
    """Reckon when a schedule comes round, and whom its rule has now."""
    entry = defined.journey.entry
    if not isinstance(entry, ScheduleEntry):
        return
    where = zone if entry.zone is None else zone_named(entry.zone)
    first = local_date(defined.defined_at, where)
    if entry.first is not None:
        first = date.fromisoformat(entry.first)
    try:
        people = len(house.segments.population(work, defined.source["entry"]["for"]))
    except (Invalid, NotFound):
        return
    at, rounds = recurring.next_time(entry.recurrence, first, where, work.now), 0
    while at is not None and at < until and rounds < _MOST_ROUNDS:
        for node, after in from_start(defined.journey, DAYS * DAY):
            if at + after < until:
                yield _at_most(at + after, defined.journey, node, people)
        at, rounds = recurring.next_time(entry.recurrence, first, where, at), rounds + 1


def crowded(work: Work, house: Served, zone: ZoneInfo) -> list[Crowd] | None:
    """Count by day who has more planned than the limit of a day; None where too much waits.

    Only what is sure is counted: what waits in the outbox, and the audiences of broadcasts.
    """
    most = house.messaging.settings.per_day
    until = end_of(work.now, zone)
    waits = slots(work, until, MOST_WAITING)
    if most is None or waits is None:
        return None if waits is None else []
    counted: defaultdict[date, Counter[int]] = defaultdict(Counter)
    for profile, due in waits:
        counted[local_date(max(due, work.now), zone)][profile] += 1
    audiences: defaultdict[date, list[BitMap]] = defaultdict(list)
    for one in house.campaigns.all(work, ("scheduled", "waiting")):
        at = max(one.plan.send_at or work.now, work.now)
        if at < until and one.plan.touch != "service":
            audiences[local_date(at, zone)].append(house.campaigns.audience(work, one.plan))
    for day, people in audiences.items():
        if len(people) + max(counted[day].values(), default=0) > most:
            for audience in people:
                counted[day].update(audience)
    found = [
        Crowd(day, sum(number > most for number in people.values()), most)
        for day, people in sorted(counted.items())
    ]
    return [each for each in found if each.people]


@dataclass(frozen=True)
class Day:
    """One day: how many at the most by hour, and what, in order of time."""

    day: date
    hours: Sequence[int]
    entries: Sequence[Entry]

    @property
    def people(self) -> int:
        """All of the day."""
        return sum(self.hours)


def by_day(entries: Sequence[Entry], now: int, zone: ZoneInfo) -> list[Day]:
    """Lay entries out by day and hour of the brand's zone; every day is there."""
    today = local_date(now, zone)
    found: dict[date, tuple[list[int], list[Entry]]] = {
        today + timedelta(days=ahead): ([0] * 24, []) for ahead in range(DAYS)
    }
    for entry in entries:
        local = to_datetime(max(entry.at, now)).astimezone(zone)
        hours, of_day = found.get(local.date(), ([0] * 24, []))
        hours[local.hour] += entry.people
        of_day.append(entry)
    return [Day(day, hours, _merged(of_day)) for day, (hours, of_day) in found.items()]


def _merged(entries: Sequence[Entry]) -> list[Entry]:
    """Put the entries of one sender and step within an hour together; the earliest stands."""
    found: dict[tuple[object, ...], Entry] = {}
    for one in entries:
        key = (one.at // HOUR, one.origin, one.node, one.channel, one.touch, one.sureness)
        there = found.get(key, replace(one, people=0))
        found[key] = replace(there, people=there.people + one.people)
    return list(found.values())
