"""The entry grid under the hands of somebody who fills it every day: keyboard, clipboard, undo."""

import re

import pytest
from playwright.sync_api import expect
from pydantic import ValidationError

from app.domain.facts import FRIENDS, PUSHES, SALES, STOCK_COUNTS, Unit
from app.inputs.facts import ROWS
from app.inputs.problems import issues
from app.web.static import static_url
from app.web.typed import read
from tests.browser.conftest import Windows
from tests.browser.hands import COPY, DAY, PASTE, WIDE, cell, fine, focused, form, press, said, stored, texts
from tests.served import UNIT, put

pytestmark = pytest.mark.browser


def test_a_whole_day_is_entered_with_the_keyboard_alone(windows: Windows) -> None:
    window = windows("olga", viewport=WIDE)
    page = window.open(form())
    page.locator("nav.tabs a").last.focus()
    press(page, "Tab", "Tab")  # past the button that marks a day without data
    for keys, then in (
        (["1000", "Enter"], "mini_mall.reach"),
        (["500", "Enter"], "parcel_card.reach"),
        (["Shift+Enter"], "mini_mall.reach"),
        (["ArrowUp"], "video.reach"),
        (["Tab"], "video.adds"),
        (["90", "ArrowRight"], "video.losses"),
        (["4", "Tab"], "mini_mall.reach"),
        (["Shift+Tab"], "video.losses"),
        (["F2", "ArrowLeft", "1", "ArrowRight", "0"], "video.losses"),  # 4 -> 14 -> 140
        (["Escape", "F2", "0", "ArrowDown"], "video.losses"),  # back to 4, then 40: arrows stay in the text
        (["Enter", "ArrowLeft", "12", "Tab"], "mini_mall.losses"),
    ):
        press(page, *keys)
        assert focused(page) == then, keys
    assert texts(page, "video.losses", "mini_mall.adds") == ["40", "12"]
    expect(page.locator("[data-totals] td")).to_have_text(["1,500", "102", "40", "+62", "6.80%", ""])
    expect(page.locator("tbody tr").first.locator("td.der")).to_have_text(["+50", "9.00%", "—"])
    assert page.locator("table.g").get_attribute("role") == "grid"
    assert page.locator("table.g input[tabindex='0']").count() == 1
    press(page, "Control+s")
    said(page, "已保存 5 格")
    expect(page.locator("nav.tabs a").first).to_contain_text("2 / 2")
    expect(page.locator(".week a[aria-current]")).to_have_attribute("aria-label", re.compile("已填"))
    assert focused(page) == "mini_mall.losses"

    for kind, keys in (
        ("sales", ["2471.05", "Tab", "100", "Tab", "98", "Enter", "Control+Home", "ArrowRight"]),
        ("pushes", ["Control+ArrowDown", "ArrowUp", "1.2万", "Tab", "600", "Tab", "Tab", "24", "Enter"]),
        ("stock-counts", ["31774", "Tab", "10,000", "Tab"]),
    ):
        page.locator("nav.tabs a", has_text={"sales": "销售", "pushes": "推送"}.get(kind, "盘点")).focus()
        press(page, "Enter")
        expect(page).to_have_url(re.compile(f"/entry/{kind}"))
        page.locator("table.g input[tabindex='0']").focus()
        press(page, *keys)
        if kind == "stock-counts":
            assert page.evaluate("document.activeElement.closest('table')") is None  # Tab leaves after the last
        press(page, "Control+s")
        said(page, "已保存")
    friends = {(row["reach"], row["adds"], row["losses"]) for row in stored(window, FRIENDS)}
    assert friends == {(1000, 90, 40), (500, 12, None)}
    (sale,) = stored(window, SALES)
    assert (sale["gmv"], sale["orders"], sale["buyers"], sale["refunds"]) == (247105, 100, 98, None)
    (pushed,) = stored(window, PUSHES)
    assert (pushed["pushes"], pushed["push_cost"], pushed["push_losses"]) == (12000, 60000, 24)
    (count,) = stored(window, STOCK_COUNTS)
    assert (count["cumulative"], count["current"]) == (31774, 10000)
    press(page, "Alt+ArrowLeft")
    expect(page).to_have_url(re.compile("day=2023-10-05"))
    cell(page, "unit.current").focus()
    press(page, "Alt+ArrowRight")
    expect(page).to_have_url(re.compile(f"day={DAY}"))
    fine(window)


def test_a_block_of_40_by_6_with_two_bad_cells_is_pasted_corrected_and_undone(windows: Windows) -> None:
    window = windows("ada", viewport=WIDE)
    key = {"day": DAY, "unit": UNIT, "touchpoint": "official", "gmv": "1"}
    sources = ["video", "mini_mall", "parcel_card"]
    kinds = ["new", "first_repeat", "second_repeat", "loyal"]
    more = [{**key, "source": source, "customer_kind": kind} for source in sources for kind in kinds]
    put(window.site.database, "sales", more)
    page = window.open(form("sales"))
    rows = [["1,000.5", "１０", "8", "¥0", "0.1万", "2 "] for _ in range(40)]
    rows[3][1], rows[30][2] = "十", "11"
    rows[5][0] = '"1,\n000"'
    block = "\r\n".join("\t".join(row) for row in rows) + "\r\n"
    first = "official.unattributed_source.new.gmv"
    page.evaluate(PASTE, [first, block])
    expect(page.locator("td.paste")).to_have_count(240)
    expect(page.locator("td.err")).to_have_count(2)
    checks = page.locator("#grid-check")
    expect(checks).to_contain_text("2 个错误")
    said(page, "已粘贴 240 格")
    expect(page.locator("[data-totals] td:nth-child(-n+6)")).to_have_text(
        ["40,019.50", "390", "312", "0.00", "40,000.00"]
    )
    press(page, "Control+s")
    expect(page.locator("#grid-pop")).to_contain_text("请填整数")
    assert page.evaluate("document.activeElement.getAttribute('aria-describedby')") == "grid-pop"
    press(page, "10", "Enter")
    expect(checks).to_contain_text("1 个错误")
    checks.locator("a").click()
    expect(page.locator("#grid-pop")).to_contain_text("不能大于订单数（10）")
    press(page, "Delete", "Control+s")
    said(page, "已保存")
    assert len([row for row in stored(window, SALES) if row["gmv"] == 100050]) == 39
    assert sum(row["member_gmv"] or 0 for row in stored(window, SALES)) == 40 * 100000
    fine(window)


def test_cells_are_copied_filled_cleared_undone_and_redone(windows: Windows) -> None:
    window = windows("ada", viewport=WIDE)
    put(
        window.site.database,
        "sales",
        [
            {"day": DAY, "unit": UNIT, "touchpoint": "official", "customer_kind": kind, "gmv": "1000.50", "orders": 10}
            for kind in ("new", "first_repeat", "second_repeat")
        ],
    )
    page = window.open(form("sales"))
    first, third = (f"official.unattributed_source.{kind}.gmv" for kind in ("new", "second_repeat"))
    page.evaluate(PASTE, ["official.unattributed_source.new.refunds", "1\t2\t3\t4"])
    said(page, "（1 行 4 列）超出表格，未填入")
    expect(page.locator("td.dirty")).to_have_count(0)
    page.evaluate(PASTE, [first, "7\t7\n7\t7"])
    cell(page, first).focus()
    press(page, "Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowRight")
    expect(page.locator("td.sel")).to_have_count(6)
    assert page.evaluate(COPY) == "7\t7\n7\t7\n1000.50\t10"
    press(page, "Control+d")
    expect(page.locator("td.dirty")).to_have_count(6)
    assert texts(page, third) == ["7"]
    press(page, "Delete")
    assert texts(page, first) == [""]
    press(page, "Control+z", "Control+z")
    assert texts(page, first, third) == ["7", "1000.50"]
    page.locator("[data-undo]").click()
    expect(page.locator("td.dirty")).to_have_count(0)
    assert texts(page, first) == ["1000.50"]
    press(page, "Control+Shift+Z", "Control+y")
    expect(page.locator("td.dirty")).to_have_count(6)
    cell(page, first).focus()
    press(page, "5", "Escape")
    assert texts(page, first) == ["7"]
    press(page, "Escape")
    assert texts(page, first) == ["1000.50"]
    fine(window)


TYPED = (
    *(
        "",
        " ",
        "0",
        "-0",
        "007",
        "1,234",
        "１，２３４",
        "1 234",
        "3.17万",
        "１万",
        "0.0001万",
        "1.23456万",
        "万",
        "1.5",
        "-5",
    ),
    *(
        "−5",
        "abc",
        "1e3",
        "٣",
        "12%",
        "５０％",
        "1%%",
        "12.5元",
        "1.234567万元",
        "￥１２．５",
        "12.345",
        "1.000",
        "0.1",
        "1.",
    ),
    *(".5", "9" * 20, "9" * 21, "1000000000000", "1000000000001", "10000000000000", "10000000000000.01", "+5", "1_000"),
)
READ = """async ([address, texts]) => {
    const { read } = await import(address);
    const data = JSON.parse(document.getElementById("grid-data").textContent);
    const one = (text, unit) => {
        const { steps, problem } = read(text, unit, data);
        return [steps?.toString() ?? null, problem];
    };
    return texts.map((text) => [one(text, "count"), one(text, "yuan")]);
}"""


def by_the_server(text: str, unit: Unit) -> list[str | None]:
    """Return the stored integer of a typed text, and the sentence of its refusal."""
    measure = "pushes" if unit is Unit.COUNT else "push_cost"
    row = {"day": DAY, "unit": UNIT, "touchpoint": "sms", measure: read(text, unit)}
    try:
        value = getattr(ROWS["pushes"].model_validate(row), measure)
    except ValidationError as error:
        return [None, issues(error.errors())[0].message.zh]
    return [None if value is None else str(value), ""]


def test_the_page_reads_what_is_typed_as_the_server_does(windows: Windows) -> None:
    page = windows("ada").open(form() + "#douyin.adds")
    assert focused(page) == "douyin.adds"
    by_page = page.evaluate(READ, [static_url("js/grid/numbers.js"), list(TYPED)])
    for text, found in zip(TYPED, by_page, strict=True):
        assert found == [by_the_server(text, unit) for unit in (Unit.COUNT, Unit.YUAN)], text
