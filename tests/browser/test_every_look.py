"""How every board looks in a browser: on paper, in English, in the dark and on a phone."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows
from tests.browser.test_every_board import DESK, PLACES, calm, numbers, opened
from tests.browser.test_targets import prepare

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


WIDER = """() => [...document.querySelectorAll(".tw")]
    .filter((box) => box.checkVisibility() && !box.querySelector(".wide, .stands, .months"))
    .filter((box) => box.scrollWidth > box.clientWidth + 1)
    .map((box) => box.closest(".card").querySelector("h2").textContent)"""
"""Tables that need a scroll to their side, but for those with a column for each day, metric or month."""
SPILT = """() => [...document.querySelectorAll(".kpi")].filter((card) => {
    const held = document.createRange();
    held.selectNodeContents(card.querySelector(".v"));
    const over = held.getBoundingClientRect().right - card.getBoundingClientRect().right;
    return over > 0 || card.querySelector("dt").offsetHeight > 24;
}).map((card) => card.textContent)"""


@EVERY
def test_a_small_laptop_shows_whole_tables_and_cards_in_both_languages(windows: Windows, name: str) -> None:
    window = opened(windows, name, viewport={"width": 1280, "height": 800})
    page = window.page
    assert page.evaluate(WIDER) == page.evaluate(SPILT) == []
    page.get_by_role("button", name="Switch to English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.evaluate(WIDER) == page.evaluate(SPILT) == []
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


TOKENS = """names => {
    const probe = document.body.appendChild(document.createElement("i"));
    const found = names.map((name) => {
        probe.style.color = `var(${name})`;
        return getComputedStyle(probe).color;
    });
    probe.remove();
    return found;
}"""
INKS = """all => all.map((one) => {
    let ground = one;
    while (/, 0\\)$/.test(getComputedStyle(ground).backgroundColor)) ground = ground.parentElement;
    return [getComputedStyle(one).color, getComputedStyle(ground).backgroundColor];
})"""


def light(colour: str) -> float:
    """Return how light a colour is, as WCAG counts it."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def colours(page: Page, cells: str) -> set[tuple[str, str]]:
    """Return ink and ground of the cells of a page, each of which can be read."""
    found = {(ink, ground) for ink, ground in page.locator(cells).evaluate_all(INKS)}
    for ink, ground in found:
        low, high = sorted((light(ink), light(ground)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, ground)
    return found


def test_the_steps_of_a_gap_change_their_colours_with_the_theme(windows: Windows) -> None:
    window = windows("ada", viewport=DESK, color_scheme="light")
    prepare(window.site)
    page = window.open("/targets?unit=luopan&month=2023-09")
    bars = page.locator("#fig-gap .barlayer .point path")
    expect(bars).to_have_count(3)
    themes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    seen = []
    for theme in themes:
        page.emulate_media(color_scheme=theme)
        wanted = page.evaluate(TOKENS, ["--series-main", "--series-loss", "--series-ink"])
        for at, colour in enumerate(wanted):  # above its target, below it, and all of the gap
            expect(bars.nth(at)).to_have_css("fill", colour)
        seen.append((*wanted, *page.evaluate(TOKENS, ["--bad-soft", "--bad"])))
        assert (seen[-1][4], seen[-1][3]) in colours(page, "#data-units td.st, table.goals td, .tag")
    assert not set(seen[0]) & set(seen[1])
    calm(page, window)


@pytest.mark.parametrize("name", ["today", "targets", "year"])
def test_cells_of_targets_can_be_read_in_either_theme_and_differ(windows: Windows, name: str) -> None:
    window = opened(windows, name)
    page = window.page
    cells = f"{PLACES[name].numbers}, .tag, td.st, td.num, .state-key li"
    before = colours(page, cells)
    page.get_by_role("button", name="切换深浅色").click()
    assert not before & colours(page, cells)
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
