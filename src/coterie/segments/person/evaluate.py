"""The reader for one person: does she meet the rule? Plain Python, pure, exact to the millisecond.

What an operator means is told in ``operators``, what a measure means in ``measures``. For events,
where ``reference/rules.md`` is silent:

1. An event counts from its own time on: ``time <= now``, in every window. ``since`` is inclusive,
   ``before`` is not.
2. ``*`` matches every name that does not begin with ``coterie.``; ``Prefix*`` every name that
   begins so, our own facts only when the prefix itself begins with ``coterie.``. A ``*`` that is
   not at the end stands for itself.
3. ``share`` divides the events that pass ``where`` and ``topic`` by all of that name in the
   window (and of the run's key, with ``same_key``).
4. A sealed trait (declared identifying, or one whose value was found to identify) answers ``=``
   and ``in`` by its blind index and is there when it has one; every other positive test on it
   does not hold, and complements are complements. Nothing is known of its inside.
5. Outside a journey's run ``since: entry``, ``since: node`` and ``same_key`` match no event.
   ``same_key`` compares texts: a property that is a number or a boolean as JSON writes it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import msgspec

from coterie.core.errors import NotFound
from coterie.core.event import OWN, Event
from coterie.core.ids import bucket
from coterie.events.model import Logged
from coterie.segments.model import (
    All,
    Any_,
    Bucket,
    Condition,
    Consents,
    Did,
    Everyone,
    InSegment,
    Last,
    Listed,
    Matching,
    Near,
    Not,
    Participant,
    Person,
    Rule,
    Share,
    Tag,
    Then,
    Top,
    Trait,
    Trend,
    Window,
    World,
)
from coterie.segments.person.measures import Tally, bounds_hold
from coterie.segments.person.operators import COMPLEMENTS, Frame, holds, look_up
from coterie.segments.person.sequences import (
    Pair,
    answers,
    newest,
    pairs,
    trend_holds,
    trend_side,
)
from coterie.segments.person.state import agrees, is_listed, is_near, takes_part

SEALED = object()
"""Stands for the value of a sealed trait: it is there, and nobody can read it."""


def matches(rule: Rule, person: Person, world: World) -> bool:
    """Say whether a person meets a rule at ``world.now``.

    Asking many rules of one person is faster through one ``Reader``.
    """
    return Reader(person, world).matches(rule)


class Reader:
    """One person read at one moment; groups her events once and remembers segments' answers."""

    def __init__(self, person: Person, world: World) -> None:
        self.person = person
        self.world = world
        self._frame = Frame(world.now, world.zone)
        self._by_name: dict[str, list[Logged]] | None = None
        self._by_pattern: dict[str, Sequence[Logged]] = {}
        self._segments: dict[str, bool] = {}

    def matches(self, rule: Rule) -> bool:
        """Say whether the person meets a rule."""
        return _READERS[type(rule)](self, rule)

    def measure(self, did: Did) -> Tally:
        """Measure the events that a node asks about."""
        tally = Tally(did, self.world.zone)
        for event in self.matching(did.matching):
            tally.add(event)
        return tally

    def share(self, share: Share) -> tuple[int, int]:
        """Count the matching events, and all that they are a share of."""
        everything = replace(share.matching, where=(), topic=None)
        return len(self.matching(share.matching)), len(self.matching(everything))

    def last(self, last: Last) -> Logged | None:
        """Find the newest event of those that match."""
        return newest(self.matching(last.matching))

    def pair(self, then: Then) -> Pair | None:
        """Find the newest pair, or the newest first without a second, that makes a node hold."""
        firsts, seconds = self.matching(then.first), self.matching(then.second)
        now = self.world.now
        return next((p for p in pairs(firsts, seconds, then) if answers(p, then, now)), None)

    def trend(self, trend: Trend) -> tuple[int, int]:
        """Count the matching events in the last window and in the one before it."""
        within = Window(within=2 * trend.window)
        events = self.matching(replace(trend.matching, window=within))
        sides = [trend_side(event, trend, self.world.now) for event in events]
        return sides.count("last"), sides.count("before")

    def matching(self, matching: Matching) -> list[Logged]:
        """Return the past events that match, window included, in order."""
        span = window_span(matching.window, self.world)
        if span is None:
            return []
        named = self.named(matching.name)
        first = bisect_left(named, span[0], key=_time) if span[0] is not None else 0
        last = bisect_right(named, span[1], key=_time)
        return [event for event in named[first:last] if passes(event, matching, self.world)]

    def named(self, pattern: str) -> Sequence[Logged]:
        """Return the events of a name or a pattern of names, future ones included, in order."""
        if self._by_name is None:
            self._by_name = {}
            for event in self.person.events:
                self._by_name.setdefault(event.name, []).append(event)
        if not pattern.endswith("*"):
            return self._by_name.get(pattern, ())
        if pattern not in self._by_pattern:
            self._by_pattern[pattern] = [
                event for event in self.person.events if is_asked(event, pattern)
            ]
        return self._by_pattern[pattern]

    def at(self, moment: int) -> "Reader":
        """Return a reader of the same person at another moment."""
        other = Reader(self.person, self.world.at(moment))
        other._by_name, other._by_pattern = self._by_name, self._by_pattern
        return other

    def meets_segment(self, slug: str) -> bool:
        """Say whether the person meets another segment's rule; NotFound when there is none."""
        if slug not in self._segments:
            if slug not in self.world.rules:
                raise NotFound(f"there is no segment {slug!r}: define it first")
            self._segments[slug] = self.matches(self.world.rules[slug])
        return self._segments[slug]

    def trait(self, condition: Condition) -> bool:
        """Say whether a test on a trait holds."""
        value = trait_value(condition.path, self.person, self.world)
        if value is SEALED:
            return _holds_sealed(condition, self.person, self.world)
        if condition.duration is None or not condition.op.startswith(("unchanged", "changed")):
            return holds(condition, value, self._frame)
        frame = replace(self._frame, since=trait_since(condition.path, self.person))
        return holds(condition, value, frame)


def trait_value(path: str, person: Person, world: World) -> Any:
    """Find a trait's value: None when missing, ``SEALED`` when it is sealed."""
    if path in person.known.digests:
        return SEALED
    if path in world.identifying:
        return None
    return look_up(person.known.traits, path)


def trait_since(path: str, person: Person) -> int | None:
    """Say since when a trait is what it is; None when nobody knows."""
    known = person.known
    return known.since.get(path if path in known.traits else path.split(".", 1)[0])


def window_span(window: Window, world: World) -> tuple[int | None, int] | None:
    """Return a window's first (None: any) and last moment, both included; None when empty."""
    starts = [] if window.start is None else [window.start]
    if window.within is not None:
        starts.append(world.now - window.within)
    if window.since is not None:
        if window.since not in world.since:
            return None
        starts.append(world.since[window.since])
    last = world.now if window.end is None else min(world.now, window.end - 1)
    first = max(starts, default=None)
    return None if first is not None and first > last else (first, last)


def is_asked(event: Event | Logged, pattern: str) -> bool:
    """Say whether a rule's name means an event; ``*`` means no event of ours, emitted ones too."""
    return is_named(event.name, pattern) and (pattern != "*" or event.type != "fact")


def is_named(name: str, pattern: str) -> bool:
    """Say whether an event's name matches a rule's: itself, ``Prefix*`` or ``*``.

    >>> is_named("coterie.tagged", "*"), is_named("coterie.tagged", "coterie.*")
    (False, True)
    """
    if not pattern.endswith("*"):
        return name == pattern
    prefix = pattern[:-1]
    return name.startswith(prefix) and (prefix.startswith(OWN) or not name.startswith(OWN))


def passes(event: Logged, matching: Matching, world: World) -> bool:
    """Say whether an event passes the tests of a node, name and window aside, at ``world.now``."""
    if matching.topic is not None:
        wanted = world.items_of.get(matching.topic, frozenset())
        if wanted.isdisjoint(event.items):
            return False
    if matching.same_key and not _has_key(event, world):
        return False
    return has_all(event, matching.where, world)


def has_all(event: Logged, tests: Sequence[Condition], world: World) -> bool:
    """Say whether an event's properties pass every test at ``world.now``."""
    if not tests:
        return True
    frame = Frame(world.now, world.zone)
    return all(holds(test, look_up(event.properties, test.path), frame) for test in tests)


def share_holds(share: Share, part: int, whole: int) -> bool:
    """Say whether a share lies within its bounds; nothing of nothing never does."""
    return bounds_hold(share.bounds, Fraction(part, whole) if whole else None)


def _has_key(event: Logged, world: World) -> bool:
    if world.key is None:
        return False
    path, wanted = world.key
    value = look_up(event.properties, path)
    if value is None:
        return False
    return wanted == (value if isinstance(value, str) else msgspec.json.encode(value).decode())


def _holds_sealed(condition: Condition, person: Person, world: World) -> bool:
    op = COMPLEMENTS.get(condition.op, condition.op)
    found = op == "exists"
    if op in ("=", "in"):
        wanted = condition.value if op == "in" else (condition.value,)
        digest = person.known.digests[condition.path]
        found = any(
            world.blind(condition.path, one) == digest
            for one in wanted
            if not isinstance(one, tuple)
        )
    return found is (op == condition.op)


def _last_holds(reader: Reader, rule: Last) -> bool:
    found = reader.last(rule)
    return found is not None and has_all(found, rule.has, reader.world)


def _time(event: Logged) -> int:
    return event.time


def _bucket_of(reader: Reader, rule: Bucket) -> int:
    return bucket(rule.salt, reader.person.known.bucket_key)


_READERS: dict[type, Callable[[Reader, Any], bool]] = {
    All: lambda reader, rule: all(reader.matches(part) for part in rule.parts),
    Any_: lambda reader, rule: any(reader.matches(part) for part in rule.parts),
    Not: lambda reader, rule: not reader.matches(rule.part),
    Everyone: lambda _reader, _rule: True,
    Trait: lambda reader, rule: reader.trait(rule.condition),
    Tag: lambda reader, rule: reader.person.known.holds(rule.tag),
    Did: lambda reader, rule: reader.measure(rule).holds(),
    Share: lambda reader, rule: share_holds(rule, *reader.share(rule)),
    Last: _last_holds,
    Then: lambda reader, rule: reader.pair(rule) is not None,
    Trend: lambda reader, rule: trend_holds(rule, *reader.trend(rule)),
    Top: lambda reader, rule: reader.person.known.profile in reader.world.tops[rule],
    InSegment: lambda reader, rule: reader.meets_segment(rule.segment),
    Bucket: lambda reader, rule: rule.start <= _bucket_of(reader, rule) < rule.end,
    Participant: lambda reader, rule: takes_part(rule, reader.person, reader.world),
    Consents: lambda reader, rule: agrees(rule, reader.person, reader.world),
    Near: lambda reader, rule: is_near(rule, reader.person, reader.world),
    Listed: lambda reader, rule: is_listed(rule, reader.person, reader.world),
}
