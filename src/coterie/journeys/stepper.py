"""One person's next steps: a run, what is known now -> where it stands, and what is to be done.

Pure: no clock, no database; rules are asked through ``Seen``. The laws (``journeys.md``):

1. ``exit_when`` is asked before every step, and of a run that stands.
2. A run comes to a node once a second at most. A loop whose waits are all over at once rests a
   minute before it goes round again, so no run ever spins.
3. What a run did itself (a tag, a trait, an emitted event) becomes true once its fact has been
   learned. So before it looks again (asks a rule, fills in a template) it waits for that fact.
4. A paused journey's clock runs on: waits end, rules are asked; every run stops before its next
   message, tag, trait or event.
5. At the very moment of a timeout a condition still counts; after it, it changes nothing.
6. A shadow passes what reaches out beyond the house (a task of somebody's, a webhook) as if it
   had been done. What an action gives is never held out; what one says is (``acting``).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from coterie.core.clock import MINUTE, SECOND
from coterie.experiments.assignment import arm_of
from coterie.journeys.model import (
    END,
    Act,
    Emit,
    Journey,
    Jump,
    Message,
    Node,
    Perform,
    Random,
    Run,
    SetTrait,
    Split,
    Tag,
    Task,
    Visit,
    Wait,
    WaitDuration,
    WaitProperty,
    WaitRule,
    WaitTime,
)
from coterie.journeys.times import named_moment, next_local, zone_of
from coterie.segments.model import Rule

ONCE = SECOND
REST = MINUTE
"""How long a run rests that would come to the same node again within ``ONCE``."""

LEARNED = "learned"
"""The news that the facts of a run's own acts have been learned."""
UNDECIDED = ("queued", "leased", "asked")
"""What is to become of a message is still open."""

Ask = Callable[[Rule, Run, int], bool]
"""Ask a rule about a run's person; the last argument is since when the run has been at its node."""


class Person(Protocol):
    """What a step asks of what is known of a person; ``profiles.model.Known`` has it."""

    @property
    def traits(self) -> Mapping[str, Any]:
        """What is known of her."""
        ...

    @property
    def bucket_key(self) -> str:
        """By which she is drawn."""
        ...


@dataclass(frozen=True)
class Seen:
    """What a run may know of its person and of the world at ``now``.

    ``acting`` is False while the journey is paused. ``told`` is the time of the newest thing that
    gave cause to look at the run (``now`` when time did). ``stores`` are the zones of stores.
    """

    now: int
    told: int
    known: Person
    zone: ZoneInfo
    ask: Ask
    acting: bool = True
    stores: Mapping[str, ZoneInfo] = field(default_factory=dict)

    @property
    def where(self) -> ZoneInfo:
        """The person's zone."""
        return zone_of(self.known.traits, self.zone, self.stores)


@dataclass(frozen=True)
class Done:
    """Something a run did on coming to a node: its message, or an act."""

    node: str
    what: Message | Act


@dataclass(frozen=True)
class Drawn:
    """The arm that a run drew at a node that is an experiment; ``arms`` are all its branches."""

    node: str
    arm: str
    arms: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Stride:
    """Where a run stands after its steps, and what it did and drew on the way, in order.

    When the last thing done is a message, the run stands at it until it is told (by ``news``)
    what the gate said. When ``learning``, it stands until the facts of its acts have been learned.
    """

    run: Run
    done: tuple[Done, ...]
    learning: bool = False
    drawn: tuple[Drawn, ...] = ()


def step(journey: Journey, run: Run, seen: Seen, news: str | None = None) -> Stride:
    """Take a run as far as it can go now.

    ``news`` is what became of the message it stands at (``queued held shadow sent failed``), or
    ``LEARNED``.
    """
    walk = _Walk(journey, run, seen)
    walk.go(news)
    return Stride(walk.run, tuple(walk.done), walk.learning, tuple(walk.drawn))


def trouble(journey: Journey, node: str, status: str) -> str | None:
    """Say why a run ends when its message of a node was held or failed; None when it goes on."""
    message = journey.nodes.get(node)
    if not isinstance(message, Message):
        return None
    ends = {"held": message.on_held, "failed": message.on_failed}.get(status) == "exit"
    return status if ends else None


def is_withheld(run: Run, node: Node) -> bool:
    """Say whether a run only passes a node, since nothing is to reach out for a shadow."""
    return run.shadow and (
        isinstance(node, Task) or (isinstance(node, Message) and node.post is not None)
    )


def draw(journey: Journey, node: str, branches: tuple[tuple[str, int], ...], key: str) -> str:
    """Draw a branch: the same for ever for a journey, node and bucket key."""
    return arm_of(f"journey:{journey.slug}:{node}", key, branches)


@dataclass
class _Walk:
    journey: Journey
    run: Run
    seen: Seen
    done: list[Done] = field(default_factory=list)
    learning: bool = False
    drawn: list[Drawn] = field(default_factory=list)

    def go(self, news: str | None) -> None:
        run = self.run
        if run.ended is not None:
            return
        if self.leaves():
            self.end("exit_when")
        elif run.node == END:  # a new version's map of nodes put it here
            self.end("end")
        elif run.arrived is not None:
            self.go_on(self.leave(self.journey.nodes[run.node], news))
        elif run.due is None or run.due <= self.seen.now or news == LEARNED:
            self.go_on(run.node)

    def go_on(self, following: str | None) -> None:
        while following is not None and self.may_come_to(following):
            following = self.arrive(following)

    def may_come_to(self, name: str) -> bool:
        """Say whether the run comes to a node now; where not, it ends or stands before it."""
        now = self.seen.now
        if self.leaves():
            self.end("exit_when")
            return False
        if name == END:
            self.end("end")
            return False
        node = self.journey.nodes[name]
        last = self.run.visits.get(name)
        if isinstance(node, Message | Act) and not self.seen.acting:
            self.stand_before(name, due=None)
        elif last is not None and now - last.at < ONCE:
            self.stand_before(name, due=now + REST)
        elif self.done and self.looks(node):
            self.stand_before(name, due=now + REST)
            self.learning = True
        else:
            return True
        return False

    def arrive(self, name: str) -> str | None:
        """Come to a node and do what it says; return where to go on at once."""
        now, node = self.seen.now, self.journey.nodes[name]
        times = self.run.visits[name].count if name in self.run.visits else 0
        visits = {**self.run.visits, name: Visit(times + 1, now)}
        self.run = replace(self.run, node=name, arrived=now, due=None, awaiting=None, visits=visits)
        if isinstance(node, Message | Act):
            if is_withheld(self.run, node):
                return node.then
            self.done.append(Done(name, node))
            return None if isinstance(node, Message) else node.then
        if isinstance(node, Wait):
            self.run = replace(self.run, due=due_of(node, self.run, self.seen))
        return self.leave(node, None)

    def leave(self, node: Node, news: str | None) -> str | None:
        """Say where a run that has come to a node goes on now; None when it stays."""
        run, now = self.run, self.seen.now
        match node:
            case Message():
                return self.leave_message(node, news)
            case WaitDuration() | WaitTime() | WaitProperty():
                return node.then if run.due is None or run.due <= now else None
            case WaitRule():
                return self.leave_wait_rule(node)
            case Split(rule=rule, yes=yes, no=no):
                return yes if self.ask(rule) else no
            case Random(branches=branches, experiment=experiment):
                arm = draw(self.journey, run.node, branches, self.seen.known.bucket_key)
                if experiment and run.visits[run.node].count == 1:
                    self.drawn.append(Drawn(run.node, arm, branches))
                return arm
            case Jump(to=to):
                return to
            case (
                Tag() | SetTrait() | Emit() | Perform() | Task()
            ):  # put here by a new version: not done again
                return node.then

    def leave_message(self, node: Message, news: str | None) -> str | None:
        if news is None or news in UNDECIDED:
            return None if node.wait_receipt and self.run.awaiting is not None else node.then
        reason = trouble(self.journey, self.run.node, news)
        if reason is None:
            return node.then
        self.end(reason)
        return None

    def leave_wait_rule(self, node: WaitRule) -> str | None:
        due = self.run.due
        if due is None or self.seen.told <= due:
            for way in node.branches:
                if self.ask(way.when):
                    return way.then
        return node.on_timeout if due is not None and due <= self.seen.now else None

    def looks(self, node: Node) -> bool:
        """Say whether the next step would look at what the run has just done."""
        asks = isinstance(node, Message | Split | WaitRule | WaitProperty | WaitTime)
        return asks or self.journey.exit_when is not None

    def leaves(self) -> bool:
        return self.journey.exit_when is not None and self.ask(self.journey.exit_when)

    def ask(self, rule: Rule) -> bool:
        arrived = self.seen.now if self.run.arrived is None else self.run.arrived
        return self.seen.ask(rule, self.run, arrived)

    def stand_before(self, name: str, due: int | None) -> None:
        self.run = replace(self.run, node=name, arrived=None, due=due, awaiting=None)

    def end(self, reason: str) -> None:
        self.run = replace(
            self.run,
            node=END if reason == "end" else self.run.node,
            ended=self.seen.now,
            reason=reason,
            due=None,
            awaiting=None,
        )


def due_of(node: Node, run: Run, seen: Seen) -> int | None:
    """Say when time moves a run on from the node it came to at ``run.arrived``; None for never.

    A wait for a property that is missing or unreadable is over at once.
    """
    arrived = seen.now if run.arrived is None else run.arrived
    match node:
        case WaitDuration(duration=duration):
            return arrived + duration
        case WaitTime(minute=minute, days=days):
            return next_local(arrived, minute, days, seen.where)
        case WaitProperty(path=path, offset=offset):
            properties = run.cause.properties if run.cause is not None else {}
            moment = named_moment(path, properties, seen.known.traits, seen.where)
            return arrived if moment is None else max(arrived, moment + offset)
        case WaitRule(timeout=timeout):
            return None if timeout is None else arrived + timeout
        case _:
            return None
