"""The cellar, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.cellar import Cellar
from coterie.storage.database import Database


@pytest.fixture
def cellar(database: Database, tmp_path: Path) -> Iterator[Cellar]:
    made = Cellar(database, tmp_path)
    yield made
    made.log.close()
