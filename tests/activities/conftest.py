"""The cellar on SQLite; on both databases where a test uses the fixture ``database``."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from activities.cellar import Cellar
from coterie.storage.database import Database
from coterie.storage.schema import metadata


@pytest.fixture
def cellar(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cellar]:
    if "database" in request.fixturenames:
        made = Cellar(request.getfixturevalue("database"), tmp_path)
        yield made
        made.log.close()
        return
    database = Database.in_folder(tmp_path)
    metadata.create_all(database.engine)
    made = Cellar(database, tmp_path)
    yield made
    made.log.close()
    database.close()
