"""Every page in a real browser: quiet, of this host only, and no wider than the window."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows
from tests.served import UNIT, addresses, put

pytestmark = pytest.mark.browser

FILLED = "?unit=article&from=2023-05-01&to=2023-05-07&month=2023-09&day=2023-09-30"
Scheme = Literal["light", "dark"]

WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
SEEN = "() => getComputedStyle(document.body).backgroundColor"
MARKUP = "<a href='http://evil.test'>x</a><img src=x onerror=alert(1)>"


def settle(page: Page) -> None:
    """Wait until the charts of a page are drawn."""
    page.wait_for_load_state("load")
    if count := page.locator("script[data-fig]").count():
        expect(page.locator(".plot .main-svg .plot:visible, .plot svg.main-svg:visible").first).to_be_visible()
        page.wait_for_function("n => document.querySelectorAll('.plot.js-plotly-plot').length === n", arg=count)


@pytest.mark.parametrize(("width", "height", "scheme"), [(1440, 900, "light"), (390, 844, "dark")])
def test_every_page_is_quiet_and_fits(windows: Windows, width: int, height: int, scheme: Scheme) -> None:
    window = windows("ada", viewport={"width": width, "height": height}, color_scheme=scheme)
    paths = [path for path in addresses(window.site.app) if not path.endswith(".json") and path != "/entry"]
    assert len(paths) >= 13
    for path in (*(f"{path}{FILLED}" for path in paths), "/units?edit=stores", "/channels?edit=video"):
        page = window.open(path)
        settle(page)
        assert page.evaluate(WIDE) <= 0, f"{path} is too wide"
        assert is_dark(page) == (scheme == "dark")
    assert window.problems == []


def is_dark(page: Page) -> bool:
    return sum(int(part) for part in re.findall(r"\d+", page.evaluate(SEEN))[:3]) < 384


@pytest.mark.parametrize("width", [1440, 390])
def test_pages_without_the_shell_fit_too(windows: Windows, width: int) -> None:
    window = windows("", viewport={"width": width, "height": 800})
    assert window.open("/login").evaluate(WIDE) <= 0
    assert window.problems == []
    window.page.goto(f"{window.address}/nowhere")
    assert window.page.evaluate(WIDE) <= 0
    assert [note for note in window.problems if "404" not in note] == []


def test_charts_are_drawn_and_give_way_to_their_numbers(windows: Windows) -> None:
    window = windows("ada", viewport={"width": 1440, "height": 900})
    page = window.open(f"/growth{FILLED}")
    settle(page)
    boxes = page.locator(".plot-box:has(.plot-table)")
    assert boxes.count() >= 3
    for index in range(boxes.count()):
        box = boxes.nth(index)
        assert box.locator("svg.main-svg").count() >= 1
        assert box.locator("svg.main-svg path").count() >= 3
        toggle = page.locator(f"[aria-controls={box.get_attribute('id')}]")
        expect(box.locator(".plot")).to_be_visible()
        expect(box.locator("table")).to_be_hidden()
        toggle.click()
        expect(toggle).to_have_attribute("aria-pressed", "true")
        expect(box.locator("table")).to_be_visible()
        expect(box.locator(".plot")).to_be_hidden()
        toggle.click()
        expect(box.locator(".plot")).to_be_visible()
    assert window.problems == []


def test_the_theme_is_switched_kept_and_redraws_the_charts(windows: Windows) -> None:
    window = windows("ada", viewport={"width": 1440, "height": 900}, color_scheme="light")
    page = window.open(f"/growth{FILLED}")
    settle(page)
    tick = "() => getComputedStyle(document.querySelector('.plot .xtick text')).fill"
    before, drawn = page.evaluate(SEEN), page.evaluate(tick)
    page.locator("header [data-theme-toggle]").click()
    assert page.evaluate(SEEN) != before
    page.wait_for_function(f"before => ({tick})() !== before", arg=drawn)
    window.open("/units")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert window.problems == []


def test_a_choice_in_the_filter_bar_applies_at_once_and_stands_in_the_address(windows: Windows) -> None:
    window = windows("ada", viewport={"width": 1440, "height": 900})
    page = window.open("/growth")
    page.get_by_role("button", name="单元：").click()
    page.get_by_role("treeitem", name="文章案例").click()
    expect(page).to_have_url(re.compile(r"unit=article"))
    assert "channel=&" not in page.url
    page.locator("nav[aria-label=快捷日期] a", has_text="上月").click()
    expect(page).to_have_url(re.compile(r"range=last_month"))
    expect(page.locator("dl.kpis")).to_contain_text("4,043")
    page.locator("summary", has_text="日期范围").click()
    page.locator("input[name=from]").fill("2023-05-01")
    page.locator("input[name=to]").fill("2023-05-07")
    page.get_by_role("button", name="应用").click()
    expect(page).to_have_url(re.compile(r"from=2023-05-01&to=2023-05-07"))
    expect(page.locator("dl.kpis")).to_contain_text("1,440")
    page.go_back()
    expect(page.locator("dl.kpis")).to_contain_text("4,043")
    assert window.problems == []


def test_names_that_look_like_markup_do_nothing(windows: Windows) -> None:
    window = windows("ada", viewport={"width": 1440, "height": 900})
    site = window.site
    fields = {"code": "video", "edit": "video", "name": MARKUP, "kind": "source", "color_slot": "1", "position": "1"}
    assert site.post("/channels", {**fields, "active": "on"}).status_code == 303
    unit = {"code": UNIT, "edit": UNIT, "name": MARKUP, "kind": "team", "parent": "luopan", "active": "on"}
    assert site.post("/units", unit).status_code == 303
    key = {"day": "2023-05-04", "unit": UNIT}
    put(site.database, "friends", [{**key, "channel": "video", "reach": 50, "adds": 20, "losses": 1}])
    for path in (
        f"/growth?unit={UNIT}&from=2023-05-01&to=2023-05-07",
        "/entry/friends",
        "/units",
        "/channels",
        "/plan",
    ):
        page = window.open(path)
        settle(page)
        assert page.locator("img").count() == 0, path
    assert window.dialogs == []
    assert window.problems == []


def test_the_dictionary_is_narrowed_by_what_is_typed(windows: Windows) -> None:
    window = windows("ada")
    page = window.open("/dictionary")
    expect(page.locator("#dictionary-count")).to_have_text("53 项")
    page.locator("#dictionary-search").fill("churn")
    expect(page.locator("article.def:visible").first).to_contain_text("流失率")
    assert page.locator("article.def:visible").count() < 10
    page.locator("#dictionary-search").fill("没有的词")
    expect(page.locator("#dictionary-none")).to_be_visible()
    assert window.problems == []
