"""When an answer changes by itself: the moments at which time alone turns a rule for one person.

Exact: each moment is the first millisecond of the new answer, given that nothing new is heard
(events that are known already but lie in the future do come due). Not foreseen: how a fading
score declines, for ``Known`` holds its value of now only.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from coterie.core.clock import local_date, midnight, read_moment
from coterie.events.model import Logged
from coterie.segments.language.conditions_parse import is_calendar_word
from coterie.segments.model import (
    All,
    Any_,
    Condition,
    Did,
    InSegment,
    Matching,
    Not,
    Rule,
    Share,
    Trait,
    World,
)
from coterie.segments.person.days import add_days, days_of
from coterie.segments.person.evaluate import (
    SEALED,
    Reader,
    passes,
    share_holds,
    trait_since,
    trait_value,
    window_span,
)
from coterie.segments.person.measures import Tally
from coterie.segments.person.operators import look_up

MAX_STEPS = 1_000
"""So many changes of its parts a tree is followed for; beyond, nothing is foreseen."""
YEARS_AHEAD = 12
_BEYOND_ANY_WORD = 366 * 1_001


def until(rule: Rule, reader: Reader) -> int | None:
    """Return the first moment after now at which the answer differs, None when none is foreseen."""
    return next(changes(rule, reader), None)


def changes(rule: Rule, reader: Reader) -> Iterator[int]:
    """Yield the moments after now at which a rule's answer turns, in order."""
    if isinstance(rule, Not):
        return changes(rule.part, reader)
    if isinstance(rule, All | Any_):
        return _of_tree(rule, reader)
    if isinstance(rule, InSegment):
        return changes(reader.world.rules[rule.segment], reader)
    if isinstance(rule, Trait):
        return _of_trait(rule, reader)
    if isinstance(rule, Did | Share):
        return _of_events(rule, reader)
    return iter(())


def _of_tree(rule: All | Any_, reader: Reader) -> Iterator[int]:
    combine: Callable[[list[bool]], bool] = all if isinstance(rule, All) else any
    answers = [reader.matches(part) for part in rule.parts]
    current = combine(answers)
    agenda = heapq.merge(
        *(_marked(changes(part, reader), index) for index, part in enumerate(rule.parts))
    )
    steps = 0
    for moment, turning in groupby(agenda, key=lambda entry: entry[0]):
        for _, index in turning:
            answers[index] = not answers[index]
            steps += 1
        if steps > MAX_STEPS:
            return
        if combine(answers) != current:
            current = not current
            yield moment


def _marked(moments: Iterator[int], index: int) -> Iterator[tuple[int, int]]:
    return ((moment, index) for moment in moments)


def _of_trait(rule: Trait, reader: Reader) -> Iterator[int]:
    path, person, world = rule.condition.path, reader.person, reader.world
    value = trait_value(path, person, world)
    if value is None or value is SEALED:
        return
    current = reader.matches(rule)
    since = trait_since(path, person)
    for moment in _turns(rule.condition, value, world.now, world.zone, since):
        if Reader(person, replace(world, now=moment)).matches(rule) != current:
            current = not current
            yield moment


def _of_events(rule: Did | Share, reader: Reader) -> Iterator[int]:
    scale = _Scale(rule, reader)
    current = scale.holds()
    for moment, due in groupby(sorted(scale.agenda), key=lambda entry: entry[0]):
        world = replace(reader.world, now=moment)
        for _, index in due:
            scale.weigh(index, world)
        if scale.holds() != current:
            current = not current
            yield moment


class _Scale:
    """A node's events laid on and taken off as time passes."""

    def __init__(self, rule: Did | Share, reader: Reader) -> None:
        world = reader.world
        self._rule = rule
        self._events = list(reader.named(rule.matching.name))
        self._tally = Tally(rule, world.zone) if isinstance(rule, Did) else None
        self._lying: list[list[bool]] = []
        self._counts = [0, 0]
        self._matchings = [rule.matching]
        if isinstance(rule, Share):
            self._matchings.append(replace(rule.matching, where=(), topic=None))
        self.agenda: list[tuple[int, int]] = []
        for index, event in enumerate(self._events):
            self._lying.append([False, False])
            self.weigh(index, world)
            self.agenda += [(moment, index) for moment in _event_turns(event, rule.matching, world)]

    def weigh(self, index: int, world: World) -> None:
        """Lay an event on or take it off, as it counts at ``world.now``."""
        event, lying = self._events[index], self._lying[index]
        for side, matching in enumerate(self._matchings):
            counts = _in_window(event, matching, world) and passes(event, matching, world)
            if counts == lying[side]:
                continue
            lying[side] = counts
            self._counts[side] += 1 if counts else -1
            if self._tally is not None:
                (self._tally.add if counts else self._tally.drop)(event)

    def holds(self) -> bool:
        """Say whether the node's bounds hold for what lies on the scale."""
        if isinstance(self._rule, Share):
            return share_holds(self._rule, *self._counts)
        assert self._tally is not None
        return self._tally.holds()


def _in_window(event: Logged, matching: Matching, world: World) -> bool:
    span = window_span(matching.window, world)
    if span is None:
        return False
    return (span[0] is None or span[0] <= event.time) and event.time <= span[1]


def _event_turns(event: Logged, matching: Matching, world: World) -> set[int]:
    """Find the moments after now at which an event may begin or cease to count."""
    within = matching.window.within
    leaves = event.time + within + 1 if within is not None else None
    if leaves is not None and leaves <= world.now:
        return set()
    found = {moment for moment in (event.time, leaves) if moment is not None and moment > world.now}
    for test in matching.where:
        value = look_up(event.properties, test.path)
        if value is not None:
            found.update(_turns(test, value, world.now, world.zone, None))
    return found


def _turns(test: Condition, value: Any, now: int, zone: ZoneInfo, since: int | None) -> list[int]:
    """Find the moments after now at which a test on a value may turn, in order."""
    if test.op in ("unchanged_for", "changed_within"):
        found = [] if since is None else [since + (test.duration or 0)]
    else:
        moment = read_moment(value, zone)
        found = [] if moment is None else _turns_of_moment(test, moment, now, zone)
    return sorted({turn for turn in found if turn > now})


def _turns_of_moment(test: Condition, moment: int, now: int, zone: ZoneInfo) -> list[int]:
    duration = test.duration or 0
    if test.op == "within_last":
        return [moment, moment + duration + 1]
    if test.op == "within_next":
        return [moment - duration, moment + 1]
    if test.op == "anniversary":
        return list(_anniversaries(moment, test.value, now, zone))
    if test.op in ("in", "not_in", "contains", "not_contains", "starts_with", "ends_with",
                   "matches", "all_of", "any_of", "none_of"):  # fmt: skip
        return []
    asked = test.value if isinstance(test.value, tuple) else (test.value,)
    return [
        turn
        for word in asked
        if is_calendar_word(word)
        for edge in (0, 1)
        if (turn := _when_passed(moment, word, edge, now, zone)) is not None
    ]


def _when_passed(moment: int, word: str, edge: int, now: int, zone: ZoneInfo) -> int | None:
    """Find the midnight at which a word's days first begin (or end) after a moment.

    They move forward only, so the day can be searched by halves.
    """
    today = local_date(now, zone)

    def is_passed(day: date) -> bool:
        return midnight(days_of(word, day)[edge], zone) > moment

    low, high = today, _far_day(moment, today, zone)
    if is_passed(low) or not is_passed(high):
        return None
    while (high - low).days > 1:
        middle = add_days(low, (high - low).days // 2)
        low, high = (low, middle) if is_passed(middle) else (middle, high)
    return midnight(high, zone)


def _far_day(moment: int, today: date, zone: ZoneInfo) -> date:
    try:
        return add_days(max(local_date(moment, zone), today), _BEYOND_ANY_WORD)
    except OverflowError:  # before the year 1, so passed already
        return add_days(today, 1)


def _anniversaries(moment: int, ahead: int, now: int, zone: ZoneInfo) -> Iterator[int]:
    try:
        of = local_date(moment, zone)
    except OverflowError:
        return
    this_year = local_date(now, zone).year
    for year in range(this_year - 1, this_year + YEARS_AHEAD):
        try:
            day = of.replace(year=year)
        except ValueError:  # 29 February in a common year
            day = date(year, 2, 28)
        day = add_days(day, -ahead)
        yield midnight(day, zone)
        yield midnight(add_days(day, 1), zone)
