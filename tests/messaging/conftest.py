from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from coterie.core.actor import CLOCK
from coterie.core.clock import from_datetime
from coterie.core.event import Event
from coterie.messaging.gate import GateSettings
from coterie.messaging.handing.store import answer_rows, handover_rows, replay_rows
from coterie.messaging.limits.store import limit_rows, use_rows
from coterie.messaging.mixing.store import campaign_rows, ceiling_rows
from coterie.messaging.model import Leased, Message, Outcome, Receipt, Request, Sent, Template
from coterie.messaging.naming import message_id
from coterie.messaging.service import Messaging
from coterie.messaging.store import ask_rows, message_rows, pause_rows, switch_rows
from coterie.messaging.versions.store import template_rows, version_rows
from coterie.storage.audit import audit_rows
from coterie.storage.database import Database
from coterie.storage.schema import metadata
from coterie.testing.channels import MemoryChannel
from coterie.testing.postgres import PostgresServer
from messaging.people import People, Person

TABLES = [
    message_rows, ask_rows, template_rows, version_rows, pause_rows, switch_rows, audit_rows,
    ceiling_rows, campaign_rows, limit_rows, use_rows, handover_rows, replay_rows, answer_rows,
]  # fmt: skip
ZONE = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> int:
    """A moment of January 2026 by the brand's clock."""
    return from_datetime(datetime(2026, 1, day, hour, minute, tzinfo=ZONE))


@dataclass
class Desk:
    """A house's messaging, every verb in a transaction of its own; ``now`` is moved by hand."""

    database: Database
    people: People
    settings: GateSettings = field(default_factory=GateSettings)
    now: int = at(10, 12)
    facts: list[Event] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.email = MemoryChannel("email", "email")
        self.sms = MemoryChannel("sms")
        self.room = Messaging(
            self.people,
            self.settings,
            {"email": self.email, "sms": self.sms},
            ZONE,
            {"name": "Vineyard"},
        )

    def send(self, *requests: Request) -> Sent:
        with self.database.begin(CLOCK, self.now) as work:
            sent = self.room.send(work, requests)
        self.facts += sent.facts
        self.keys |= {message_id(each.key): each.key for each in requests}
        return sent

    def key(self, message: Message) -> str:
        """The key that a message was asked for with: it keeps its id only."""
        return self.keys[message.id]

    def lease(self, limit: int = 100) -> Leased:
        """Lease what is due and begin to hand it over."""
        with self.database.begin(CLOCK, self.now) as work:
            leased = self.room.lease(work, limit)
            self.room.begin(work, leased.deliveries)
        self.facts += leased.facts
        return leased

    def settle(self, *outcomes: Outcome) -> list[Event]:
        with self.database.begin(CLOCK, self.now) as work:
            facts = self.room.settle(work, outcomes)
        self.facts += facts
        return facts

    def deliver(self) -> int:
        """Deliver all that is due, as a worker does that nothing happens to."""
        leased = self.lease()
        self.settle(*(Outcome.sent(each, Receipt(f"p-{each.key}")) for each in leased.deliveries))
        return len(leased.deliveries)

    def of(self, profile: int) -> list[Message]:
        with self.database.read(CLOCK, self.now) as work:
            return self.room.of_person(work, profile)

    def next_due(self) -> int | None:
        with self.database.read(CLOCK, self.now) as work:
            return self.room.next_due(work)

    def define(self, *templates: Template) -> None:
        with self.database.begin(CLOCK, self.now) as work:
            for template in templates:
                self.room.define_template(work, template)

    def told(self) -> list[str]:
        return [fact.name.removeprefix("coterie.message.") for fact in self.facts]


def request(profile: int = 1, key: str = "k1", **chosen: object) -> Request:
    base: dict[str, object] = {
        "profile": profile,
        "channel": "email",
        "template": "hello",
        "touch": "emotional",
        "key": key,
        "origin": "journey:win-back",
        "node": "hello",
    }
    return Request(**{**base, **chosen})  # type: ignore[arg-type]


def statuses(messages: Sequence[Message]) -> list[tuple[str, str | None]]:
    return [(message.status, message.reason) for message in messages]


@pytest.fixture(scope="module")
def postgresql(postgres_server: PostgresServer) -> Iterator[Database]:
    made = Database(postgres_server.new_database())
    metadata.create_all(made.engine, tables=TABLES)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """As in the house's conftest, but PostgreSQL's is emptied, not made anew: that is faster."""
    if request.param == "sqlite":
        made = Database.in_folder(tmp_path)
        metadata.create_all(made.engine, tables=TABLES)
        yield made
        made.close()
    else:
        made = request.getfixturevalue("postgresql")
        yield made
        with made.engine.begin() as connection:
            for table in TABLES:
                connection.execute(table.delete())


@pytest.fixture
def make_desk(database: Database) -> Callable[..., Desk]:
    def make(people: int = 3, **settings: object) -> Desk:
        made = {n: Person(email=f"p{n}@example.com") for n in range(1, people + 1)}
        desk = Desk(database, People(made), GateSettings(**settings))  # type: ignore[arg-type]
        desk.define(
            Template("hello", "Dear {{ profile.name | default: 'friend' }}", "{{ brand.name }}"),
            Template("only-sms", "hi", channel="sms"),
            Template("breaks", "{{ 1 | divided_by: n }}"),
        )
        return desk

    return make


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk()
