"""A board in a browser: choices change it in place, the tree of units takes keys, and all works without scripts."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete

from app.models import LoginSession
from tests.browser.conftest import Windows
from tests.web.test_pick import add_shops

DESK = {"width": 1440, "height": 900}
AT = "/growth?unit=article&from=2023-05-01&to=2023-05-07"
KPIS = "dl.kpis"
SAME = "() => window.luopanSame === true"


def stay(page: Page) -> None:
    """Mark the document, so that a new one shows."""
    page.evaluate("() => { window.luopanSame = true; }")


def preset(page: Page, name: str) -> None:
    """Choose a preset from where the page is scrolled to."""
    link = page.locator("nav[aria-label=快捷日期]").get_by_text(name, exact=True)
    link.evaluate("a => { a.focus({ preventScroll: true }); a.click(); }")


def test_a_unit_is_found_in_the_tree_by_keys_alone(windows: Windows) -> None:
    window = windows("ada", viewport=DESK)
    add_shops(window.site.database)
    page = window.open("/growth?range=last_month")
    stay(page)
    button = page.get_by_role("button", name="单元：")
    button.focus()
    page.keyboard.press("ArrowDown")
    tree = page.get_by_role("tree", name="单元")
    active = tree.locator(".on")
    expect(active).to_contain_text("罗盘")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(active).to_have_attribute("aria-level", "2")
    expect(active).to_contain_text("门店")
    page.keyboard.press("ArrowRight")
    expect(active).to_have_attribute("aria-expanded", "true")
    expect(tree.get_by_role("treeitem", level=3).first).to_contain_text("门店 0")
    page.keyboard.press("ArrowLeft")
    expect(active).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Escape")
    expect(tree).to_be_hidden()
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type("s77")
    expect(page.locator(".unit-status")).to_have_text("找到 11 个单元")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"unit=s77(&|$)"))
    expect(page.locator("select[name=unit]")).to_have_value("s77")
    expect(page.locator("header .sub")).to_have_text("门店 77")
    expect(page.get_by_role("button", name="单元：门店 77")).to_be_focused()
    assert page.evaluate(SAME)
    assert window.problems == []


def test_a_choice_changes_the_board_in_place_and_back_restores_it(windows: Windows) -> None:
    window = windows("ada", viewport=DESK)
    page = window.open(AT)
    page.wait_for_function("() => document.querySelectorAll('.js-plotly-plot').length >= 3")
    stay(page)
    plot = "() => document.getElementById('fig-adds_losses')"
    page.evaluate(f"() => {{ window.luopanPlot = ({plot})(); }}")
    expect(page.locator(KPIS)).to_contain_text("1,440")
    toggle = page.locator("[aria-controls=box-adds_losses]")
    toggle.click()
    page.evaluate("() => scrollTo(0, 300)")
    preset(page, "上月")
    expect(page.locator(KPIS)).to_contain_text("4,043")
    expect(page).to_have_url(re.compile("range=last_month"))
    expect(page.locator("nav[aria-label=快捷日期] a[aria-current]")).to_be_focused()
    expect(page.locator("#board-said")).to_contain_text("2023/9/1 至 9/30")
    assert page.evaluate(f"() => window.luopanPlot === ({plot})()")
    # The table that was open is open still, with the numbers of September.
    expect(page.locator("#data-adds_losses tbody tr")).to_have_count(30)
    expect(toggle).to_have_attribute("aria-pressed", "true")
    toggle.click()
    page.evaluate("() => scrollTo(0, 0)")
    page.wait_for_function("() => history.state?.scroll === 0 && !history.state.tables.length")  # it is noted
    page.go_back()
    expect(page.locator(KPIS)).to_contain_text("1,440")
    expect(page.locator("#data-adds_losses tbody tr")).to_have_count(7)
    expect(toggle).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("() => Math.abs(scrollY - 300) < 2")
    page.go_forward()
    expect(page.locator(KPIS)).to_contain_text("4,043")
    expect(toggle).to_have_attribute("aria-pressed", "false")
    assert page.evaluate(SAME)
    assert window.problems == []


def test_rows_and_bars_lead_to_what_they_are_about(windows: Windows) -> None:
    window = windows("ada", viewport=DESK)
    page = window.open("/growth?unit=article&from=2023-08-01&to=2023-09-30&grain=month")
    page.wait_for_function("() => document.querySelectorAll('.js-plotly-plot').length >= 3")
    stay(page)
    link = page.locator("#data-daily tbody a", has_text="2023年9月")
    link.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("from=2023-09-01&to=2023-09-30"))
    expect(page.locator("#data-daily tbody tr")).to_have_count(30)
    expect(page.locator("#title-daily")).to_be_focused()
    detail = "{figure: 'fig-adds_losses', day: '2023-09-04', series: '新增好友'}"
    page.evaluate(f"() => document.dispatchEvent(new CustomEvent('luopan:drill', {{detail: {detail}}}))")
    expect(page).to_have_url(re.compile("from=2023-09-04&to=2023-09-04"))
    expect(page.locator("#data-daily tbody tr")).to_have_count(1)
    for keys, day in (("Alt+PageUp", "2023-09-03"), ("Alt+PageDown", "2023-09-04")):
        expect(page.locator(f"a[aria-keyshortcuts='{keys}']")).to_have_attribute("title", re.compile("Alt.Pg"))
        page.keyboard.press(keys)
        expect(page).to_have_url(re.compile(f"from={day}&to={day}"))
    back = "{ key: 'ArrowLeft', altKey: true, cancelable: true, bubbles: true }"
    assert page.evaluate(
        f"() => document.body.dispatchEvent(new KeyboardEvent('keydown', {back}))"
    )  # Back is left to the browser
    expect(page).to_have_url(re.compile("from=2023-09-04&to=2023-09-04"))
    page.locator("select[name=by]").select_option("channel")
    page.locator("#data-groups a", has_text="包裹卡").click()
    expect(page).to_have_url(re.compile("channel=parcel_card"))
    expect(page.locator("select[name=channel]")).to_have_value("parcel_card")
    assert page.evaluate(SAME)
    assert window.problems == []


def test_what_fails_is_said_and_tried_again_with_the_same_choice(windows: Windows) -> None:
    window = windows("ada", viewport=DESK)
    page = window.open(AT)
    stay(page)
    page.route("**/growth?*last_month*", lambda route: route.abort())
    preset(page, "上月")
    banner = page.get_by_role("alert")
    expect(banner).to_contain_text("没有更新：没有连上服务器")
    expect(page.locator(KPIS)).to_contain_text("1,440")
    page.unroute("**/growth?*last_month*")
    banner.get_by_role("button", name="重试").click()
    expect(page.locator(KPIS)).to_contain_text("4,043")
    expect(banner).to_have_count(0)
    assert page.evaluate(SAME)
    with window.site.database.write() as session:
        session.execute(delete(LoginSession))
    preset(page, "本月")
    expect(page).to_have_url(re.compile(r"/login\?next="))


@pytest.mark.parametrize("path", ["/growth", "/sales"])
def test_a_board_is_read_and_asked_without_scripts(windows: Windows, path: str) -> None:
    window = windows("ada", viewport=DESK, java_script_enabled=False)
    page = window.open(f"{path}?unit=article&range=last_month")
    page.locator("select[name=grain]").select_option("week")
    page.get_by_role("button", name="筛选", exact=True).click()
    expect(page).to_have_url(re.compile("grain=week"))
    rows = page.locator("#data-daily tbody tr")
    expect(rows).to_have_count(5)
    rows.nth(1).locator("th a").click()
    expect(page).to_have_url(re.compile("from=2023-09-04&to=2023-09-10"))
    expect(rows).to_have_count(7)
    page.locator("select[name=unit]").select_option("luopan")
    page.get_by_role("button", name="筛选", exact=True).click()
    expect(page.locator("header .sub")).to_have_text(re.compile("罗盘"))
    assert window.problems == []


def test_a_bar_of_a_channel_leads_to_it(windows: Windows) -> None:
    window = windows("ada", viewport=DESK)
    page = window.open("/growth?unit=article&from=2023-09-01&to=2023-09-30")
    stay(page)
    page.locator("#title-add_rates").scroll_into_view_if_needed()
    bar = page.locator("#fig-add_rates .barlayer .point path").last
    expect(bar).to_be_visible()
    box = bar.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile("channel="))
    assert page.evaluate(SAME)
    assert window.problems == []
