"""A street for the communities: the road from recognise to hear, on the real rooms."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from coterie.catalog.model import Item
from coterie.catalog.service import Catalog
from coterie.communities.service import Communities
from coterie.core.actor import COMMAND
from coterie.core.clock import DAY
from coterie.core.event import Event
from coterie.events.log import Log
from coterie.messaging.gate import GateSettings
from coterie.messaging.model import Template
from coterie.messaging.service import Messaging
from coterie.profiles.service import Profiles
from coterie.segments.service import Segments
from coterie.storage.database import Database
from coterie.testing.channels import MemoryChannel

NOW = 1_767_225_600_000
SHANGHAI = ZoneInfo("Asia/Shanghai")
ITALIAN = {
    "any": [
        {
            "did": "Article Read",
            "topic": "wine/italy",
            "count": {">=": 5},
            "within": "30d",
        },
        {"did": "Tasting Attended", "topic": "wine/italy"},
    ]
}


class Street:
    """The road from recognise to hear, on the real rooms."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.now = NOW
        self.profiles = Profiles(b"k" * 32, SHANGHAI)
        self.catalog = Catalog()
        self.log = Log(folder)
        self.segments = Segments(self.profiles, self.catalog, self.log, SHANGHAI)
        self.messaging = Messaging(
            self.profiles, GateSettings(), {"paper": MemoryChannel("paper")}, SHANGHAI
        )
        self.communities = Communities(
            self.segments,
            self.messaging,
            self.profiles,
            self.log,
            SHANGHAI,
            lambda _profile, community, _invitation: f"https://x.cn/i/{community}",
            0,
        )
        self._count = 0

    def open(self, **changes: Any) -> None:
        with self.database.begin(COMMAND, self.now) as work:
            self.catalog.define_items(work, [Item("barolo", topics=("wine/italy/piedmont",))])
            self.segments.define(work, "italy", ITALIAN)
            text = "{{ community.title }}: {{ accept_url }}"
            self.messaging.define_template(work, Template("join-us", text, "Come in"))
            definition = {
                "slug": "pasta",
                "title": "Zhiwei Pasta",
                "promise": "One bottle a week",
                "segment": "italy",
                "invitation": {"channel": "paper", "template": "join-us"},
            }
            self.carry(work, self.communities.define(work, {**definition, **changes}))

    def receive(self, user: str, name: str, *items: str, **properties: Any) -> None:
        self._count += 1
        event = Event(
            id=f"m{self._count}",
            type="track",
            name=name,
            time=self.now,
            received=self.now,
            source="web",
            user_id=user,
            items=items,
            properties=properties,
        )
        with self.database.begin(COMMAND, self.now) as work:
            self.carry(work, self.profiles.recognise(work, [event]))

    def carry(self, work: Any, events: list[Event]) -> None:
        while events:
            fresh = self.log.append(work, events)
            changes = self.profiles.learn(work, fresh)
            moves = self.segments.reconsider(work, fresh, changes.touched)
            events = self.communities.hear(work, fresh, moves)

    def advance(self, days: int) -> None:
        until = self.now + days * DAY
        while (due := self._next_due()) is not None and due <= until:
            self.now = max(self.now, due)
            with self.database.begin(COMMAND, self.now) as work:
                moves = self.segments.wake(work)
                facts = self.communities.hear(work, [], moves) + self.communities.wake(work)
                self.carry(work, facts)
        self.now = until

    def _next_due(self) -> int | None:
        with self.database.read(COMMAND, self.now) as work:
            dues = [self.segments.next_due(work), self.communities.next_due(work)]
        return min((due for due in dues if due is not None), default=None)

    def person(self, user: str) -> int:
        with self.database.read(COMMAND, self.now) as work:
            found = self.profiles.find(work, "user_id", user)
        assert found is not None
        return found

    def messages(self, user: str) -> list[tuple[str, str | None]]:
        with self.database.read(COMMAND, self.now) as work:
            found = self.messaging.of_person(work, self.person(user))
        return [(message.status, message.reason) for message in found]

    def do(self, verb: str, *args: Any, **kwargs: Any) -> Any:
        """Ask the communities, or do something that causes no facts."""
        with self.database.begin(COMMAND, self.now) as work:
            return getattr(self.communities, verb)(work, *args, **kwargs)

    def act(self, verb: str, *args: Any, **kwargs: Any) -> None:
        """Do something at the desk, and let the road carry the facts of it."""
        with self.database.begin(COMMAND, self.now) as work:
            self.carry(work, getattr(self.communities, verb)(work, *args, **kwargs))

    def answer(self, user: str, verb: str) -> None:
        with self.database.begin(COMMAND, self.now) as work:
            self.carry(work, getattr(self.communities, verb)(work, "pasta", self.person(user)))

    def tags(self, user: str) -> frozenset[str]:
        with self.database.read(COMMAND, self.now) as work:
            one = self.person(user)
            return self.profiles.known(work, [one])[one].tags
