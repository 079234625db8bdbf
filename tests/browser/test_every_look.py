"""How every board looks in a browser: on paper, in English, in the dark and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Windows
from tests.browser.test_every_board import PLACES, calm, numbers, opened

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
A4_WIDTH = 703
"""The 186 mm between the margins of a page, in pixels."""
CONTROLS = ".side, .top, .tabbar, .filter-row, .tool-row, .acts, button, .drop > summary, select"
EVERY = pytest.mark.parametrize("name", list(PLACES))
CHARTED = pytest.mark.parametrize("name", ["growth", "sales", "year"])


@EVERY
def test_a_board_on_paper_hides_its_controls_and_keeps_within_the_page(windows: Windows, name: str) -> None:
    window = opened(windows, name, color_scheme="dark")
    page = window.page
    made = page.pdf(prefer_css_page_size=True)
    assert made.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", made)) <= PLACES[name].pages
    page.set_viewport_size({"width": A4_WIDTH, "height": 1000})
    page.emulate_media(media="print")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    shown = "all => all.filter(one => one.checkVisibility()).map(one => one.outerHTML)"
    assert page.locator(CONTROLS).evaluate_all(shown) == []
    assert "文章案例" in page.locator(".print-head").inner_text()
    edges = page.locator(".card, table").evaluate_all("all => all.map(one => one.getBoundingClientRect().right)")
    assert max(edges) <= A4_WIDTH + 1
    assert page.evaluate("() => getComputedStyle(document.documentElement).colorScheme") == "light"
    assert window.problems == []


@EVERY
def test_english_changes_the_title_and_leaves_the_numbers(windows: Windows, name: str) -> None:
    window = opened(windows, name)
    page, place = window.page, PLACES[name]
    expect(page.locator("header.top h1")).to_have_text(place.title)
    before = numbers(page, name)
    page.get_by_role("button", name="Switch to English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("header.top h1")).to_have_text(place.title_en)
    assert numbers(page, name) == before
    calm(page, window)


@EVERY
def test_dark_gives_the_dark_ground(windows: Windows, name: str) -> None:
    window = opened(windows, name, color_scheme="dark")
    assert window.page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(13, 19, 22)"
    calm(window.page, window)


@CHARTED
def test_charts_are_drawn_in_the_dark_colours(windows: Windows, name: str) -> None:
    window = opened(windows, name, color_scheme="dark")
    page = window.page
    page.locator(".plot").first.scroll_into_view_if_needed()
    expect(page.locator(".plot .xtick text").first).to_be_attached()
    colours = page.evaluate(
        """() => [document.querySelector('.js-plotly-plot').layout.template.layout.font.color,
                  getComputedStyle(document.documentElement).getPropertyValue('--text-2').trim()]"""
    )
    assert colours == ["#AEBBC2", "#AEBBC2"]
    calm(page, window)


@EVERY
def test_a_phone_scrolls_no_way_but_down_and_shows_the_key_numbers_first(windows: Windows, name: str) -> None:
    window = opened(windows, name, viewport=PHONE)
    page = window.page
    box = page.locator(PLACES[name].numbers).first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= PHONE["height"]
    calm(page, window)


@EVERY
def test_rows_and_cells_are_laid_out_as_rows_and_cells(windows: Windows, name: str) -> None:
    page = opened(windows, name).page
    shown = "all => [...new Set(all.map(one => getComputedStyle(one).display))]"
    assert set(page.locator("main tr").evaluate_all(shown)) <= {"table-row", "none"}
    assert set(page.locator("main td, main tr > th").evaluate_all(shown)) <= {"table-cell", "none"}
