"""Somebody logs in, enters a day, and sees the three boards change."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched, Windows
from tests.served import PASSWORD, UNIT

pytestmark = pytest.mark.browser

DAY = "2023-10-08"
SALE = "official.unattributed_source.new"
RANGE = f"?unit={UNIT}&from=2023-10-01&to={DAY}"
DAYS = {
    "stock-counts": {"unit.cumulative": "31774", "unit.current": "10000"},
    "friends": {"video.reach": "1000", "video.adds": "90", "video.losses": "40", "douyin.adds": "10"},
    "sales": {f"{SALE}.gmv": "2471.05", f"{SALE}.orders": "100", f"{SALE}.buyers": "98"},
    "pushes": {"sms.pushes": "12000", "sms.push_cost": "600", "sms.push_losses": "24"},
}


def cards(page: Page) -> dict[str, str]:
    """Return the values of the KPI strip by their names."""
    names = page.locator("dl.kpis dt").all_inner_texts()
    shown = page.locator("dl.kpis dd.v").all_inner_texts()
    return {name.split()[0]: value for name, value in zip(names, shown, strict=True)}


def number(text: str) -> Decimal:
    found = re.search(r"[\d,]+(\.\d+)?", text)
    assert found, text
    return Decimal(found[0].replace(",", ""))


def target_row(window: Watched) -> list[str]:
    page = window.open(f"/targets?unit={UNIT}&month=2023-10")
    row = page.locator("section:has(#title-targets) tbody tr", has_text="新增好友")
    return [text.strip() for text in row.locator("td").all_inner_texts()]


TABS = {"stock-counts": "盘点", "friends": "好友", "sales": "销售", "pushes": "推送"}


def enter(page: Page, kind: str) -> None:
    """Choose a kind of fact, type its numbers and save them."""
    page.locator("nav.tabs a", has_text=TABS[kind]).click()
    for name, text in DAYS[kind].items():
        page.locator(f"[id='{name}']").fill(text)
    page.locator("[data-save]").click()
    expect(page.locator("[data-reason]")).to_contain_text("已保存")
    for name, text in DAYS[kind].items():
        expect(page.locator(f"[id='{name}']")).to_have_value(re.compile(rf"^{text}(\.00)?$"))


def test_a_day_is_entered_and_the_three_boards_change(windows: Windows) -> None:
    window = windows("")
    page = window.page
    window.open(f"/growth{RANGE}")
    expect(page).to_have_url(re.compile("/login"))
    page.get_by_label("账号").fill("ada")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page).to_have_url(f"{window.address}/growth{RANGE}")
    assert cards(page)["新增好友"] == cards(page)["现好友数"] == "—"
    assert cards(window.open(f"/sales{RANGE}"))["GMV"] == "—"

    window.open(f"/plan?unit={UNIT}&month=2023-10")
    page.locator("[id='friends_added.-.-.value']").fill("400")
    page.locator("[data-save]").click()
    expect(page.locator("[data-reason]")).to_contain_text("已保存")
    assert target_row(window)[:2] == ["400", "—"]

    page.locator("aside nav a", has_text="每日填报").click()
    page.locator("details.drop summary").click()
    page.locator("input[name=day][type=date]").fill(DAY)
    page.locator("details.drop button").click()
    page.locator("[data-unit-button]").click()
    page.get_by_role("combobox").fill(UNIT)
    page.get_by_role("treeitem", name="电商私域组").click()
    expect(page).to_have_url(re.compile(rf"unit={UNIT}"))
    expect(page.locator(".filters summary")).to_contain_text("2023年10月8日")
    for kind in DAYS:
        enter(page, kind)

    window.open(f"/growth{RANGE}")
    growth = cards(page)
    assert [number(growth[name]) for name in ("新增好友", "现好友数")] == [100, 10000]
    assert number(growth["加粉率"]) == Decimal("9.00")  # 90 of 1,000 reached; the 10 others have no reach
    sales = cards(window.open(f"/sales{RANGE}"))
    assert number(sales["GMV"]) == Decimal("2471.05")
    assert Decimal("24.71") in {number(text) for text in sales.values() if text != "—"}
    assert target_row(window)[:3] == ["400", "100", "25.00%"]
    assert window.problems == []
    assert window.dialogs == []


def test_with_scripts_off_boards_and_forms_still_work(windows: Windows) -> None:
    window = windows("ada", java_script_enabled=False)
    page = window.open(f"/entry/friends?unit={UNIT}&day={DAY}")
    page.locator("[id='video.adds']").fill("-5")
    page.locator("[id='video.losses']").fill("4")
    page.locator("[data-save]").click()
    assert page.locator("[id='video.adds-err']").inner_text().strip() == "不能小于 0"
    assert page.locator("[id='video.losses']").input_value() == "4"
    page.locator("[id='video.adds']").fill("5")
    page.locator("[data-save]").click()
    assert "已保存" in page.locator(".banner.good").inner_text()

    window.open(f"/growth{RANGE}")
    assert number(cards(page)["新增好友"]) == 5
    assert page.locator(".plot-table table:visible, .finding:visible").count() >= 2
    assert not page.locator("[data-table-toggle]:visible").count()
    page.locator("select[name=unit]").select_option("article")
    page.locator("form button.no-js").first.click()
    assert "unit=article" in page.url
    page.locator("nav[aria-label=快捷日期] a", has_text="上月").click()
    assert number(cards(page)["新增好友"]) == 4043
    window.open("/targets?unit=article&month=2023-09")
    assert "65.82%" in page.locator("main").inner_text()
    assert page.locator("tr:has-text('包裹卡'):visible").count()
    assert [note for note in window.problems if "422" not in note] == []
