"""Fixtures that every room's tests share: a real database of each kind, with every table."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

import coterie.app  # noqa: F401  (brings every room's tables in)
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


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """The name of a PostgreSQL database with every table, to be copied: faster than making them."""
    url = postgres_server.new_database()
    made = Database(url)
    metadata.create_all(made.engine)
    made.close()
    name = make_url(url).database
    assert name is not None
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty operational database with every table, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        made = Database.in_folder(tmp_path)
        metadata.create_all(made.engine)
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        made = Database(server.new_database(request.getfixturevalue("postgres_template")))
    yield made
    made.close()
