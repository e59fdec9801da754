"""A small town of real rooms with a road through it: everything journeys live among."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from coterie.catalog.service import Catalog
from coterie.core.actor import CLOCK, Actor
from coterie.core.errors import ChannelError
from coterie.core.event import Event, Move
from coterie.core.ids import derived_id
from coterie.events.log import Log
from coterie.journeys.model import Counts, Run
from coterie.journeys.service import Journeys
from coterie.messaging.gate import GateSettings
from coterie.messaging.model import Message, Outcome, Receipt, Template
from coterie.messaging.service import Messaging
from coterie.profiles.service import Profiles
from coterie.segments.service import Segments
from coterie.storage.database import Database
from coterie.storage.work import Work
from coterie.testing.channels import MemoryChannel

ZONE = ZoneInfo("Asia/Shanghai")
PERMANENT = ChannelError("no such person", permanent=True)
NOON = 1_767_240_000_000
"""2026-01-01T12:00 in Shanghai, a Thursday."""


@dataclass
class Town:
    """Every verb is a batch of its own, then the facts it caused; ``now`` moves by hand."""

    database: Database
    folder: Path
    default_holdout: int = 0
    now: int = NOON
    facts: list[Event] = field(default_factory=list)
    sequence: int = 0
    actor: Actor = CLOCK

    def __post_init__(self) -> None:
        self.profiles = Profiles(bytes(range(32)), ZONE)
        self.log = Log(self.folder)
        self.catalog = Catalog()
        self.segments = Segments(self.profiles, self.catalog, self.log, ZONE)
        self.app = MemoryChannel("app")
        self.messaging = Messaging(
            self.profiles,
            GateSettings(quiet=None, per_day=None, per_week=None),
            {"app": self.app},
            ZONE,
        )
        self.journeys = Journeys(
            self.segments, self.messaging, self.profiles, self.default_holdout, ZONE
        )
        with self.database.begin(CLOCK, self.now) as work:
            for name in ("hello", "offer"):
                template = Template(name, f"{name} {{{{ event.properties.item }}}}")
                self.messaging.define_template(work, template)

    # --- the road

    def carry(self, events: Sequence[Event]) -> None:
        while True:
            with self.database.begin(CLOCK, self.now) as work:
                fresh = self.log.append(work, self.profiles.recognise(work, events))
                changes = self.profiles.learn(work, fresh)
                moves = self.segments.reconsider(work, fresh, changes.touched)
                in_order = sorted(fresh, key=lambda event: event.time)
                facts = self.journeys.hear(work, in_order, moves)
                facts += self.journeys.wake(work)
            self.facts += facts
            if not facts:
                return
            events = facts

    def stir(self, moves: Sequence[Move]) -> None:
        with self.database.begin(CLOCK, self.now) as work:
            facts = self.journeys.hear(work, [], moves)
        self.facts += facts
        self.carry(facts)

    def advance(self, duration: int) -> None:
        goal = self.now + duration
        while True:
            with self.database.read(CLOCK, self.now) as work:
                dues = [self.journeys.next_due(work), self.segments.next_due(work)]
            due = min((each for each in dues if each is not None), default=goal + 1)
            if due > goal:
                break
            self.now = max(self.now, due)
            self.carry([])
        self.now = goal
        self.carry([])

    # --- what happens

    def event(self, user: str, name: str, *, at: int | None = None, **properties: Any) -> Event:
        self.sequence += 1
        return Event(
            id=derived_id("test", self.sequence),
            type="track",
            name=name,
            time=self.now if at is None else at,
            received=self.now,
            source="test",
            user_id=user,
            properties=properties,
        )

    def happen(self, user: str, name: str, *, at: int | None = None, **properties: Any) -> Event:
        event = self.event(user, name, at=at, **properties)
        self.carry([event])
        return event

    def identify(self, user: str, **traits: Any) -> None:
        self.sequence += 1
        self.carry(
            [
                Event(
                    id=derived_id("test", self.sequence),
                    type="identify",
                    name="coterie.identified",
                    time=self.now,
                    received=self.now,
                    source="test",
                    user_id=user,
                    traits=traits,
                )
            ]
        )

    def segment(self, slug: str, rule: dict[str, Any]) -> None:
        with self.database.begin(CLOCK, self.now) as work:
            moves = self.segments.define(work, slug, rule)
        self.stir(moves)

    def deliver(self, outcome: str = "sent") -> int:
        with self.database.begin(CLOCK, self.now) as work:
            leased = self.messaging.lease(work, 100)
        outcomes = [
            Outcome.sent(each, Receipt(each.key))
            if outcome == "sent"
            else Outcome.failed(each, PERMANENT)
            for each in leased.deliveries
        ]
        with self.database.begin(CLOCK, self.now) as work:
            facts = leased.facts + self.messaging.settle(work, outcomes)
        self.carry(facts)
        return len(outcomes)

    # --- journeys

    def define(self, slug: str, **body: Any) -> None:
        with self.database.begin(CLOCK, self.now) as work:
            facts = self.journeys.define(work, slug, body)
        self.facts += facts
        self.carry(facts)

    def redefine(self, slug: str, node_map: dict[str, str] | None = None, **body: Any) -> None:
        with self.database.begin(CLOCK, self.now) as work:
            facts = self.journeys.redefine(work, slug, body, node_map)
        self.facts += facts
        self.carry(facts)

    def pause(self, slug: str) -> None:
        with self.database.begin(CLOCK, self.now) as work:
            self.journeys.pause(work, slug)

    def resume(self, slug: str) -> None:
        with self.database.begin(CLOCK, self.now) as work:
            facts = self.journeys.resume(work, slug)
        self.facts += facts
        self.carry(facts)

    # --- looking

    def read(self) -> Any:
        return self.database.read(CLOCK, self.now)

    def person(self, work: Work, user: str) -> int:
        found = self.profiles.find(work, "user_id", user)
        assert found is not None
        return found

    def messages(self, user: str) -> list[Message]:
        with self.read() as work:
            return self.messaging.of_person(work, self.person(work, user))

    def asked(self, user: str) -> list[str]:
        """Name the nodes whose messages were asked for, in order."""
        return [message.node for message in self.messages(user)]

    def runs(self, slug: str, user: str | None = None) -> list[Run]:
        with self.read() as work:
            found = self.journeys.runs(work, slug)
            if user is None:
                return found
            return [run for run in found if run.profile == self.person(work, user)]

    def counts(self, slug: str) -> Counts:
        with self.read() as work:
            return self.journeys.counts(work, slug)

    def told(self, name: str) -> list[dict[str, Any]]:
        return [fact.properties for fact in self.facts if fact.name == name]


def say(then: str = "end", **more: Any) -> dict[str, Any]:
    return {
        "do": "message", "channel": "app", "template": "hello", "touch": "service", "then": then,
        **more,
    }  # fmt: skip


def wait(duration: str, then: str) -> dict[str, Any]:
    return {"do": "wait", "for": duration, "then": then}
