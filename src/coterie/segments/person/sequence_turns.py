"""When time alone turns an answer about the order of events: for ``horizon``, and as exact.

A pair's answer is put together from the spans in which each first event makes it hold, unless a
test on a property depends on the day; then every moment that may matter is tried. The newest
event and a trend are followed event by event.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from operator import itemgetter

from coterie.events.model import Logged
from coterie.segments.language.conditions_parse import is_calendar_word
from coterie.segments.model import Condition, Last, Then, Trend, Window, World
from coterie.segments.person.evaluate import Reader, has_all, passes, window_span
from coterie.segments.person.operators import look_up
from coterie.segments.person.sequences import pairs, trend_holds, trend_side
from coterie.segments.person.turns import event_turns, turns

MAX_TRIED = 1_000
"""So many moments are tried; beyond, nothing is foreseen."""

Span = tuple[int, int | None]
"""From when until before when; None: for ever."""


def turns_of_pair(rule: Then, reader: Reader) -> Iterator[int]:
    """Yield the moments after now at which a pair, or its absence, turns."""
    if any(_is_dated(test) for test in (*rule.first.where, *rule.second.where)):
        return _tried(rule, reader)
    return _edges(_spans(rule, reader), reader.world.now)


def turns_of_last(rule: Last, reader: Reader) -> Iterator[int]:
    """Yield the moments after now at which the newest event's tests turn, or another is newest."""
    events = list(reader.named(rule.matching.name))
    world = reader.world
    counts = [_counts(event, rule, world) for event in events]
    agenda = []
    for index, event in enumerate(events):
        due = event_turns(event, rule.matching, world)
        for test in rule.has:
            value = look_up(event.properties, test.path)
            due.update(() if value is None else turns(test, value, world.now, world.zone, None))
        agenda += [(moment, index) for moment in due]
    current = reader.matches(rule)
    for moment, indexes in _by_moment(agenda):
        there = world.at(moment)
        for index in indexes:
            counts[index] = _counts(events[index], rule, there)
        newest = next((events[i] for i in reversed(range(len(events))) if counts[i]), None)
        if (newest is not None and has_all(newest, rule.has, there)) != current:
            current = not current
            yield moment


def turns_of_trend(rule: Trend, reader: Reader) -> Iterator[int]:
    """Yield the moments after now at which a trend turns."""
    events = list(reader.named(rule.matching.name))
    world, sides = reader.world, [_side(event, rule, reader.world) for event in events]
    agenda = []
    for index, event in enumerate(events):
        leaves = event.time + 2 * rule.window + 1
        if leaves <= world.now:
            continue
        due = event_turns(event, rule.matching, world) | {event.time + rule.window + 1, leaves}
        agenda += [(moment, index) for moment in due if moment > world.now]
    found = {"last": sides.count("last"), "before": sides.count("before")}
    current = trend_holds(rule, **found)
    for moment, indexes in _by_moment(agenda):
        there = world.at(moment)
        for index in indexes:
            side, sides[index] = sides[index], _side(events[index], rule, there)
            if side is not None:
                found[side] -= 1
            if (now_in := sides[index]) is not None:
                found[now_in] += 1
        if trend_holds(rule, **found) != current:
            current = not current
            yield moment


def _tried(rule: Then, reader: Reader) -> Iterator[int]:
    world = reader.world
    moments = set[int]()
    for event in reader.named(rule.first.name):
        moments |= event_turns(event, rule.first, world)
        moments.add(event.time + (rule.within or 0))
    for event in reader.named(rule.second.name):
        moments |= event_turns(event, rule.second, world)
    current = reader.matches(rule)
    later = sorted(moment for moment in moments if moment > world.now)
    for moment in islice(later, MAX_TRIED):
        if reader.at(moment).matches(rule) != current:
            current = not current
            yield moment


def _spans(rule: Then, reader: Reader) -> Iterator[Span]:
    """Give the spans in which a first event makes the node hold, future ones included."""
    world, stays = reader.world, rule.first.window.within
    firsts = [
        event
        for event in reader.named(rule.first.name)
        if _is_in(event, rule.first.window, world) and passes(event, rule.first, world)
    ]
    seconds = [e for e in reader.named(rule.second.name) if passes(e, rule.second, world)]
    for first, second in pairs(firsts, seconds, rule):
        if rule.absent is (second is not None):
            continue
        begins = second.time if second is not None else first.time + (rule.within or 0)
        ends = None if stays is None else first.time + stays + 1
        if ends is None or begins < ends:
            yield begins, ends


def _edges(spans: Iterable[Span], now: int) -> Iterator[int]:
    """Give the later edges of the union of some spans."""
    begun: int | None = None
    ended: int | None = None
    for begins, ends in sorted(spans, key=itemgetter(0)):
        if begun is None or (ended is not None and begins > ended):
            yield from (edge for edge in (begun, ended) if edge is not None and edge > now)
            begun, ended = begins, ends
        elif ended is not None:
            ended = None if ends is None else max(ended, ends)
    yield from (edge for edge in (begun, ended) if edge is not None and edge > now)


def _is_in(event: Logged, window: Window, world: World) -> bool:
    """Say whether an event is in the part of a window that does not move with time."""
    if window.end is not None and event.time >= window.end:
        return False
    if window.since is not None and window.since not in world.since:
        return False
    starts = (window.start, world.since.get(window.since or ""))
    return all(start is None or event.time >= start for start in starts)


def _counts(event: Logged, rule: Last, world: World) -> bool:
    span = window_span(rule.matching.window, world)
    if span is None or event.time > span[1] or (span[0] is not None and event.time < span[0]):
        return False
    return passes(event, rule.matching, world)


def _side(event: Logged, rule: Trend, world: World) -> str | None:
    side = trend_side(event, rule, world.now)
    return side if side is not None and passes(event, rule.matching, world) else None


def _by_moment(agenda: list[tuple[int, int]]) -> Iterator[tuple[int, list[int]]]:
    """Give the indexes of each moment, in order."""
    for moment, due in groupby(sorted(agenda), key=itemgetter(0)):
        yield moment, [index for _, index in due]


def _is_dated(test: Condition) -> bool:
    """Say whether time alone may turn a test on a value."""
    if test.op in ("within_last", "within_next", "anniversary"):
        return True
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    return any(is_calendar_word(value) for value in values)
