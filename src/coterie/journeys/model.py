"""The words of journeys: the graph as it was written, and one person's way through it.

Durations and moments are milliseconds (moments UTC); percents are hundredths, 0..10,000.
``docs/reference/journeys.md`` says what each node means.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from coterie.messaging.model import Post, Relevance
from coterie.segments.language.parse import segments_of
from coterie.segments.model import Matching, Rule

END = "end"
"""The built-in last node."""

Touch = Literal["emotional", "informational", "service", "commercial"]
OnTrouble = Literal["advance", "exit"]
Reentry = Literal["never", "after_exit", "while_in_segment", "after"]
State = Literal["active", "paused"]
Unit = Literal["person", "group"]


@dataclass(frozen=True)
class Message:
    """Ask messaging to say something; ``expires`` counts from the moment it is asked.

    With ``post`` it is a webhook: said to a program, about a person.
    """

    channel: str
    template: str
    touch: Touch
    then: str
    value: float = 0.0
    expires: int | None = None
    on_held: OnTrouble = "advance"
    on_failed: OnTrouble = "advance"
    delivery: Literal["at_least_once", "at_most_once"] = "at_least_once"
    wait_receipt: bool = False
    post: Post | None = None
    relevance: Relevance | None = None


@dataclass(frozen=True)
class WaitDuration:
    """Stay for a while."""

    duration: int
    then: str


@dataclass(frozen=True)
class WaitTime:
    """Stay until a time of the person's day; ``minute`` of the day, on ``days`` (Monday is 0)."""

    minute: int
    days: frozenset[int]
    then: str


@dataclass(frozen=True)
class WaitProperty:
    """Stay until a moment that the starting event, else a trait, names, shifted by ``offset``."""

    path: str
    offset: int
    then: str


@dataclass(frozen=True)
class Branch:
    """One way out of ``wait_for``: where to go once the rule holds."""

    when: Rule
    then: str


@dataclass(frozen=True)
class WaitRule:
    """Stay until one of several rules holds, at most for ``timeout``."""

    branches: tuple[Branch, ...]
    timeout: int | None
    on_timeout: str | None


@dataclass(frozen=True)
class Split:
    """Go one of two ways by a rule, asked on arrival."""

    rule: Rule
    yes: str
    no: str


@dataclass(frozen=True)
class Random:
    """Go one of several ways by a stable draw; branches are (node, hundredths of a percent).

    With ``experiment`` the ways are arms: who drew which is kept and told.
    """

    branches: tuple[tuple[str, int], ...]
    experiment: bool = False


@dataclass(frozen=True)
class Tag:
    """Put a tag on the person, or take it off (``on`` is False)."""

    tag: str
    on: bool
    then: str


@dataclass(frozen=True)
class SetTrait:
    """Give the person a trait."""

    trait: str
    value: Any
    then: str


@dataclass(frozen=True)
class Emit:
    """State an event of the operator's own name about the person."""

    event: str
    properties: Mapping[str, Any]
    then: str


@dataclass(frozen=True)
class Perform:
    """Ask for an action that another room has registered, such as an invitation or a gift."""

    action: str
    arguments: Mapping[str, Any]
    then: str


@dataclass(frozen=True)
class Task:
    """Give somebody of the house something to do about the person.

    ``to`` is ``guide`` (hers), ``store`` (the staff of hers) or ``role`` (whoever has ``role``).
    ``due`` counts from the moment it is given; None: it never expires.
    """

    to: Literal["guide", "store", "role"]
    role: str | None
    script: str
    due: int | None
    then: str


@dataclass(frozen=True)
class Jump:
    """Go to another node."""

    to: str


Wait = WaitDuration | WaitTime | WaitProperty | WaitRule
Act = Tag | SetTrait | Emit | Perform | Task
Node = Message | Wait | Split | Random | Act | Jump


def targets(node: Node) -> tuple[str, ...]:
    """Name the nodes that one leads to, in the order they were written."""
    match node:
        case Split(yes=yes, no=no):
            return (yes, no)
        case Random(branches=branches):
            return tuple(target for target, _ in branches)
        case WaitRule(branches=ways, on_timeout=late):
            return tuple(way.then for way in ways) + ((late,) if late is not None else ())
        case Jump(to=to):
            return (to,)
        case _:
            return (node.then,)


def rules_of(node: Node) -> tuple[Rule, ...]:
    """Return the rules that a node asks."""
    if isinstance(node, Split):
        return (node.rule,)
    return tuple(way.when for way in node.branches) if isinstance(node, WaitRule) else ()


@dataclass(frozen=True)
class SegmentEntry:
    """Who enters the segment starts a run."""

    segment: str


@dataclass(frozen=True)
class EventEntry:
    """Who does what matches starts a run."""

    matching: Matching


@dataclass(frozen=True)
class ScheduleEntry:
    """At every occurrence, whom the rule then has starts a run.

    ``recurrence`` is an iCalendar RRULE in ``zone`` (None: the brand's), counted from midnight
    of the day ``first`` (ISO; None: the day on which the journey was defined).
    """

    recurrence: str
    whom: Rule
    zone: str | None = None
    first: str | None = None


@dataclass(frozen=True)
class ListEntry:
    """Who comes to stand on an uploaded list starts a run."""

    name: str


@dataclass(frozen=True)
class ApiEntry:
    """Whom a program names starts a run."""


Entry = SegmentEntry | EventEntry | ScheduleEntry | ListEntry | ApiEntry


@dataclass(frozen=True)
class Journey:
    """One version of a journey's definition.

    ``reentry_after`` is set with reentry ``after``. ``holdout`` None means the house's default
    where any touch is not service; who is held out is drawn by ``unit``, and together with the
    other journeys of a ``programme``. Of a ``layer`` (name, from, to in hundredths of a percent)
    only that range of people enters.
    """

    slug: str
    entry: Entry
    start: str
    nodes: Mapping[str, Node]
    reentry: Reentry = "never"
    reentry_after: int | None = None
    key: str | None = None
    overlap: bool = False
    exit_when: Rule | None = None
    present: bool = True
    holdout: int | None = None
    unit: Unit = "person"
    programme: str | None = None
    layer: tuple[str, int, int] | None = None
    title: Mapping[str, str] = field(default_factory=dict)

    @property
    def asks(self) -> bool:
        """Whether any step asks a rule."""
        return self.exit_when is not None or any(rules_of(node) for node in self.nodes.values())

    @property
    def touches_beyond_service(self) -> bool:
        """Whether it says anything that was not asked for, so that a holdout makes sense."""
        return any(
            isinstance(node, Message) and node.touch != "service" for node in self.nodes.values()
        )


def segments_named(journey: Journey) -> frozenset[str]:
    """Name the segments that one enters by, or that its rules refer to."""
    rules = [rule for node in journey.nodes.values() for rule in rules_of(node)]
    if journey.exit_when is not None:
        rules.append(journey.exit_when)
    named = frozenset[str]().union(*(segments_of(rule) for rule in rules))
    entry = journey.entry
    if isinstance(entry, ScheduleEntry):
        named |= segments_of(entry.whom)
    return named | {entry.segment} if isinstance(entry, SegmentEntry) else named


@dataclass(frozen=True)
class Defined:
    """A journey as the room keeps it: the definition in force, its version, whether it is paused.

    ``source`` is the definition as it was written; ``holdout`` the hundredths that apply.
    """

    journey: Journey
    version: int
    state: State
    source: Mapping[str, Any]
    holdout: int
    defined_at: int
    changed_at: int
    changed_by: str

    @property
    def slug(self) -> str:
        """The stable name."""
        return self.journey.slug


@dataclass(frozen=True)
class Visit:
    """How often a run came to a node, and when last."""

    count: int
    at: int


@dataclass(frozen=True)
class Cause:
    """The event that started a run, as rules, waits and templates see it."""

    name: str
    time: int
    properties: Mapping[str, Any]
    items: Sequence[str] = ()


@dataclass(frozen=True)
class Run:
    """One person's way through one journey.

    ``key`` is the run's key value in a keyed journey. ``arrived`` is when the run came to
    ``node``; None while it stands before it (not yet begun, paused, resting, or waiting for what
    it did itself to be learned). ``due`` is when time moves it on, None when time alone does not.
    ``awaiting`` is the id of the message or fact that moves it on. ``came_with`` is the profile
    that the run was born to, ``contaminated`` since when its person has had a run of this journey
    in the other arm too, because two people turned out to be one. ``banded`` is the band that
    keeps where the run stands (``bands``), None when its own row does.
    """

    id: int
    journey: str
    version: int
    profile: int
    node: str
    entered: int
    key: str | None = None
    arrived: int | None = None
    due: int | None = None
    awaiting: str | None = None
    visits: Mapping[str, Visit] = field(default_factory=dict)
    shadow: bool = False
    cause: Cause | None = None
    ended: int | None = None
    reason: str | None = None
    came_with: int = 0
    contaminated: int | None = None
    banded: int | None = None

    def turned(self, **changes: Any) -> "Run":
        """Return it with some fields changed: what ``replace`` does, in a fraction of the time."""
        other = object.__new__(Run)
        other.__dict__.update(self.__dict__, **changes)
        return other

    @property
    def status(self) -> Literal["waiting", "ended"]:
        """Whether the run still goes on."""
        return "waiting" if self.ended is None else "ended"

    @property
    def steps(self) -> int:
        """How many nodes the run has come to so far; a node twice counts twice."""
        return sum(visit.count for visit in self.visits.values())


@dataclass(frozen=True)
class Counts:
    """A journey in numbers: how many runs there were, where they stand, how they ended.

    ``shadows`` are those held out, among all entered. ``nodes`` counts the waiting by node.
    ``contaminated`` are those, among all entered, whose person was in both arms.
    """

    entered: int = 0
    waiting: int = 0
    shadows: int = 0
    ended: Mapping[str, int] = field(default_factory=dict)
    nodes: Mapping[str, int] = field(default_factory=dict)
    contaminated: int = 0
