"""A house for the web's tests: all of its rooms, over SQLite, with a clock that stands still."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn
from fastapi.testclient import TestClient
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from conftest import NOW
from coterie.accounts.model import Guard
from coterie.accounts.service import Accounts
from coterie.app import App, open_app
from coterie.core.actor import COMMAND
from coterie.core.clock import format_time
from coterie.core.event import Event
from coterie.messaging.model import Delivery, Receipt
from coterie.settings import Settings
from coterie.storage.work import Work
from coterie.testing.clock import FakeClock
from coterie.web.serve import configure
from coterie.web.server import create_app

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


class House:
    """What the composition root hands to the web, with a report that a test may choose.

    Whatever is not said here is the real house's.
    """

    def __init__(self, app: App, clock: FakeClock) -> None:
        self.app = app
        self.clock = clock
        self.settings = app.settings
        self.accounts = Accounts(Guard(per_account=3, per_address=20), QUICK)
        self.numbers = dict(NUMBERS)
        self.pokes = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.app, name)

    def poke(self) -> None:
        self.pokes += 1

    def report(self, _work: Work) -> dict[str, Any]:
        return self.numbers

    def invitation_link(self, profile: int, community: str, invitation: str) -> str:
        said = {"profile": profile, "community": community, "invitation": invitation}
        return f"/i/{self.codes.sign('invitation', said)}"

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


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty house, founded once and copied."""
    folder = tmp_path_factory.mktemp("founded")
    open_app(Settings(data=folder), clock=FakeClock(NOW)).close()
    return folder


@pytest.fixture
def house(founded: Path, tmp_path: Path) -> Iterator[House]:
    folder = Path(shutil.copytree(founded, tmp_path / "house"))
    clock = FakeClock(NOW)
    app = open_app(Settings(data=folder), clock=clock, channels={"sandbox": Drawer()})
    yield House(app, clock)
    app.close()


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


@pytest.fixture
def address(house: House) -> Iterator[str]:
    """The house served by uvicorn on a free port, from another thread."""
    # the protocol is named, or asyncio leaves Nagle's delay on
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    server = uvicorn.Server(configure(create_app(house), house.settings))
    thread = Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()
