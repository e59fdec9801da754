"""When an answer changes by itself: the moments at which time alone turns a rule for one person.

Exact: each moment is the first millisecond of the new answer, given that nothing new is heard
(events that are known already but lie in the future do come due). Not foreseen: how a fading
score declines, for ``Known`` holds its value of now only; and a rank, which hangs on everybody.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import groupby

from coterie.events.model import Logged
from coterie.segments.model import (
    All,
    Any_,
    Consents,
    Did,
    InSegment,
    Last,
    Matching,
    Near,
    Not,
    Rule,
    Share,
    Then,
    Trait,
    Trend,
    World,
)
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
from coterie.segments.person.sequence_turns import turns_of_last, turns_of_pair, turns_of_trend
from coterie.segments.person.state import words_to_come
from coterie.segments.person.turns import event_turns, turns

MAX_STEPS = 1_000
"""So many changes of its parts a tree is followed for; beyond, nothing is foreseen."""


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
    if isinstance(rule, Last):
        return turns_of_last(rule, reader)
    if isinstance(rule, Then):
        return turns_of_pair(rule, reader)
    if isinstance(rule, Trend):
        return turns_of_trend(rule, reader)
    if isinstance(rule, Consents | Near):
        return _of_words(rule, reader)
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
    for moment in turns(rule.condition, value, world.now, world.zone, since):
        if Reader(person, replace(world, now=moment)).matches(rule) != current:
            current = not current
            yield moment


def _of_words(rule: Consents | Near, reader: Reader) -> Iterator[int]:
    current = reader.matches(rule)
    for moment in words_to_come(rule, reader.person, reader.world.now):
        if Reader(reader.person, replace(reader.world, now=moment)).matches(rule) != current:
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
            self.agenda += [(moment, index) for moment in event_turns(event, rule.matching, world)]

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
