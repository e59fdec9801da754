"""Bring the operational database to the newest shape: one Alembic chain for both databases."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext

from coterie.storage.database import Database


def _config(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["engine"] = database.engine
    return config


def upgrade(database: Database) -> None:
    """Run the migrations that have not run yet; without any to run, change nothing."""
    command.upgrade(_config(database), "head")


def version(database: Database) -> str | None:
    """Name the newest migration that has run, None on an empty database."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
