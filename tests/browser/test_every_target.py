"""What is said of every board, of targets alone: a drill by click, and files whose values are those of the page."""

import csv
import json
import re
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Locator, expect
from python_calamine import CalamineWorkbook

from app.domain.roles import SYSTEM, Role
from app.store import tokens
from app.store.users import Given
from tests.browser.conftest import Watched, Windows
from tests.browser.test_every_board import DESK, NUMBER, calm, cut, opened
from tests.browser.test_targets import prepare
from tests.served import UNIT, put

pytestmark = pytest.mark.browser

MONTHS = [f"2023年{month}月 完成率或用量" for month in range(1, 13)]
FILES = {
    "targets": ("table.goals tr:has(td.num)", (1, 2, 3, 4, 6), ("目标", "实际", "完成率", "上月", "月末预测")),
    "year": ("#data-year tbody tr", tuple(range(1, 13)), tuple(MONTHS)),
}
"""The rows of a page, which of their cells are held against its file, and the heads of the file."""
CELLS = """rows => rows.map(row => [...row.cloneNode(true).children].map(cell => {
    for (const aside of cell.querySelectorAll("small, .sr")) aside.remove();
    return cell.textContent.replace("≤", "").trim();
}))"""


def of_rest(window: Watched, address: str) -> list[list[Decimal]]:
    """Return target, actual and completion of all rows that REST gives for the page of an address."""
    with window.site.database.write() as session:
        token = tokens.create(session, SYSTEM, "probe", Given(Role.ADMIN))
    asked = f"{window.address}/api/v1/boards{address}"
    answer = window.page.request.get(asked, headers={"Authorization": f"Bearer {token}"})
    panels = json.loads(answer.text(), parse_float=Decimal)["panels"]
    rows = [row for panel in panels if panel["key"] in ("targets", "unit_targets") for row in panel["table"]["rows"]]
    return [[cut(str(row[key])) for key in ("target", "actual", "completion")] for row in rows]


def of_page(rows: Locator) -> list[list[Decimal]]:
    """Return the same of the rows that a page of targets shows."""
    cells = [rows.nth(at).locator("td").all_inner_texts()[:3] for at in range(rows.count())]
    return [[cut(text.strip()) for text in texts] for texts in cells]


def test_a_target_opens_to_its_parts_and_a_unit_below_leads_to_its_own_page(windows: Windows) -> None:
    window = windows("ada", viewport=DESK)
    prepare(window.site)
    above, below = (f"/targets?unit={unit}&month=2023-09" for unit in ("luopan", UNIT))
    page = window.open(above)
    rows = page.locator("table.goals tr:has(td.num)").filter(visible=True)
    expect(rows).to_have_count(1)
    page.locator("[data-metric=gmv] [data-expand]").click()
    expect(rows).to_have_count(3)
    wanted = of_rest(window, above)
    assert of_page(rows) == wanted
    assert [row[1:] for row in wanted] == [[cut("640.5"), cut(share)] for share in ("0.6405", "2.135", "0.800625")]
    for link in ("[data-metric=gmv] tr.kid th a", "#data-units tbody th a"):
        page.locator(link).click()
        expect(page).to_have_url(f"{window.address}{below}")
        page.wait_for_load_state()
        expect(rows).to_have_count(1)
        assert of_page(rows) == of_rest(window, below) == wanted[2:]
        page.go_back()
        expect(rows).to_have_count(3)  # what was open is open still
    calm(page, window)


def lines_of(file: Path) -> list[dict[str, str]]:
    """Return the rows of the first sheet of a file by their heads."""
    if file.suffix == ".csv":
        lines = list(csv.reader(file.read_text("utf-8-sig").splitlines()))
    else:
        cells = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python()
        lines = [[str(cell) for cell in row] for row in cells]
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


@pytest.mark.parametrize(("name", "kind"), [("targets", "csv"), ("targets", "xlsx"), ("year", "csv")])
def test_a_file_of_targets_has_the_rows_and_values_of_its_page(
    windows: Windows, name: str, kind: str, tmp_path: Path
) -> None:
    window = opened(windows, name)
    page = window.page
    rows, places, heads = FILES[name]
    shown = page.locator(rows).evaluate_all(CELLS)
    page.locator(".menu summary").click()
    with page.expect_download() as coming:
        page.get_by_role("link", name=f"目标完成 {kind}").click()
    coming.value.save_as(tmp_path / f"targets.{kind}")
    lines = lines_of(tmp_path / f"targets.{kind}")
    assert len(lines) == len(shown) >= 7
    held = 0
    for line, cells in zip(lines, shown, strict=True):
        said = [cells[place] if re.fullmatch(NUMBER, cells[place]) else "" for place in places]
        kept = [line[head] for head in heads]
        assert [text and cut(text) for text in said] == [text and cut(text) for text in kept], (line, cells)
        held += sum(map(bool, kept))
    assert held >= 7
    calm(page, window)


CARDS = {"gap": "month=2023-09", "units": "month=2023-09", "year_metric": "year=2023"}
"""What stands below the table of targets, and where."""
SHOWN = """table => [...table.querySelectorAll("tr")].map(row => [...row.children].map(cell => {
    const copy = cell.cloneNode(true);
    for (const aside of copy.querySelectorAll(".sr, .part-of")) aside.remove();
    return copy.textContent.trim();
})).filter(row => row.length > 1)"""


@pytest.mark.parametrize("panel", list(CARDS))
def test_each_card_below_the_targets_goes_out_as_a_file_and_a_chart_as_a_picture(
    windows: Windows, panel: str, tmp_path: Path
) -> None:
    window = windows("ada", viewport=DESK)
    prepare(window.site)
    page = window.open(f"/targets?unit=luopan&{CARDS[panel]}")
    card = page.locator(f"section[aria-labelledby=title-{panel}]")
    heads, *rows = page.locator(f"#data-{panel}").evaluate(SHOWN)
    card.locator(".card-menu summary").click()
    with page.expect_download() as coming:
        card.locator(".card-menu a", has_text="csv").click()
    coming.value.save_as(tmp_path / "card.csv")
    lines = list(csv.reader((tmp_path / "card.csv").read_text("utf-8-sig").splitlines()))
    width = len(heads) - 1
    assert lines[0][-width:] == heads[1:]
    assert len(lines) - 1 == len(rows) >= 2
    for line, row in zip(lines[1:], rows, strict=True):
        for kept, said in zip(line[-width:], row[1:], strict=True):
            assert (cut(kept) if kept else None) == (cut(said) if re.fullmatch(NUMBER, said) else None), (line, row)
    if panel == "units":
        expect(card.locator("[data-save-picture]")).to_have_count(0)
    else:
        with page.expect_download() as coming:
            card.locator("[data-save-picture]").click()
        assert coming.value.suggested_filename.startswith(page.locator(f"#title-{panel}").inner_text())
        assert Path(coming.value.path()).read_bytes().startswith(b"\x89PNG")
    calm(page, window)


def test_arrows_go_from_number_to_number_past_headings_and_closed_rows(windows: Windows) -> None:
    window = windows("ada", viewport=DESK)
    prepare(window.site)
    for metric, value in (("friends_added", "900"), ("orders", "80")):
        put(window.site.database, "targets", [{"month": "2023-09", "unit": "luopan", "metric": metric, "value": value}])
    row = {"day": "2023-09-02", "unit": UNIT, "channel": "video", "reach": 400, "adds": 77, "losses": 5}
    put(window.site.database, "friends", [row])
    page = window.open("/targets?unit=luopan&month=2023-09")
    numbers = page.locator("table.goals td.b a")
    page.keyboard.press("Tab")
    numbers.first.focus()
    for said in ("640.50", "2"):  # below a heading, and below GMV with its parts closed
        page.keyboard.press("ArrowDown")
        expect(page.locator(":focus")).to_have_text(said)
    for _ in range(3):
        page.keyboard.press("ArrowUp")
    expect(page.locator(":focus")).to_have_text("77")
    assert page.locator("table.goals a[tabindex='0']").all_inner_texts() == ["77"]
    calm(page, window)


BARS = {
    "month=2023-09&metric=gmv&by=unit": ("gap", 0, "/targets", {"unit": UNIT, "month": "2023-09"}),
    "month=2023-09&metric=gmv&by=touchpoint": (
        "gap",
        0,
        "/sales",
        {"unit": "luopan", "channel": "community", "from": "2023-09-01", "to": "2023-09-30", "compare": "target"},
    ),
    "year=2023&metric=gmv": ("year_metric", 8, "/targets", {"unit": "luopan", "month": "2023-09"}),
}
"""By what a page asks for: a figure, the place of one of its bars, and the page that it leads to and asks something."""


@pytest.mark.parametrize("asked", list(BARS))
def test_a_bar_leads_where_the_row_of_the_table_beneath_does(windows: Windows, asked: str) -> None:
    window = windows("ada", viewport=DESK)
    prepare(window.site)
    panel, place, path, wanted = BARS[asked]
    page = window.open(f"/targets?unit=luopan&{asked}")
    rows = page.locator(f"#data-{panel} tbody tr")
    link = rows.nth(place).locator("th a")
    address = urlsplit(str(link.get_attribute("href")))
    assert address.path == path
    assert wanted.items() <= dict(parse_qsl(address.query)).items()
    bar = page.locator(f"#fig-{panel} .barlayer .point path").nth(place)
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(f"**{address.path}?{address.query}")
    calm(page, window)
    page.go_back()
    page.locator(f"[aria-controls=box-{panel}]").click()
    link.press("Enter")
    page.wait_for_url(f"**{address.path}?{address.query}")
    calm(page, window)
