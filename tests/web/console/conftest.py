"""A desk for the console's tests: a real house behind the real application, over HTTP."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from conftest import NOW
from coterie.app import App, open_app
from coterie.core.clock import Clock
from coterie.settings import Settings
from coterie.testing.clock import FakeClock
from coterie.web.server import create_app
from web.conftest import BROWSER


@dataclass
class Desk:
    """One house, and a browser that sits at its desk on this machine."""

    app: App
    browser: TestClient

    def get(self, path: str, **params: Any) -> Response:
        """Open a page; it must be there."""
        answer = self.browser.get(path, params=params or None)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
        return answer

    def token(self) -> str:
        """Return what a form must carry, as a page of ours gives it."""
        found = re.search(r'name="form_token" value="([^"]+)"', self.get("/design").text)
        assert found is not None
        return found.group(1)

    def form(self, path: str, **fields: Any) -> Response:
        """Send a form of the desk."""
        return self.browser.post(path, data={"form_token": self.token(), **fields})

    def settle(self) -> None:
        """Run both roads until nothing is left to do."""
        self.app.settle(self.app.clock.now())


def open_desk(folder: Path, clock: Clock) -> Iterator[Desk]:
    """Open the house of a folder and sit down at its desk."""
    app = open_app(Settings(data=folder), clock=clock)
    browser = TestClient(
        create_app(app),
        base_url="http://127.0.0.1:8000",
        client=("127.0.0.1", 50_000),
        follow_redirects=False,
        headers={"user-agent": BROWSER},
    )
    yield Desk(app, browser)
    app.close()


@pytest.fixture
def desk(founded: Path, tmp_path: Path) -> Iterator[Desk]:
    """An empty house at 2026-01-01T00:00:00Z."""
    folder = tmp_path / "house"
    shutil.copytree(founded, folder)
    yield from open_desk(folder, FakeClock(NOW))


@pytest.fixture(scope="session")
def wine_ended(wine_template: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    """When the wine story ended, by the clock of its house."""
    folder = shutil.copytree(wine_template, tmp_path_factory.mktemp("wine") / "house")
    ended = open_app(Settings(data=Path(folder)))
    stood_at = ended.clock.now()
    ended.close()
    return stood_at


@pytest.fixture
def wine(wine_template: Path, wine_ended: int, tmp_path: Path) -> Iterator[Desk]:
    """A small wine house whose clock stands where its story ended."""
    folder = tmp_path / "house"
    shutil.copytree(wine_template, folder)
    yield from open_desk(folder, FakeClock(wine_ended))
