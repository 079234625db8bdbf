"""Who may read, how much at once, and what `verify` looks for."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from app.boards import targets as board
from app.boards.answer import Question, answer
from app.db import Database
from app.domain.errors import Forbidden, Invalid
from app.domain.facts import FRIENDS, CustomerKind
from app.domain.period import Grain, Period, split
from app.domain.roles import SYSTEM, Action, Grant, Role, Viewer
from app.domain.scope import GroupBy, Scope
from app.domain.tree import Tree
from app.metrics.catalog import CATALOG
from app.models import Friends, Sales, Setting
from app.queries import book, coverage, groups, integrity, settings, targets
from app.queries import facts as fact_rows
from app.queries.targets import TargetRow
from app.queries.units import load_tree, readable, tops, visible
from app.store import settings as stored_settings
from tests import plain, small
from tests.worlds import KEYS, rounded, write_small

FEBRUARY = Period(date(2024, 2, 1), date(2024, 2, 29))
NOBODY = Viewer("nobody", ())

Read = Callable[[Session, Viewer, Tree, int], object]
READS: dict[str, Read] = {
    "book": lambda session, who, tree, unit: book.load(session, who, tree, Scope(unit), (), [FEBRUARY], small.TODAY),
    "groups": lambda session, who, tree, unit: groups.load(session, who, tree, Scope(unit), FEBRUARY),
    "coverage": lambda session, who, tree, unit: coverage.load(session, who, tree, unit, FEBRUARY, small.TODAY),
    "targets": lambda session, who, tree, unit: targets.load(session, who, tree, unit, FEBRUARY.first),
}


@pytest.fixture
def north(database: Database) -> tuple[Database, Viewer]:
    """The small world, and somebody who may read the north of it."""
    write_small(database)
    with database.read() as session:
        unit = load_tree(session).by_code["north"].id
    return database, Viewer("somebody", (Grant(Role.VIEWER, unit),))


@pytest.mark.parametrize("name", READS)
def test_only_who_may_read_a_unit_reads_it(north: tuple[Database, Viewer], name: str) -> None:
    database, who = north
    with database.read() as session:
        tree = load_tree(session)
        for code in ("north", "east"):
            READS[name](session, who, tree, tree.by_code[code].id)
        for viewer, code in ((who, "co"), (who, "closed"), (NOBODY, "east")):
            with pytest.raises(Forbidden):
                READS[name](session, viewer, tree, tree.by_code[code].id)


def test_what_a_viewer_sees_of_the_tree(north: tuple[Database, Viewer]) -> None:
    database, who = north
    with database.read() as session:
        tree = load_tree(session)
    assert [node.code for node in visible(tree, who)] == ["north", "east", "west"]
    assert visible(tree, who, Action.WRITE_FACTS) == []
    assert [node.code for node in tops(tree, who)] == ["north"]
    assert {node.code for node in tops(tree, SYSTEM)} == {"co", "alien"}
    assert readable(tree, who, "east").code == "east"
    with pytest.raises(Forbidden):
        readable(tree, who, "co")
    with pytest.raises(Invalid) as refused:
        readable(tree, who, "nowhere", "from_unit")
    assert refused.value.issues[0].field == "from_unit"


def ask(database: Database, period: Period, by: GroupBy | None, **scope: Any) -> dict[str, Any]:  # noqa: ANN401 (parts of a scope)
    """Ask for everything by day."""
    with database.read() as session:
        tree = load_tree(session)
        asked = Scope(tree.by_code["co"].id, by=by, **scope)
        metrics = tuple(CATALOG[key] for key in KEYS)
        return answer(session, SYSTEM, tree, Question(asked, metrics, period, Grain.DAY, None, small.TODAY))


def test_more_than_20_000_rows_are_refused(database: Database) -> None:
    write_small(database)
    long = Period(date(2000, 1, 1), date(2054, 10, 4))
    assert len(split(long, Grain.DAY)) == 20_001
    with pytest.raises(Invalid, match="1 value"):
        ask(database, long, None)
    # Half as many days are few enough, but not for two units.
    shorter = Period(date(2000, 1, 1), date(2027, 5, 19))
    assert len(shorter) == 10_001
    with pytest.raises(Invalid) as refused:
        ask(database, shorter, GroupBy.UNIT)
    assert refused.value.issues[0].field == "grain"


@pytest.mark.parametrize("kind", CustomerKind)
def test_a_scope_of_one_kind_of_customer(database: Database, kind: CustomerKind) -> None:
    write_small(database)
    total = ask(database, FEBRUARY, None, customer_kind=kind)["total"]["values"]
    for key, value in total.items():
        theirs = plain.metric(small.WORLD, key, "co", FEBRUARY.first, FEBRUARY.last, customer_kind=kind)
        assert value == rounded(theirs, plain.CATALOGUE[key].unit), key


def test_limits_are_settings_with_defaults(database: Database) -> None:
    with database.write() as session:
        assert settings.limits(session).churn_limit == Decimal("0.05")
        session.execute(insert(Setting).values(key="churn_limit", value=json.dumps("0.04")))
        session.execute(insert(Setting).values(key="something_else", value=json.dumps("x")))
    with database.read() as session:
        found = settings.limits(session)
    assert (found.churn_limit, found.pace_behind) == (Decimal("0.04"), Decimal("-0.05"))


def test_a_changed_limit_is_seen_by_the_next_reader_of_every_worker(database: Database) -> None:
    other = Database(database.url.render_as_string(hide_password=False))
    try:
        for worker in (database, other):
            with worker.read() as session:
                assert settings.limits(session).churn_limit == Decimal("0.05")
        with database.write() as session:
            stored_settings.put(session, SYSTEM, "churn_limit", json.dumps("0.04"))
            assert settings.limits(session).churn_limit == Decimal("0.04")
        for worker in (database, other):
            with worker.read() as session:
                assert settings.limits(session).churn_limit == Decimal("0.04")
    finally:
        other.close()


def test_what_a_month_reached_for_any_way_of_setting_a_target(database: Database) -> None:
    write_small(database)
    rows = [
        TargetRow("gmv", None, None, None, 0),
        TargetRow("gmv", "group", None, None, 0),
        TargetRow("gmv", "sms", CustomerKind.LOYAL, None, 0),
        TargetRow("friends_current", None, None, None, 0),
    ]
    with database.read() as session:
        found = board.reached(session, SYSTEM, "co", rows, FEBRUARY.first, small.TODAY)
    for row, value in found.items():
        theirs = plain.metric(
            small.WORLD, row.metric, "co", FEBRUARY.first, FEBRUARY.last, row.channel, row.customer_kind
        )
        assert value == theirs


def test_a_sound_database_breaks_no_rule(database: Database) -> None:
    write_small(database)
    with database.read() as session:
        assert set(integrity.check(session, small.TODAY).values()) == {0}


def test_facts_that_went_past_the_rules_are_found(database: Database) -> None:
    """Rows changed behind the stores' back, as only a person with the database's password can."""
    write_small(database)
    with database.write() as session:
        session.execute(update(Sales).values(buyers=10**6).where(Sales.day == date(2024, 1, 1)))
        session.execute(update(Friends).values(adds=0).where(Friends.day == date(2023, 12, 31)))
    with database.read() as session:
        found = {name: count for name, count in integrity.check(session, date(2024, 3, 19)).items() if count}
    assert found == {
        "retention: retained <= adds of its cohort": 3,
        "sales: buyers <= orders, member GMV <= GMV, member orders <= orders": 2,
        "friends: no day in the future": 1,
        "sales: no day in the future": 1,
    }


def test_pages_hold_every_row_once_in_the_order_of_days(database: Database) -> None:
    write_small(database)
    with database.read() as session:
        tree = load_tree(session)
        north = fact_rows.Filter(tree.by_code["north"].id, first=date(2024, 2, 1))
        for size in (1, 2, 7, 100):
            pages = list(fact_rows.pages(session, SYSTEM, tree, FRIENDS, north, size))
            rows = [row for page in pages for row in page]
            assert {len(page) for page in pages[:-1]} <= {size}
            assert len({row.id for row in rows}) == len(rows) == fact_rows.count(session, SYSTEM, tree, FRIENDS, north)
            assert [(row.day, row.id) for row in rows] == sorted((row.day, row.id) for row in rows)
        expected = [
            row for row in small.FRIENDS if row["unit"] in ("north", "east", "west") and row["day"] >= "2024-02"
        ]
        assert len(rows) == len(expected)
        assert list(fact_rows.pages(session, SYSTEM, tree, FRIENDS, fact_rows.Filter(last=date(2000, 1, 1)))) == []
