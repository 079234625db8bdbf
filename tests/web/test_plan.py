"""目标: a month's targets are set in the units that people speak of, and stand there again."""

import pytest

from app.domain.facts import TARGETS
from app.domain.roles import Role
from app.metrics.catalog import CATALOG
from tests.served import OTHER, UNIT, Site, put, shown

AT = f"/plan?unit={UNIT}&month=2023-10"
TYPED = {
    "friends_added.-.-.value": "4,000",
    "gmv.-.-.value": "470,553.5",
    "add_rate.-.-.value": "14.779",
    "add_rate.parcel_card.-.value": "15%",
    "churn_rate.-.-.value": "0",
}
SHOWN = {
    "friends_added.-.-.value": "4000",
    "gmv.-.-.value": "470553.50",
    "add_rate.-.-.value": "14.779",
    "add_rate.parcel_card.-.value": "15",
    "churn_rate.-.-.value": "0",
}


def values(site: Site, at: str = AT) -> dict[str, str]:
    """Return the targets that stand in the form."""
    cells = site.page(at).one("form", id="grid-form").all("input", type="text")
    return {cell["name"]: cell["value"] for cell in cells if cell["value"]}


def test_counts_yuan_percent_and_splits_are_saved_and_stand_there_again(site: Site) -> None:
    assert values(site) == {}
    answer = site.fill_in(AT, TYPED)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{AT}&saved=1")
    page = site.page(answer.headers["location"])
    assert "已保存" in page.one("div", "banner").text
    assert "ada" in page.one("div", "savebar").text
    assert values(site) == SHOWN
    before = site.stored(TARGETS)
    assert site.fill_in(AT, {}).status_code == site.fill_in(AT, TYPED).status_code == 303
    assert site.stored(TARGETS) == before
    assert values(site, f"/plan?unit={OTHER}&month=2023-10") == {}
    assert values(site, f"/plan?unit={UNIT}&month=2023-11") == {}


def test_every_metric_can_have_a_target_and_names_its_unit(site: Site) -> None:
    page = site.page(AT)
    cells = {cell["name"]: cell for cell in page.one("form", id="grid-form").all("input", type="text")}
    assert {name.partition(".")[0] for name in cells} == set(CATALOG)
    for name, cell in cells.items():
        assert cell["data-unit"] == CATALOG[name.partition(".")[0]].unit
    assert {name for name in cells if name.startswith("add_rate.")} >= {"add_rate.video.-.value", "add_rate.-.-.value"}
    assert "≤ 月流失率" in page.one("form", id="grid-form").text


def test_one_target_is_cleared_and_the_others_stay(site: Site) -> None:
    site.fill_in(AT, TYPED)
    assert site.fill_in(AT, {"gmv.-.-.value": "", "add_rate.parcel_card.-.value": " "}).status_code == 303
    kept = {name: text for name, text in SHOWN.items() if not name.startswith(("gmv", "add_rate.parcel"))}
    assert values(site) == kept
    board = site.page(f"/targets?unit={UNIT}&month=2023-10")
    names = [row[0] for row in board.one("section", aria_labelledby="title-targets").one("table").cells()]
    assert not {"GMV", "包裹卡·加粉率"} & set(names)
    assert {"新增好友", "加粉率", "流失率"} <= set(names)
    assert site.fill_in(AT, {"gmv.-.-.value": "1"}).status_code == 303
    assert values(site) == {**kept, "gmv.-.-.value": "1.00"}


def test_a_split_that_is_used_has_a_row_this_month_and_the_next(site: Site) -> None:
    split = {"month": "2023-10", "unit": UNIT, "metric": "gmv", "channel": "sms", "customer_kind": "new", "value": "10"}
    put(site.database, "targets", [split])
    for month in ("2023-10", "2023-11"):
        page = site.page(f"/plan?unit={UNIT}&month={month}")
        cell = page.one("input", name="gmv.sms.new.value")
        assert cell["value"] == ("10.00" if month == "2023-10" else "")
        assert "短信召回 · 新客 · GMV" in cell["aria-label"]
    assert not site.page(f"/plan?unit={UNIT}&month=2023-12").all("input", name="gmv.sms.new.value")
    assert site.fill_in(AT, {"gmv.sms.new.value": "11"}).status_code == 303
    assert values(site) == {"gmv.sms.new.value": "11.00"}


def test_beside_a_target_stand_last_months_target_and_what_was_reached(site: Site) -> None:
    page = site.page("/plan?unit=article&month=2023-10")
    rows = {row.one("th").text: [cell.text for cell in row.all("td", "der")] for row in page.one("tbody").all("tr")}
    assert rows["老客营收"] == ["470,553.00", "427,630.00"]
    assert rows["包裹卡 · 加粉率"] == ["14.78%", "9.73%"]
    assert rows["现好友数"] == ["218,262", "213,601"]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("friends_added.-.-.value", "-1", "不能小于 0"),
        ("friends_added.-.-.value", "1.5", "小数位数过多"),
        ("friends_added.-.-.value", "很多", "请填数字"),
        ("gmv.-.-.value", "1.005", "小数位数过多"),
        ("gmv.-.-.value", "99999999999999", "数值过大"),
        ("add_rate.-.-.value", "-5%", "不能小于 0"),
        ("add_rate.-.-.value", "12.345678901234", "小数位数过多"),
        ("add_rate.-.-.value", "NaN", "请填数字"),
        ("add_rate.-.-.value", "1e999999999", "请填数字"),
        ("add_rate.-.-.value", "1e5", "请填数字"),
        ("add_rate.-.-.value", "9" * 20, "数值过大"),
        ("add_rate.parcel_card.-.value", "1%%", "请填数字"),
    ],
)
def test_a_bad_target_is_named_and_nothing_is_half_saved(site: Site, name: str, text: str, message: str) -> None:
    before = site.stored(TARGETS)
    page = shown(site.fill_in(AT, {name: text, "orders.-.-.value": "5"}), 422)
    cell = page.one("input", aria_invalid="true")
    assert (cell["name"], cell["value"]) == (name, text)
    assert message in page.one(id=cell["aria-describedby"]).text
    assert page.one("input", name="orders.-.-.value")["value"] == "5"
    assert page.one("div", "problems").one("a")["href"] == f"#{name}"
    assert site.stored(TARGETS) == before


def test_a_stale_plan_is_kept_and_can_be_saved_again(site: Site) -> None:
    mine = site.page(AT)
    site.of("mo").fill_in(AT, {"gmv.-.-.value": "1"})
    page = shown(site.submit(mine, {"gmv.-.-.value": "2"}), 409)
    assert "已保留本页填写的内容" in page.one("div", "banner").text
    assert page.one("input", name="gmv.-.-.value")["value"] == "2"
    assert values(site) == {"gmv.-.-.value": "1.00"}
    assert site.submit(page, {}).status_code == 303
    assert values(site) == {"gmv.-.-.value": "2.00"}


def test_a_manager_sets_targets_and_an_operator_reads_them(site: Site) -> None:
    assert site.of("mo").fill_in(AT, {"gmv.-.-.value": "7"}).status_code == 303
    olga = site.of("olga")
    page = olga.page(AT)
    cell = page.one("input", name="gmv.-.-.value")
    assert cell["value"] == "7.00"
    assert "readonly" in cell.attrs
    shown(olga.post("/plan", {"unit": UNIT, "month": "2023-10", "gmv.-.-.value": "8"}), 403)
    boss = site.add_person("boss", Role.MANAGER, UNIT)
    shown(boss.post("/plan", {"unit": OTHER, "month": "2023-10", "gmv.-.-.value": "8"}), 403)
    assert values(site) == {"gmv.-.-.value": "7.00"}


@pytest.mark.parametrize("month", ["never", "2023-13", "2023-1", "1999-12", "2023-10-01"])
def test_a_bad_month_is_said_in_a_sentence(site: Site, month: str) -> None:
    for path in ("/plan", "/targets"):
        assert "月份格式应为 YYYY-MM" in site.page(f"{path}?unit={UNIT}&month={month}", 422).text
    shown(site.post("/plan", {"unit": UNIT, "month": month, "gmv.-.-.value": "8"}), 422)
    shown(site.post("/plan", {"unit": "nowhere", "month": "2023-10"}), 422)


def test_the_plan_opens_at_the_month_of_yesterday_and_steps_by_months(site: Site) -> None:
    page = site.page("/plan")
    assert page.one("h2", id="plan-title").text == "2023年10月目标"
    assert page.one("a", data_key="step-left")["href"] == "/plan?unit=luopan&month=2023-09"
    assert page.one("a", data_key="step-right")["href"] == "/plan?unit=luopan&month=2023-11"
    for month, around in {"2000-01": ["1999-12", "2000-02"], "2199-12": ["2199-11", "2200-01"]}.items():
        steps = [a["href"][-7:] for a in site.page(f"/plan?month={month}").all("a") if "aria-keyshortcuts" in a.attrs]
        assert steps == around
