"""Transactions that others undo are done again, a bounded number of times; what else fails is not."""

import time
from contextlib import closing
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import db
from app.db import ATTEMPTS, Database
from app.domain.errors import Busy, Invalid
from app.domain.text import Text
from app.models import OrgUnit
from tests.api.kit import load_master
from tests.api.test_away import text_of

RAISED = {
    "postgresql": "DO $$ BEGIN RAISE EXCEPTION 'secret of the inside' USING ERRCODE = '{}'; END $$",
    "mariadb": "BEGIN NOT ATOMIC SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = {}, MESSAGE_TEXT = 'secret, errno: 28'; END",
}
CLASHES = {"postgresql": ("40001", "40P01"), "mariadb": (1213, 1020)}


def name_of(session: Session, code: str) -> str:
    found: str = session.execute(select(OrgUnit.name).where(OrgUnit.code == code)).scalar_one()
    return found


def test_two_that_lock_in_opposite_order_are_both_saved(database: Database) -> None:
    kind = database.url.get_backend_name()
    load_master(database)
    both, runs = Barrier(2), []

    def writer(first: str, second: str) -> None:
        mine: list[str] = []

        def work(session: Session) -> None:
            mine.append(first)
            runs.append(first)
            if kind == "postgresql":
                session.execute(text("SET LOCAL deadlock_timeout = '20ms'"))
            session.execute(update(OrgUnit).where(OrgUnit.code == first).values(name=OrgUnit.name + f" {first}"))
            if len(mine) == 1 and kind != "sqlite":  # which lets writers in one by one
                both.wait(10)
            session.execute(update(OrgUnit).where(OrgUnit.code == second).values(name=OrgUnit.name + f" {first}"))

        database.transact(work)

    threads = [Thread(target=writer, args=order) for order in (("east", "west"), ("west", "east"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(runs) == (2 if kind == "sqlite" else 3), "one of the two fell to the deadlock once"
    with database.read() as session:
        for code in ("east", "west"):
            assert sorted(name_of(session, code).split()[1:]) == ["east", "west"]


def test_what_others_undo_each_time_is_given_up_after_some_attempts(database: Database) -> None:
    kind = database.url.get_backend_name()
    for code in CLASHES.get(kind, ()):
        runs: list[object] = []

        def work(session: Session, code: object = code, runs: list[object] = runs) -> None:
            runs.append(code)
            session.connection().exec_driver_sql(RAISED[kind].format(code))

        with pytest.raises(Busy):
            database.transact(work)
        assert len(runs) == ATTEMPTS


def test_a_snapshot_of_sqlite_that_got_old_is_taken_again(sqlite_database: Database) -> None:
    load_master(sqlite_database)
    runs = []

    def work(session: Session) -> None:
        runs.append(1)
        if len(runs) == 1:
            session.rollback()
            with sqlite_database.read() as old:
                name_of(old, "east")
                with sqlite_database.write() as other:
                    other.execute(update(OrgUnit).values(name="他"))
                old.execute(update(OrgUnit).values(name="我"))
        session.execute(update(OrgUnit).where(OrgUnit.code == "east").values(name="我"))

    sqlite_database.transact(work)
    with sqlite_database.read() as session:
        assert (name_of(session, "east"), name_of(session, "west")) == ("我", "他")


def test_a_refusal_or_a_busy_database_is_not_tried_again(sqlite_database: Database) -> None:
    runs = []

    def refused(_session: Session) -> None:
        runs.append(1)
        raise Invalid.one("x", Text("", ""))

    with pytest.raises(Invalid):
        sqlite_database.transact(refused)
    assert len(runs) == 1
    load_master(sqlite_database)
    with closing(Database(text_of(sqlite_database.url), busy_seconds=0.1)) as hasty, sqlite_database.write() as session:
        session.execute(select(OrgUnit)).all()
        with pytest.raises(OperationalError) as error:
            hasty.transact(lambda session: name_of(session, "east"))
    assert db.is_away(error.value)
    assert not db.is_clash(error.value)


def test_no_attempt_begins_after_the_time_of_a_busy_database(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = database.url.get_backend_name()
    if kind == "sqlite":
        return  # its writers do not clash
    monkeypatch.setattr(database, "_busy_seconds", 0.2)
    runs = []

    def work(session: Session) -> None:
        runs.append(1)
        time.sleep(0.3)
        session.connection().exec_driver_sql(RAISED[kind].format(CLASHES[kind][0]))

    with pytest.raises(Busy):
        database.transact(work)
    assert len(runs) == 1
