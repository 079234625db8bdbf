"""The growth and sales boards show what the metric query answers, at the grain that fits their range."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.boards.board import Board
from app.boards.growth import GROWTH
from app.boards.read import grain_of
from app.boards.sales import SALES
from app.boards.view import Table
from app.db import Database
from app.domain.errors import Invalid
from app.domain.period import Compare, Grain, Period
from tests import rich
from tests.plain import World
from tests.rich import TODAY, panel, span, table, view
from tests.strategies import SOURCES, TOUCHPOINTS, emptied, spans, worlds
from tests.worlds import Ask, asked, write

FEBRUARY = span("2024-02-01..2024-02-29")
EVERY = (GROWTH, SALES)


@pytest.mark.parametrize(
    ("days", "grain"),
    [
        (1, Grain.DAY),
        (62, Grain.DAY),
        (63, Grain.WEEK),
        (400, Grain.WEEK),
        (401, Grain.MONTH),
    ],
)
def test_the_grain_follows_the_length_of_the_range(shop: Database, days: int, grain: Grain) -> None:
    period = Period(TODAY - timedelta(days=days - 1), TODAY)
    assert grain_of(period) is grain
    for board in EVERY:
        rows = table(view(shop, board, period), "daily").rows
        assert len(rows) == len(asked(shop, rich.world(), Ask(period.first, period.last, grain.value))["rows"])


def of_table(shown: Table) -> list[dict[str, Any]]:
    """Return the values of a table's rows, and of its total, in its columns."""
    keys = [column.key for column in shown.columns]
    rows = [*shown.rows, *([shown.total] if shown.total else [])]
    return [{key: row.values[key] for key in keys} for row in rows]


def mismatches(database: Database, world: World, board: Board, ask: Ask, how: Compare) -> list[str]:
    """Say which cards, and which rows by period, are not what the metric query answers."""
    period = Period(ask.first, ask.last)
    shown = view(database, board, period, unit=ask.unit, channel=ask.channel, how=how, today=world.today)
    found = []
    by_period = table(shown, "daily")
    keys = tuple(dict.fromkeys([*board.cards, *(column.key for column in by_period.columns)]))
    grain = grain_of(period).value
    query = Ask(ask.first, ask.last, grain, None, ask.channel, None, ask.unit, keys)
    answer = asked(database, world, query)
    begun = [row["values"] for row in answer["rows"] if row["period"] <= world.today.isoformat()]
    for ours, theirs in zip(of_table(by_period), [*begun, answer["total"]["values"]], strict=True):
        found += [f"{key}: {value} is not {theirs[key]}" for key, value in ours.items() if value != theirs[key]]
    # A board compares its whole range, whatever the grain of its rows.
    whole = Ask(ask.first, ask.last, "total", None, ask.channel, how.value, ask.unit, keys)
    total = asked(database, world, whole)["total"]
    for card in shown.cards:
        beside, theirs = card.compare, total["compare"][card.metric]
        known = (None, None, None) if beside is None else (beside.value, beside.change, beside.points)
        if card.value != total["values"][card.metric]:
            found.append(f"card {card.metric}: {card.value} is not {total['values'][card.metric]}")
        if known != (theirs["value"], theirs["change"], theirs["points"]):
            found.append(f"card {card.metric}: {known} is not {theirs}")
    return found


@pytest.mark.parametrize("board", EVERY, ids=lambda board: str(board.key))
@pytest.mark.parametrize("days", [29, 63, 401])
@pytest.mark.parametrize("channel", [None, "card", "group"])
def test_cards_and_rows_are_those_of_the_query(shop: Database, board: Board, days: int, channel: str | None) -> None:
    last = date(2024, 2, 29)
    ask = Ask(last - timedelta(days=days - 1), last, channel=channel)
    assert mismatches(shop, rich.world(), board, ask, Compare.PREVIOUS) == []


@given(st.data(), worlds(), st.sampled_from(EVERY), st.sampled_from(list(Compare)))
def test_cards_and_rows_of_any_world_are_those_of_the_query(
    data: st.DataObject, world: World, board: Board, how: Compare
) -> None:
    first, last = data.draw(spans(world))
    unit = data.draw(st.sampled_from([unit["code"] for unit in world.units]))
    channel = data.draw(st.sampled_from((None, *SOURCES, *TOUCHPOINTS)))
    with emptied() as database:
        write(database, world)
        assert mismatches(database, world, board, Ask(first, last, channel=channel, unit=unit), how) == []


def query(shop: Database, key: str, by: str, grain: str = "total") -> dict[tuple[str, str], Any]:
    """Return a metric of February by period and group."""
    body = asked(shop, rich.world(), Ask(FEBRUARY.first, FEBRUARY.last, grain, by, metrics=(key,)))
    return {(row["period"], row["group"]): row["values"][key] for row in body["rows"]}


def test_add_rates_by_channel_are_those_of_the_query_with_their_targets(shop: Database) -> None:
    shown = view(shop, GROWTH, span("2024-03-01..2024-03-20"))
    body = asked(shop, rich.world(), Ask(date(2024, 3, 1), TODAY, "total", "channel"))
    theirs = {row["group"]: row["values"] for row in body["rows"]}
    rows = {row.label.zh: row.values for row in table(shown, "add_rates").rows}
    assert set(rows) == {"card", "video", "unattributed_source", "unused"}
    for code, values in rows.items():
        keys = ("friends_added", "reach", "add_rate")
        assert [values[key] for key in keys] == [theirs[code][key] for key in keys]
    assert {code: values["target"] for code, values in rows.items() if values["target"]} == {
        "card": Decimal("0.1"),
        "video": Decimal("0.3"),
    }
    total = table(shown, "add_rates").total
    assert total is not None
    assert total.values["reach"] == sum(values["reach"] or 0 for values in rows.values())  # type: ignore[misc]


@pytest.mark.parametrize(("place", "kind", "key"), [(0, "all", "gmv"), (1, "new", "gmv_new"), (2, "old", "gmv_old")])
def test_gmv_by_touchpoint_and_day_adds_up_to_its_totals(shop: Database, place: int, kind: str, key: str) -> None:
    found = panel(view(shop, SALES, FEBRUARY), "touchpoint_days")
    assert found.choices[0].table is found.table
    choice = found.choices[place]
    assert choice.key == kind
    theirs, whole = query(shop, key, "channel", "day"), query(shop, key, "channel")
    days = [column.key for column in choice.table.columns[:-2]]
    for row in choice.table.rows:
        assert [row.values[day] for day in days] == [theirs.get((day, row.label.zh)) for day in days]
        assert row.values["total"] == whole.get(("2024-02-01", row.label.zh))
        assert set(row.heat) == {day for day in days if row.values[day] is not None}
    total = choice.table.total
    assert total is not None
    for name in (*days, "total"):
        assert (total.values[name] or 0) == sum(row.values[name] or 0 for row in choice.table.rows)  # type: ignore[misc]
    assert sum(row.values["share"] or 0 for row in choice.table.rows) == pytest.approx(1)  # type: ignore[misc]
    assert total.values["share"] == 1


def test_new_and_old_customers_of_a_touchpoint_are_all_of_them(shop: Database) -> None:
    every, new, old = (choice.table for choice in panel(view(shop, SALES, FEBRUARY), "touchpoint_days").choices)
    assert len(every.rows) > 2
    for rows in zip(every.rows, new.rows, old.rows, strict=True):
        assert len({row.label for row in rows}) == 1
        for column in every.columns[:-1]:
            whole, *parts = (row.values[column.key] for row in rows)
            assert (whole or 0) == sum(part or 0 for part in parts)  # type: ignore[misc]


def test_stacks_add_up_to_their_totals(shop: Database) -> None:
    shown = view(shop, SALES, FEBRUARY)
    for key, whole in (("gmv", "gmv"), ("new_customers", "gmv_new"), ("old_customers", "gmv_old")):
        behind = table(shown, key)
        for row in of_table(behind):
            total = row.pop(whole)
            assert total == sum(value or 0 for value in row.values())
        query_total = asked(shop, rich.world(), Ask(FEBRUARY.first, FEBRUARY.last, metrics=(whole,)))["total"]
        assert of_table(behind)[-1][whole] == query_total["values"][whole]


def test_two_channels_of_one_name_keep_their_own_columns(shop: Database) -> None:
    columns = [column.key for column in table(view(shop, SALES, FEBRUARY), "gmv").columns]
    assert columns == ["group", "sms", "unattributed_touchpoint", "gmv"]


def test_retention_of_eight_weeks_ends_with_what_cannot_be_known_yet(shop: Database) -> None:
    rows = table(view(shop, GROWTH, span("2024-03-01..2024-03-20")), "cohorts").rows
    assert len(rows) == 8
    assert rows[0].label.en == "from 3/18"  # the newest on top
    # Monday's adds are known on Tuesday; a week and a month are still to come.
    assert [rows[0].values[key] for key in ("retention_d7", "retention_d30")] == ["未到观察期"] * 2
    assert isinstance(rows[0].values["retention_d1"], Decimal)
    body = asked(shop, rich.world(), Ask(date(2024, 1, 29), date(2024, 2, 4), metrics=("retention_d7",)))
    assert rows[-1].label.en == "from 1/29"
    assert rows[-1].values["retention_d7"] == body["total"]["values"]["retention_d7"]


def test_returns_of_pushes_are_named_apart(shop: Database) -> None:
    (row,) = table(view(shop, SALES, FEBRUARY), "push_returns").rows
    values: dict[str, Any] = dict(row.values)
    cost, earned = values["push_cost"], values["push_gmv"]
    assert values["profit"] == earned - cost
    assert values["gmv_over_cost"] == round(earned / cost, 2)
    assert values["article"] - values["gmv_over_cost"] == 1
    assert values["gmv_over_cost"] - values["profit_over_cost"] == 1


def test_an_unknown_unit_or_channel_is_refused(shop: Database) -> None:
    for unit, channel, field in (("nowhere", None, "unit"), ("co", "nothing", "channel")):
        with pytest.raises(Invalid) as refused:
            view(shop, GROWTH, FEBRUARY, unit=unit, channel=channel)
        assert refused.value.issues[0].field == field


def test_no_churn_is_said_where_none_can_be_told(shop: Database) -> None:
    found = panel(view(shop, GROWTH, FEBRUARY, unit="empty"), "churn")
    assert (found.status, found.badge, found.figure) == (None, None, None)
    assert found.finding is not None
    assert "未超" not in found.finding.zh
