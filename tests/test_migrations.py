"""The migrated shape is the one that the rooms declare, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import coterie.app  # noqa: F401  (brings every room's tables in)
from coterie.storage import migrate
from coterie.storage.database import Database
from coterie.storage.schema import metadata
from coterie.testing.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        made = Database.in_folder(tmp_path)
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        made = Database(server.new_database())
    yield made
    made.close()


def test_the_chain_makes_what_the_rooms_declare(empty: Database) -> None:
    migrate.upgrade(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_second_run_changes_nothing(empty: Database) -> None:
    assert migrate.version(empty) is None
    migrate.upgrade(empty)
    version = migrate.version(empty)
    migrate.upgrade(empty)
    assert migrate.version(empty) == version
