"""今日 in a browser: cards are chosen and ordered by keyboard, with and without scripts, and the page fits a phone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows

pytestmark = pytest.mark.browser

WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def cards(page: Page) -> list[str]:
    return page.locator(".kcard h3").all_inner_texts()


def test_cards_are_chosen_and_moved_by_keyboard(windows: Windows) -> None:
    window = windows("ada", viewport={"width": 390, "height": 844})
    page = window.open("/?unit=article")
    before = cards(page)
    page.get_by_role("link", name="选卡片").press("Enter")
    page.wait_for_url("**cards=edit*")  # and its scripts
    page.get_by_role("checkbox", name="推送量").press("Space")
    assert page.evaluate(WIDE) <= 0
    up = page.get_by_role("button", name="上移 推送量")
    for _ in range(len(before)):
        up.press("Enter")
    expect(up).to_be_focused()
    expect(page.locator("[data-moved]")).to_have_text("第 1 位")
    page.get_by_role("checkbox", name="加粉率").press("Space")
    page.get_by_role("button", name="保存", exact=True).press("Enter")
    expect(page.locator(".kcard h3").first).to_have_text("推送量")
    assert cards(page) == ["推送量", *before[:-1]]
    assert page.evaluate(WIDE) <= 0
    assert window.problems == []


def test_numbers_order_the_cards_without_scripts(windows: Windows) -> None:
    window = windows("mo", java_script_enabled=False)
    page = window.open("/?unit=article&cards=edit")
    page.get_by_label("加粉率 的位置").fill("0")
    page.get_by_label("加粉率 的位置").press("Enter")
    expect(page.locator(".kcard h3").first).to_have_text("加粉率")
    expect(page.locator(".kcard h3")).to_have_count(6)
    assert window.problems == []
