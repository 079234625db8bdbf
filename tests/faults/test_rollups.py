"""Many writers of one day meet in the sums of the units above them: none waits in a circle, nothing is lost."""

import logging
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial

import pytest
from sqlalchemy.orm import Session

from app.db import Database
from app.domain.facts import TABLES
from app.domain.roles import SYSTEM
from app.inputs.facts import ROWS, FactInput
from app.inputs.master import ChannelInput, UnitInput
from app.store import channels, facts, units
from tests.store.plain_rollups import drifted

WRITERS, ROUNDS = 16, 6
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

    with caplog.at_level(logging.WARNING, "luopan"), ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    assert [record.message for record in caplog.records if "undone by another" in record.message] == []
    with database.read() as session:
        assert drifted(session) == []
