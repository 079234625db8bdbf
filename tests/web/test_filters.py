"""The filter bar: what is asked stands in the address, and what cannot be asked is said in a sentence."""

from datetime import date, datetime
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from app.domain.period import Period
from app.web.presets import preset, step
from tests.page import Node
from tests.served import NOW, Frozen, Site

AT = "/growth?unit=article&from=2023-05-01&to=2023-05-07"


def query(href: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(href).query).items()}


def bar(page: Node) -> Node:
    return page.one("div", "filter-lines")


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
        ("2024-03-03", "30d", "2024-02-02", "2024-03-02"),
        ("2023-10-11", "week", "2023-10-09", "2023-10-11"),
        ("2023-10-09", "week", "2023-10-02", "2023-10-08"),
        ("2023-10-09", "quarter", "2023-10-01", "2023-10-09"),
        ("2023-10-01", "quarter", "2023-07-01", "2023-09-30"),
        ("2023-10-09", "year", "2023-01-01", "2023-10-09"),
        ("2024-01-01", "year", "2023-01-01", "2023-12-31"),
    ],
)
def test_presets_end_yesterday_but_what_runs_is_shown_until_today(today: str, name: str, first: str, last: str) -> None:
    assert preset(name, date.fromisoformat(today)) == Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("first", "last", "before", "after"),
    [
        ("2023-10-01", "2023-10-09", ("2023-09-01", "2023-09-30"), None),
        ("2023-09-01", "2023-09-30", ("2023-08-01", "2023-08-31"), ("2023-10-01", "2023-10-09")),
        ("2023-07-01", "2023-09-30", ("2023-04-01", "2023-06-30"), ("2023-10-01", "2023-10-09")),
        ("2022-01-01", "2022-12-31", ("2021-01-01", "2021-12-31"), ("2023-01-01", "2023-10-09")),
        ("2023-10-02", "2023-10-08", ("2023-09-25", "2023-10-01"), ("2023-10-09", "2023-10-09")),
        ("2023-10-08", "2023-10-08", ("2023-10-07", "2023-10-07"), ("2023-10-09", "2023-10-09")),
        ("2023-03-03", "2023-03-12", ("2023-02-21", "2023-03-02"), ("2023-03-13", "2023-03-22")),
        ("2000-01-01", "2000-01-01", None, ("2000-01-02", "2000-01-02")),
    ],
)
def test_a_step_goes_to_the_range_of_the_same_length(
    first: str, last: str, before: tuple[str, str] | None, after: tuple[str, str] | None
) -> None:
    shown = Period(date.fromisoformat(first), date.fromisoformat(last))
    for way, wanted in ((-1, before), (1, after)):
        found = step(shown, way, date(2023, 10, 9))
        assert (None if found is None else (f"{found.first}", f"{found.last}")) == wanted


@pytest.mark.parametrize("path", ["/growth", "/sales"])
def test_a_board_opens_at_this_month_of_the_first_unit(reading: Site, path: str) -> None:
    filters = bar(reading.page(path))
    assert filters.one("input", name="from")["value"] == "2023-10-01"
    assert filters.one("input", name="to")["value"] == "2023-10-09"
    assert filters.one("select", name="unit").one("option", selected="")["value"] == "luopan"
    presets = filters.one("nav", aria_label="快捷日期").all("a")
    assert [(a.text, a.attrs.get("aria-current")) for a in presets] == [
        *((name, None) for name in ("昨日", "近7天", "近30天", "本周")),
        ("本月", "true"),
        *((name, None) for name in ("上月", "本季", "今年")),
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
    given = {**kept, "compare": "last_year", "from": "2023-05-01", "to": "2023-05-07"}
    assert fields == {**given, "grain": "", "by": ""}
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


def test_days_of_two_names_are_called_as_they_were_asked_for(reading: Site) -> None:
    for name, label in (("month", "本月"), ("quarter", "本季"), ("week", "本周"), ("7d", "近7天")):
        current = (
            bar(reading.page(f"/growth?range={name}")).one("nav", aria_label="快捷日期").one("a", aria_current="true")
        )
        assert current.text == label


def test_the_form_sends_the_name_of_a_preset_until_days_are_typed_over_it(reading: Site) -> None:
    for path in ("/growth", "/sales", "/recounts"):
        form = reading.page(f"{path}?unit=article&range=7d").one("form", action=path, data_auto="")
        sent = {name: value for name, value in form.fields().items() if value}
        assert (sent["range"], sent["from"], sent["to"]) == ("7d", "2023-10-02", "2023-10-08")
        for first, kept in (("2023-10-02", "7d"), ("2023-10-01", None)):
            page = reading.page(f"{path}?{urlencode({**sent, 'from': first})}")
            again = page.one("form", action=path, data_auto="").fields()
            assert (again.get("range"), again["from"], again["to"]) == (kept, first, "2023-10-08")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("from=never", "日期格式应为 YYYY-MM-DD"),
        ("from=2023-05-01&to=2023-02-30", "日期格式应为 YYYY-MM-DD"),
        ("from=2023-05-08&to=2023-05-07", "开始日期晚于结束日期"),
        ("from=1999-12-31", "日期格式应为 YYYY-MM-DD"),
        ("unit=nowhere", "没有这个单元：nowhere"),
        ("unit=article&channel=nowhere", "没有这个渠道：nowhere"),
        ("range=always", "range 只能是 yesterday, 7d, 30d, week, month, last_month, quarter, year"),
        ("compare=never", "compare 只能是 previous, last_year, target"),
        ("grain=quarter", "grain 只能是 day, week, month"),
        ("by=sex", "by 只能是 channel, unit, customer_kind"),
        ("kind=old", "kind 只能是 new, first_repeat, second_repeat, loyal"),
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


def test_friends_are_not_known_by_customer_kind(reading: Site) -> None:
    assert "这个看板不能这样拆分" in reading.page("/growth?by=customer_kind", 422).one("div", "state").text
    assert "by=customer_kind" not in str([option["value"] for option in bar(reading.page("/growth")).all("option")])
    assert bar(reading.page("/growth")).all("select", name="kind") == []


@pytest.mark.parametrize(
    ("asked", "labels"),
    [
        ("grain=day&from=2023-05-01&to=2023-05-03", ["5月1日 周一", "5月2日 周二", "5月3日 周三"]),
        ("grain=week&from=2023-05-03&to=2023-05-16", ["5/3–5/7", "5/8–5/14", "5/15–5/16"]),
        ("grain=month&from=2023-04-20&to=2023-05-07", ["2023年4月仅 4/20–4/30", "2023年5月仅 5/1–5/7"]),
        ("grain=month&from=2023-09-01&to=2023-10-09", ["2023年9月", "2023年10月未完"]),
        ("from=2023-10-08&to=2023-10-09", ["10月8日 周日", "10月9日 周一未完"]),
    ],
)
def test_periods_are_as_long_as_asked_and_say_where_they_are_not_whole(
    reading: Site, asked: str, labels: list[str]
) -> None:
    rows = reading.page(f"/growth?unit=article&{asked}").one("table", id="data-daily").one("tbody").all("tr")
    assert [row.one("th").text.replace(" 仅", "仅").replace(" 未完", "未完") for row in rows] == labels


def test_a_grain_that_gives_too_many_rows_is_made_coarser_and_that_is_said(reading: Site) -> None:
    page = reading.page("/growth?unit=article&grain=day&from=2022-01-01&to=2023-10-09")
    assert "范围较长，改为按周显示" in page.one("main").text
    assert bar(page).one("select", name="grain").one("option", selected="")["value"] == "day"
    assert "范围较长" not in reading.page("/growth?unit=article&grain=day&from=2023-01-01&to=2023-10-09").text


def test_cards_beside_their_target_say_how_it_stands_or_why_there_is_none(reading: Site) -> None:
    """The article's September: 891,429 pushes are no card, 470,553 of old customers are."""
    month = reading.page("/sales?unit=article&compare=target&from=2023-09-01&to=2023-09-30").one("dl", "kpis")
    old = next(card for card in month.all("div", "kpi") if "老客营收" in card.text)
    assert "未完成" in old.text
    assert "目标 470,553.00，完成 90.88%" in old.text
    assert "没有设定目标" in month.text
    for days in ("from=2023-09-02&to=2023-09-30", "from=2023-09-01&to=2023-09-29"):
        cut = reading.page(f"/sales?unit=article&compare=target&{days}").one("dl", "kpis")
        assert cut.text.count("目标按月设定，所选日期不是整月") == 6
    both = reading.page("/sales?unit=article&compare=target&from=2023-08-01&to=2023-09-30").one("dl", "kpis").text
    assert "2023-08 没有目标" in both
    assert "比率的目标只看单个月" in both


def test_rows_lead_to_what_they_are_about(reading: Site) -> None:
    at = "/growth?unit=luopan&from=2023-08-01&to=2023-09-30&grain=month&compare=last_year&by=channel"
    page = reading.page(at.replace("luopan", "article"))
    kept = {"unit": "article", "compare": "last_year", "by": "channel"}
    heads = page.one("table", id="data-daily").one("tbody").all("th")
    month = heads[1].one("a")
    assert query(month["href"]) == {**kept, "from": "2023-09-01", "to": "2023-09-30"}
    channel = next(link for link in page.one("table", id="data-groups").all("a") if "包裹卡" in link.text)
    assert query(channel["href"]).items() >= {**kept, "channel": "parcel_card", "grain": "month"}.items()
    unit = reading.page("/growth?unit=luopan&by=unit").one("main")
    assert "分单元" in unit.text


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
