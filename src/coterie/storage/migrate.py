"""Bring the operational database to the newest shape: one Alembic chain for both databases."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from coterie.storage.database import Database

_SCRIPTS = str(Path(__file__).parent / "migrations")


def _config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", _SCRIPTS)
    config.attributes["engine"] = database.engine
    return config


@cache
def _newest() -> str | None:
    return ScriptDirectory(_SCRIPTS).get_current_head()


def upgrade(database: Database) -> None:
    """Run the migrations that have not run yet; without any to run, change nothing."""
    if version(database) != _newest():
        command.upgrade(_config(database), "head")


def version(database: Database) -> str | None:
    """Name the newest migration that has run, None on an empty database."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
