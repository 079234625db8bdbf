"""The bed that tests lie on: real databases, one per worker, migrated once and emptied between tests."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Select, Table, delete, insert, make_url, select, text, update
from sqlalchemy.exc import OperationalError

from app.cli.migrate import upgrade
from app.db import Database
from app.models import Base, OrgUnit
from tests import shelf

SERVERS = {
    "postgresql": os.environ.get("LUOPAN_TEST_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres"),
    "mariadb": os.environ.get("LUOPAN_TEST_MARIADB", "mariadb://root@127.0.0.1:3306/mysql"),
}
"""Where the servers are; the account must be allowed to create databases."""

PATIENCE = 30
"""A loaded machine is slow, not wrong: writers wait for each other longer than people would."""

_FOUND = "LUOPAN_TEST_FOUND"

TOOLS = ("browser", "disk", "strace")
"""What some tests need beside databases: Chromium; small disks that may be mounted; watching another process."""


def found() -> frozenset[str]:
    """Return the names of the services that answer here: postgresql, mariadb, browser, disk, strace.

    Looked up once: the workers of pytest-xdist must collect the same tests as the process that
    started them, so they inherit its answer.
    """
    if _FOUND not in os.environ:
        names = [name for name in SERVERS if _answers(name)]
        there = {"browser": bool(shutil.which("chromium")), "disk": _mounts(), "strace": _traces()}
        os.environ[_FOUND] = ",".join([*names, *(name for name in TOOLS if there[name])])
    return frozenset(filter(None, os.environ[_FOUND].split(",")))


def absent() -> tuple[str, ...]:
    """Return the names of the services that do not answer here."""
    return tuple(name for name in (*SERVERS, *TOOLS) if name not in found())


def kinds() -> tuple[str, ...]:
    """Return the kinds of database that tests run on here."""
    return ("sqlite", *(name for name in SERVERS if name in found()))


@contextmanager
def bare(kind: str, directory: Path) -> Iterator[Database]:
    """Give a database without tables, which is gone afterwards."""
    if kind == "sqlite":
        with _opened(f"sqlite:///{directory / f'{secrets.token_hex(4)}.db'}") as database:
            yield database
        return
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    name = f"luopan_test_{worker}_{os.getpid()}_{secrets.token_hex(3)}"
    _at_server(kind, f"CREATE DATABASE {name}")
    try:
        if kind == "postgresql":
            # Nothing here must survive a power cut, and it spares an fsync with each transaction.
            _at_server(kind, f"ALTER DATABASE {name} SET synchronous_commit = off")
        address = make_url(SERVERS[kind]).set(database=name)
        with _opened(address.render_as_string(hide_password=False)) as database:
            yield database
    finally:
        _at_server(kind, f"DROP DATABASE {name}" + (" WITH (FORCE)" if kind == "postgresql" else ""))


class Bed:
    """The migrated databases of one worker, made when they are first asked for."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._template: Path | None = None
        self._servers: dict[str, tuple[Database, Rows]] = {}
        self._stack = ExitStack()

    def close(self) -> None:
        """Drop the databases."""
        self._stack.close()

    @contextmanager
    def lent(self, kind: str) -> Iterator[Database]:
        """Give a migrated database that holds the built-in rows only."""
        if kind == "sqlite":
            with shelf.lent(self._sqlite(), PATIENCE) as database:
                yield database
        else:
            yield self.at_server(kind)

    @contextmanager
    def made(self, directory: Path) -> Iterator[Database]:
        """Give the same as a SQLite file in a directory, where it stays."""
        copy = shutil.copy(self._sqlite(), directory / "luopan.db")
        with _opened(f"sqlite:///{copy}") as database:
            yield database

    def at_server(self, kind: str) -> Database:
        """Return the migrated database of this worker at a server, emptied; its connections stay open."""
        if kind not in self._servers:
            database = self._stack.enter_context(bare(kind, self._directory))
            upgrade(database)
            self._servers[kind] = database, held(database)
        else:
            refill(*self._servers[kind])
        # A new connection would cost MariaDB 50 ms.
        return self._servers[kind][0]

    def _sqlite(self) -> Path:
        if self._template is None:
            template = self._directory / "template.db"
            with _opened(f"sqlite:///{template}") as database:
                upgrade(database)
            self._template = template
        return self._template


Rows = Sequence[tuple[Table, list[dict[str, object]]]]
"""The rows of tables, those that are referred to first."""


def held(database: Database) -> Rows:
    """Return all rows of a database."""
    with database.read() as session:
        return [
            (table, [dict(row) for row in session.execute(_written(table)).mappings()])
            for table in Base.metadata.sorted_tables
        ]


def _written(table: Table) -> Select[Any]:
    # A unit comes after the one that it refers to; what the database computes itself cannot be put back.
    return select(*(column for column in table.columns if column.computed is None)).order_by(*table.primary_key)


def refill(database: Database, kept: Rows) -> None:
    """Take all rows out, and put those of before back as they were."""
    with database.write() as session:
        # A unit refers to another one: MariaDB minds the order in which they go.
        session.execute(update(OrgUnit).values(parent_id=None))
        for table, _ in reversed(kept):
            session.execute(delete(table))
        for table, rows in kept:
            if rows:
                session.execute(insert(table), rows)
    # The versions of the data begin again, as after a restore.
    database.loaded.clear()


_filled: dict[tuple[str, Callable[[Database], None]], Rows] = {}


def filled(database: Database, write: Callable[[Database], None]) -> None:
    """Fill a database as `write` does: that runs once per place and worker, and its rows are put back later."""
    what = database.url.get_backend_name(), write
    if what in _filled:
        refill(database, _filled[what])
        return
    write(database)
    _filled[what] = held(database)


@contextmanager
def _opened(address: str) -> Iterator[Database]:
    database = Database(address, busy_seconds=PATIENCE)
    try:
        yield database
    finally:
        database.close()


def _at_server(kind: str, statement: str) -> None:
    with _opened(SERVERS[kind]) as server:
        engine = server.engine.execution_options(isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))


@contextmanager
def disk(directory: Path, size: str) -> Iterator[Path]:
    """Give a disk in memory that holds no more than `size`, as `mount` names it."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(directory)], check=True)  # noqa: S607
    try:
        yield directory
    finally:
        subprocess.run(["umount", "--lazy", str(directory)], check=True)  # noqa: S607


def enlarge(directory: Path, size: str) -> None:
    """Make such a disk larger."""
    subprocess.run(["mount", "-o", f"remount,size={size}", str(directory)], check=True)  # noqa: S607


def _mounts() -> bool:
    with TemporaryDirectory() as directory:
        try:
            with disk(Path(directory), "64k"):
                return True
        except (OSError, subprocess.CalledProcessError):
            return False


def _traces() -> bool:
    command = ["strace", "-f", "-e", "trace=fsync", "-o", "/dev/null", "true"]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _answers(kind: str) -> bool:
    try:
        _at_server(kind, "SELECT 1")
    except (ImportError, OperationalError):
        return False
    return True
