"""A board of a past day is chosen by keyboard alone, and what it shows comes down as a file."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Windows

pytestmark = pytest.mark.browser


def test_a_past_day_is_chosen_left_again_and_its_tables_downloaded(windows: Windows) -> None:
    window = windows("ada", viewport={"width": 390, "height": 844})
    page = window.open("/growth?unit=article&from=2023-05-01&to=2023-05-07")
    page.locator("summary", has_text="截至").focus()
    page.keyboard.press("Enter")
    page.get_by_label("按这一天收盘时的数据显示").fill("2023-05-05")
    page.keyboard.press("Enter")
    banner = page.locator(".banner.info")
    expect(banner).to_contain_text("按 2023年5月5日 收盘时的数据显示")
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    with page.expect_download() as coming:
        page.get_by_role("link", name="用户增长日报 csv").click()
    assert coming.value.suggested_filename == "罗盘-用户增长-用户增长日报-文章案例-20230501-20230507.csv"
    assert "as_of=2023-05-05" in coming.value.url
    page.keyboard.press("Escape")
    banner.get_by_role("link", name="回到最新").click()
    expect(page.locator(".banner.info")).to_have_count(0)
    expect(page.locator("dl.kpis")).to_contain_text("33,214")
    assert window.problems == []
