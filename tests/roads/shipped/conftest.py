"""A house to import into, and what a test asks of its log."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from coterie.core.actor import COMMAND
from coterie.events.model import Logged
from coterie.roads.bulk import Imported, Importer
from coterie.roads.shipped.importing import RecipeImporter
from coterie.roads.shipped.library import shipped_one
from coterie.testing import House
from coterie.testing.asking import TESTER


@dataclass
class Place:
    """A house, and the ways into it."""

    house: House

    @property
    def importer(self) -> RecipeImporter:
        app = self.house.app
        return RecipeImporter(Importer(app.inbound, app.catalog, app.zone))

    def take(self, file: Path, recipe: str, source: str = "file") -> Imported:
        now = self.house.app.clock.now()
        report = self.importer.run(COMMAND, file, shipped_one(recipe), source, now)
        self.house.settle()
        return report

    def events(self, kind: str, value: str) -> list[Logged]:
        with self.house.app.db.read(TESTER, self.house.app.clock.now()) as work:
            profile = self.house.app.profiles.find(work, kind, value)
            assert profile is not None, (kind, value)
            head = self.house.app.profiles.heads(work, [profile])[profile]
            return self.house.app.log.timelines(work, [head])[head]

    def counts(self) -> dict[str, int]:
        with self.house.app.db.read(TESTER, 0) as work:
            found = self.house.app.log.counts(work)
        return {name: n for name, n in found.items() if not name.startswith("coterie.")}

    def figures(self, since: int = 0, until: int = 2**62) -> Any:
        with self.house.app.db.read(TESTER, 0) as work:
            return self.house.app.commerce.balance.figures(work, since, until)

    def differing(self) -> int:
        with self.house.app.db.read(TESTER, 0) as work:
            return self.house.app.commerce.balance.reconcile(work).differing


@pytest.fixture(scope="session")
def founded_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty house, founded once and copied."""
    folder = tmp_path_factory.mktemp("founded-shop")
    House(at="2026-06-01T00:00:00Z", path=folder).close()
    return folder


@pytest.fixture
def place(founded_shop: Path, tmp_path: Path) -> Iterator[Place]:
    folder = Path(shutil.copytree(founded_shop, tmp_path / "house"))
    with House(at="2026-06-01T00:00:00Z", holdout=0, path=folder) as house:
        yield Place(house)
