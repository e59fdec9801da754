"""The rule language as a tree of frozen dataclasses; ``parse`` makes it, the readers read it.

Durations and moments are milliseconds. ``docs/reference/rules.md`` says what each node means.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pyroaring import BitMap

from coterie.events.model import Logged
from coterie.profiles.consents.model import ConsentFact
from coterie.profiles.model import Known
from coterie.segments.lists.model import NoLists, Standing

Measure = Literal["count", "sum", "avg", "min", "max", "distinct"]
CalendarUnit = Literal["@day", "@week", "@month", "@hour"]


@dataclass(frozen=True)
class Bounds:
    """Comparisons that must all hold, as (operator, value): ``= != > >= < <=``.

    ``{"between": [a, b]}`` is parsed to ``>= a`` and ``<= b``. Values are numbers as given.
    """

    tests: tuple[tuple[str, float | int], ...]


@dataclass(frozen=True)
class Condition:
    """One test on a trait or an event property.

    ``path`` is as written. ``value`` is a scalar, a tuple (``between``, ``in``, arrays), a
    calendar word or date for ``on_day``, days for ``anniversary``; None when the operator takes
    none. ``duration`` in ms for within_last, within_next, unchanged_for, changed_within.
    ``fold`` compares text regardless of case.
    """

    path: str
    op: str
    value: Any = None
    duration: int | None = None
    fold: bool = False


@dataclass(frozen=True)
class Window:
    """When an event must have happened; all that are set must hold, and time <= now always.

    ``within``: now - within <= time <= now. ``start`` <= time < ``end`` (half-open; either may be
    None). ``since``: "entry" or "node", a moment that a journey supplies.
    """

    within: int | None = None
    start: int | None = None
    end: int | None = None
    since: Literal["entry", "node"] | None = None


@dataclass(frozen=True)
class Matching:
    """Which events: names (exact, ``Prefix*`` or ``*``), property tests, topic, window."""

    name: str
    where: tuple[Condition, ...] = ()
    topic: str | None = None
    window: Window = Window()
    same_key: bool = False


class Rule:
    """What every node is."""


@dataclass(frozen=True)
class All(Rule):
    """Every part holds."""

    parts: tuple[Rule, ...]


@dataclass(frozen=True)
class Any_(Rule):  # noqa: N801  (``Any`` is typing's)
    """At least one part holds."""

    parts: tuple[Rule, ...]


@dataclass(frozen=True)
class Not(Rule):
    """The part does not hold."""

    part: Rule


@dataclass(frozen=True)
class Everyone(Rule):
    """Every known profile."""


@dataclass(frozen=True)
class Trait(Rule):
    """A test on a current trait."""

    condition: Condition


@dataclass(frozen=True)
class Tag(Rule):
    """Has the tag now."""

    tag: str


@dataclass(frozen=True)
class Did(Rule):
    """An aggregate of matching events compared with bounds.

    ``of`` is the property aggregated (None for count), or a calendar unit for ``distinct``.
    Sums are exact: each value scaled by 10,000 and rounded half away from zero.
    """

    matching: Matching
    measure: Measure
    of: str | None
    bounds: Bounds


@dataclass(frozen=True)
class Share(Rule):
    """Matching events divided by all events of that name in the window; missing when none."""

    matching: Matching
    bounds: Bounds


@dataclass(frozen=True)
class Last(Rule):
    """The newest event that matches has all of ``has`` too; false when none matches."""

    matching: Matching
    has: tuple[Condition, ...]


@dataclass(frozen=True)
class Then(Rule):
    """A pair: a ``first``, and a ``second`` later than it; or, with ``absent``, that none came.

    The second is strictly later, at least ``after`` and less than ``within`` milliseconds later
    (None: ever). The window of ``first`` is the outer one, ``second`` has none. Absence is known
    once ``within`` has passed.
    """

    first: Matching
    second: Matching
    within: int | None
    after: int = 0
    absent: bool = False


@dataclass(frozen=True)
class Trend(Rule):
    """Matching events in the last ``window`` ms divided by those in the window before it.

    Last: now - window <= time <= now; before: now - 2 window <= time < now - window. False with
    fewer than ``at_least_before`` (>= 1) there. The window of ``matching`` is not used.
    """

    matching: Matching
    window: int
    bounds: Bounds
    at_least_before: int = 1


@dataclass(frozen=True)
class Top(Rule):
    """The first by rank, descending (``bottom``: ascending), among those who have a value.

    ``of`` is a trait's path, or an aggregate with empty bounds; ``share`` is in ten-thousandths
    of those who have a value, rounded up to whole people; else ``count`` people. Ties: the smaller
    bucket key first.
    """

    of: "str | Did"
    share: int | None = None
    count: int | None = None
    bottom: bool = False


@dataclass(frozen=True)
class Participant(Rule):
    """Takes part now in a community, or in a group."""

    kind: Literal["community", "group"]
    slug: str


@dataclass(frozen=True)
class Consents(Rule):
    """May be reached now for a purpose through a channel."""

    purpose: str
    channel: str


@dataclass(frozen=True)
class Near(Rule):
    """Her last consented location, or her chosen store, is at most ``km`` away from a point."""

    lat: float
    lon: float
    km: float


@dataclass(frozen=True)
class Listed(Rule):
    """Stands on the current version of an uploaded list."""

    name: str


@dataclass(frozen=True)
class InSegment(Rule):
    """Meets another segment's rule."""

    segment: str


@dataclass(frozen=True)
class Bucket(Rule):
    """Stable bucket of (salt, bucket key) with ``start`` <= bucket < ``end``, in 0..10,000."""

    salt: str
    start: int
    end: int


def _nothing_said() -> Sequence[ConsentFact]:
    return ()


@dataclass(frozen=True)
class Person:
    """One person as a rule sees her; ``events`` in (time, seq) order, future ones included.

    ``said`` reads her words of consent, when a rule asks for them.
    """

    known: Known
    events: Sequence[Logged]
    said: Callable[[], Sequence[ConsentFact]] = _nothing_said


def _no_blind(_name: str, _value: Any) -> str:
    return ""


@dataclass(frozen=True)
class World:
    """What a rule may look at besides the person.

    ``items_of`` maps each topic the rule names to its items; ``rules`` each segment to its rule;
    ``blind`` gives the blind index of an identifying trait's value; ``identifying`` their names.
    ``tops`` gives who is first by each rank that a rule asks for.
    ``lists`` gives who stands on each list, ``stores`` where stores are (latitude, longitude).
    ``since`` and ``key`` (property, value) are a journey run's.
    """

    now: int
    zone: ZoneInfo
    items_of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    blind: Callable[[str, Any], str] = _no_blind
    identifying: frozenset[str] = frozenset()
    tops: Mapping[Top, BitMap] = field(default_factory=dict)
    lists: Mapping[str, Standing] = field(default_factory=NoLists)
    stores: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    since: Mapping[str, int] = field(default_factory=dict)
    key: tuple[str, str] | None = None

    def at(self, moment: int) -> "World":
        """Return the same world at another moment."""
        return replace(self, now=moment)


def rests_on_nothing(rule: Rule) -> bool:
    """Say whether a rule asks nothing of a person: everybody, a draw by lot, or made of those.

    >>> rests_on_nothing(All((Everyone(), Bucket("a", 0, 5_000)))), rests_on_nothing(Tag("vip"))
    (True, False)
    """
    if isinstance(rule, All | Any_):
        return all(rests_on_nothing(part) for part in rule.parts)
    if isinstance(rule, Not):
        return rests_on_nothing(rule.part)
    return isinstance(rule, Everyone | Bucket)
