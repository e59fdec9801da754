"""Alembic's entry: run the chain on the engine that ``storage.migrate`` hands over."""

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

connection: Connection
with context.config.attributes["engine"].connect() as connection:
    is_sqlite = connection.dialect.name == "sqlite"
    # SQLite changes a table by making it anew: meanwhile nothing may fall with what refers to it.
    # The pragma only holds outside a transaction, so it goes past SQLAlchemy, which begins one.
    raw = connection.connection.driver_connection
    if is_sqlite and raw is not None:
        raw.execute("PRAGMA foreign_keys=OFF")
    try:
        context.configure(connection=connection, render_as_batch=is_sqlite)
        with context.begin_transaction():
            context.run_migrations()
            if is_sqlite and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
                raise IntegrityError(
                    "a migration left rows that refer to nothing", lost[:5], ValueError(lost[0])
                )
    finally:
        if is_sqlite and raw is not None:
            raw.execute("PRAGMA foreign_keys=ON")
