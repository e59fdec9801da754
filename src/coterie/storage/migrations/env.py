"""Alembic's entry: run the chain on the engine that ``storage.migrate`` hands over."""

from alembic import context
from sqlalchemy import Connection

connection: Connection
with context.config.attributes["engine"].connect() as connection:
    context.configure(connection=connection, render_as_batch=connection.dialect.name == "sqlite")
    with context.begin_transaction():
        context.run_migrations()
