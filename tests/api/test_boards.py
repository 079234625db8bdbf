"""The boards as JSON: every figure of the source article to the printed digit, and charts that Plotly can draw."""

import json
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

from app.domain.roles import Role
from app.settings import Settings
from tests.api.kit import TODAY, Api, Row, refused

ORACLE: Row = json.loads((Path(__file__).parent.parent / "oracle.json").read_text(encoding="utf-8"))
GROWTH, SEPTEMBER = ORACLE["growth_may_2023"], ORACLE["targets_sep_2023"]
MAY = {"unit": "article", "from": GROWTH["days"][0], "to": GROWTH["days"][-1]}
CODES = {"包裹卡": "parcel_card", None: None}
STATUS = {"over limit": "over_limit", "within limit": "within_limit"}
PANELS = {
    "growth": ["adds_losses", "churn", "stocks", "add_rates", "cohorts", "daily"],
    "sales": [
        *("gmv", "push_efficiency", "bridge", "bridge_customers", "touchpoint_days"),
        *("new_customers", "old_customers", "member_share", "push_returns", "daily"),
    ],
    "targets": ["targets"],
}
TARGET_FIELDS = {
    *("metric", "channel", "customer_kind", "target", "actual", "completion", "usage", "previous", "change", "points"),
    *("time_progress", "pace", "forecast", "status"),
}


def pct(rate: Decimal) -> str:
    """Return a rate as it is printed: percent, two decimals, halves away from zero."""
    return str((rate * 100).quantize(Decimal("0.01"), ROUND_HALF_UP))


def panels(board: Row) -> dict[str, Row]:
    return {panel["key"]: panel for panel in board["panels"]}


def test_every_figure_of_the_article_comes_out_of_boards_and_query(any_article: Api) -> None:
    growth_board(any_article)
    growth_query(any_article)
    target_board(any_article)


def growth_board(api: Api) -> None:
    """The week of May: 31.33% to 30.83%, and above 5% from the 4th on."""
    board = api.read("/boards/growth", **MAY)
    expected, rows = GROWTH["expect"], panels(board)["daily"]["table"]["rows"]
    assert [row["friends_added"] for row in rows] == GROWTH["adds"]
    assert [row["friends_lost"] for row in rows] == GROWTH["losses"]
    for stock in ("friends_cumulative", "friends_current"):
        assert [row[stock] for row in rows] == expected[stock]
    assert [pct(row["retention_total"]) for row in rows] == expected["retention_total_pct"]
    assert [pct(row["churn_rate_mtd"]) for row in rows] == expected["churn_month_to_date_pct"]
    above = [day for day, row in zip(GROWTH["days"], rows, strict=True) if row["churn_rate_mtd"] > Decimal("0.05")]
    assert above[0] == expected["first_day_above_5pct"]


def growth_query(api: Api) -> None:
    """The same by the metric query."""
    keys = "friends_cumulative,friends_current,retention_total,churn_rate_mtd"
    found = api.read("/metrics/query", metrics=keys, grain="day", **MAY)
    values, expected = [row["values"] for row in found["rows"]], GROWTH["expect"]
    assert [row["friends_cumulative"] for row in values] == expected["friends_cumulative"]
    assert [row["friends_current"] for row in values] == expected["friends_current"]
    assert [pct(row["retention_total"]) for row in values] == expected["retention_total_pct"]
    assert [pct(row["churn_rate_mtd"]) for row in values] == expected["churn_month_to_date_pct"]
    assert (found["total"]["values"], found["coverage"]) == (values[-1], 1)


def printed(row: Row, field: str, expected: Row) -> None:
    """Assert one printed figure of a target."""
    name = field.removesuffix("_pct")
    value = row["target" if name == "limit" else name]
    if field.endswith("_pct"):
        assert pct(value) == expected[field], field
    else:
        assert Decimal(value) == Decimal(expected[field]), field


def target_board(api: Api) -> None:
    """September: completion, change, and limits kept or not."""
    board = api.read("/boards/targets", unit="article", month="2023-09")
    rows = {row["metric"]: row for row in panels(board)["targets"]["table"]["rows"]}
    assert len(rows) == len(SEPTEMBER["expect"])
    for expected in SEPTEMBER["expect"]:
        row = rows[expected["metric"]]
        assert row["channel"] == CODES[expected.get("channel")]
        for field in expected.keys() - {"metric", "channel", "status"}:
            printed(row, field, expected)
        reached = row["completion"] is not None and row["completion"] >= 1
        status = STATUS[expected["status"]] if "status" in expected else "done" if reached else "missed"
        assert (row["status"], row["time_progress"]) == (status, 1)


def test_rows_of_targets_have_the_fields_of_the_contract(article: Api) -> None:
    board = article.read("/boards/targets", unit="article", month="2023-09")
    for row in panels(board)["targets"]["table"]["rows"]:
        assert row.keys() - {"label"} == TARGET_FIELDS
        assert (row["completion"] is None) == (row["usage"] is not None) == row["status"].endswith("_limit")
        assert row["forecast"] is None


def test_a_board_has_the_shape_of_the_contract(article: Api) -> None:
    for key, keys in PANELS.items():
        params = {"unit": "article", "month": "2023-09"} if key == "targets" else MAY
        board = article.read(f"/boards/{key}", **params)
        assert list(board) == ["board", "title", "scope", "coverage", "cards", "panels", "version"]
        assert board["board"] == key
        assert [panel["key"] for panel in board["panels"]] == keys
        for panel in board["panels"]:
            assert panel["title"]
            assert ("figure" if panel["kind"] == "chart" else "table") in panel
        assert board["scope"]["unit"] == "article"
        assert board["scope"]["today"] == str(TODAY)


def test_cards_carry_value_comparison_and_limit(article: Api) -> None:
    cards = {card["metric"]: card for card in article.read("/boards/growth", **MAY)["cards"]}
    assert (cards["friends_added"]["value"], cards["friends_added"]["compare"]) == (sum(GROWTH["adds"]), None)
    churn = cards["churn_rate_mtd"]
    assert (pct(churn["value"]), str(churn["limit"]), churn["status"]) == ("12.00", "0.05", "over_limit")
    september = {"unit": "article", "from": "2023-09-01", "to": "2023-09-30"}
    old = next(card for card in article.read("/boards/sales", **september)["cards"] if card["metric"] == "gmv_old")
    assert (old["value"], old["compare"]["value"], pct(old["compare"]["change"])) == (427_630, 213_740, "100.07")


def test_cards_stand_against_their_targets_where_that_is_asked_for(article: Api) -> None:
    september = {"unit": "article", "from": "2023-09-01", "to": "2023-09-30"}
    rows = panels(article.read("/boards/targets", unit="article", month="2023-09"))["targets"]["table"]["rows"]
    whole = {row["metric"]: row for row in rows if row["channel"] is None and row["customer_kind"] is None}
    seen = 0
    for key in ("growth", "sales"):
        board = article.read(f"/boards/{key}", **september, compare="target")
        assert board["scope"]["compare"] == "target"
        for card in board["cards"]:
            assert card["compare"] is None
            row = whole.get(card["metric"])
            assert ("aim" in card) == (row is not None), card["metric"]
            if row is not None:
                seen += 1
                assert card["aim"] == {"pace": None, **{name: row[name] for name in ("target", "completion", "status")}}
        assert not any("aim" in card for card in article.read(f"/boards/{key}", **september)["cards"])
    assert seen >= 2


@pytest.mark.parametrize(
    ("first", "last", "more"),
    [
        ("2023-05-01", "2023-05-07", {}),
        ("2023-05-04", "2023-05-04", {"compare": "last_year"}),
        ("2023-09-01", "2023-09-30", {"compare": "previous"}),
        ("2023-09-01", "2023-09-30", {"channel": "parcel_card"}),
        ("2023-09-01", "2023-09-30", {"channel": "unattributed_touchpoint"}),
        ("2023-04-01", "2023-10-31", {}),
        ("2021-01-01", "2023-12-31", {"compare": "last_year"}),
        ("2023-10-01", "2023-10-31", {}),
        ("2023-12-01", "2023-12-31", {}),
        ("2000-01-01", "2000-01-01", {}),
        ("2199-12-31", "2199-12-31", {"compare": "last_year"}),
    ],
    ids=str,
)
@pytest.mark.parametrize("board", ["growth", "sales"])
def test_every_figure_can_be_drawn(article: Api, board: str, first: str, last: str, more: Row) -> None:
    found = article.read(f"/boards/{board}", unit="article", from_=first, to=last, **more)
    for panel in found["panels"]:
        figure: Any = panel.get("figure")
        if figure is not None:
            plain = json.loads(json.dumps(figure, default=float))
            drawn = go.Figure(plain)
            assert len(drawn.data) == len(figure["data"]) > 0
            assert go.Layout(figure.get("narrow", {})) is not None


def test_charts_are_there_where_there_is_something_to_draw(article: Api) -> None:
    growth = panels(article.read("/boards/growth", **MAY))
    assert all(growth[key]["figure"]["data"] for key in ("adds_losses", "churn", "stocks"))
    sales = panels(article.read("/boards/sales", unit="article", from_="2023-09-01", to="2023-09-30"))
    assert all(sales[key]["figure"]["data"] for key in ("gmv", "push_efficiency", "new_customers", "old_customers"))


def test_a_board_grows_coarser_with_its_range(article: Api) -> None:
    first, lengths = date(2022, 1, 1), []
    for days in (62, 63, 400, 401):
        last = str(first + timedelta(days=days - 1))
        board = article.read("/boards/growth", unit="article", from_=str(first), to=last)
        lengths.append(len(panels(board)["daily"]["table"]["rows"]))
    assert lengths == [62, 10, 58, 14]


def test_the_longest_range_is_answered(article: Api) -> None:
    board = article.read("/boards/growth", unit="article", from_="2000-01-01", to="2199-12-31")
    assert board["scope"]["to"] == "2199-12-31"


def test_a_bad_parameter_of_a_board_is_named(article: Api) -> None:
    cases: tuple[tuple[str, Row, str], ...] = (
        ("growth", {"unit": "nowhere"}, "unit"),
        ("sales", {"channel": "nowhere"}, "channel"),
        ("growth", {"from": "2023-05-08"}, "from"),
        ("growth", {"to": "2023-5-8"}, "to"),
        ("sales", {"compare": "never"}, "compare"),
        ("targets", {"month": "2023-13"}, "month"),
        ("targets", {"month": "2023-09-01"}, "month"),
        ("targets", {"unit": "nowhere"}, "unit"),
    )
    for path, params, field in cases:
        good = {**MAY, "month": "2023-09"}
        refused(article.send("GET", f"/boards/{path}", params={**good, **params}), (None, field))


def test_a_board_names_what_it_misses(article: Api) -> None:
    for path, missing in (("growth", ["unit", "from", "to"]), ("targets", ["unit", "month"])):
        refused(article.get(f"/boards/{path}"), *((None, field) for field in missing))


def test_a_board_as_of_a_day_says_so_and_is_the_same_when_nothing_came_later(article: Api) -> None:
    """The case was entered on the day of this test; the board of a past day is computed as on that day."""
    entered = Settings().today()
    for path, params in (("growth", MAY), ("sales", MAY), ("targets", {"unit": "article", "month": "2023-09"})):
        now = article.read(f"/boards/{path}", **params)
        assert "as_of" not in now["scope"]
        then = article.read(f"/boards/{path}", **params, as_of=str(entered))
        assert then["scope"].pop("as_of") == then["scope"].pop("today") == str(entered)
        del now["scope"]["today"]
        assert then == now
        before = article.read(f"/boards/{path}", **params, as_of="2023-09-15")
        assert before["coverage"] is None
        assert not panels(before).get("targets", {"table": {"rows": ()}})["table"]["rows"]
        for day in (str(entered + timedelta(days=1)), "1999-12-31", "2023-02-30", "", "now"):
            refused(article.get(f"/boards/{path}", **params, as_of=day), (None, "as_of"))
    limited = article.of(Role.VIEWER, "ecommerce")
    assert limited.get("/boards/growth", **MAY, as_of=str(entered)).status_code == 403
