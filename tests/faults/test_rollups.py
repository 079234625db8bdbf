"""Many writers of one day meet in the sums of the units above them: none waits in a circle, nothing is lost."""

import logging
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from time import sleep

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.cli.migrate import mend, pending, upgrade
from app.db import Database
from app.domain.errors import Busy
from app.domain.facts import TABLES
from app.domain.roles import SYSTEM
from app.inputs.facts import ROWS, FactInput
from app.inputs.master import ChannelInput, UnitInput
from app.models import SUMS, DataVersion
from app.queries.units import load_tree
from app.store import channels, facts, units
from tests.store.plain_rollups import drifted

WRITERS, ROUNDS = 16, 6
WAIT = 20
SOURCES = [f"source{number}" for number in range(5)]
DAY, TODAY = "2023-05-04", date(2023, 10, 9)
KINDS = ("friends", "pushes", "stock-counts", "friends")


def _chain(session: Session) -> None:
    units.put(session, SYSTEM, "co", UnitInput(name="co", kind="company"))
    for number in range(2):
        units.put(session, SYSTEM, f"d{number}", UnitInput(name="d", kind="division", parent="co"))
    for number in range(WRITERS):
        units.put(session, SYSTEM, f"s{number}", UnitInput(name="s", kind="store", parent=f"d{number % 2}"))
    for code in SOURCES:
        channels.put(session, SYSTEM, code, ChannelInput(name=code, kind="source"))
    channels.put(session, SYSTEM, "sms", ChannelInput(name="sms", kind="touchpoint"))


def _rows(kind: str, unit: str, number: int, chance: random.Random) -> list[dict[str, object]]:
    """Return rows of the same day as everybody's, in an order of their own."""
    place = {"day": DAY, "unit": unit}
    if kind == "stock-counts":
        return [{**place, "cumulative": 100 + number, "current": 50 + number}]
    if kind == "pushes":
        return [{**place, "touchpoint": "sms", "pushes": number}]
    rows: list[dict[str, object]] = [{**place, "channel": code, "adds": number, "losses": 1} for code in SOURCES]
    chance.shuffle(rows)
    return rows


def _put(session: Session, kind: str, rows: list[FactInput]) -> None:
    facts.put(session, SYSTEM, TABLES[kind], rows, TODAY)


def test_sixteen_writers_of_one_day_do_not_clash_and_their_sums_are_right(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with database.write() as session:
        _chain(session)

    def write(writer: int) -> None:
        chance = random.Random(writer)  # noqa: S311 (an order, not a secret)
        for number in range(ROUNDS):
            kind = KINDS[(writer + number) % len(KINDS)]
            parsed = [ROWS[kind].model_validate(row) for row in _rows(kind, f"s{writer}", number, chance)]
            database.transact(partial(_put, kind=kind, rows=parsed))

    # SQLite lets writers in one by one: there they take turns, and only the sums are looked at.
    at_once = 1 if database.url.get_backend_name() == "sqlite" else WRITERS
    with caplog.at_level(logging.WARNING, "luopan"), ThreadPoolExecutor(at_once) as pool:
        list(pool.map(write, range(WRITERS)))
    assert [record.message for record in caplog.records if "undone by another" in record.message] == []
    with database.read() as session:
        assert drifted(session) == []


def test_a_unit_that_is_made_while_another_change_of_units_waits_is_locked_too(database: Database) -> None:
    """The mover waits for whoever makes a unit below the moved one; a writer of that unit waits for the mover."""
    with database.write() as session:
        _chain(session)
    made, leave, moved, end = (threading.Event() for _ in range(4))

    def make() -> None:
        with database.write() as session:
            units.put(session, SYSTEM, "new", UnitInput(name="new", kind="account", parent="s0"))
            made.set()
            leave.wait(WAIT)

    def move() -> None:
        with database.write() as session:
            units.put(session, SYSTEM, "s0", UnitInput(parent="d1"))
            moved.set()
            end.wait(WAIT)

    def write() -> None:
        rows = [ROWS["friends"].model_validate({"day": DAY, "unit": "new", "channel": SOURCES[0], "adds": 7})]
        database.transact(partial(_put, kind="friends", rows=rows))

    with ThreadPoolExecutor(3) as pool:
        one = pool.submit(make)
        made.wait(WAIT)
        other = pool.submit(move)
        sleep(0.3)  # until it waits for the first
        leave.set()
        one.result()
        moved.wait(WAIT)
        last = pool.submit(write)
        sleep(0.3)
        end.set()
        other.result()
        last.result()
    with database.read() as session:
        assert drifted(session) == []


def test_sums_that_were_not_built_are_not_taken_for_sums_of_nothing(database: Database) -> None:
    with database.write() as session:
        _chain(session)
        _put(session, "pushes", [ROWS["pushes"].model_validate({"day": DAY, "unit": "s0", "touchpoint": "sms"})])
        session.execute(update(DataVersion).values(rollups=0))
    assert pending(database)
    with database.read() as session, pytest.raises(Busy, match="migrate"):
        load_tree(session)
    upgrade(database)
    with database.read() as session:
        assert load_tree(session).by_code["s0"].name == "s"
        assert drifted(session) == []


def test_units_that_change_while_sums_are_mended_are_looked_at_again(database: Database) -> None:
    with database.write() as session:
        _chain(session)
        row = {"day": DAY, "unit": "s0", "touchpoint": "sms", "pushes": 3}
        _put(session, "pushes", [ROWS["pushes"].model_validate(row)])
        session.execute(delete(SUMS["pushes"].month))
    seen: list[int] = []

    def meanwhile(number: int, _of: int) -> None:
        if not seen:
            with database.write() as session:
                units.put(session, SYSTEM, "new", UnitInput(name="new", kind="account", parent="s0"))
        seen.append(number)

    assert mend(database, meanwhile) > 0
    assert seen.count(1) > 1
    with database.read() as session:
        assert drifted(session) == []
