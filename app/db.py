"""The database: engine, transactions and the data version."""

import asyncio
import errno
import logging
import re
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from random import SystemRandom
from time import monotonic, sleep
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from anyio import to_thread
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from app.at_hand import AtHand
from app.domain.errors import Busy

log = logging.getLogger("luopan")

T = TypeVar("T")

LOADED, WRITING = "luopan_loaded", "luopan_writing"
"""Names in the `info` of a session."""

Reader = Session | Connection | AtHand
"""What a short query reads through; a bare connection costs half of a session."""

_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
_DRIVERS["mariadb"] = "mariadb+pymysql"


AWAY = (OperationalError, InterfaceError, PoolTimeout)
MARIADB_CHECK_FAILED = 4025
"""MariaDB calls a broken CHECK an operational error, which elsewhere means that it is away."""

_CLASHES: frozenset[object] = frozenset(
    {
        *("40001", "40P01"),  # PostgreSQL: serialisation failure, deadlock
        *(1213, 1020),  # MariaDB: deadlock, a row that changed since it was read
        517,  # SQLITE_BUSY_SNAPSHOT
    }
)
_FULL: frozenset[object] = frozenset({"53100", 1021, 1114, 13})
"""PostgreSQL, MariaDB, and SQLITE_FULL."""
_UNWRITTEN = frozenset({3, 1026, 1030})
"""MariaDB could not write, for the reason of the operating system that stands in the text."""


def _code(error: BaseException) -> object:
    """Return what the driver calls an error: PostgreSQL's state, MariaDB's or SQLite's number."""
    driver = error.orig if isinstance(error, DBAPIError) else None
    if driver is not None and driver.args and isinstance(driver.args[0], int):
        return driver.args[0]
    return getattr(driver, "sqlite_errorcode", None) or getattr(driver, "sqlstate", None)


def is_clash(error: BaseException) -> bool:
    """Say whether a transaction was undone because of another one: the same again may work at once."""
    return _code(error) in _CLASHES


def is_full(error: BaseException) -> bool:
    """Say whether the disk of the database, or of this process, has no room."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    code = _code(error)
    no_room = code in _UNWRITTEN and re.search(rf"\b{errno.ENOSPC}\b", str(getattr(error, "orig", "")))
    return code in _FULL or bool(no_room)


def is_away(error: BaseException) -> bool:
    """Say whether an error means that the database is busy or away: trying again later may work."""
    if is_full(error):
        return False
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        if error.orig is not None and error.orig.args[:1] == (MARIADB_CHECK_FAILED,):
            return False
    return isinstance(error, AWAY)


WRITERS = 8
"""Writers at a time; every database has at least 15 connections here."""
PATIENCE = 0.8
"""How long others wait for their turn, as a share of `busy_seconds`."""

ATTEMPTS = 5
"""How often a transaction is tried that others undo."""
FIRST_PAUSE = 0.02
"""Seconds before the second attempt, at most; each further one may wait twice as long."""

_chance = SystemRandom()


def is_writing(session: Session) -> bool:
    """Say whether a session may hold changes that are not committed."""
    return bool(session.info.get(WRITING))


class Database:
    """One database; `read` and `write` give a session for the length of one transaction.

    `transact` does a piece of work in one, and again when the database had to undo it for another.
    `soon` does a short piece of reading for the event loop.

    This is the only place that commits: what is acknowledged after `write` has been left is stored.
    """

    def __init__(self, url: str, *, busy_seconds: float = 5) -> None:
        self.url = _with_driver(url)
        self.engine = _engine(self.url, busy_seconds)
        self._busy_seconds = busy_seconds
        self.loaded: dict[str, Any] = {}
        """What readers have loaded and may use again, each with the version that it was loaded at."""
        self._places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
        self._writing = self.engine.execution_options(luopan_write=True)
        # One board reads several times: all of them must see the same state.
        one_state = {} if self.url.get_backend_name() == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        self._reading = self.engine.execution_options(**one_state)
        self._at_hand = AtHand(_sqlite(self.url, 0, in_transactions=False)) if _is_file(self.url) else None
        """For the event loop alone: the connections of the threads may all be taken, and it must not wait."""
        self.on_read: Callable[[], None] = lambda: None
        """Called after each read that no engine tells of, since it needs none."""

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session that sees one state of the data and is rolled back."""
        with Session(self._reading, info={LOADED: self.loaded}) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Give a session whose changes are committed together, or not at all."""
        with Session(self._writing, info={LOADED: self.loaded, WRITING: True}) as session, session.begin():
            yield session

    async def soon(self, work: Callable[[Connection | AtHand], T]) -> T:
        """Return what one short query finds, without holding up the event loop.

        An embedded file is read at once: in WAL no reader waits for a writer, and a thread would cost more
        than the query. A server may be away for seconds, and is asked from a thread.
        """
        if self._at_hand is not None:
            try:
                found = work(self._at_hand)
            except (sqlite3.Error, DBAPIError):
                # Whoever mends the file after a crash keeps it to itself for a moment: a thread may wait for that.
                log.debug("a read is done again in a thread", exc_info=True)
            else:
                self.on_read()
                return found
        return await to_thread.run_sync(self._read, work)

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._reading.connect() as connection:
            return work(connection)

    def transact(self, work: Callable[[Session], T]) -> T:
        """Do `work` in a write transaction, and once more as a whole when it fell to a deadlock or the like.

        `work` must begin from nothing each time. What it raises ends it; a commit whose answer got lost is
        not repeated. Raises Busy after some attempts, or when `busy_seconds` have passed.
        """
        end = monotonic() + self._busy_seconds
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self.write() as session:
                    return work(session)
            except DBAPIError as error:
                if not is_clash(error):
                    raise
                # The whole span at random: those that met would otherwise meet again.
                pause = _chance.uniform(0, FIRST_PAUSE * 2**attempt)
                log.warning("attempt %s of a write was undone by another one (%s)", attempt, _code(error))
                if attempt == ATTEMPTS or monotonic() + pause > end:
                    raise Busy from error
            sleep(pause)
        raise AssertionError("unreachable")

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Give one of the few places for writers, or raise Busy when none becomes free in time.

        A writer may wait for a lock as long as `busy_seconds`. Those that wait for one of the places
        wait in the event loop, so that threads and connections are left for readers.
        """
        places = self._places.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(WRITERS))
        try:
            async with asyncio.timeout(self._busy_seconds * PATIENCE):
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
        if self._at_hand is not None:
            self._at_hand.close()


def _with_driver(address: str) -> URL:
    url = make_url(address)
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    if url.get_backend_name() in ("mysql", "mariadb"):
        url = url.update_query_dict({"charset": "utf8mb4"})
    return url


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")


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


def _sqlite(url: URL, busy_seconds: float, *, in_transactions: bool = True) -> Engine:
    if url.database and _is_file(url):
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": busy_seconds, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:  # noqa: ANN401 (a driver's own type)
        # The driver must not open transactions itself: the "begin" event below decides how.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16000"):
            connection.execute(f"PRAGMA {pragma}")

    if not in_transactions:
        return engine

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:  # noqa: ANN401 (SQLAlchemy's event signature)
        if connection.get_execution_options().get("luopan_write"):
            # Takes the write lock first: a read that turns into a write would lose or be refused.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            # Waits for nothing and cannot fail, so the driver is told directly: that takes a tenth of the time.
            connection.connection.execute("BEGIN")

    return engine
