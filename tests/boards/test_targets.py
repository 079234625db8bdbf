"""The target board beside its rows: run-rate, gap, units below and the year, against plain computations."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import event

from app.boards.target_units import MOST
from app.boards.target_year import read_year
from app.boards.targets import Choice, read
from app.boards.view import BoardView, Row
from app.db import Database
from app.domain.errors import Forbidden
from app.domain.roles import SYSTEM, Grant, Role, Viewer
from app.domain.text import Language
from app.i18n import speak
from app.queries.units import load_tree
from tests import plain, rich, small, strategies, worlds
from tests.boards.test_figures import validate
from tests.plain import World
from tests.rich import TODAY, panel, table
from tests.worlds import rounded

MARCH, FEBRUARY = date(2024, 3, 1), date(2024, 2, 1)


def traces(shown: BoardView, key: str) -> dict[str, dict[str, Any]]:
    """Return the traces of a figure by their names."""
    figure = panel(shown, key).figure
    assert figure is not None
    data: Any = figure["data"]
    return {trace["name"]: trace for trace in data if "name" in trace}


def goal(month: str, unit: str, metric: str, value: str | int, **part: str) -> dict[str, Any]:
    return {"month": month, "unit": unit, "metric": metric, "value": value, **part}


def goals() -> Iterator[dict[str, Any]]:
    """Yield targets of the company, of parts of it and of a child; more of March than of any other month."""
    for month in ("2024-01", "2024-02", "2024-03", "2024-04"):
        yield goal(month, "co", "gmv", "90000.50")
        yield goal(month, "co", "push_cost", "200")
        yield goal(month, "co", "friends_current", 1500)
        yield goal(month, "co", "aov", "4.5")
        yield goal(month, "north", "gmv", "1000")
        yield goal(month, "north", "push_loss_rate", "0.0001")
        yield goal(month, "east", "gmv", "77")  # no direct child of the company
    for channel, value in (("group", "8000"), ("sms", "1.25"), ("card", "10")):
        yield goal("2024-03", "co", "gmv", value, channel=channel)
    yield goal("2024-03", "co", "gmv", "4", channel="sms", customer_kind="loyal")  # a part of a part
    yield goal("2024-03", "co", "gmv", "3000", customer_kind="new")
    yield goal("2024-03", "co", "friends_added", 9000)


def world() -> World:
    """Return the rich world with those targets."""
    made = rich.world()
    return World(made.units, made.channels, {**made.facts, "targets": [*goals()]}, TODAY)


@pytest.fixture(scope="module")
def goal_shop() -> Iterator[Database]:
    database = strategies.memory()
    strategies.seed(database)
    worlds.write(database, world())
    yield database
    database.close()


def month(database: Database, unit: str, first: date, choice: Choice = Choice(), who: Viewer = SYSTEM) -> BoardView:  # noqa: B008
    with database.read() as session:
        return read(session, who, unit, first, TODAY, choice=choice)


def year(database: Database, number: int, metric: str = "") -> BoardView:
    with database.read() as session:
        return read_year(session, SYSTEM, "co", number, TODAY, metric=metric)


def keys(shown: BoardView) -> list[str]:
    return [item.key for item in shown.panels]


def total(rows: list[Row], key: str) -> Any:  # noqa: ANN401 (a number)
    return sum(row.values[key] or 0 for row in rows)


def test_what_each_day_left_must_bring_is_that_of_the_reference(goal_shop: Database) -> None:
    for first in (FEBRUARY, MARCH, date(2024, 4, 1)):
        rows = table(month(goal_shop, "co", first), "targets").rows
        theirs = [row for row in goals() if (row["unit"], row["month"]) == ("co", f"{first:%Y-%m}")]
        found = {(row.values["metric"], row.values["channel"], row.values["customer_kind"]): row for row in rows}
        assert len(found) == len(theirs)
        for row in theirs:
            ours = found[row["metric"], row.get("channel"), row.get("customer_kind")]
            need = plain.needed_daily(world(), "co", row)
            assert ours.beside["daily"] == rounded(need, plain.CATALOGUE[row["metric"]].unit), row
    assert any(row.beside["daily"] for row in table(month(goal_shop, "co", MARCH), "targets").rows)


@pytest.mark.parametrize("by", ["touchpoint", "source", "customer_kind", "unit"])
def test_a_gap_is_the_exact_sum_of_its_parts(goal_shop: Database, by: str) -> None:
    shown = month(goal_shop, "co", MARCH, Choice("gmv", by))
    (whole,) = (row for row in table(shown, "targets").rows if row.values["metric"] == "gmv" and not row.level)
    found = panel(shown, "gap")
    assert [option.value for option in found.options if option.chosen] == ["gmv", by]
    rows = [*table(shown, "gap").rows]
    *parts, so_far, coming, expected = rows
    want: Any = whole.values
    gap = want["actual"] - want["target"]
    assert total(parts, "gap") == so_far.values["gap"] == gap
    assert total(parts, "target") == want["target"]
    assert total(parts, "actual") == want["actual"]
    assert expected.values["gap"] == want["forecast"] - want["target"] == gap + coming.values["gap"]
    (bars,) = traces(shown, "gap").values()
    assert [*bars["x"]] == [row.values["gap"] for row in rows]
    for row, base in zip(parts, bars["base"], strict=False):
        assert base == total(parts[: parts.index(row)], "gap")  # each step begins where the one before ended
    assert validate(shown) == 1


def test_parts_of_a_gap_are_what_the_reference_counts(goal_shop: Database) -> None:
    shown = month(goal_shop, "co", MARCH, Choice("gmv", "touchpoint"))
    rows = {row.label.zh: row.values for row in table(shown, "gap").rows}
    for channel, aim in (("group", Decimal(8000)), ("sms", Decimal("1.25"))):
        actual = plain.metric(world(), "gmv", "co", MARCH, TODAY, channel)
        assert actual is not None
        assert rows[channel]["gap"] == rounded(actual - Fraction(aim), "yuan")
        assert rows[channel]["actual"] == rounded(actual, "yuan")
        assert rows[channel]["target"] == aim
    assert "card" not in rows  # a source channel is no touchpoint: they would count twice


def test_a_metric_without_parts_or_a_limit_has_no_gap(goal_shop: Database) -> None:
    assert "gap" not in keys(month(goal_shop, "east", MARCH))
    options = panel(month(goal_shop, "co", MARCH, Choice("push_cost", "nothing")), "gap").options
    assert [option.value for option in options if option.param == "metric"] == ["gmv"]
    assert "gap" not in keys(month(goal_shop, "co", date(2024, 4, 1)))  # nothing is reached yet


@pytest.mark.parametrize("first", [FEBRUARY, MARCH, date(2024, 4, 1)])
def test_a_child_stands_beside_with_all_that_its_own_page_and_the_reference_say_and_is_not_summed(
    goal_shop: Database, first: date
) -> None:
    shown = month(goal_shop, "co", first)
    rows = table(shown, "unit_targets").rows
    own = {row.values["metric"]: row for row in table(month(goal_shop, "north", first), "targets").rows}
    theirs = {row["metric"]: row for row in plain.target_rows(world(), "north", f"{first:%Y-%m}")}
    assert [row.values["metric"] for row in rows] == [*own] == ["gmv", "push_loss_rate"]
    for row in rows:
        key = str(row.values["metric"])
        assert row.values == {"unit": "north", **own[key].values}
        assert row.beside == own[key].beside
        want = {**theirs[key], "forecast": plain.forecast(world(), key, "north", f"{first:%Y-%m}", None, None)}
        unit = plain.CATALOGUE[key].unit
        assert row.values["status"] == want["status"]
        for name in ("target", "actual", "previous", "forecast"):
            assert row.values[name] == rounded(want[name], unit), (key, name)
        for name in ("completion", "usage", "change", "points", "pace"):
            assert row.values[name] == rounded(want[name], "rate"), (key, name)
    assert all(row.values["previous"] is not None for row in rows) or first > MARCH
    assert all((row.values["forecast"] is not None) == (first == MARCH) for row in rows)
    (whole,) = (row for row in table(shown, "targets").rows if row.values["metric"] == "gmv" and not row.level)
    assert whole.values["target"] == Decimal("90000.50")


def test_the_heat_of_units_shows_each_target_once(goal_shop: Database) -> None:
    shown = table(month(goal_shop, "co", MARCH), "units")
    assert [row.label.zh for row in shown.rows] == ["co", "north"]
    own = {row.values["metric"]: row for row in table(month(goal_shop, "co", MARCH), "targets").rows if row.level == 0}
    assert {column.key for column in shown.columns} == {*own, "push_loss_rate"}
    for key, row in own.items():
        share = row.values["usage"] if row.values["usage"] is not None else row.values["completion"]
        assert shown.rows[0].values[str(key)] == share
        assert shown.rows[0].beside[str(key)] == row.values["status"]
    assert "aov" not in shown.rows[1].beside  # no target: nothing stands there


def test_the_heat_does_not_grow_with_the_organisation() -> None:
    extra = [{"code": f"s{n}", "kind": "store", "parent": "co", "active": True} for n in range(MOST + 3)]
    rows = [goal("2024-03", str(unit["code"]), "gmv", "5") for unit in extra]
    made = World([*small.UNITS, *extra], small.CHANNELS, {"targets": rows}, TODAY)
    database = strategies.memory()
    strategies.seed(database)
    worlds.write(database, made)
    shown = table(month(database, "co", MARCH), "units")
    assert (len(shown.rows), shown.more) == (MOST, 3)
    database.close()


@pytest.mark.parametrize("first", [FEBRUARY, MARCH])
def test_many_units_below_take_no_more_statements_than_one(first: date) -> None:
    counts = []
    for many in (1, MOST):
        extra = [{"code": f"s{n}", "kind": "store", "parent": "co", "active": True} for n in range(many)]
        aimed = ("gmv", "friends_current", "churn_rate")
        rows = [goal(f"{first:%Y-%m}", str(unit["code"]), key, "1") for unit in extra for key in aimed]
        database = strategies.memory()
        strategies.seed(database)
        worlds.write(
            database, World([*small.UNITS, *extra], small.CHANNELS, {**small.WORLD.facts, "targets": rows}, TODAY)
        )
        said: list[str] = []
        event.listen(database.engine, "before_cursor_execute", lambda *sent, said=said: said.append(sent[2]))
        assert len(table(month(database, "co", first), "unit_targets").rows) == len(rows)
        counts.append(len(said))
        database.close()
    assert counts[0] == counts[1] > 0


def test_nobody_sees_a_unit_beside_their_own(goal_shop: Database) -> None:
    with goal_shop.read() as session:
        tree = load_tree(session)
    who = Viewer("somebody", (Grant(Role.VIEWER, tree.by_code["north"].id),))
    shown = month(goal_shop, "north", MARCH, who=who)
    assert [row.label.zh for row in table(shown, "units").rows] == ["north", "east"]
    for unit in ("co", "empty"):
        with pytest.raises(Forbidden):
            month(goal_shop, unit, MARCH, who=who)
        with pytest.raises(Forbidden), goal_shop.read() as session:
            read_year(session, who, unit, 2024, TODAY)


def test_a_year_holds_the_months_and_sums_only_what_accumulates(goal_shop: Database) -> None:
    shown = table(year(goal_shop, 2024), "year")
    found = {str(row.beside["metric"]): row for row in shown.rows if row.level == 0}
    assert set(found) == {"gmv", "push_cost", "friends_current", "aov", "friends_added"}
    for key, row in found.items():
        unit = plain.CATALOGUE[key].unit
        for number in range(1, 13):
            at = f"{number:02d}"
            lines = plain.target_rows(world(), "co", f"2024-{at}")
            whole = [line for line in lines if not line["channel"] and not line["customer_kind"]]
            theirs = next((line for line in whole if line["metric"] == key), None)
            if theirs is not None:
                share = theirs["completion"] if theirs["usage"] is None else theirs["usage"]
                assert row.values[at] == rounded(share, "rate"), (key, at)
                assert row.beside[f"{at}.actual"] == rounded(theirs["actual"], unit)
                assert row.beside[f"{at}.status"] == theirs["status"]
        sums = plain.year_so_far(world(), "co", key, 2024)
        assert row.values["total"] == (None if sums is None else rounded(sums[1] / sums[0], "rate"))
    assert found["friends_current"].values["total"] is None
    assert found["gmv"].values["total"] is not None


def test_the_chart_of_a_year_shows_its_table(goal_shop: Database) -> None:
    for key in ("gmv", "aov", "push_cost", "friends_current"):
        shown = year(goal_shop, 2024, key)
        rows = table(shown, "year_metric").rows
        drawn = traces(shown, "year_metric")
        assert [*drawn["实际"]["y"]] == [row.values["actual"] for row in rows]
        aimed = drawn["上限" if key == "push_cost" else "目标"]
        assert [*aimed["y"]] == [row.values["target"] for row in rows]
        assert validate(shown) == 1
        assert rows[3].values["actual"] is None  # April is to come
    assert keys(year(goal_shop, 2021)) == ["year"]
    assert keys(year(goal_shop, 2030)) == ["year"]


def test_the_board_is_said_in_english_too(goal_shop: Database) -> None:
    speak(Language.EN)
    try:
        found = panel(month(goal_shop, "co", MARCH, Choice("gmv", "unit")), "gap")
        assert found.finding is not None
        figure: Any = found.figure
        words = f"{figure} {found.title.en} {found.finding.en} {found.subtitle and found.subtitle.en}"
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in words)
    finally:
        speak(Language.ZH)
