"""A house small enough for the web's tests: real rooms over SQLite, a clock that stands still."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from coterie.accounts.model import Guard
from coterie.accounts.service import Accounts
from coterie.campaigns.service import Campaigns
from coterie.catalog.service import Catalog
from coterie.codes.service import Codes
from coterie.communities.service import Communities
from coterie.core.actor import COMMAND
from coterie.core.clock import format_time
from coterie.core.event import Event
from coterie.events.door import Door
from coterie.events.inbox import Inbox
from coterie.events.keys import Keys
from coterie.events.log import Log
from coterie.messaging.gate import GateSettings
from coterie.messaging.model import Delivery, Receipt
from coterie.messaging.service import Messaging
from coterie.profiles.service import Profiles
from coterie.roads.inbound import Inbound
from coterie.scores.service import Scores
from coterie.segments.service import Segments
from coterie.settings import Settings
from coterie.storage.database import Database
from coterie.storage.instance import Instance
from coterie.storage.schema import metadata
from coterie.storage.work import Work
from coterie.testing.clock import FakeClock
from coterie.web.server import create_app

NOW = 1_767_225_600_000
ZONE = ZoneInfo("Asia/Shanghai")
QUICK = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
"""Argon2 with the least work, for tests only."""
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NUMBERS: dict[str, Any] = {
    "profiles": 0,
    "events": 0,
    "items": 0,
    "segments": {},
    "communities": {},
    "journeys": {},
    "messages": {"by_status": {}, "held_by_reason": {}},
    "simulated": "",
    "now": format_time(NOW),
}


class Drawer:
    """A channel that takes everything and keeps nothing."""

    name = "sandbox"
    address_trait = None

    def deliver(self, delivery: Delivery) -> Receipt:
        return Receipt(provider_id=delivery.key)


@dataclass
class House:
    """What the composition root hands to the web, with a report that a test may choose."""

    settings: Settings
    db: Database
    inbox: Inbox
    log: Log
    clock: FakeClock
    instance: Instance = field(default_factory=lambda: Instance("Asia/Shanghai", "CNY"))
    numbers: dict[str, Any] = field(default_factory=lambda: dict(NUMBERS))
    pokes: int = 0

    def __post_init__(self) -> None:
        secret = b"k" * 32
        self.accounts = Accounts(Guard(per_account=3, per_address=20), QUICK)
        self.door = Door(self.inbox)
        self.keys = Keys()
        self.profiles = Profiles(secret, ZONE)
        self.catalog = Catalog()
        self.codes = Codes(secret)
        self.scores = Scores(self.profiles, self.catalog, self.log, ZONE)
        self.segments = Segments(self.profiles, self.catalog, self.log, ZONE)
        self.messaging = Messaging(self.profiles, GateSettings(), {"sandbox": Drawer()}, ZONE)
        self.communities = Communities(
            self.segments, self.messaging, self.profiles, self.log, ZONE,
            self.invitation_link, 0,
        )
        self.campaigns = Campaigns(self.segments, self.messaging, self.profiles)
        self.inbound = Inbound(
            self.db, self.inbox, self.profiles, self.log, self.scores, self.segments,
            [self.communities],
        )  # fmt: skip

    def invitation_link(self, profile: int, community: str, invitation: str) -> str:
        said = {"profile": profile, "community": community, "invitation": invitation}
        return f"/i/{self.codes.sign('invitation', said)}"

    def poke(self) -> None:
        self.pokes += 1

    def report(self, _work: Work) -> dict[str, Any]:
        return self.numbers

    # --- what tests do and look at

    def new_key(self, source: str = "shop") -> str:
        with self.db.begin(COMMAND, NOW) as work:
            return self.keys.new(work, source)

    def events(self) -> list[Event]:
        """Everything that the door has let in, in order."""
        return [event for _, events in self.inbox.after(0, 100_000) for event in events]

    def carry(self) -> None:
        """Run the inbound road until nothing waits."""
        while self.inbound.run(self.clock.now()):
            pass

    def profile_of(self, user_id: str) -> int:
        with self.db.read(COMMAND, self.clock.now()) as work:
            profile = self.profiles.find(work, "user_id", user_id)
        assert profile is not None
        return profile

    def make_owner(self, name: str = "Ada", password: str = "a vineyard in Piedmont") -> None:
        with self.db.begin(COMMAND, NOW) as work:
            self.accounts.create_owner(work, name, password)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    db = Database.in_folder(tmp_path)
    metadata.create_all(db.engine)
    inbox = Inbox.in_folder(tmp_path)
    log = Log(tmp_path)
    yield House(Settings(data=tmp_path), db, inbox, log, FakeClock(NOW))
    log.close()
    inbox.close()
    db.close()


def open_browser(house: House, peer: str = "127.0.0.1") -> TestClient:
    """A browser at the house: keeps cookies, follows no redirects."""
    return TestClient(
        create_app(house),
        base_url="http://127.0.0.1:8000",
        client=(peer, 50_000),
        follow_redirects=False,
        headers={"user-agent": BROWSER},
    )


@pytest.fixture
def browser(house: House) -> TestClient:
    return open_browser(house)
