"""The switch between kinds of customers and what choices leave of a preset, with scripts and without."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Windows

pytestmark = pytest.mark.browser

DAYS = ("range", "from", "to")
SALES = "/sales?unit=article&from=2023-09-01&to=2023-09-30"


@pytest.mark.parametrize("scripts", [True, False])
def test_one_kind_of_customer_is_chosen_by_mouse_and_keyboard(windows: Windows, *, scripts: bool) -> None:
    window = windows("ada", viewport={"width": 1440, "height": 900}, java_script_enabled=scripts)
    page = window.open(SALES)
    card = page.locator("section", has=page.locator("#title-touchpoint_days"))
    tables = card.locator("table:visible")
    expect(tables).to_have_count(1)
    expect(tables).to_have_id("data-touchpoint_days")
    card.get_by_text("老客", exact=True).first.click()
    expect(tables).to_have_id("data-touchpoint_days-old")
    page.keyboard.press("ArrowLeft")
    expect(tables).to_have_id("data-touchpoint_days-new")
    expect(card.get_by_role("radio", name="新客")).to_be_checked()
    assert window.problems == []


@pytest.mark.parametrize("path", ["/growth", "/recounts"])
def test_a_choice_leaves_a_preset_its_name_until_other_days_are_typed(windows: Windows, path: str) -> None:
    window = windows("ada", viewport={"width": 1440, "height": 900})
    page = window.open(f"{path}?range=7d")
    page.get_by_role("button", name="单元：").click()
    page.get_by_role("treeitem", name="文章案例").click()
    expect(page).to_have_url(re.compile("unit=article"))
    assert days(page.url) == {"range": ["7d"]}
    page.locator("summary", has_text="日期范围").click()
    page.locator("input[name=from]").fill("2023-10-03")
    page.get_by_role("button", name="应用").click()
    expect(page).to_have_url(re.compile("from="))
    assert days(page.url) == {"from": ["2023-10-03"], "to": ["2023-10-08"]}
    assert window.problems == []


def test_without_scripts_a_choice_leaves_a_preset_its_name_too(windows: Windows) -> None:
    window = windows("ada", viewport={"width": 1440, "height": 900}, java_script_enabled=False)
    page = window.open("/growth?range=7d")
    page.locator("select[name=channel]").select_option("parcel_card")
    page.get_by_role("button", name="筛选").click()
    expect(page).to_have_url(re.compile("channel=parcel_card"))
    expect(page.locator("form[action='/views'] input[name=query]")).to_have_value(re.compile("range=7d"))
    assert window.problems == []


def days(address: str) -> dict[str, list[str]]:
    """Return what an address says of its days."""
    return {name: value for name, value in parse_qs(urlsplit(address).query).items() if name in DAYS}
