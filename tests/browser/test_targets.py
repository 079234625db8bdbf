"""The page of targets in a browser: parts by keyboard, from the month to its year and back, in English, on a phone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Windows
from tests.served import Site, put

PHONE = {"width": 390, "height": 844}
MONTHS = ("2023-08", "2023-09", "2023-10")


def prepare(site: Site) -> None:
    """Give the company, parts of it and a unit below it targets, and sales of two months."""
    for month in MONTHS:
        for unit, value in (("luopan", "1000"), ("ecommerce", "800")):
            put(site.database, "targets", [{"month": month, "unit": unit, "metric": "gmv", "value": value}])
        part = {"month": month, "unit": "luopan", "metric": "gmv", "channel": "community", "value": "300"}
        put(site.database, "targets", [part])
        row = {"day": f"{month}-02", "unit": "ecommerce", "touchpoint": "community", "customer_kind": "new"}
        put(site.database, "sales", [{**row, "gmv": "640.50", "orders": 2, "buyers": 2}])


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize("width", [1440, 390])
def test_parts_open_by_keyboard_and_stay_open_next_month(windows: Windows, width: int) -> None:
    window = windows(viewport={"width": width, "height": 900})
    prepare(window.site)
    page = window.open("/targets?unit=luopan&month=2023-09")
    toggle = page.locator("tbody[data-metric=gmv] [data-expand]")
    child = page.locator("tbody[data-metric=gmv] tr.kid th a")
    expect(child).to_be_hidden()
    toggle.focus()
    page.keyboard.press("Enter")
    expect(child).to_be_visible()
    expect(toggle).to_have_attribute("aria-expanded", "true")
    assert fits(page)
    page.locator(".month-nav a").first.click()
    expect(page.locator(".month-nav b")).to_have_text("2023年8月")
    expect(child).to_be_visible()
    assert page.locator("#fig-gap svg").count()
    assert window.problems == []


def test_a_month_leads_to_its_year_and_back(windows: Windows) -> None:
    window = windows(viewport=PHONE)
    prepare(window.site)
    page = window.open("/targets?unit=luopan&month=2023-09")
    page.locator("nav.seg a", has_text="按年").click()
    table = page.locator("#data-year")
    expect(table.locator("th[aria-current=date]")).to_contain_text("10月")
    row = table.locator("tbody tr").first
    expect(row.locator("td").nth(8)).to_contain_text("64.05%")
    expect(row.locator("td").nth(11)).to_contain_text("未到")
    expect(row.locator("td").last).to_contain_text("64.05%")  # 1,921.50 of 3,000
    assert fits(page)
    table.locator("thead a", has_text="9月").click()
    expect(page.locator(".month-nav b")).to_have_text("2023年9月")
    assert window.problems == []


def test_the_page_is_all_there_in_english_and_without_scripts(windows: Windows) -> None:
    window = windows(java_script_enabled=False)
    prepare(window.site)
    page = window.open("/targets?unit=luopan&month=2023-09")
    page.locator("form.speak button").click()
    text = page.locator("main").inner_text()
    for words in ("Needed / day", "Units × metrics", "Gap of GMV", "Rest (unassigned)", "unit below"):
        assert words in text, words
    page.locator("nav.seg a", has_text="Year").click()
    assert "Year so far" in page.locator("#data-year").inner_text()
    assert window.problems == []


EDGES = """rows => rows.map(row => ({
  name: row.querySelector("th").textContent.trim(),
  right: Math.max(...[...row.querySelectorAll(".at, td:last-child .tag")]
    .filter(one => one.checkVisibility())
    .map(one => one.querySelector("svg").getBoundingClientRect())
    .map(box => box.right <= innerWidth && box.width ? box.right : 0)),
}))"""


@pytest.mark.parametrize("width", [390, 1024])
@pytest.mark.parametrize("place", ["/targets?unit=luopan&month=2023-09", "/?unit=luopan"])
def test_how_each_target_stands_is_seen_on_a_narrow_screen_without_scrolling(
    windows: Windows, place: str, width: int
) -> None:
    window = windows(viewport={"width": width, "height": 844})
    prepare(window.site)
    page = window.open(place)
    rows = page.locator(".goals tbody tr:not(.kid, .grp)")
    assert rows.count() >= 1
    for row in rows.evaluate_all(EDGES):
        assert 0 < row["right"] <= width, row
    assert fits(page)
    assert window.problems == []


SHIFTS = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => { for (const shift of list.getEntries()) sum += shift.value; })
    .observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => done([sum, scrollY])));
})"""
IN_SIGHT = """head => {
  const { left, right } = head.getBoundingClientRect();
  const name = head.closest("tr").querySelector(".stick").getBoundingClientRect();
  return name.left >= 0 && name.left < 40 && left >= name.right && right <= innerWidth;
}"""


def test_a_year_opens_at_the_running_month_on_a_phone_and_on_the_way_back_where_it_was_left(windows: Windows) -> None:
    window = windows(viewport=PHONE)
    prepare(window.site)
    page = window.open("/targets?unit=luopan&year=2023")
    heads = page.locator("#data-year thead th")
    assert heads.locator("xpath=self::*[@aria-current]").evaluate(IN_SIGHT)
    assert page.evaluate(SHIFTS) == [0, 0]
    assert fits(page)
    box = page.locator(".tw:has(> #data-year)")
    box.evaluate("box => { box.scrollLeft = 90; }")
    page.locator("nav.seg a", has_text="按月").click()
    page.wait_for_url("**month=2023-10*")
    page.go_back()
    page.wait_for_url("**year=2023*")
    expect(box).to_have_js_property("scrollLeft", 90)
    assert window.problems == []


def test_a_year_that_is_over_opens_at_january(windows: Windows) -> None:
    window = windows(viewport=PHONE)
    prepare(window.site)
    goal = {"month": "2022-05", "unit": "luopan", "metric": "gmv", "value": "1"}
    put(window.site.database, "targets", [goal])
    page = window.open("/targets?unit=luopan&year=2022")
    assert page.locator("#data-year thead th").nth(1).evaluate(IN_SIGHT)
    assert window.problems == []
