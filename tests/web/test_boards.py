"""The figures of the source article stand on the pages, to the printed digit."""

import json
from decimal import Decimal
from pathlib import Path

import plotly.graph_objects as go
import pytest

from tests.page import Node
from tests.served import UNIT, Site, put
from tests.small import sale

ORACLE = json.loads((Path(__file__).parent.parent / "oracle.json").read_text(encoding="utf-8"))
MAY = ORACLE["growth_may_2023"]
SEPTEMBER = {line["metric"]: line for line in ORACLE["targets_sep_2023"]["expect"]}
GROWTH = "/growth?unit=article&from=2023-05-01&to=2023-05-07"
TARGETS = "/targets?unit=article&month=2023-09"


def tracked(page: Node) -> dict[str, list[str]]:
    """Return the rows of the table of targets by their names."""
    rows = page.one("section", aria_labelledby="title-targets").one("table").cells()
    return {row[0]: row[1:] for row in rows[1:] if len(row) == 9}


def daily(page: Node) -> dict[str, list[Node]]:
    """Return the cells of the daily growth report by the day of their row."""
    rows = page.one("table", id="data-daily").one("tbody").all("tr")
    return {row.one("th").text.split()[0]: row.all("td") for row in rows}


def yuan(text: str) -> str:
    return f"{Decimal(text):,.2f}"


def test_the_targets_page_shows_the_figures_of_the_article(reading: Site) -> None:
    rows = tracked(reading.page(TARGETS))
    lines = {
        "包裹卡·加粉率": ["14.78%", "9.73%", "65.82%", "7.52%", "升 29.40%"],
        "新客首单客单价": ["30.00", "24.71", "82.36%"],
        "老客营收": ["470,553.00", "427,630.00", "90.88%", "213,740.00", "升 100.07%"],
        "推送量": ["891,429", "2,321,593", "260.43%"],
        "推送流失率": ["≤ 0.21%", "1.03%", "超 0.82pp"],
        "现好友数": ["218,262", "213,601", "97.86%", "215,086", "降 0.69%"],
        "流失率": ["≤ 5.00%", "2.57%", "余 2.43pp"],
    }
    assert len(rows) == len(lines)
    for name, expected in lines.items():
        assert rows[name][: len(expected)] == expected, name


def test_those_figures_are_the_ones_of_the_oracle(reading: Site) -> None:
    text = reading.page(TARGETS).one("section", aria_labelledby="title-targets").text
    for metric, line in SEPTEMBER.items():
        for key in ("completion_pct", "actual_pct", "previous_pct"):
            if key in line:
                assert f" {line[key]}%" in f" {text}", f"{metric} {key}"
        if "change_pct" in line:
            assert f" {line['change_pct'].removeprefix('-')}%" in text, metric


def test_limits_and_misses_of_a_closed_month_are_told_in_words(reading: Site) -> None:
    page = reading.page(TARGETS)
    rows = {label: cells[-1] for label, cells in tracked(page).items()}
    assert rows["推送流失率"] == "超限"
    assert rows["流失率"] == "达标"
    assert rows["推送量"] == "已完成"
    assert rows["现好友数"] == rows["老客营收"] == "未完成"
    bar = page.one("section", "month-bar").text
    assert "时间进度 100.00% 30 / 30 天" in bar
    assert "完成或达标 2" in bar
    assert "未完成或超限 5" in bar


def test_a_limit_that_is_just_broken_is_not_said_to_be_broken_by_nothing(site: Site) -> None:
    push = {"day": "2023-10-02", "unit": UNIT, "touchpoint": "sms", "pushes": 1_000_000, "push_losses": 2_229}
    put(site.database, "pushes", [push])
    goal = {"month": "2023-10", "unit": UNIT, "metric": "push_loss_rate", "channel": None, "customer_kind": None}
    put(site.database, "targets", [{**goal, "value": "0.0022"}])
    row = tracked(site.page(f"/targets?unit={UNIT}&month=2023-10"))["推送流失率"]
    assert row[:3] == ["≤ 0.2200%", "0.2229%", "超 0.0029pp"]


def test_the_growth_page_shows_the_week_of_the_article(reading: Site) -> None:
    rows = daily(reading.page(GROWTH))
    expect = MAY["expect"]
    assert list(rows) == [f"5月{n}日" for n in range(1, 8)]
    for index in range(7):
        text = " ".join(cell.text for cell in rows[f"5月{index + 1}日"])
        for figure in (
            f"{MAY['adds'][index]}",
            f"{MAY['losses'][index]}",
            f"{expect['friends_cumulative'][index]:,}",
            f"{expect['friends_current'][index]:,}",
            f"{expect['retention_total_pct'][index]}%",
            f"{expect['churn_month_to_date_pct'][index]}%",
        ):
            assert f" {figure} " in f" {text} ", f"{figure} on day {index + 1}: {text}"
    assert (expect["retention_total_pct"][0], expect["retention_total_pct"][-1]) == ("31.33", "30.83")


def test_the_fourth_of_may_is_the_first_day_over_the_limit(reading: Site) -> None:
    rows = daily(reading.page(GROWTH))
    over = {label for label, cells in rows.items() if any("hit" in cell.classes for cell in cells)}
    assert over == {"5月4日", "5月5日", "5月6日", "5月7日"}
    first = [label for label, cells in rows.items() if any("首次超阈值" in cell.text for cell in cells)]
    assert first == ["5月4日"]
    (cell,) = (cell for cell in rows["5月4日"] if "hit" in cell.classes)
    assert cell.text == "超限 6.45%"


def test_the_cards_of_growth_say_where_the_week_ended(reading: Site) -> None:
    strip = reading.page(GROWTH).one("dl", "kpis").text
    for figure in ("1,440 人", "33,214 人", "10,240 人", "30.83%", "12.00%", "阈值 5.00%", "超 7.00pp", "超阈值"):
        assert figure in strip, figure


def test_the_sales_page_shows_what_september_sold(reading: Site) -> None:
    page = reading.page("/sales?unit=article&from=2023-09-01&to=2023-09-30")
    text = page.one("main").text
    for figure in (yuan("501749.50"), "3,000"):
        assert figure in text, figure
    assert page.one("select", name="unit").one("option", selected="").text.strip() == "文章案例"


def test_a_running_month_shows_where_time_stands(site: Site) -> None:
    put(site.database, "targets", [{"month": "2023-10", "unit": "article", "metric": "gmv", "value": "1000"}])
    page = site.page("/targets?unit=article")
    assert page.one("div", "month-nav").one("b").text == "2023年10月"
    bar = page.one("section", "month-bar").text
    assert "时间进度 29.03% 9 / 31 天" in bar  # today counts as elapsed
    assert "落后 0" in bar
    assert [a["href"][-7:] for a in page.one("div", "month-nav").all("a")] == ["2023-09", "2023-11"]
    assert "无数据" in page.one("section", aria_labelledby="title-targets").text


@pytest.mark.parametrize(
    "path",
    [GROWTH, "/sales?unit=article&from=2023-09-01&to=2023-09-30", "/growth?unit=article&from=2022-01-01&to=2023-09-30"],
)
def test_figures_are_what_plotly_takes_and_stand_beside_their_numbers(reading: Site, path: str) -> None:
    page = reading.page(path)
    scripts = [script for script in page.all("script") if "data-fig" in script.attrs]
    assert len(scripts) >= 3
    for script in scripts:
        figure = json.loads(script.raw)
        go.Figure(data=figure["data"], layout=figure["layout"])
        plot = page.one("div", id=script["data-fig"])
        assert plot["role"] == "img"
        assert len(plot["aria-label"]) > 3
        key = script["data-fig"].removeprefix("fig-")
        toggles = page.all("button", aria_controls=f"box-{key}")
        assert len(toggles) == len(page.one(id=f"box-{key}").all("table"))


def test_days_without_numbers_are_named_and_lead_to_the_form(site: Site) -> None:
    for day in ("2023-05-01", "2023-05-07"):
        put(site.database, "friends", [{"day": day, "unit": "ecommerce", "channel": "video", "adds": 1}])
    page = site.page("/growth?unit=luopan&from=2023-05-01&to=2023-05-07")
    line = page.one("div", "banner")
    assert "合计暂不含" in line.text
    assert "数据完整度 28.57%（2 / 7 单元日）" in line.text
    assert "电商私域组 5 天" in line.text
    assert line.one("a")["href"] == "/entry"
    assert "数据完整度 100.00%" in site.page(GROWTH).one("div", "filter-row").text


def test_a_change_from_a_period_without_data_does_not_blame_the_filters(reading: Site) -> None:
    page = reading.page("/sales?unit=article&from=2022-01-01&to=2023-10-09")
    for key in ("bridge", "bridge_customers"):
        card = page.one("section", aria_labelledby=f"title-{key}")
        assert "对比期没有数据，无法拆分变化" in card.one("div", "state").text
        assert "清除筛选" not in card.text


def test_the_table_behind_a_change_that_is_a_total_only_is_not_said_to_be_empty(site: Site) -> None:
    goal = {"month": "2023-09", "unit": UNIT, "metric": "gmv", "channel": None, "customer_kind": None}
    put(site.database, "targets", [{**goal, "value": "388"}])
    put(site.database, "sales", [sale("2023-09-04", UNIT, ("sms", None, "new"), "400.00")])
    page = site.page(f"/sales?unit={UNIT}&compare=target&from=2023-09-01&to=2023-09-30")
    table = page.one("table", id="data-bridge")
    assert "没有数据" not in table.text
    assert "388.00" in table.one("tfoot").text
