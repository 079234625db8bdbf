"""What is said of every board in a browser: filters, drill, what is behind a number, notes, views, files."""

import csv
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Watched, Windows
from tests.browser.test_targets import prepare
from tests.served import UNIT, put

pytestmark = pytest.mark.browser

DESK = {"width": 1440, "height": 900}
NUMBER = r"[-+−]?\d[\d,.]*%?"


@dataclass(frozen=True, slots=True)
class Place:
    """A board as the tests ask for it."""

    path: str
    title: str
    title_en: str
    numbers: str
    """Where its numbers stand: its first ones are the key numbers."""
    pages: int
    """How many pages of paper it takes at most."""


CARDS = "dl.kpis dd.v, #data-daily :is(td, tfoot td).num"
PLACES = {
    "today": Place("/?unit=article", "今日", "Today", ".kcard .v", 2),
    "growth": Place("/growth?unit=article&from=2023-05-01&to=2023-05-07", "用户增长", "Growth", CARDS, 4),
    "sales": Place("/sales?unit=article&from=2023-09-01&to=2023-09-30", "销售", "Sales", CARDS, 6),
    "targets": Place("/targets?unit=article&month=2023-09", "目标完成", "Targets", "table.goals td.num", 2),
    "year": Place("/targets?unit=article&year=2023", "目标完成", "Targets", "#data-year td.st:not(.none)", 2),
}
TOLD = pytest.mark.parametrize("name", ["growth", "sales"])


def opened(windows: Windows, name: str, **options: Any) -> Watched:  # noqa: ANN401 (options of playwright)
    """Open a board in a window of its own; 今日 needs something of yesterday."""
    window = windows("ada", **{"viewport": DESK, "color_scheme": "light", **options})
    if name == "today":
        for day, adds in (("2023-10-07", 40), ("2023-10-08", 50)):
            row = {"day": day, "unit": "article", "channel": "video", "reach": 400, "adds": adds, "losses": 5}
            put(window.site.database, "friends", [row])
    window.open(PLACES[name].path)
    return window


def numbers(page: Page, name: str) -> list[str]:
    """Return the numbers of a board without the words around them; what is hidden counts too."""
    found = (re.search(NUMBER, text) for text in page.locator(PLACES[name].numbers).all_text_contents())
    return [match.group() for match in found if match]


def calm(page: Page, watched: Watched) -> None:
    assert watched.problems == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize(
    ("name", "link", "address"),
    [
        ("growth", "a[aria-label*=前一段]", "from=2023-04-24&to=2023-04-30"),
        ("sales", "a[aria-label*=前一段]", "from=2023-08-01&to=2023-08-31"),
        ("targets", "a[aria-label*=上月]", "month=2023-08"),
        ("year", "a[aria-label*=上一年]", "year=2022"),
    ],
)
def test_a_step_changes_numbers_and_address_and_back_brings_them_back(
    windows: Windows, name: str, link: str, address: str
) -> None:
    window = opened(windows, name)
    page = window.page
    cells, before = page.locator(PLACES[name].numbers), numbers(page, name)
    texts = cells.all_text_contents()
    assert len(before) >= 6
    page.locator(link).click()
    expect(page).to_have_url(re.compile(re.escape(address)))
    expect(cells).not_to_have_text(texts)
    page.go_back()
    expect(page).to_have_url(f"{window.address}{PLACES[name].path}")
    expect(cells).to_have_text(texts)
    calm(page, window)


@pytest.mark.parametrize(
    ("name", "first", "wanted"),
    [
        ("today", "[aria-labelledby=card-friends_added] .v", ("50", "9")),
        ("targets", "table.goals tr:has(td.num) td.num", ("218,262", "800.00")),
    ],
)
def test_the_picker_brings_the_numbers_of_another_unit_and_back_the_first_ones(
    windows: Windows, name: str, first: str, wanted: tuple[str, str]
) -> None:
    window = opened(windows, name)
    prepare(window.site)
    row = {"day": "2023-10-08", "unit": UNIT, "channel": "video", "reach": 80, "adds": 9, "losses": 1}
    put(window.site.database, "friends", [row])
    page = window.open(PLACES[name].path)
    cell, before = page.locator(first).first, numbers(page, name)
    expect(cell).to_contain_text(wanted[0])
    page.get_by_role("button", name="单元：").click()
    page.keyboard.type("电商私域组")
    page.get_by_role("treeitem", name="电商私域组").click()
    expect(page).to_have_url(re.compile(f"[?&]unit={UNIT}(&|$)"))
    expect(page.locator("header .sub")).to_have_text("电商私域组")
    expect(cell).to_contain_text(wanted[1])
    assert numbers(page, name) != before
    page.go_back()
    expect(page).to_have_url(f"{window.address}{PLACES[name].path}")
    expect(page.get_by_role("button", name="单元：文章案例")).to_be_visible()
    assert numbers(page, name) == before
    calm(page, window)


@pytest.mark.parametrize(
    ("name", "link", "address"),
    [
        ("today", "#card-friends_added a", r"/growth\?.*unit=article.*from=2023-10-01&to=2023-10-08"),
        ("today", ".goals .acts a", r"/targets\?unit=article&month=2023-10"),
        ("sales", "#data-daily tbody th a", r"/sales\?.*unit=article.*from=2023-09-01&to=2023-09-01"),
        ("year", "#data-year thead a >> nth=8", r"/targets\?unit=article&month=2023-09"),
    ],
)
def test_a_link_of_a_board_leads_to_the_narrower_address(windows: Windows, name: str, link: str, address: str) -> None:
    window = opened(windows, name)
    page = window.page
    page.locator(link).first.click()
    expect(page).to_have_url(re.compile(address))
    calm(page, window)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("today", ".kcard .v a"),
        ("growth", "dl.kpis a.num-link"),
        ("sales", "dl.kpis a.num-link"),
        ("targets", "table.goals td.b a"),
        ("year", "#data-year td.bad a"),
    ],
)
def test_a_rate_opens_its_numerator_and_denominator_and_gives_the_focus_back(
    windows: Windows, name: str, number: str
) -> None:
    window = opened(windows, name)
    page = window.page
    link = page.locator(number, has_text="%").first
    said = link.inner_text()
    link.press("Enter")
    drawer = page.locator("dialog.drawer[open]")
    if name == "year":  # its cells say how much of the target was reached: 65.82 % of 14.78 %
        said = "9.73%"
    expect(drawer.locator("[data-value]")).to_contain_text(said)
    expect(drawer.locator(".term").nth(0)).to_contain_text("分子")
    expect(drawer.locator(".term").nth(1)).to_contain_text("分母")
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(link).to_be_focused()
    calm(page, window)


@pytest.mark.parametrize("name", ["targets", "year"])
def test_a_note_written_beside_targets_stands_above_them(windows: Windows, name: str) -> None:
    window = opened(windows, name)
    page = window.page
    page.locator("summary", has_text="加备注").click()
    page.locator(".note-form [name=text]").fill("会员日")
    page.locator(".note-form button").click()
    page.wait_for_url(re.compile("saved=1"))
    expect(page.locator(".pins")).to_have_text(re.compile("会员日$"))
    calm(page, window)


@TOLD
def test_a_note_written_on_a_board_stands_in_its_daily_table(windows: Windows, name: str) -> None:
    window = opened(windows, name)
    page = window.page
    page.locator("summary", has_text="加备注").click()
    page.locator(".note-form [name=text]").fill("会员日")
    page.locator(".note-form button").click()
    expect(page.locator("#data-daily tbody tr", has_text="会员日")).to_have_count(1)
    expect(page.locator("#data-daily tbody tr").last).to_contain_text("会员日")  # the last day of the range is offered
    calm(page, window)


@pytest.mark.parametrize("name", ["growth", "sales", "targets", "year"])
def test_a_saved_view_opens_the_same_address_and_numbers(windows: Windows, name: str) -> None:
    window = opened(windows, name)
    page = window.page
    before = numbers(page, name)
    page.locator("summary", has_text="视图").click()
    page.locator(".views [name=name]").fill("我的")
    page.locator(".views button").click()
    page.wait_for_url(re.compile("saved=1"))
    page.goto(f"{window.address}{PLACES[name].path.partition('?')[0]}")
    page.locator("summary", has_text="视图").click()
    page.locator(".views").get_by_role("link", name="我的").click()
    expect(page).to_have_url(re.compile(PLACES[name].path.partition("&")[2]))
    assert numbers(page, name) == before
    calm(page, window)


def cut(text: str) -> Decimal:
    """Return what stands in a cell of a page or of a file, as a page rounds it."""
    bare = Decimal(text.strip("%").replace(",", "").replace("−", "-"))
    return (bare / 100 if "%" in text else bare).quantize(Decimal("0.0001"), ROUND_HALF_UP)


@TOLD
def test_a_csv_of_a_table_has_its_rows_and_values(windows: Windows, name: str, tmp_path: Path) -> None:
    window = opened(windows, name)
    page = window.page
    shown = page.locator("#data-daily tr").evaluate_all(
        "rows => rows.map(row => [...row.querySelectorAll('td.num')].map(cell => cell.textContent.trim()))"
    )
    page.locator(".filter-row .menu summary").click()
    with page.expect_download() as coming:
        page.locator(".filter-row .menu a[href*='panel=daily'][href*='format=csv']").click()
    coming.value.save_as(tmp_path / "daily.csv")
    lines = list(csv.reader((tmp_path / "daily.csv").read_text("utf-8-sig").splitlines()))
    assert len(lines) == len(shown)
    for line, cells in zip(lines[1:], shown[1:], strict=True):
        wanted = [cut(found.group()) for cell in cells if (found := re.search(NUMBER, cell))]
        assert wanted == [cut(cell) for cell in line[1:] if re.fullmatch(r"-?\d[\d.]*", cell)]
    calm(page, window)
