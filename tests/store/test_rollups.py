"""Rollups stand as the facts say, whatever is written and however units are moved."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from app.cli.data import mend
from app.db import Database
from app.domain.errors import LuopanError
from app.domain.facts import TABLES
from app.domain.roles import SYSTEM
from app.inputs.facts import KEYS
from app.inputs.master import UnitInput
from app.models import SUMS, ChangeBatch, Friends, OrgUnit, StockCount
from app.queries import drift
from app.store import days, facts, undo, units
from tests.plain import World
from tests.store.conftest import Company, friends
from tests.store.plain_rollups import drifted
from tests.strategies import Fresh, on_every_kind, worlds
from tests.worlds import put, write


def attempt(work: Callable[[], object]) -> None:
    """Do something that may be refused: then nothing of it stays."""
    try:
        work()
    except LuopanError:
        return


def changed(database: Database, world: World, change: tuple[str, Any, Any]) -> None:
    """Make one change of a kind."""
    kind, one, other = change
    rows = [(name, row) for name, found in world.facts.items() for row in found]
    code = world.units[one % len(world.units)]["code"]
    with database.write() as session:
        if kind in ("correct", "remove") and rows:
            name, row = rows[one % len(rows)]
            key = {field: row[field] for field in KEYS[name].model_fields if field in row}
            if kind == "remove":
                facts.remove(session, SYSTEM, TABLES[name], [KEYS[name].model_validate(key)])
                return
            other_row = next(r for n, r in rows[other % len(rows) :] + rows if n == name)
            measures = {field: value for field, value in other_row.items() if field not in KEYS[name].model_fields}
            session.rollback()
            put(database, world, name, [{**key, **measures}])
        elif kind == "undo":
            batches = session.execute(select(ChangeBatch.id).where(ChangeBatch.kind.in_(TABLES))).scalars().all()
            if batches:
                undo.undo(session, SYSTEM, batches[one % len(batches)], world.today)
        elif kind == "mark":
            day = world.today - timedelta(days=other % 40)
            days.mark(session, SYSTEM, code, day, world.today, on=bool(one % 2))
        elif kind == "switch":
            units.put(session, SYSTEM, code, UnitInput(active=bool(other % 2)))
        elif kind == "move":
            up = world.units[other % len(world.units)]["code"]
            units.put(session, SYSTEM, code, UnitInput(parent=up))
        elif kind == "found":
            units.put(session, SYSTEM, f"new-{one}", UnitInput(name="new", kind="account", parent=code))


KINDS = ("correct", "remove", "undo", "mark", "switch", "move", "found")
numbers = st.integers(0, 200)


@on_every_kind(worlds(), st.lists(st.tuples(st.sampled_from(KINDS), numbers, numbers), min_size=5, max_size=12))
def test_they_stand_as_the_facts_say_after_any_changes(
    fresh: Fresh, world: World, changes: list[tuple[str, int, int]]
) -> None:
    with fresh() as database:
        write(database, world)
        for change in [None, *changes]:
            if change is not None:
                attempt(partial(changed, database, world, change))
            with database.read() as session:
                assert drifted(session) == [], change
        with database.read() as session:
            assert not any(drift.check(session, lambda _done, _of: None).values())


DAY = "2023-05-04"


def test_every_path_that_writes_keeps_them(company: Company) -> None:
    """The same on SQLite, PostgreSQL and MariaDB: each step is one that people take."""
    database = company.database

    def right() -> None:
        with database.read() as session:
            assert drifted(session) == []

    company.put("friends", friends(DAY, adds=5, losses=1, reach=9), friends(DAY, "west", adds=7))
    company.put("stock-counts", {"day": "2023-05-06", "unit": "east", "cumulative": 50, "current": 40})
    company.put("stock-counts", {"day": "2023-05-02", "unit": "east", "cumulative": 30, "current": 20})
    right()
    sale = {"day": DAY, "touchpoint": "group", "customer_kind": "new", "gmv": "10.50", "orders": 2}
    company.put("sales", {**sale, "unit": "east"}, {**sale, "unit": "co"}, {**sale, "unit": "west"})
    company.put("retention", {"cohort_day": DAY, "unit": "east", "channel": "parcel", "day_n": 7, "retained": 3})
    right()
    batch = company.batch("friends", friends(DAY, adds=8), friends("2023-05-05", adds=None, reach=3))
    right()
    with database.write() as session:
        undo.undo(session, SYSTEM, batch, date(2023, 10, 9))
    right()
    for code, given_ in (
        ("new", UnitInput(name="新店", kind="account", parent="east")),
        ("west", UnitInput(active=False)),
        ("new", UnitInput(parent="west")),
        ("west", UnitInput(active=True)),
        ("east", UnitInput(parent=None)),
        ("new", UnitInput(parent="co")),
    ):
        with database.write() as session:
            units.put(session, SYSTEM, code, given_)
        right()
    company.remove("friends", {"day": DAY, "unit": "west", "channel": "parcel"})
    company.remove("stock-counts", {"day": "2023-05-02", "unit": "east"})
    with database.write() as session:
        days.mark(session, SYSTEM, "west", date(2023, 5, 9), date(2023, 10, 9), on=True)
    right()
    with database.read() as session:
        assert not any(drift.check(session, lambda _done, _of: None).values())


def _friends_past_the_store(database: Database) -> None:
    with database.write() as session:
        known = session.execute(select(Friends.unit_id, Friends.channel_id, Friends.updated_at)).first()
        assert known is not None
        session.execute(
            insert(Friends).values(
                unit_id=known[0], channel_id=known[1], updated_at=known[2], day=date(2023, 5, 20), adds=1, revision=1
            )
        )


def _step_of_a_count(database: Database) -> None:
    with database.write() as session:
        session.execute(update(StockCount).values(current_step=12345))


def _start_of_a_unit(database: Database) -> None:
    with database.write() as session:
        session.execute(update(OrgUnit).values(since=date(2020, 1, 1)))


def _lost_rows(database: Database) -> None:
    with database.write() as session:
        for kept in SUMS.values():
            session.execute(delete(kept.day))
            session.execute(delete(kept.month))


@pytest.mark.parametrize("harm", [_friends_past_the_store, _step_of_a_count, _start_of_a_unit, _lost_rows])
def test_a_write_that_skips_them_fails_verify_and_repair_mends_it(
    company: Company, harm: Callable[[Database], None]
) -> None:
    database = company.database
    company.put("friends", friends(DAY, adds=5, losses=1, reach=9), friends(DAY, "west", adds=7))
    company.put("stock-counts", {"day": "2023-05-06", "unit": "east", "cumulative": 50, "current": 40})
    harm(database)
    with database.read() as session:
        assert any(drift.check(session, lambda _done, _of: None).values())
    assert mend(database) > 0
    with database.read() as session:
        assert not any(drift.check(session, lambda _done, _of: None).values())
        assert drifted(session) == []
    assert mend(database) == 0
