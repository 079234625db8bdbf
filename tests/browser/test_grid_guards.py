"""What keeps the numbers of the grid right: checks, two people on one day, drafts, closed months, phones."""

import re

import pytest
from playwright.sync_api import expect

from app.domain.facts import FRIENDS
from app.domain.roles import SYSTEM
from app.store import closings
from tests.browser.conftest import Windows
from tests.browser.hands import COPY, WIDE, cell, fine, focused, form, press, said, stored, texts
from tests.served import NOW, TODAY, UNIT, put

pytestmark = pytest.mark.browser


def test_errors_block_and_warnings_ask_once(windows: Windows) -> None:
    window = windows("ada", viewport=WIDE)
    week = [{"day": f"2023-10-0{n}", "unit": UNIT, "channel": "video", "adds": 40, "reach": 400} for n in range(1, 6)]
    put(window.site.database, "friends", week)
    put(window.site.database, "stock-counts", [{"day": "2023-09-30", "unit": UNIT, "cumulative": 100, "current": 60}])
    page = window.open(form())
    expect(page.locator("[data-close]")).to_contain_text("260")
    cell(page, "video.adds").focus()
    for text, message in (("-5", "不能小于 0"), ("abc", "请填整数"), ("1.5", "请填整数"), ("1000000000001", "一万亿")):
        press(page, *text)
        expect(page.locator("#grid-pop")).to_contain_text(message)
        press(page, "Escape")
    press(page, "168", "Tab", "Tab", "Shift+Tab")
    expect(page.locator("tbody tr").first.locator("td.der").nth(2)).to_have_text("+320.00%")
    expect(page.locator("#grid-pop")).to_contain_text("近一周都没有记录流失")
    press(page, "462")
    expect(page.locator("#grid-pop")).to_contain_text("流失合计 462 大于前日现好友 260 + 新增 168")
    expect(page.locator("#grid-check")).to_contain_text("1 个错误：视频号 流失好友")
    expect(page.locator("#grid-check")).to_contain_text("1 个提醒：视频号 新增好友 较近7日均值 +320.00%")
    expect(page.locator("[data-totals] td").nth(2)).to_have_text("—")
    press(page, "Control+s")
    assert not stored(window, FRIENDS)
    press(page, "428", "Control+s")  # leaves nobody, which is possible
    expect(page.locator("[data-close]")).to_contain_text("0")
    expect(page.locator("[data-save]")).to_contain_text("确认并保存")
    assert not stored(window, FRIENDS)
    press(page, "Control+s")
    said(page, "已保存 2 格")
    assert [(row["adds"], row["losses"]) for row in stored(window, FRIENDS)] == [(168, 428)]
    expect(page.locator("#grid-check")).to_be_hidden()
    panel = page.locator("#cell-panel")
    expect(panel).to_contain_text("视频号 流失好友")
    expect(panel).to_contain_text("未填 → 428")
    cell(page, "video.adds").focus()
    expect(panel).to_contain_text("未填 → 168")
    expect(panel).to_contain_text("40.00")
    expect(panel.locator("polyline")).to_have_count(1)
    page.get_by_label("修改原因").fill("直播间活动")
    cell(page, "video.adds").focus()
    press(page, "169", "Control+s", "Control+s")
    expect(panel).to_contain_text("原因：直播间活动")
    fine(window, "409", "422")


def test_two_people_change_one_day_and_the_same_cell_is_asked_about(windows: Windows) -> None:
    ada, olga = windows("ada", viewport=WIDE), windows("olga", viewport=WIDE)
    mine, hers = ada.open(form()), olga.open(form())
    for window, changes in ((olga, {"video.adds": "50", "douyin.adds": "7"}), (ada, {"video.adds": "60", "sms": ""})):
        for name, text in changes.items():
            if name != "sms":
                cell(window.page, name).fill(text)
    cell(mine, "video.losses").fill("1")
    press(hers, "Control+s")
    said(hers, "已保存 2 格")
    press(mine, "Control+s")
    notice = mine.locator("#grid-notice")
    expect(notice).to_contain_text("视频号 新增好友：我填 60，对方改为 50（")
    expect(notice).to_contain_text("olga")
    assert texts(mine, "douyin.adds", "video.adds", "video.losses") == ["7", "60", "1"]
    assert sorted(row["adds"] for row in stored(ada, FRIENDS)) == [7, 50]
    said(mine, "先决定 1 格用谁的")
    notice.get_by_role("button", name="视频号 新增好友，用我的").click()
    press(mine, "Control+s")
    said(mine, "已保存 2 格")
    assert sorted((row["adds"], row["losses"]) for row in stored(ada, FRIENDS)) == [(7, None), (60, 1)]
    cell(hers, "video.adds").fill("70")
    cell(hers, "video.reach").fill("900")
    press(hers, "Control+s")
    olga.page.get_by_role("button", name="视频号 新增好友，用对方的").click()
    assert texts(hers, "video.adds", "video.losses", "video.reach") == ["60", "1", "900"]
    press(hers, "Control+s")
    said(hers, "已保存 1 格")
    fine(ada, "409")
    fine(olga, "409")


def test_a_draft_outlives_a_reload_a_lost_connection_and_an_expired_login(windows: Windows) -> None:
    window = windows("ada", viewport=WIDE)
    page = window.open(form())
    cell(page, "video.adds").fill("9")
    cell(page, "video.losses").fill("x")
    page.locator("nav.tabs a").last.click()
    expect(page).to_have_url(re.compile("stock-counts"))
    page = window.open(form())
    notice = page.locator("#grid-notice")
    expect(notice).to_contain_text(re.compile(r"已恢复 \d+:\d\d 未保存的 2 格"))
    assert texts(page, "video.adds", "video.losses") == ["9", "x"]
    cell(page, "video.losses").fill("3")
    page.context.set_offline(True)
    press(page, "Control+s")
    expect(notice).to_contain_text("连接失败，未保存")
    page.context.set_offline(False)
    page.context.clear_cookies()
    notice.get_by_role("button", name="重试").click()
    expect(notice).to_contain_text("登录已过期，未保存")
    notice.get_by_role("link", name="重新登录").click()
    page.get_by_label("账号").fill("ada")
    page.get_by_label("密码").fill("correct horse")
    page.get_by_role("button", name="登录", exact=True).click()
    expect(notice).to_contain_text("未保存的 2 格")
    assert texts(page, "video.adds", "video.losses") == ["9", "3"]
    window.site.of("olga").fill_in(form(), {"video.adds": "8"})
    page.reload()
    press(page, "Control+s")
    expect(notice).to_contain_text("我填 9，对方改为 8")
    notice.get_by_role("button", name="视频号 新增好友，用我的").click()
    press(page, "Control+s")
    said(page, "已保存 2 格")
    page.reload()
    expect(notice).to_be_hidden()
    cell(page, "video.adds").fill("77")
    page.wait_for_timeout(400)
    page.reload()
    notice.get_by_role("button", name="放弃草稿").click()
    assert texts(page, "video.adds") == ["9"]
    assert [(row["adds"], row["losses"]) for row in stored(window, FRIENDS)] == [(9, 3)]
    fine(window, "409", "ERR_INTERNET_DISCONNECTED")


def test_a_closed_month_can_be_read_and_copied_but_not_changed(windows: Windows) -> None:
    window = windows("ada", viewport=WIDE)
    put(window.site.database, "friends", [{"day": "2023-08-30", "unit": UNIT, "channel": "video", "adds": 5}])
    page = window.open(form(day="2023-08-30"))
    cell(page, "video.adds").fill("6")
    with window.site.database.write() as session:
        closings.close(session, SYSTEM, NOW.date().replace(month=8, day=1), TODAY)
    press(page, "Control+s")
    expect(page.locator("#grid-notice")).to_contain_text("月结，只读")
    page = window.open(form(day="2023-08-30"))
    expect(page.locator("#grid-state")).to_contain_text("2023年8月已月结")
    expect(page.locator("#grid-notice")).to_contain_text("1 格未保存的草稿，这一天现在只读")
    assert page.locator(".week a[aria-label*=已锁定]").count() == 5
    cell(page, "video.adds").focus()
    press(page, "9", "Delete", "Control+d")
    assert texts(page, "video.adds") == ["5"]
    press(page, "Shift+ArrowDown")
    assert page.evaluate(COPY) == "5\n"
    press(page, "ArrowLeft")
    assert focused(page) == "video.reach"
    press(page, "Tab")
    assert page.evaluate("document.activeElement.closest('table')") is None
    assert not page.locator("[data-save]").count()
    fine(window, "409")


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_and_without_scripts_the_form_still_saves(windows: Windows, *, scripts: bool) -> None:
    window = windows("ada", viewport={"width": 390, "height": 844}, has_touch=True, java_script_enabled=scripts)
    page = window.open(form() + "#%")  # no name of a cell
    cell(page, "video.reach").fill("1.5万")
    cell(page, "video.adds").fill("-5")
    page.locator("[data-save]").tap(force=True)  # it says why it does not save
    if scripts:
        expect(page.locator("#grid-pop")).to_be_visible()  # it comes with the next frame
        box, pop = (page.locator(f"{place}").bounding_box() for place in ("td.err", "#grid-pop"))
        assert box is not None
        assert pop is not None
        assert pop["y"] > box["y"] + box["height"] - 1
        assert pop["x"] + pop["width"] <= 390
        assert page.evaluate("document.documentElement.scrollWidth") == 390
    else:
        assert page.locator("[id='video.adds-err']").inner_text().strip() == "不能小于 0"
    cell(page, "video.adds").fill("5")
    page.locator("[data-save]").tap()
    expect(page.locator("#last-saved")).to_contain_text("已保存")
    assert [(row["reach"], row["adds"]) for row in stored(window, FRIENDS)] == [(15000, 5)]
    fine(window, "422")
