"""What passing time can change: a rule's edges.

A rule's answer for a person changes without any new fact only when a moment that belongs to her
passes one of these edges. They are a superset, never too few: an edge may stir somebody whose
answer stays, never miss somebody whose answer changes.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from coterie.core.numbers import as_decimal
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
)

FADING = "scores."
_MOVING_WORD = re.compile(
    r"today|yesterday|tomorrow|(?:this|last|next) +(?:week|month|quarter|year)"
    r"|[+-] *[0-9]+ +(?:day|week|month|quarter|year)s?"
)
_COMPARISONS = frozenset(
    {"=", "!=", ">", ">=", "<", "<=", "between", "not_between", "in", "not_in", "on_day"}
    | {"before", "after"}
)


@dataclass(frozen=True)
class EventEdge:
    """An event of this name reaches ``time + shift``: it comes due, or its window runs out."""

    name: str
    shift: int


@dataclass(frozen=True)
class TraitEdge:
    """The moment that a trait holds, plus ``shift``, is reached."""

    path: str
    shift: int


@dataclass(frozen=True)
class SinceEdge:
    """A trait has been what it is for ``shift`` milliseconds."""

    path: str
    shift: int


@dataclass(frozen=True)
class FadeEdge:
    """A fading trait falls past a threshold."""

    name: str
    threshold: float


@dataclass(frozen=True)
class TraitMidnight:
    """A new day begins in the brand's zone for the holders of a trait."""

    path: str


@dataclass(frozen=True)
class PropertyEdge:
    """The moment that a property of an event holds, plus ``shift``, is reached."""

    name: str
    path: str
    shift: int


@dataclass(frozen=True)
class EventMidnight:
    """A new day begins in the brand's zone for whoever has an event of this name."""

    name: str


Edge = EventEdge | TraitEdge | SinceEdge | FadeEdge | TraitMidnight | PropertyEdge | EventMidnight


def edges(rule: Rule, rules: Mapping[str, Rule]) -> frozenset[Edge]:
    """Find a rule's edges; ``rules`` gives the segments that it refers to."""
    found: set[Edge] = set()
    for node in atoms(rule, rules):
        if isinstance(node, Trait):
            found.update(_of_trait(node.condition))
        elif isinstance(node, Did | Share):
            found.update(_of_events(node.matching))
    return frozenset(found)


def atoms(rule: Rule, rules: Mapping[str, Rule]) -> Iterator[Rule]:
    """Give every leaf of a rule, and of the segments it refers to, each segment once."""
    waiting, seen = [rule], set[str]()
    while waiting:
        node = waiting.pop()
        if isinstance(node, All | Any_):
            waiting.extend(node.parts)
        elif isinstance(node, Not):
            waiting.append(node.part)
        elif isinstance(node, InSegment):
            if node.segment not in seen and node.segment in rules:
                seen.add(node.segment)
                waiting.append(rules[node.segment])
        else:
            yield node


def topics(rule: Rule, rules: Mapping[str, Rule]) -> set[str]:
    """Name the topics that a rule asks about."""
    found = (n.matching.topic for n in atoms(rule, rules) if isinstance(n, Did | Share))
    return {topic for topic in found if topic is not None}


def references(rule: Rule) -> set[str]:
    """Name the segments that a rule itself refers to."""
    found, waiting = set[str](), [rule]
    while waiting:
        node = waiting.pop()
        if isinstance(node, All | Any_):
            waiting.extend(node.parts)
        elif isinstance(node, Not):
            waiting.append(node.part)
        elif isinstance(node, InSegment):
            found.add(node.segment)
    return found


def _of_trait(condition: Condition) -> Iterable[Edge]:
    path, op = condition.path, condition.op
    if op in ("unchanged_for", "changed_within"):
        return [SinceEdge(path, condition.duration or 0)]
    shifts = _moment_shifts(condition)
    if shifts:
        return [TraitEdge(path, shift) for shift in shifts]
    if _turns_at_midnight(condition):
        return [TraitMidnight(path)]
    if path.startswith(FADING):
        return [FadeEdge(path, threshold) for threshold in _thresholds(condition.value)]
    return []


def _of_events(matching: Matching) -> Iterable[Edge]:
    yield EventEdge(matching.name, 0)
    if matching.window.within is not None:
        # now - within <= time holds up to time + within, so the event is out one later
        yield EventEdge(matching.name, matching.window.within + 1)
    for condition in matching.where:
        for shift in _moment_shifts(condition):
            yield PropertyEdge(matching.name, condition.path, shift)
        if _turns_at_midnight(condition):
            yield EventMidnight(matching.name)


def _moment_shifts(condition: Condition) -> tuple[int, ...]:
    """Return when, counted from its moment, a condition begins and ceases to hold."""
    duration = condition.duration or 0
    if condition.op == "within_last":
        return (0, duration + 1)
    if condition.op == "within_next":
        return (-duration, 0, 1)
    return ()


def _turns_at_midnight(condition: Condition) -> bool:
    if condition.op == "anniversary":
        return True
    return condition.op in _COMPARISONS and any(
        isinstance(value, str) and _MOVING_WORD.fullmatch(value.strip())
        for value in _values(condition.value)
    )


def _thresholds(value: object) -> Iterator[float]:
    for part in _values(value):
        number = as_decimal(part)
        if number is not None:
            yield float(number)


def _values(value: object) -> Iterable[object]:
    return value if isinstance(value, tuple) else (value,)
