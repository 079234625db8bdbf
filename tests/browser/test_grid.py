"""The entry grid under the hands of somebody who fills it every day."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from app.domain.facts import FRIENDS
from tests.browser.conftest import Windows
from tests.served import UNIT

pytestmark = pytest.mark.browser

FORM = f"/entry/friends?unit={UNIT}&day=2023-10-06"


def cell(page: Page, name: str) -> Locator:
    return page.locator(f"[id='{name}']")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.name"))


def test_the_keyboard_alone_fills_and_saves_the_grid(windows: Windows) -> None:
    window = windows("olga", viewport={"width": 1440, "height": 900})
    page = window.open(FORM)
    page.locator("nav.tabs a").last.focus()
    page.keyboard.press("Tab")
    assert focused(page) == "video.reach"
    for text, key, then in (
        ("1000", "Enter", "mini_mall.reach"),
        ("500", "Enter", "parcel_card.reach"),
        ("", "Shift+Enter", "mini_mall.reach"),
        ("", "ArrowUp", "video.reach"),
        ("", "Tab", "video.adds"),
        ("90", "ArrowDown", "mini_mall.adds"),
        ("12", "Shift+Tab", "mini_mall.reach"),
    ):
        if text:
            page.keyboard.type(text)
        page.keyboard.press(key)
        assert focused(page) == then
    expect(page.locator("tfoot [data-total=reach]")).to_have_text("1,500")
    expect(page.locator("tfoot [data-total=adds]")).to_have_text("102")
    expect(page.locator("[data-changed]")).to_contain_text("4")
    page.keyboard.press("Control+s")
    expect(page.locator(".banner.good")).to_contain_text("已保存")
    expect(cell(page, "video.reach")).to_have_value("1000")
    expect(cell(page, "mini_mall.adds")).to_have_value("12")
    assert window.problems == []
    assert window.dialogs == []


def test_tab_order_follows_the_page_and_focus_can_be_seen(windows: Windows) -> None:
    page = windows("ada", viewport={"width": 1440, "height": 900}).open(FORM)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    seen = []
    for _ in range(20):
        page.keyboard.press("Tab")
        seen.append(focused(page))
        if seen[-1] == "video.reach":
            break
    assert seen[-1] == "video.reach", seen
    assert (
        page.evaluate(
            "getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).boxShadow"
        )
        != "nonenone"
    )


def test_escape_puts_back_and_leaving_asks_first(windows: Windows) -> None:
    window = windows("ada")
    page = window.open(FORM)
    cell(page, "video.adds").fill("9")
    expect(page.locator("td.dirty")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(cell(page, "video.adds")).to_have_value("")
    expect(page.locator("td.dirty")).to_have_count(0)
    cell(page, "video.adds").fill("9")
    page.locator("nav.tabs a").last.click()
    expect(page).to_have_url(re.compile("stock-counts"))
    assert window.dialogs == ["beforeunload"]
    assert window.site.stored(FRIENDS) == [row for row in window.site.stored(FRIENDS) if row["adds"] != 9]


def test_alt_and_arrows_step_through_days(windows: Windows) -> None:
    page = windows("ada").open(FORM)
    page.keyboard.press("Alt+ArrowLeft")
    expect(page).to_have_url(re.compile("day=2023-10-05"))
    page.keyboard.press("Alt+ArrowRight")
    expect(page).to_have_url(re.compile("day=2023-10-06"))


def test_bad_input_is_said_beside_the_cell_while_typing_and_blocks_saving(windows: Windows) -> None:
    window = windows("ada")
    page = window.open(FORM)
    cell(page, "douyin.adds").fill("33")
    for text, message in (("-5", "不能小于 0"), ("abc", "请填写数字"), ("1.5", "请填写整数")):
        cell(page, "video.adds").fill(text)
        expect(page.locator("[id='video.adds-err']")).to_contain_text(message)
        expect(cell(page, "video.adds")).to_have_attribute("aria-describedby", "video.adds-err")
    expect(page.locator("[data-reason]")).to_contain_text("更正 1 处错误")
    expect(page.locator("tfoot [data-total=adds]")).to_have_text("33")
    expect(page.locator("#total-note")).to_be_visible()
    page.keyboard.press("Control+s")
    assert focused(page) == "video.adds"
    expect(cell(page, "video.adds")).to_have_value("1.5")
    cell(page, "video.adds").fill("１，０００")
    expect(page.locator("[id='video.adds-err']")).to_have_count(0)
    page.keyboard.press("Tab")
    expect(cell(page, "video.adds")).to_have_value("1000")
    page.keyboard.press("Control+s")
    expect(page.locator(".banner.good")).to_contain_text("已保存")
    assert window.problems == []


def test_what_the_server_refuses_stands_beside_the_cell_and_keeps_what_was_typed(windows: Windows) -> None:
    window = windows("ada")
    page = window.open(f"/entry/stock-counts?unit={UNIT}&day=2023-10-06")
    cell(page, "unit.cumulative").fill("5")
    cell(page, "unit.current").fill("6")
    page.locator("[data-save]").click()
    expect(page.locator("[id='unit.current-err']")).to_contain_text("不能大于累计好友")
    assert [cell(page, name).input_value() for name in ("unit.cumulative", "unit.current")] == ["5", "6"]
    page.locator(".problems a").click()
    assert focused(page) == "unit.current"
    cell(page, "unit.cumulative").fill("7")
    page.locator("[data-save]").click()
    expect(page.locator(".banner.good")).to_contain_text("已保存")
    assert [note for note in window.problems if "422" not in note] == []
    assert window.dialogs == []


def test_a_block_from_a_spreadsheet_is_pasted_or_refused_as_a_whole(windows: Windows) -> None:
    window = windows("ada", permissions=["clipboard-read", "clipboard-write"])
    page = window.open(FORM)
    paste = """([id, text]) => {
        const data = new DataTransfer();
        data.setData("text/plain", text);
        const cell = document.getElementById(id);
        cell.focus();
        cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }"""
    page.evaluate(paste, ["video.adds", "1,000\t１２\r\n5\t\r\n"])
    values = {name: cell(page, name).input_value() for name in ("video.adds", "video.losses", "mini_mall.adds")}
    assert values == {"video.adds": "1000", "video.losses": "12", "mini_mall.adds": "5"}
    page.evaluate(paste, ["video.losses", "1\t2\n3\t4"])
    expect(page.locator("[data-reason]")).to_contain_text("粘贴的内容超出表格")
    expect(cell(page, "video.losses")).to_have_value("12")
    page.locator("button[type=reset]").click()
    expect(cell(page, "video.adds")).to_have_value("")
    assert window.problems == []
