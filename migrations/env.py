"""Runs migrations on the connection that is handed over, or on the database of the settings."""

from alembic import context
from sqlalchemy import Connection

from app import settings
from app.cli.migrate import transaction
from app.db import Database
from app.models import Base


def _run(connection: Connection) -> None:
    # render_as_batch: SQLite alters a table by copying it.
    batch = connection.dialect.name == "sqlite"
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=batch)
    context.run_migrations()


def _run_alone() -> None:
    chosen = settings.load()
    database = Database(chosen.database_url, busy_seconds=chosen.busy_seconds)
    with transaction(database) as connection:
        _run(connection)
    database.close()


if handed_over := context.config.attributes.get("connection"):
    _run(handed_over)
else:
    _run_alone()
