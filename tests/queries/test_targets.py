"""Targets, forecasts and coverage on every kind of database, against the plain reference."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

import pytest

from app.boards import targets
from app.boards.read import coverage_of
from app.db import Database
from app.domain.period import Period
from app.domain.roles import SYSTEM
from app.metrics.catalog import CATALOG
from app.queries.units import load_tree
from tests import plain, small
from tests.plain import World
from tests.worlds import KEYS, put, rounded, write, write_small

NUMBERS = ("target", "actual", "previous", "forecast")
RATES = ("completion", "usage", "change", "points", "time_progress", "pace")
GOALS: dict[str, str | int] = {"count": 30, "yuan": "120.50", "rate": "0.0512345678"}
SPLITS = (
    ("friends_added", "card", None),
    ("add_rate", "video", None),
    ("retention_d7", "card", None),
    ("gmv", "group", None),
    ("gmv", "card", None),
    ("gmv", None, "new"),
    ("gmv", "sms", "loyal"),
    ("aov", "card", "second_repeat"),
    ("pushes", "sms", None),
    ("new_share", "group", None),
)
ADAYS = 75


def goals(month: str, unit: str) -> Iterator[dict[str, Any]]:
    """Yield a target of every metric, as a whole and split."""
    for key, channel, kind in (*((key, None, None) for key in KEYS), *SPLITS):
        value = GOALS[plain.CATALOGUE[key].unit]
        row = {"month": month, "unit": unit, "metric": key, "channel": channel, "customer_kind": kind}
        yield {**row, "value": value}


def with_goals(world: World, *places: tuple[str, str], today: date | None = None) -> World:
    """Return a world that has targets in some months and units."""
    rows = [row for place in places for row in goals(*place)]
    return World(world.units, world.channels, {**world.facts, "targets": rows}, today or world.today)


def read(database: Database, world: World, month: str, unit: str) -> list[dict[str, Any]]:
    """Return the rows of the target board."""
    with database.read() as session:
        view = targets.read(session, SYSTEM, unit, date.fromisoformat(f"{month}-01"), world.today)
    panel = view.panels[0]
    assert panel.table is not None
    return [dict(row.values) for row in panel.table.rows]


def below(database: Database, world: World, month: str, unit: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the units below that the target board shows beside a unit's own."""
    with database.read() as session:
        view = targets.read(session, SYSTEM, unit, date.fromisoformat(f"{month}-01"), world.today)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in next(panel.table.rows for panel in view.panels if panel.key == "unit_targets" and panel.table):
        figures = dict(row.values)
        found[str(figures.pop("unit"))].append(figures)
    return found


def expected(world: World, month: str, unit: str) -> list[dict[str, Any]]:
    """Return the reference's rows, rounded as they are given out."""
    rows = []
    for row in plain.target_rows(world, unit, month):
        key = row["metric"]
        row["forecast"] = plain.forecast(world, key, unit, month, row["channel"], row["customer_kind"])
        shape = plain.CATALOGUE[key].unit
        numbers = {name: rounded(row[name], shape) for name in NUMBERS}
        rows.append({**row, **numbers, **{name: rounded(row[name], "rate") for name in RATES}})
    return rows


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows in one order, whichever they come in."""
    return sorted(rows, key=lambda row: (row["metric"], row["channel"] or "", row["customer_kind"] or ""))


def busy(today: date, zero: tuple[int, ...] = ()) -> World:
    """Return a store with facts of everything on each of many days; nothing on the weekdays `zero`."""
    facts: dict[str, list[dict[str, Any]]] = {"friends": [], "sales": [], "pushes": [], "retention": []}
    for ago in range(ADAYS):
        day = today - timedelta(days=ago)
        many = 0 if day.weekday() in zero else 3 + day.weekday() * 2 + ago % 5
        name = day.isoformat()
        facts["friends"].append(small.friend(name, "east", "card", many * 9, many, many // 3))
        for kind, factor in (("new", 1), ("loyal", 2), ("second_repeat", 3)):
            amounts = (f"{many * factor}.25", many, many, f"{many}.00", "0")
            facts["sales"].append(small.sale(name, "east", ("group", "card", kind), *amounts))
        push = {"pushes": many * 100, "push_cost": f"{many}.50", "push_gmv": f"{many * 7}", "push_losses": many // 2}
        facts["pushes"].append({"day": name, "unit": "east", "touchpoint": "sms", **push})
    facts["stock-counts"] = [{"day": str(today - timedelta(days=9)), "unit": "east", "cumulative": 900, "current": 800}]
    return World(small.UNITS, small.CHANNELS, facts, today)


MONTHS = [(month, unit) for month in ("2024-02", "2024-03", "2024-04") for unit in ("co", "north", "east", "empty")]

Expected = Mapping[tuple[str, str], list[dict[str, Any]]]


@cache
def small_planned() -> tuple[World, Expected]:
    """Return the small world with targets, and the reference's rows: worked out once for all databases."""
    world = with_goals(small.WORLD, *MONTHS)
    return world, {place: in_order(expected(world, *place)) for place in MONTHS}


@cache
def busy_planned(today: date, zero: tuple[int, ...]) -> tuple[World, list[dict[str, Any]]]:
    """Return the busy store with targets of its company, and the reference's rows of them."""
    month = today.isoformat()[:7]
    world = with_goals(busy(today, zero), (month, "co"))
    return world, in_order(expected(world, month, "co"))


def test_a_month_gone_a_running_one_and_one_to_come(database: Database) -> None:
    world, rows = small_planned()
    write_small(database)
    put(database, world, "targets", world.facts["targets"])
    for month, unit in MONTHS:
        assert in_order(read(database, world, month, unit)) == rows[month, unit]
        # Beside the unit above stands all that its own page says, of targets that no part narrows.
        (above,) = (row["parent"] for row in small.UNITS if row["code"] == unit)
        if above:
            whole = [row for row in rows[month, unit] if not (row["channel"] or row["customer_kind"])]
            assert in_order(below(database, world, month, above)[unit]) == whole, (month, unit)
    # A target counts for exactly the unit that it is set on.
    assert read(database, world, "2024-03", "west") == []


@pytest.mark.parametrize(
    ("today", "zero"),
    [
        (date(2024, 2, 1), ()),  # the first day
        (date(2024, 2, 29), ()),  # the last one
        (date(2023, 3, 17), (6,)),  # no Sunday ever brings anything
        (date(2023, 5, 3), (0, 1, 2)),  # and here none of the days that have run does: no forecast
        (date(2023, 1, 10), (0, 1, 2, 3, 4, 5, 6)),  # nothing at all came in: equal weights
    ],
)
def test_a_weekday_pattern_weighs_the_forecast(database: Database, today: date, zero: tuple[int, ...]) -> None:
    world, rows = busy_planned(today, zero)
    write(database, world)
    assert in_order(read(database, world, f"{today:%Y-%m}", "co")) == rows


def test_no_forecast_where_the_elapsed_weekdays_weigh_nothing(database: Database) -> None:
    world, _ = busy_planned(date(2023, 5, 3), (0, 1, 2))
    write(database, world)
    rows = {row["metric"]: row for row in read(database, world, "2023-05", "co") if row["channel"] is None}
    assert (rows["friends_added"]["actual"], rows["friends_added"]["forecast"]) == (0, None)
    assert rows["friends_current"]["forecast"] == rows["friends_current"]["actual"]


def test_rows_stand_in_the_order_of_the_catalogue(database: Database) -> None:
    world = with_goals(small.WORLD, ("2024-02", "co"))
    write_small(database)
    put(database, world, "targets", world.facts["targets"])
    rows = read(database, world, "2024-02", "co")
    order = list(CATALOG)
    assert [order.index(row["metric"]) for row in rows] == sorted(order.index(row["metric"]) for row in rows)
    gmv = [(row["channel"], row["customer_kind"]) for row in rows if row["metric"] == "gmv"]
    assert gmv[0] == (None, None)


def test_coverage_of_every_unit_and_period(database: Database) -> None:
    write_small(database)
    spans = [
        (date(2022, 1, 1), date(2022, 12, 31)),  # before anything
        (date(2024, 2, 1), date(2024, 2, 29)),
        (date(2024, 3, 1), date(2024, 3, 31)),
        (date(2024, 3, 20), date(2024, 3, 20)),  # today is not expected yet
        (date(2024, 4, 1), date(2024, 4, 30)),
    ]
    with database.read() as session:
        tree = load_tree(session)
        for first, last in spans:
            for unit in small.UNITS:
                id_, period = tree.by_code[unit["code"]].id, Period(first, last)
                found = coverage_of(session, SYSTEM, tree, id_, period, small.TODAY)
                theirs = plain.coverage(small.WORLD, unit["code"], first, last)
                assert found.rate == rounded(theirs, "rate"), (unit["code"], first)


def test_coverage_names_the_children_that_lack_days(database: Database) -> None:
    """East and west have a row on 3 of the 19 days before today each; the closed team is not expected."""
    write_small(database)
    named = {"co": {"north": 32}, "north": {"east": 16, "west": 16}, "east": {"east": 16}}
    with database.read() as session:
        tree = load_tree(session)
        period = Period(date(2024, 3, 1), date(2024, 3, 31))
        found = {code: coverage_of(session, SYSTEM, tree, tree.by_code[code].id, period, small.TODAY) for code in named}
    assert {code: dict(coverage.missing) for code, coverage in found.items()} == named
    assert (found["co"].expected, found["co"].present) == (38, 6)
    assert found["co"].rate == rounded(Fraction(6, 38), "rate") == Decimal("0.1578947368")
