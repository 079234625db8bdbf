"""The filter bar: what is asked stands in the address, and what cannot be asked is said in a sentence."""

from datetime import date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from app.domain.period import Period
from app.web.filters import preset
from tests.page import Node
from tests.served import NOW, Frozen, Site

AT = "/growth?unit=article&from=2023-05-01&to=2023-05-07"


def query(href: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(href).query).items()}


def bar(page: Node) -> Node:
    return page.one("div", "filters")


@pytest.mark.parametrize(
    ("today", "name", "first", "last"),
    [
        ("2023-10-09", "yesterday", "2023-10-08", "2023-10-08"),
        ("2023-10-09", "7d", "2023-10-02", "2023-10-08"),
        ("2023-10-09", "month", "2023-10-01", "2023-10-09"),
        ("2023-10-09", "last_month", "2023-09-01", "2023-09-30"),
        ("2024-03-01", "month", "2024-02-01", "2024-02-29"),
        ("2024-03-01", "last_month", "2024-02-01", "2024-02-29"),
        ("2024-01-01", "yesterday", "2023-12-31", "2023-12-31"),
        ("2024-01-01", "month", "2023-12-01", "2023-12-31"),
        ("2024-01-02", "month", "2024-01-01", "2024-01-02"),
        ("2024-03-03", "7d", "2024-02-25", "2024-03-02"),
    ],
)
def test_presets_end_yesterday_but_this_month_runs_until_today(today: str, name: str, first: str, last: str) -> None:
    assert preset(name, date.fromisoformat(today)) == Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("path", ["/growth", "/sales"])
def test_a_board_opens_at_this_month_of_the_first_unit(reading: Site, path: str) -> None:
    filters = bar(reading.page(path))
    assert filters.one("input", name="from")["value"] == "2023-10-01"
    assert filters.one("input", name="to")["value"] == "2023-10-09"
    assert filters.one("select", name="unit").one("option", selected="")["value"] == "luopan"
    presets = filters.one("nav", aria_label="快捷日期").all("a")
    assert [(a.text, a.attrs.get("aria-current")) for a in presets] == [
        ("昨日", None),
        ("近7天", None),
        ("本月", "true"),
        ("上月", None),
    ]
    assert filters.one("nav", aria_label="对比").one("a", aria_current="true").text == "对比上期"


def test_every_link_of_the_bar_keeps_what_else_was_chosen(reading: Site) -> None:
    filters = bar(reading.page(f"{AT}&channel=unattributed_source&compare=last_year"))
    kept = {"unit": "article", "channel": "unattributed_source"}
    for link in filters.one("nav", aria_label="快捷日期").all("a"):
        assert query(link["href"]).items() >= {**kept, "compare": "last_year"}.items()
        assert "from" not in query(link["href"])
    for link in filters.one("nav", aria_label="对比").all("a"):
        assert query(link["href"]).items() >= {**kept, "from": "2023-05-01", "to": "2023-05-07"}.items()
    fields = filters.one("form", data_auto="").fields()
    assert fields == {**kept, "compare": "last_year", "from": "2023-05-01", "to": "2023-05-07"}
    assert (
        "method" not in filters.one("form", data_auto="").attrs or filters.one("form", data_auto="")["method"] == "get"
    )


def test_every_link_of_the_bar_shows_what_it_says(reading: Site) -> None:
    filters = bar(reading.page(AT))
    for nav in filters.all("nav"):
        for link in nav.all("a"):
            again = bar(reading.page(link["href"])).one("nav", aria_label=nav["aria-label"])
            assert again.one("a", aria_current="true").text == link.text


def test_a_chosen_channel_narrows_the_numbers(reading: Site) -> None:
    september = "/growth?unit=article&from=2023-09-01&to=2023-09-30"
    everybody = reading.page(september).one("dl", "kpis").text
    parcels = reading.page(f"{september}&channel=parcel_card")
    assert "4,043 人" in everybody
    assert "2,432 人" in parcels.one("dl", "kpis").text
    assert "4,043 人" not in parcels.one("dl", "kpis").text
    assert bar(parcels).one("select", name="channel").one("option", selected="").text == "包裹卡"
    groups = bar(parcels).one("select", name="channel").all("optgroup")
    assert [group["label"] for group in groups] == ["引流渠道", "成交触点"]


def test_a_comparison_with_last_year_is_named(site: Site) -> None:
    text = site.page(f"{AT}&compare=last_year").one("dl", "kpis").text
    assert text.count("较 2022/5/1–5/7") >= 4
    assert "较 4/1–4/7" in site.page(AT).one("dl", "kpis").text


def test_one_end_of_a_range_is_a_day(reading: Site) -> None:
    for asked in ("from=2023-05-04", "to=2023-05-04", "from=2023-05-04&to=2023-05-04"):
        filters = bar(reading.page(f"/growth?unit=article&{asked}")).one("form", data_auto="")
        assert (filters.one("input", name="from")["value"], filters.one("input", name="to")["value"]) == (
            "2023-05-04",
        ) * 2
    assert "2023/5/4" in filters.one("summary").text


def test_an_explicit_range_that_is_a_preset_lights_it_up(reading: Site) -> None:
    filters = bar(reading.page("/growth?from=2023-09-01&to=2023-09-30"))
    assert filters.one("nav", aria_label="快捷日期").one("a", aria_current="true").text == "上月"


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("from=never", "日期格式应为 YYYY-MM-DD"),
        ("from=2023-05-01&to=2023-02-30", "日期格式应为 YYYY-MM-DD"),
        ("from=2023-05-08&to=2023-05-07", "开始日期晚于结束日期"),
        ("from=1999-12-31", "日期格式应为 YYYY-MM-DD"),
        ("unit=nowhere", "没有这个单元：nowhere"),
        ("unit=article&channel=nowhere", "没有这个渠道：nowhere"),
        ("range=always", "range 只能是 yesterday, 7d, month, last_month"),
        ("compare=never", "compare 只能是 previous, last_year"),
        ("unit=%00", "没有这个单元"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(reading: Site, asked: str, sentence: str) -> None:
    for path in ("/growth", "/sales"):
        page = reading.page(f"{path}?{asked}", 422)
        state = page.one("div", "state")
        assert sentence in state.text
        assert page.one("nav", "side-nav")
        assert "编号" in page.one("p", "foot-note").text


@pytest.mark.parametrize(
    "asked", ["from=2000-01-01&to=2199-12-31", "from=2199-12-31", "from=2000-01-01", "from=2022-01-01&to=2023-09-30"]
)
def test_ranges_of_any_length_and_place_are_answered(reading: Site, asked: str) -> None:
    for path in ("/growth", "/sales"):
        compare = "last_year" if path == "/growth" else "previous"
        assert reading.get(f"{path}?unit=article&{asked}&compare={compare}").status_code == 200, path


def test_unknown_parameters_and_doubles_do_no_harm(reading: Site) -> None:
    assert reading.page(f"{AT}&utm_source=x&unit=article&page=2").one("h1").text == "用户增长"


def test_freshness_says_when_numbers_last_changed(site: Site) -> None:
    later = Site.on(site.database, Frozen(moment=datetime.now(NOW.tzinfo)))
    assert "今天" in later.page("/growth").one("span", "fresh").text
    assert "更新" in site.page("/growth").one("span", "fresh").text


def test_a_past_day_stays_chosen_until_one_goes_back_to_now(reading: Site) -> None:
    """The case was entered just now, so on any earlier day nothing of it was there."""
    for path in (f"{AT}&as_of=2023-05-05&channel=video", "/sales?range=month&as_of=2023-05-05"):
        page = reading.page(path)
        banner = page.one("main").all("div", "banner")[0]
        assert "按 2023年5月5日 收盘时的数据显示" in banner.text
        assert "as_of" not in query(banner.one("a")["href"])
        filters = bar(page)
        assert filters.one("form", data_auto="").fields()["as_of"] == "2023-05-05"
        links = [a["href"] for a in filters.all("a")]
        assert len(links) >= 8
        assert {query(href).get("as_of") for href in links} == {"2023-05-05"}
        assert page.one("dl", "kpis").text.count("—") >= 6
    month = bar(reading.page("/growth?as_of=2023-05-05")).one("form", data_auto="").fields()
    assert (month["from"], month["to"]) == ("2023-05-01", "2023-05-05")
    targets = reading.page("/targets?unit=article&as_of=2023-09-15")
    assert "时间进度 50.00% 15 / 30 天" in targets.one("section", "month-bar").text
    assert "还没有目标" in targets.one("main").text
    steps = [a["href"] for a in targets.one("div", "month-nav").all("a")]
    assert {query(href)["as_of"] for href in steps} == {"2023-09-15"}


@pytest.mark.parametrize("day", ["2023-10-10", "1999-12-31", "yesterday", "2023-02-30"])
def test_a_past_day_is_a_day_that_was(reading: Site, day: str) -> None:
    for path in ("/growth", "/targets", "/export/sales", "/export/targets"):
        assert reading.page(f"{path}?as_of={day}", 422)
