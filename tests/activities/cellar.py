"""A cellar for the activities: the road from recognise to hear, on the real rooms."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from coterie.activities.service import Activities
from coterie.catalog.model import Item
from coterie.catalog.service import Catalog
from coterie.codes.service import Codes
from coterie.core.actor import Actor
from coterie.core.clock import parse_time
from coterie.core.event import Event
from coterie.events.log import Log
from coterie.messaging.gate import GateSettings
from coterie.messaging.model import Message, Template
from coterie.messaging.service import Messaging
from coterie.profiles.service import Profiles
from coterie.segments.service import Segments
from coterie.storage.database import Database
from coterie.storage.work import Work
from coterie.testing.channels import MemoryChannel

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = parse_time("2026-02-01T10:00", SHANGHAI)
HOST = Actor("person", "ada")
NIGHT: dict[str, Any] = {
    "slug": "barolo-night",
    "title": {"en": "Barolo night", "zh": "巴罗洛之夜"},
    "form": "tasting",
    "level": "entry",
    "topics": ["wine/italy/piedmont"],
    "starts": "2026-02-10T19:00",
    "ends": "2026-02-10T21:30",
    "capacity": 30,
}


class Cellar:
    """People, one database, and the activities; facts go into the log at once."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.now = NOW
        self.profiles = Profiles(b"k" * 32, SHANGHAI)
        self.catalog = Catalog()
        self.log = Log(folder)
        self.segments = Segments(self.profiles, self.catalog, self.log, SHANGHAI)
        self.channel = MemoryChannel("paper")
        self.messaging = Messaging(
            self.profiles,
            GateSettings(),
            {"paper": self.channel},
            SHANGHAI,
            ages=self.catalog.ages,
        )
        self.activities = Activities(
            self.profiles,
            self.catalog,
            self.segments,
            self.messaging,
            Codes(b"s" * 32),
            SHANGHAI,
            lambda profile, activity: f"https://x.cn/e/{activity.slug}/{profile}",
        )
        self.facts: list[Event] = []
        self._count = 0

    def begin(self) -> Any:
        return self.database.begin(HOST, self.now)

    def define(self, **changes: Any) -> None:
        with self.begin() as work:
            self.carry(work, self.activities.define(work, {**NIGHT, **changes}).facts)

    def people(self, number: int, **more: Any) -> list[int]:
        """Make so many new people, with an event each."""
        events = []
        for _ in range(number):
            self._count += 1
            events.append(self._event(f"u{self._count}", "Consent Given", **more))
        with self.begin() as work:
            recognised = self.profiles.recognise(work, events)
            self.carry(work, recognised)
        return [event.profile for event in recognised]

    def _event(self, user: str, name: str, **properties: Any) -> Event:
        return Event(
            id=f"{user}:{name}",
            type="track",
            name=name,
            time=self.now,
            received=self.now,
            source="web",
            user_id=user,
            properties=properties,
        )

    def carry(self, work: Work, events: list[Event]) -> None:
        while events:
            self.facts += events
            fresh = self.log.append(work, events)
            changes = self.profiles.learn(work, fresh)
            moves = self.segments.reconsider(work, fresh, changes.touched)
            events = self.activities.hear(work, fresh, moves)

    def do(self, verb: str, *args: Any) -> Any:
        """Do something and let the road carry what it caused; return what it answered."""
        with self.begin() as work:
            found = getattr(self.activities, verb)(work, *args)
            self.carry(work, list(found if isinstance(found, list) else found.facts))
        return found

    def ask(self, verb: str, *args: Any, **named: Any) -> Any:
        with self.database.read(HOST, self.now) as work:
            return getattr(self.activities, verb)(work, *args, **named)

    def wake_at(self, moment: str) -> None:
        """Let time pass up to a moment of the brand's zone."""
        until = parse_time(moment, SHANGHAI)
        while (due := self.ask("next_due")) is not None and due <= until:
            self.now = max(self.now, due)
            self.do("wake")
        self.now = until

    def states(self, slug: str = "barolo-night") -> dict[int, str]:
        every = ("invited", "registered", "waiting", "cancelled", "attended", "no_show", "missed")
        return {one.profile: one.state for one in self.ask("roster", slug, every)}

    def told(self, name: str) -> list[int]:
        """Return about whom a fact was stated, in order."""
        return [e.profile for e in self.facts if e.name == f"coterie.activity.{name}"]

    def code(self, profile: int, slug: str = "barolo-night") -> str:
        with self.database.read(HOST, self.now) as work:
            one = self.activities.registration(work, slug, profile)
        assert one is not None
        return self.activities.ticket(one)

    def tags(self, profile: int) -> frozenset[str]:
        with self.database.read(HOST, self.now) as work:
            return self.profiles.known(work, [profile])[profile].tags

    def messages(self, profile: int) -> list[Message]:
        with self.database.read(HOST, self.now) as work:
            return self.messaging.of_person(work, profile)

    def template(self, name: str, text: str) -> None:
        with self.begin() as work:
            self.messaging.define_template(work, Template(name, text, "Hello"))

    def item(self, key: str) -> Item | None:
        with self.database.read(HOST, self.now) as work:
            return self.catalog.item(work, key)
