"""A file on its way in, by the keyboard: chosen, mapped, previewed, written, and remembered."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.domain.facts import SALES
from tests import sheets
from tests.browser.conftest import Windows

pytestmark = pytest.mark.browser


def tab_to(page: Page, name: str) -> None:
    """Press Tab until something with this accessible name or text has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(
            "name => { const at = document.activeElement; const label = at.labels?.[0]?.firstChild?.textContent;"
            " return [at.ariaLabel, label, at.textContent.trim()].includes(name); }",
            name,
        ):
            return
    raise AssertionError(f"Tab never reached {name}")


def test_a_wide_workbook_is_mapped_and_imported_by_the_keyboard(windows: Windows, tmp_path: Path) -> None:
    file = tmp_path / "渠道营收.xlsx"
    file.write_bytes(sheets.revenue_wide())
    window = windows("olga", viewport={"width": 1440, "height": 900})
    page = window.open("/import")
    before = len(window.site.stored(SALES))

    page.locator("#file").set_input_files(file)
    expect(page.locator("#map-title")).to_be_focused()
    assert page.locator("#columns tr.unread th").all_inner_texts() == ["合计"]
    tab_to(page, "各渠道列的数字是")
    page.keyboard.press("Home")
    tab_to(page, "客户类型")
    page.keyboard.press("End")
    tab_to(page, "年份（日期没写年份时）")
    page.keyboard.press("Control+a")
    page.keyboard.type("2023")
    tab_to(page, "预览")
    page.keyboard.press("Enter")

    expect(page.locator("#preview-title")).to_be_focused()
    expect(page.locator("#states [aria-pressed=true]")).to_have_text("新增 41")
    expect(page.locator("#preview-body tr").first).to_contain_text("公众号")
    expect(page.locator("#totals")).to_contain_text("GMV 461,477.50")
    tab_to(page, "导入 41 条")
    page.keyboard.press("Enter")
    expect(page.locator("#done-title")).to_be_focused()
    expect(page.locator("#done-note")).to_contain_text("新增 41 条")
    assert len(window.site.stored(SALES)) == before + 41

    tab_to(page, "再导一个")
    page.keyboard.press("Enter")
    expect(page.locator("#file")).to_be_focused()

    # The second time there is nothing to ask; only the year belongs to the file.
    page.locator("#file").set_input_files(file)
    expect(page.locator("#preview-title")).to_be_focused()
    expect(page.locator("#states")).to_contain_text("不变 41")
    expect(page.locator("#why-not")).to_have_text("没有要写入的内容")
    assert window.problems == []


def test_an_import_is_stopped_and_bad_rows_are_left_out_when_ticked(windows: Windows, tmp_path: Path) -> None:
    file = tmp_path / "好友.csv"
    file.write_bytes(sheets.friends_long(*sheets.TWO_BAD))
    window = windows("ada", viewport={"width": 390, "height": 844})
    page = window.open("/import")
    page.route("**/import/preview", lambda _route: None)
    page.locator("#file").set_input_files(file)
    page.locator("#show").click()
    page.locator("#cancel").click()
    expect(page.locator("#failed")).to_contain_text("已取消，没有写入任何数据")
    page.unroute("**/import/preview")
    page.locator("#show").click()
    expect(page.locator("#preview-body")).to_contain_text("第 22 行「日期」：没有这一天：2023-02-30")
    expect(page.locator("#commit")).to_have_attribute("aria-disabled", "true")
    page.locator("#commit").click(force=True)
    expect(page.locator("#skip")).to_be_focused()
    with page.expect_download() as download:
        page.locator("#bad-file").click()
    assert download.value.suggested_filename == "好友-问题行.csv"
    page.locator("#skip").check()
    page.locator("#commit").click()
    expect(page.locator("#done-note")).to_contain_text("新增 20 条，改动 0 条，不变 0 条，跳过 2 个问题行")
    page.locator("#history").click()
    expect(page.locator("main")).to_contain_text("好友.csv")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert window.problems == []
