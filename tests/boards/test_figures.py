"""Every figure is one that Plotly takes, and shows the numbers of the table behind it."""

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from plotly import graph_objects

from app.api.respond import to_json
from app.boards.board import Board
from app.boards.figures.parts import round_ticks, time_axis
from app.boards.growth import GROWTH
from app.boards.sales import SALES
from app.boards.view import BoardView
from app.db import Database
from app.domain.period import Compare, Grain, Period, split
from tests.rich import panel, span, table, view

MONTH = span("2024-02-01..2024-02-29")
SPANS = {
    "day": "2024-03-20..2024-03-20",
    "month": "2024-02-01..2024-02-29",
    "running": "2024-03-01..2024-03-31",
    "weeks": "2023-12-01..2024-03-20",
    "months": "2023-01-01..2024-03-31",
    "before": "2021-01-01..2021-01-31",
    "ahead": "2024-04-01..2024-04-30",
}
BOARDS = pytest.mark.parametrize("board", [GROWTH, SALES], ids=lambda board: str(board.key))


def as_json(figure: Any) -> Any:  # noqa: ANN401 (JSON)
    """Return a figure as the browser gets it, its colours resolved."""
    return json.loads(re.sub(r"var\(--[a-z0-9-]+\)", "#123456", to_json(figure).decode()))


def validate(shown: BoardView) -> int:
    """Hand every figure to Plotly, which refuses what it does not know; return how many there were."""
    count = 0
    for item in shown.panels:
        if item.figure is not None:
            assert set(item.figure) <= {"data", "layout", "narrow"}
            drawn = as_json(item.figure)
            graph_objects.Figure(data=drawn["data"], layout=drawn["layout"])
            graph_objects.Layout(drawn.get("narrow", {}))
            count += 1
    return count


@BOARDS
@pytest.mark.parametrize("name", SPANS)
@pytest.mark.parametrize("channel", [None, "card", "group"])
def test_plotly_takes_every_figure(shop: Database, board: Board, name: str, channel: str | None) -> None:
    how = Compare.LAST_YEAR if name == "weeks" else Compare.PREVIOUS
    shown = view(shop, board, span(SPANS[name]), channel=channel, how=how)
    drawn = validate(shown)
    charts = [item for item in shown.panels if item.kind == "chart"]
    assert drawn == len(charts) or channel or name in {"before", "ahead"}


@BOARDS
@pytest.mark.parametrize("name", SPANS)
def test_a_unit_without_anything_is_shown_without_values(shop: Database, board: Board, name: str) -> None:
    shown = view(shop, board, span(SPANS[name]), unit="empty")
    validate(shown)
    assert {card.value for card in shown.cards} == {None}
    assert {card.compare for card in shown.cards} == {None}
    for row in table(shown, "daily").rows:
        assert set(row.values.values()) == {None}
    assert shown.coverage.rate is None


def traces(shown: BoardView, key: str) -> dict[str, dict[str, Any]]:
    """Return the traces of a figure by their names."""
    figure = panel(shown, key).figure
    assert figure is not None
    data: Any = figure["data"]
    return {trace["name"]: trace for trace in data if "name" in trace}


def below(value: Any) -> Any:  # noqa: ANN401 (a value of a table)
    """Return what a bar below zero shows."""
    return None if value is None else -value


@pytest.mark.parametrize("name", ["month", "running", "weeks", "months"])
def test_growth_figures_show_the_values_of_their_tables(shop: Database, name: str) -> None:
    shown = view(shop, GROWTH, span(SPANS[name]))
    both = traces(shown, "adds_losses")
    rows = table(shown, "adds_losses").rows
    assert [*both["新增好友"]["y"]] == [row.values["friends_added"] for row in rows]
    assert [*both["流失好友"]["y"]] == [below(row.values["friends_lost"]) for row in rows]
    assert [*both["净增"]["y"]] == [row.values["friends_net"] for row in rows]
    stock, rows = traces(shown, "stocks"), table(shown, "stocks").rows
    assert [*stock["累计好友"]["y"]] == [row.values["friends_cumulative"] for row in rows]
    assert [*stock["现好友数"]["y"]] == [row.values["friends_current"] for row in rows]
    churned = traces(shown, "churn")["月流失率"]
    assert churned["y"] == [row.values["churn_rate_mtd"] for row in table(shown, "churn").rows]
    rates = traces(shown, "add_rates")["加粉率"]
    values = {row.label.zh: row.values["add_rate"] for row in table(shown, "add_rates").rows}
    assert dict(zip(rates["y"], rates["x"], strict=True)) == {k: v for k, v in values.items() if v is not None}


@pytest.mark.parametrize("name", ["month", "running", "weeks", "months"])
def test_sales_figures_show_the_values_of_their_tables(shop: Database, name: str) -> None:
    shown = view(shop, SALES, span(SPANS[name]))
    for key in ("gmv", "new_customers", "old_customers"):
        behind = table(shown, key)
        columns = {column.name.zh: column.key for column in behind.columns[:-1]}
        parts = traces(shown, key)
        assert set(parts) == set(columns)
        for part, trace in parts.items():
            assert [*trace["y"]] == [row.values[columns[part]] for row in behind.rows]
    lines, rows = traces(shown, "push_efficiency"), table(shown, "push_efficiency").rows
    for line, key in (("千次推送营收", "push_rpm"), ("千次推送成本", "push_cpm"), ("推送流失率", "push_loss_rate")):
        assert [*lines[line]["y"]] == [row.values[key] for row in rows]
    share = traces(shown, "member_share")["会员GMV占比"]
    assert [*share["y"]] == [row.values["member_share"] for row in table(shown, "member_share").rows]


@pytest.mark.parametrize(("days", "ticks"), [(0, 0), (1, 1), (8, 8), (9, 5), (31, 8), (62, 8), (365, 8)])
def test_a_time_axis_has_few_ticks(days: int, ticks: int) -> None:
    first = date(2024, 1, 1)
    periods = [Period(day, day) for day in Period(first, date(2025, 6, 1))][:days]
    axis = time_axis(periods, Grain.DAY)
    assert len(axis["tickvals"]) == len(axis["ticktext"]) == ticks
    assert axis["tickvals"][:1] == [first.isoformat()][:days]


def test_months_are_named_on_an_axis_with_their_year() -> None:
    axis = time_axis(split(span("2023-12-01..2024-01-31"), Grain.MONTH), Grain.MONTH)
    assert axis["ticktext"] == ["23/12", "24/1"]


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 0, None),
        (0, 6, ["0", "1", "2", "3", "4", "5", "6"]),
        (-40, 100, ["50", "25", "0", "25", "50", "75", "100"]),
        (0, Decimal("120000.50"), ["0", "2.5万", "5万", "7.5万", "10万", "12.5万"]),
        (0, 13, ["0", "5", "10", "15"]),  # by 2.5 a label would have to be rounded
        (0, 3, ["0", "1", "2", "3"]),
        (0, Decimal("0.05"), ["0", "1"]),
    ],
)
def test_ticks_of_values_are_round_and_without_a_sign(low: int, high: int | Decimal, words: list[str] | None) -> None:
    ticks = round_ticks(low, high)
    assert ticks.get("ticktext") == words
    assert words is None or ticks["tickvals"][0] <= low <= high <= ticks["tickvals"][-1]
