"""A shop on SQLite; on both databases where a test uses the fixture ``database``."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from coterie.storage.database import Database
from loyalty.coupons.shop import Shop


@pytest.fixture
def shop(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> Iterator[Shop]:
    if "database" in request.fixturenames:
        yield Shop(request.getfixturevalue("database"))
        return
    shutil.copy(sqlite_template, tmp_path)
    database = Database.in_folder(tmp_path)
    yield Shop(database)
    database.close()
