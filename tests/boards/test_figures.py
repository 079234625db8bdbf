"""Every figure is one that Plotly takes, and shows the numbers of the table behind it."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from plotly import graph_objects

from app.api.respond import to_json
from app.boards.board import Board
from app.boards.figures.parts import cut_ticks, percent, round_ticks, time_axis
from app.boards.figures.threshold import areas
from app.boards.growth import GROWTH
from app.boards.plain import as_plain
from app.boards.sales import SALES
from app.boards.view import BoardView
from app.db import Database
from app.domain.period import Compare, Grain, Period, split
from app.domain.text import Language
from app.i18n import speak
from app.queries import channels
from tests.rich import span, table, view
from tests.worlds import rounded

Row = dict[str, Any]

MONTH = span("2024-02-01..2024-02-29")
SPANS = {
    "day": "2024-03-20..2024-03-20",
    "month": "2024-02-01..2024-02-29",
    "running": "2024-03-01..2024-03-31",
    "weeks": "2023-12-01..2024-03-20",
    "months": "2023-01-01..2024-03-31",
    "long": "2024-02-01..2024-03-20",
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
    found = validate(shown)
    # What came before is not always known: then there is no change to be drawn.
    charts = [item for item in shown.panels if item.kind == "chart" and not item.key.startswith("bridge")]
    assert found >= len(charts) or channel or name in {"before", "ahead"}


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


def plain(shown: BoardView) -> list[Row]:
    """Return the charts of a board as its JSON has them."""
    board = json.loads(to_json(as_plain(shown)))
    return [item for item in board["panels"] if item.get("figure")]


def is_area(trace: Row) -> bool:
    """Say whether a trace is a filled area: it has no name and no numbers of its own."""
    return trace.get("fill") == "toself"


def drawn(item: Row) -> list[Row]:
    """Return the traces of a chart that show numbers."""
    return [trace for trace in item["figure"]["data"] if not is_area(trace)]


def columns_shown(trace: Row, item: Row) -> set[str]:
    """Return the columns of the table behind a chart whose every value a trace shows."""
    behind, keys = item["table"], [column["key"] for column in item["table"]["columns"]]
    if trace["type"] == "waterfall":
        effects = [row["effect"] for row in (*behind["rows"], behind["total"])]
        return {"effect"} if trace["x"] == effects else set()
    if trace.get("orientation") == "h" or trace.get("mode") == "markers":  # a name each, of the channels with a rate
        shown, pairs = drawn(item)[0]["y"], dict(zip(trace["y"], trace["x"], strict=True))
        rows = [row for row in behind["rows"] if row["label"] in shown]
        return {key for key in keys if pairs == {row["label"]: row[key] for row in rows if row[key] is not None}}
    below = [None if value is None else -value for value in trace["y"]]
    return {key for key in keys if [row[key] for row in behind["rows"]] in (trace["y"], below)}


@BOARDS
@pytest.mark.parametrize("name", SPANS)
@pytest.mark.parametrize("channel", [None, "card", "group"])
def test_every_chart_shows_the_values_of_its_table(
    shop: Database, board: Board, name: str, channel: str | None
) -> None:
    """Each trace a column, no two the same one; only the churn chart draws two lines that are no column."""
    for item in plain(view(shop, board, span(SPANS[name]), channel=channel)):
        traces = drawn(item)
        if item["key"] == "churn":
            even, line, _ = traces
            assert line["line"]["color"] == "var(--series-main)"
            assert even["line"]["dash"] == "dot"
            traces = [line]
        shown = [columns_shown(trace, item) for trace in traces]
        assert all(shown), (item["key"], [trace["name"] for trace in traces])
        assert len(set().union(*shown)) >= len(traces), item["key"]


def test_the_compared_and_the_even_line_of_churn_are_what_they_say(shop: Database) -> None:
    month = view(shop, GROWTH, span("2024-03-01..2024-03-20"))
    (item,) = (item for item in plain(month) if item["key"] == "churn")
    even, line, before = drawn(item)
    assert even["y"] == [float(rounded(Fraction(5 * day, 3100), "rate") or 0) for day in range(1, 21)]
    (february,) = (item for item in plain(view(shop, GROWTH, span("2024-02-01..2024-02-20"))) if item["key"] == "churn")
    assert before["y"] == drawn(february)[1]["y"]
    assert before["x"] == line["x"]


def limits_of(item: Row) -> Iterator[tuple[float, Row, list[Row]]]:
    """Yield each limit of a chart with the line that it is for and the areas between them."""
    for shape in item["figure"]["layout"].get("shapes", ()):
        if shape["line"].get("dash") == "dash":
            on = shape.get("yref", "y")
            alike = [trace for trace in item["figure"]["data"] if trace.get("yaxis", "y") == on]
            (line,) = (trace for trace in drawn(item) if trace in alike and "symbol" in trace.get("marker", {}))
            yield shape["y0"], line, [trace for trace in alike if is_area(trace)]


def seconds(moment: str) -> float:
    """Return a place on a time axis as a number."""
    return datetime.fromisoformat(moment).timestamp()


def joined(x: list[str], item: Row) -> list[bool]:
    """Say of each point whether a line leads to it: month-to-date figures begin anew with each month."""
    return [place > 0 and (item["key"] != "churn" or x[place][:7] == x[place - 1][:7]) for place in range(len(x))]


@BOARDS
@pytest.mark.parametrize("name", ["month", "running", "weeks", "months", "long"])
@pytest.mark.parametrize("unit", ["co", "east"])
def test_every_limit_is_marked_where_it_is_crossed(shop: Database, board: Board, name: str, unit: str) -> None:
    """Points above are diamonds within an area; its edges are where straight lines between points meet the limit."""
    for item in plain(view(shop, board, span(SPANS[name]), unit=unit)):
        for limit, line, filled in limits_of(item):
            x, y = line["x"], line["y"]
            over = [value is not None and value > limit for value in y]
            assert line["marker"]["symbol"] == ["diamond" if hit else "circle" for hit in over]
            assert [color == "var(--bad)" for color in line["marker"]["color"]] == over
            edges = {
                seconds(place): value for area in filled for place, value in zip(area["x"], area["y"], strict=True)
            }
            assert all(value >= limit for value in edges.values())
            tops = {
                place for area in filled for place, value in zip(area["x"], area["y"], strict=True) if value > limit
            }
            assert tops == {place for place, hit in zip(x, over, strict=True) if hit}
            for place, leads in enumerate(joined(x, item)):
                if leads and None not in y[place - 1 : place + 1] and over[place] != over[place - 1]:
                    (low, high), (start, end) = y[place - 1 : place + 1], map(seconds, x[place - 1 : place + 1])
                    moment = start + (limit - low) / (high - low) * (end - start)
                    assert any(abs(moment - at) < 61 for at in edges), (item["key"], x[place])


def test_a_limit_that_is_crossed_up_and_down_fills_what_lies_above_it() -> None:
    days = [date(2024, 1, 30 + n) if n < 2 else date(2024, 2, n - 1) for n in range(6)]
    values = [Decimal(n) for n in (2, 6, 7, 3, 8, 9)]
    up_and_down, last = areas(days, values, Decimal(4))
    assert up_and_down["x"][:2] == ["2024-01-30T12:00", "2024-01-31"]  # 4 lies half way from 2 to 6
    assert up_and_down["x"][3] == "2024-02-01T18:00"  # and three quarters of the way from 7 to 3
    assert up_and_down["y"] == [4, 6, 7, 4, 4, 4]
    assert last["x"][0] == "2024-02-02T04:48"
    anew = areas(days, values, Decimal(4), restarts=[2])
    assert [area["x"][0] for area in anew] == ["2024-01-30T12:00", "2024-02-01", "2024-02-02T04:48"]
    assert areas(days, [None, Decimal(9), None, *values[3:4], None, None], Decimal(4))[0]["y"] == [9, 4, 4]


@BOARDS
@pytest.mark.parametrize("unit", ["co", "east", "west"])
def test_a_channel_has_the_colour_of_its_slot_wherever_it_is_shown(shop: Database, board: Board, unit: str) -> None:
    with shop.read() as session:
        slots = {row.code: row.color_slot for row in channels.load(session).values()}
    seen = set()
    for name in ("month", "weeks"):
        shown = view(shop, board, span(SPANS[name]), unit=unit)
        for item in plain(shown):
            keys = [column["key"] for column in item["table"]["columns"]]
            for trace, key in zip(drawn(item), keys, strict=False):
                if key in slots:
                    color = f"var(--c-{slots[key]})" if slots[key] else "var(--series-prev)"
                    assert trace["marker"]["color"] == color
                    seen.add(key)
        names = {row.label.zh: row.slot for item in shown.panels if item.table for row in item.table.rows}
        for code, slot in slots.items():  # channels are named by their codes here
            assert names.get(code, slot) == slot
            seen |= {code} & set(names)
    assert seen


@BOARDS
@pytest.mark.parametrize("name", ["month", "weeks", "months"])
def test_boards_speak_english_throughout(shop: Database, board: Board, name: str) -> None:
    speak(Language.EN)
    try:
        shown = to_json(as_plain(view(shop, board, span(SPANS[name])), Language.EN)).decode()
    finally:
        speak(Language.ZH)
    assert re.findall("[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]+", shown) == []


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


@pytest.mark.parametrize("days", ["2024-03-20..2024-03-20", "2024-03-01..2024-03-20", "2023-01-01..2024-03-31"])
def test_ticks_of_push_churn_all_differ_and_hold_its_line_and_limit(shop: Database, days: str) -> None:
    (item,) = (item for item in plain(view(shop, SALES, span(days))) if item["key"] == "push_efficiency")
    axis = item["figure"]["layout"]["yaxis3"]
    assert 2 <= len(set(axis["ticktext"])) == len(axis["ticktext"]) <= 3
    assert [float(text.rstrip("%")) for text in axis["ticktext"]] == pytest.approx([v * 100 for v in axis["tickvals"]])
    (line,) = (trace for trace in drawn(item) if trace.get("yaxis") == "y3")
    values = [value for value in line["y"] if value is not None]
    assert axis["range"][0] < min(values)
    assert axis["range"][1] > max(*values, 0.002 if "03-20" in days else 0)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (("0.5812", "0.6347"), ["58%", "60%", "62%", "64%"]),
        (("0.6", "0.6"), ["60%", "60.01%"]),
        (("0.0021", "0.0034"), ["0.2%", "0.25%", "0.3%", "0.35%"]),
        (("0", "1"), ["0%", "50%", "100%"]),
    ],
)
def test_a_cut_axis_begins_at_a_round_percent_below_its_values(values: tuple[str, str], words: list[str]) -> None:
    low, high = map(Decimal, values)
    ticks = cut_ticks([high, low])
    assert [percent(tick) for tick in ticks] == words
    assert ticks[0] <= low <= high <= ticks[-1]
