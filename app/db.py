"""The database: engine, transactions and the data version."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from random import random
from time import monotonic, sleep
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from app.domain.errors import Busy, Full

Made = TypeVar("Made")

_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
_DRIVERS["mariadb"] = "mariadb+pymysql"


AWAY = (OperationalError, InterfaceError, PoolTimeout)
MARIADB_CHECK_FAILED = 4025
"""MariaDB calls a broken CHECK an operational error, which elsewhere means that it is away."""


def is_away(error: BaseException) -> bool:
    """Say whether an error means that the database is busy or away: trying again later may work."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        if error.orig is not None and error.orig.args[:1] == (MARIADB_CHECK_FAILED,):
            return False
    return isinstance(error, AWAY)


_PASSING: set[str | int] = {"40001", "40P01", 1213, 1020, 517}
"""A transaction that was ended for the sake of another one: PostgreSQL, MariaDB, SQLite (BUSY_SNAPSHOT)."""
_FULL: set[str | int] = {"53100", 1114, 1021, 13}
"""No place left on the disk: PostgreSQL, MariaDB, SQLite."""
TRIES = 5
"""How often a transaction is tried that loses against others."""
FIRST_PAUSE = 0.02


def _is(error: DBAPIError, codes: set[str | int]) -> bool:
    """Say whether the driver calls an error so: PostgreSQL by a state, the others by a number."""
    original: Any = error.orig
    names = [getattr(original, name, None) for name in ("sqlstate", "sqlite_errorcode")]
    return not codes.isdisjoint([*names, *getattr(original, "args", ())[:1]])


WRITERS = 8
"""Writers at a time; every database has at least 15 connections here."""
PATIENCE = 0.8
"""How long others wait for their turn, as a share of `busy_seconds`."""


class Database:
    """One engine; `read` and `write` give a session for the length of one transaction.

    This is the only place that commits: what is acknowledged after `write` has been left is stored.
    """

    def __init__(self, url: str, *, busy_seconds: float = 5) -> None:
        self.url = _with_driver(url)
        self.engine = _engine(self.url, busy_seconds)
        self._patience = busy_seconds * PATIENCE
        self._places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
        self._writing = self.engine.execution_options(luopan_write=True)
        # One board reads several times: all of them must see the same state.
        one_state = {} if self.url.get_backend_name() == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        self._reading = self.engine.execution_options(**one_state)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one state of the data and is rolled back."""
        with Session(self._reading) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session whose changes are committed together, or not at all."""
        try:
            with Session(self._writing) as session, session.begin():
                yield session
        except DBAPIError as error:
            if _is(error, _FULL):
                raise Full from error
            raise

    def transact(self, work: Callable[[Session], Made]) -> Made:
        """Return what `work` makes in one transaction; one that loses against others is tried again, a few times.

        `work` may run more than once, each time from the start and on a fresh state.
        """
        end = monotonic() + self._patience
        for attempt in range(1, TRIES + 1):
            try:
                with self.write() as session:
                    return work(session)
            except DBAPIError as error:
                if not _is(error, _PASSING) or attempt == TRIES or monotonic() > end:
                    raise
            # Two that lost together must not meet again: each waits for a time of its own.
            sleep(FIRST_PAUSE * 2**attempt * random())  # noqa: S311 (no secret)
        raise Busy

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Give one of the few places for writers, or raise Busy when none becomes free in time.

        A writer may wait for a lock as long as `busy_seconds`. Those that wait for one of the places
        wait in the event loop, so that threads and connections are left for readers.
        """
        places = self._places.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(WRITERS))
        try:
            async with asyncio.timeout(self._patience):
                await places.acquire()
        except TimeoutError:
            raise Busy from None
        try:
            yield
        finally:
            places.release()

    def ping(self) -> None:
        """Ask the database for an answer; raises what the driver raises."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def _with_driver(address: str) -> URL:
    url = make_url(address)
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    if url.get_backend_name() in ("mysql", "mariadb"):
        url = url.update_query_dict({"charset": "utf8mb4"})
    return url


def _engine(url: URL, busy_seconds: float) -> Engine:
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, busy_seconds)
    options: dict[str, Any] = {"pool_pre_ping": True, "pool_size": 10, "max_overflow": 20, "pool_timeout": busy_seconds}
    seconds = max(1, int(busy_seconds))
    if url.get_backend_name() == "postgresql":
        options["connect_args"] = {"connect_timeout": 3, "options": f"-c lock_timeout={seconds}s"}
    else:
        # A snapshot older than the lock that was waited for would hide the row just written.
        options |= {"isolation_level": "READ COMMITTED", "connect_args": {"connect_timeout": 3}}
        options["connect_args"]["init_command"] = f"SET SESSION innodb_lock_wait_timeout = {seconds}"
    return create_engine(url, **options)


def _sqlite(url: URL, busy_seconds: float) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": busy_seconds, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:  # noqa: ANN401 (a driver's own type)
        # The driver must not open transactions itself: the "begin" event below decides how.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:  # noqa: ANN401 (SQLAlchemy's event signature)
        # IMMEDIATE takes the write lock first: a read that turns into a write would lose or be refused.
        writing = connection.get_execution_options().get("luopan_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
