"""Migrations: bring the tables of a database to what this version of the program needs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.db import Database, is_away
from app.domain.errors import Busy
from app.queries import revision
from app.settings import ROOT
from app.store.rollups import build

if TYPE_CHECKING:
    from alembic.config import Config

T = TypeVar("T")

PAUSE = 0.2
"""Seconds before a part is tried again."""
_WAIT_SECONDS = 60
"""How long a start waits for the migrations of another one."""


def pending(database: Database) -> bool:
    """Say whether the database lacks a migration, or its rollups have the form of another version.

    Does not import alembic: a start on current tables stays quick and small.
    """
    with database.read() as session:
        return not revision.is_current(session)


def upgrade(database: Database, to: str = "head", step: Callable[[int, int], None] = lambda _done, _of: None) -> None:
    """Run the migrations up to `to`, then build the rollups where they have another form; rows stay.

    `step` is told how many parts of the rollups are built, of how many.
    """
    from alembic import command  # noqa: PLC0415 (only needed when there is something to do)

    _run(database, lambda config: command.upgrade(config, to))
    if to == "head":
        build_rollups(database, step)


def build_rollups(database: Database, step: Callable[[int, int], None]) -> None:
    """Build the rollups, unless they have the form of this version already.

    A part that was built stays when a start is killed; the next one finds it right and goes on. Starts at
    the same moment take turns at the parts.
    """
    if pending(database):
        mend(database, step)
    else:
        _patiently(database, build.done)


def mend(database: Database, step: Callable[[int, int], None]) -> int:
    """Build anew what is not what the facts say, each part in a transaction; return how many rows were wrong.

    Where units change meanwhile, all of it is looked at again.
    """
    wrong, planned = 0, -1
    while True:
        with database.read() as session:
            if build.structure(session) == planned:
                break
            planned, parts = build.structure(session), build.steps_of(session)
        for number, part in enumerate(parts, 1):
            wrong += _patiently(database, part)
            step(number, len(parts))
    _patiently(database, build.done)
    return wrong


def _patiently(database: Database, part: Callable[[Session], T]) -> T:
    """Do a part, though another start or a writer holds what it needs for a while."""
    end = monotonic() + _WAIT_SECONDS
    while True:
        try:
            return database.transact(part)
        except (DBAPIError, Busy) as error:
            if monotonic() > end or not (isinstance(error, Busy) or is_away(error)):
                raise
        sleep(PAUSE)


def downgrade(database: Database, to: str) -> None:
    """Take migrations back down to `revision`; `base` drops every table."""
    from alembic import command  # noqa: PLC0415 (as above)

    _run(database, lambda config: command.downgrade(config, to))


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
    # MariaDB commits each change of a table by itself, so the lock is one of the session. It is given
    # back after the last commit: whoever waits must find the new revision.
    name = "CONCAT('luopan migration ', DATABASE())"
    with connection.begin():
        if connection.exec_driver_sql(f"SELECT GET_LOCK({name}, {_WAIT_SECONDS})").scalar() != 1:
            raise TimeoutError("another migration of this database is still running")
    try:
        with connection.begin():
            yield
    finally:
        with connection.begin():
            connection.exec_driver_sql(f"SELECT RELEASE_LOCK({name})")


def _run(database: Database, step: "Callable[[Config], None]") -> None:
    from alembic.config import Config  # noqa: PLC0415 (as above)

    config = Config()
    # A "%" would begin an interpolation.
    config.set_main_option("script_location", str(ROOT / "migrations").replace("%", "%%"))
    with transaction(database) as connection:
        config.attributes["connection"] = connection
        step(config)
