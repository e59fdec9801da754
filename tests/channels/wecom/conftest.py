import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from coterie.channels.wecom.client.service import Wecom as Client
from coterie.channels.wecom.settings import WecomSettings
from coterie.storage.database import Database
from coterie.testing.clock import FakeClock
from coterie.testing.wecom import Wecom

MASTER = bytes(range(32))


def settings_of(wecom: Wecom, **changed: object) -> WecomSettings:
    told = {
        "corp_id": wecom.corp_id,
        "agent_id": str(wecom.agent_id),
        "secret": wecom.secret,
        "token": wecom.token,
        "aes_key": wecom.aes_key,
        "base_url": wecom.base_url,
        "public": "https://shop.example",
    }
    return WecomSettings(**{**told, **changed})  # type: ignore[arg-type]


class Paused:
    """Waits by moving the clock on; what was waited is kept."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock, self.seconds = clock, list[float]()

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self._clock.set(self._clock.now() + max(1, round(seconds * 1_000)))
        Event().wait(0.001)  # another thread may be at work meanwhile


@pytest.fixture
def paused(wecom: Wecom) -> Paused:
    assert isinstance(wecom.clock, FakeClock)
    return Paused(wecom.clock)


@pytest.fixture
def one_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """SQLite alone, for what does not depend on the database."""
    shutil.copy(sqlite_template, tmp_path)
    made = Database.in_folder(tmp_path)
    yield made
    made.close()


@pytest.fixture
def client(one_database: Database, wecom: Wecom, paused: Paused) -> Iterator[Client]:
    made = Client(one_database, settings_of(wecom), MASTER, wecom.clock, paused)
    yield made
    made.close()
