"""Files are read as what they are: their encoding, their sheets, their cells."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.connectors import bad_csv, spreadsheet, values
from app.connectors.table import Cell, Table
from app.connectors.values import Refused
from app.domain.errors import Invalid
from app.domain.facts import Unit
from tests import hostile, sheets

ROWS = [["日期", "新增"], ["2024-02-01", "5"]]


def cells(data: bytes, sheet: str | None = None) -> list[list[Cell]]:
    return [list(row) for _, row in spreadsheet.opened(data).table(sheet).rows()]


def refusal(data: bytes, sheet: str | None = None) -> str:
    with pytest.raises(Invalid) as caught:
        spreadsheet.opened(data).table(sheet)
    (issue,) = caught.value.issues
    return issue.message.zh


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_is_read_in_every_usual_encoding_and_with_every_usual_delimiter(encoding: str, delimiter: str) -> None:
    assert cells(sheets.text(ROWS, encoding, delimiter)) == ROWS


def test_a_quoted_cell_may_hold_delimiters_and_lines_and_a_row_is_counted_once() -> None:
    table = spreadsheet.opened('日期,备注\n"2024-02-01","一,二\n三"\n2024-02-02,x\n'.encode()).table(None)
    assert [(number, list(row)) for number, row in table.rows()][1:] == [
        (2, ["2024-02-01", "一,二\n三"]),
        (3, ["2024-02-02", "x"]),
    ]


def test_a_workbook_keeps_its_dates_and_numbers_and_begins_at_its_first_cell() -> None:
    data = sheets.workbook({"空": [], "日报": [[], ["", "日期", "数"], ["", date(2024, 2, 1), 0.25]]})
    book = spreadsheet.opened(data)
    assert book.sheets == ("空", "日报")
    assert cells(data, "日报") == [["", "", ""], ["", "日期", "数"], ["", date(2024, 2, 1), 0.25]]
    assert refusal(data) == "工作表「空」是空的"
    assert refusal(data, "别的") == "文件里没有工作表「别的」"


def test_a_formula_that_failed_is_no_blank() -> None:
    data = sheets.workbook({"一": [["数"], [1]], "二": [[], ["", "数"], ["", 5], ["", "=1/0"]]})
    with ZipFile(BytesIO(data)) as book:
        sheet = book.read("xl/worksheets/sheet2.xml").decode()
    failed = sheet.replace('<c r="B4"><f>1/0</f><v>0</v></c>', '<c r="B4" t="e"><f>1/0</f><v>#DIV/0!</v></c>')
    data = hostile.with_part("xl/worksheets/sheet2.xml", failed.encode(), data)
    assert cells(data, "一") == [["数"], [1]]
    assert cells(data, "二")[2:] == [["", 5], ["", "#公式出错"]]
    with pytest.raises(Refused):
        values.read("#公式出错", Unit.COUNT)


def test_a_cell_merged_downwards_counts_for_all_of_its_rows() -> None:
    rows = [["日期", "渠道"], ["", "甲"], ["", "乙"], ["2024-02-02", "甲"]]
    data = sheets.workbook({"日报": rows}, [(1, 0, 2, 0, "2024-02-01")])
    assert [row[0] for row in cells(data)] == ["日期", "2024-02-01", "2024-02-01", "2024-02-02"]


@pytest.mark.parametrize(
    ("cell", "unit", "value"),
    [
        ("12,350.50", Unit.YUAN, Decimal("12350.5")),
        ("３１，９３４", Unit.COUNT, 31934),
        ("3.17万", Unit.YUAN, 31700),
        ("¥ 1,200 元", Unit.YUAN, 1200),
        ("1.2万元", Unit.YUAN, 12000),
        ("1.2%", Unit.RATE, Decimal("0.012")),
        ("0.05", Unit.RATE, Decimal("0.05")),
        ("'42", Unit.COUNT, 42),
        (160.0, Unit.COUNT, 160),
        (0.1 + 0.2, Unit.YUAN, Decimal("0.3")),
        (0.14779, Unit.RATE, Decimal("0.14779")),
        ("未填", Unit.COUNT, None),
        ("1.000", Unit.YUAN, 1),
        ("-4", Unit.COUNT, -4),
        (0, Unit.COUNT, 0),
    ],
)
def test_numbers_are_read_as_they_are_written(cell: Cell, unit: Unit, value: object) -> None:
    assert values.read(cell, unit) == value
    assert not values.is_blank(cell)


@pytest.mark.parametrize("cell", ["", " ", "-", "—", "——", "－", "'"])
def test_a_blank_says_nothing(cell: str) -> None:
    assert values.is_blank(cell)


@pytest.mark.parametrize("cell", ["NaN", "Infinity", "1e309", "1e3", "一百", "1.2%", "5-6", "=1+1", "0x1f", "1_000"])
def test_c24_what_is_no_number_is_refused_by_name(cell: str) -> None:
    with pytest.raises(Refused) as caught:
        values.read(cell, Unit.COUNT)
    assert caught.value.message.zh == f"不是数字：{cell}"


@pytest.mark.parametrize("cell", [float("nan"), float("inf"), 1e300, True, date(2024, 2, 1), 0.5, 160.4])
def test_c24_typed_cells_that_are_no_count_are_refused(cell: Cell) -> None:
    with pytest.raises(Refused):
        values.read(cell, Unit.COUNT)


@given(st.integers(0, 10**15))
def test_money_of_a_spreadsheet_is_exact_to_the_fen(fen: int) -> None:
    # The double nearest to an amount is read as the amount, as long as doubles can tell fen apart.
    assert values.read(fen / 100, Unit.YUAN) == Decimal(fen) / 100 or fen > 10**14


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "2024-02-01",
            "2024/2/1",
            "2024.2.1",
            "20240201",
            "2024年2月1日",
            "2024年02月01日 周四",
            "2024-02-01 00:00:00",
        ),
        *("2月1日", "2/1", "２月１日（星期四）", date(2024, 2, 1), datetime(2024, 2, 1), 45323.0),  # noqa: DTZ001 (no zone)
    ],
)
def test_days_are_read_as_they_are_written(cell: Cell) -> None:
    assert values.day(cell, 2024) == date(2024, 2, 1)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("2024-02-30", "没有这一天：2024-02-30"),
        ("2023年2月29日", "没有这一天：2023年2月29日"),
        ("0000-01-01", "没有这一天：0000-01-01"),
        ("5月1日", "5月1日 没有年份，请选择年份"),
        ("昨天", "不是日期：昨天"),
        (datetime(2024, 2, 1, 8, 30), "日期里不能有时刻"),  # noqa: DTZ001 (cells have no zone)
    ],
)
def test_c24_a_day_that_does_not_exist_is_refused_by_name(cell: Cell, message: str) -> None:
    with pytest.raises(Refused) as caught:
        values.day(cell, None)
    assert caught.value.message.zh == message


def test_months_are_read_as_they_are_written() -> None:
    for cell in ("2024-02", "2024/2", "2024年2月", "202402", date(2024, 2, 1), "2月"):
        assert values.month(cell, 2024) == date(2024, 2, 1)
    for cell in ("2024-13", "二月", date(2024, 2, 15)):
        with pytest.raises(Refused):
            values.month(cell, 2024)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("+a", "'+a"),
        ("-5", "-5"),
        ("-1,200.5%", "-1,200.5%"),
        ("-a", "'-a"),
        ("好", "好"),
    ],
)
def test_text_that_a_spreadsheet_would_run_is_guarded(text: str, written: str) -> None:
    assert bad_csv.guarded(text) == written


def test_a_table_says_where_something_stands() -> None:
    table = Table("日报", 1, 1, lambda: iter(()))
    assert table.place(32, "流失好友").zh == "工作表「日报」第 32 行「流失好友」"
