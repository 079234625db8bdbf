"""Transactions that lose against others are tried again, a few times; a full disk is said by name."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Thread

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.db import TRIES, Database, is_away
from app.domain.errors import Full
from app.models import Setting
from tests import bed

SERVERS = [kind for kind in bed.SERVERS if kind in bed.found()]
DEADLOCK = {
    "postgresql": "DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40P01'; END $$",
    "mariadb": "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213, MESSAGE_TEXT = 'lost'",
}
FULL = {
    "postgresql": "DO $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END $$",
    "mariadb": "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114, MESSAGE_TEXT = 'full'",
}


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, _bed: bed.Bed, tmp_path: Path) -> Iterator[Database]:
    """A database of a server with two settings: SQLite has one writer at a time, which cannot lock itself out."""
    with _bed.made(request.param, tmp_path) as made:
        with made.write() as session:
            session.execute(insert(Setting), [{"key": "a", "value": "0"}, {"key": "b", "value": "0"}])
        yield made


def _add(session: Session, key: str) -> None:
    session.execute(update(Setting).where(Setting.key == key).values(value=func.concat(Setting.value, "x")))


def test_two_that_lock_each_other_out_are_both_saved(server: Database) -> None:
    barrier, runs = Barrier(2), list[str]()

    def work(session: Session, first: str, then: str) -> None:
        runs.append(first)
        _add(session, first)
        with suppress(BrokenBarrierError):
            barrier.wait(timeout=0.5)  # once both are there; who comes again finds nobody
        _add(session, then)

    def run(first: str, then: str) -> None:
        server.transact(lambda session: work(session, first, then))

    threads = [Thread(target=run, args=order) for order in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with server.read() as session:
        values = session.execute(select(Setting.value)).scalars().all()
    assert list(values) == ["0xx", "0xx"]
    assert len(runs) > 2


def test_after_a_few_tries_it_gives_up_and_that_counts_as_busy(server: Database) -> None:
    runs = []

    def lose(session: Session) -> None:
        runs.append(1)
        session.execute(text(DEADLOCK[server.url.get_backend_name()]))

    with pytest.raises(OperationalError) as caught:
        server.transact(lose)
    assert is_away(caught.value)
    assert len(runs) == TRIES


def test_c07_a_full_disk_of_a_server_is_said_by_name(server: Database) -> None:
    with pytest.raises(Full):
        server.transact(lambda session: session.execute(text(FULL[server.url.get_backend_name()])))


def test_c07_a_full_disk_of_sqlite_is_said_by_name(sqlite_database: Database) -> None:
    def fill(session: Session) -> None:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count = {pages + 2}"))
        for number in range(1000):
            session.execute(insert(Setting), [{"key": str(number), "value": "x" * 2000}])

    with pytest.raises(Full):
        sqlite_database.transact(fill)
    with sqlite_database.read() as session:
        assert session.execute(select(Setting.key)).all() == []
