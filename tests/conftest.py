"""Fixtures that every room's tests share: a real database of each kind, a fixed moment."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from coterie.storage.database import Database
from coterie.storage.schema import metadata
from coterie.testing.postgres import PostgresServer, find_binaries

NOW = 1_767_225_600_000
"""2026-01-01T00:00:00Z, in milliseconds."""


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL of our own for the whole session, in a temp folder."""
    if find_binaries() is None:
        pytest.skip("no PostgreSQL here: install it (apt-get install postgresql) to run this")
    with PostgresServer() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty operational database with every table, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        made = Database.in_folder(tmp_path)
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        made = Database(server.new_database())
    metadata.create_all(made.engine)
    yield made
    made.close()
