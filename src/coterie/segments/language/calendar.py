"""What passing time can change: a rule's edges.

A rule's answer for a person changes without any new fact only when a moment that belongs to her
passes one of these edges. They are a superset, never too few: an edge may stir somebody whose
answer stays, never miss somebody whose answer changes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from coterie.core.event import CONSENT_GIVEN, CONSENT_WITHDRAWN
from coterie.core.numbers import as_decimal
from coterie.segments.language.conditions_parse import is_calendar_word
from coterie.segments.language.parse import matchings_of, segments_of, walk
from coterie.segments.model import (
    Condition,
    Consents,
    Last,
    Matching,
    Near,
    Participant,
    Rule,
    Tag,
    Then,
    Top,
    Trait,
    Trend,
)

FADING = "scores."
"""What the names of fading traits begin with: their value falls as time passes."""

_STEP = Decimal("0.000001")


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
class TagEdge:
    """A tag's validity ends."""

    tag: str


@dataclass(frozen=True)
class FadeEdge:
    """A fading trait falls below a threshold."""

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


@dataclass(frozen=True)
class RankEdge:
    """A rank is asked for: whatever changes for one person may change the answer for anybody."""


PlainEdge = (
    EventEdge | TraitEdge | SinceEdge | TagEdge | FadeEdge | TraitMidnight | EventMidnight
    | RankEdge
)  # fmt: skip
"""What the rooms keep an index for."""

Edge = PlainEdge | PropertyEdge


_OF_WORDS = (EventEdge(CONSENT_GIVEN, 0), EventEdge(CONSENT_WITHDRAWN, 0))
"""A word of consent that was said ahead of its time counts from its time on."""


def edges(rule: Rule, rules: Mapping[str, Rule]) -> frozenset[Edge]:
    """Find a rule's edges; ``rules`` gives the segments that it refers to."""
    found: set[Edge] = set()
    for part in reach(rule, rules):
        for node in walk(part):
            if isinstance(node, Trait):
                found.update(_of_trait(node.condition))
            elif isinstance(node, Tag):
                found.add(TagEdge(node.tag))
            elif isinstance(node, Participant):
                found.add(TagEdge(f"{node.kind}:{node.slug}"))
            elif isinstance(node, Consents | Near):
                found.update(_OF_WORDS)
            elif isinstance(node, Top):
                found.add(RankEdge())
            elif isinstance(node, Then | Trend):
                found.update(_of_order(node))
            elif isinstance(node, Last):
                found.update(_of_tests(node.matching.name, node.has))
            for matching in matchings_of(node):
                found.update(_of_events(matching))
    return frozenset(found)


def reach(rule: Rule, rules: Mapping[str, Rule]) -> list[Rule]:
    """Return a rule and those of all segments that it refers to, straight or through others."""
    reached, seen = [rule], set[str]()
    for part in reached:
        fresh = segments_of(part) - seen
        seen |= fresh
        reached.extend(rules[slug] for slug in sorted(fresh) if slug in rules)
    return reached


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
        return [FadeEdge(path, threshold) for threshold in thresholds(condition.value)]
    return []


def _of_events(matching: Matching) -> Iterable[Edge]:
    yield EventEdge(matching.name, 0)
    if matching.window.within is not None:
        # now - within <= time holds up to time + within, so the event is out one later
        yield EventEdge(matching.name, matching.window.within + 1)
    yield from _of_tests(matching.name, matching.where)


def _of_tests(name: str, tests: Iterable[Condition]) -> Iterable[Edge]:
    for condition in tests:
        for shift in _moment_shifts(condition):
            yield PropertyEdge(name, condition.path, shift)
        if _turns_at_midnight(condition):
            yield EventMidnight(name)


def _of_order(node: Then | Trend) -> Iterable[Edge]:
    """Give when a first event's absent sequel is known, and when an event changes windows."""
    if isinstance(node, Trend):
        yield EventEdge(node.matching.name, node.window + 1)
        yield EventEdge(node.matching.name, 2 * node.window + 1)
    elif node.absent and node.within is not None:
        yield EventEdge(node.first.name, node.within)


def _moment_shifts(condition: Condition) -> tuple[int, ...]:
    """Return when, counted from its moment, a condition begins and ceases to hold."""
    duration = condition.duration or 0
    if condition.op == "within_last":
        return (0, duration + 1)
    if condition.op == "within_next":
        return (-duration, 1)
    return ()


def is_lasting(condition: Condition) -> bool:
    """Say whether a test on an event's property holds for ever, or never, whatever the time."""
    return not _moment_shifts(condition) and not _turns_at_midnight(condition)


def _turns_at_midnight(condition: Condition) -> bool:
    if condition.op == "anniversary":
        return True
    return any(is_calendar_word(value) for value in _values(condition.value))


def thresholds(value: object) -> Iterator[float]:
    """Give what a fading value falls below when it ceases to be >= or > a number of the rule.

    It is seen rounded to steps of a millionth, so it is no longer > n once below n's next step.
    """
    for part in _values(value):
        number = as_decimal(part)
        if number is not None:
            yield float(number)
            yield float((number // _STEP + (number >= 0 or number % _STEP == 0)) * _STEP)


def _values(value: object) -> Iterable[object]:
    return value if isinstance(value, tuple) else (value,)
