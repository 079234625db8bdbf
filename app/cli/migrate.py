"""Migrations: bring the tables of a database to what this version of the program needs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

from app.db import Database
from app.settings import ROOT

if TYPE_CHECKING:
    from alembic.config import Config

_WAIT_SECONDS = 60
"""How long a start waits for the migrations of another one."""


def pending(database: Database) -> bool:
    """Say whether the database lacks a migration.

    Does not import alembic: a start on current tables stays quick and small.
    """
    newest = max(revisions())
    with database.read() as session:
        if not inspect(session.connection()).has_table("alembic_version"):
            return True
        stored: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
    return stored != newest


def revisions() -> set[str]:
    """Return the revisions of the tables that this version of the program knows."""
    return {path.name.split("_")[0] for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py")}


def upgrade(database: Database, revision: str = "head") -> None:
    """Run the migrations up to `revision`; rows stay."""
    from alembic import command  # noqa: PLC0415 (only needed when there is something to do)

    _run(database, lambda config: command.upgrade(config, revision))


def downgrade(database: Database, revision: str) -> None:
    """Take migrations back down to `revision`; `base` drops every table."""
    from alembic import command  # noqa: PLC0415 (as above)

    _run(database, lambda config: command.downgrade(config, revision))


@contextmanager
def transaction(database: Database) -> Iterator[Connection]:
    """Give a connection in one transaction, while no other migration of this database runs."""
    engine = database.engine.execution_options(luopan_write=True)
    with engine.connect() as connection:
        guard = {"sqlite": _sqlite, "postgresql": _postgresql}.get(connection.dialect.name, _mariadb)
        with guard(connection):
            yield connection


@contextmanager
def _sqlite(connection: Connection) -> Iterator[None]:
    # SQLite alters a table by copying it and dropping the old one: with foreign keys on, that
    # would touch the rows that refer to it. The switch only works outside of a transaction.
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            yield
            if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                raise RuntimeError(f"the migration left rows without what they refer to: {broken[:3]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


@contextmanager
def _postgresql(connection: Connection) -> Iterator[None]:
    with connection.begin():
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_WAIT_SECONDS}s'")
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('luopan migration'))")
        yield


@contextmanager
def _mariadb(connection: Connection) -> Iterator[None]:
    # MariaDB commits each change of a table by itself, so the lock is one of the session.
    name = "CONCAT('luopan migration ', DATABASE())"
    with connection.begin():
        if connection.exec_driver_sql(f"SELECT GET_LOCK({name}, {_WAIT_SECONDS})").scalar() != 1:
            raise TimeoutError("another migration of this database is still running")
        try:
            yield
        finally:
            connection.exec_driver_sql(f"SELECT RELEASE_LOCK({name})")


def _run(database: Database, step: "Callable[[Config], None]") -> None:
    from alembic.config import Config  # noqa: PLC0415 (as above)

    config = Config()
    # A "%" would begin an interpolation.
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    with transaction(database) as connection:
        config.attributes["connection"] = connection
        step(config)
