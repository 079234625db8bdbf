"""Files going out: nothing in a csv is live, names are what programs and file systems take."""

import csv
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from app.connectors import export_csv, export_xlsx
from app.connectors.export import Format, Given, Head, Kind, Line, Notes, Sheet, disposition, file_name


@given(st.one_of(st.text(), st.sampled_from(("=1", "'=1", "''", "\t=1", "-5", "＝1"))))
def test_a_guarded_text_is_not_live_and_comes_back_as_it_was(text: str) -> None:
    guarded = export_csv.guarded(text)
    assert not guarded.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))
    assert export_csv.unguarded(guarded) == text


def test_values_are_plain_in_a_csv() -> None:
    heads = [Head("日"), Head("月", Kind.MONTH), Head("数", Kind.COUNT), Head("元", Kind.YUAN), Head("率", Kind.RATE)]
    lines: list[Line] = [
        [date(2023, 5, 4), date(2023, 5, 1), -7, Decimal("-1234.50"), Decimal("-0.0123456789")],
        [None, None, None, None, None],
        ['a,"b"\r\n', "=1", 10**12, Decimal("0E+2"), Decimal("1.0000000000")],
    ]
    file = BytesIO()
    export_csv.write(file, Sheet("表", heads, lines, [Given(Decimal("0.5"), Kind.RATE), None, 1, None, "未到观察期"]))
    text = file.getvalue().decode("utf-8-sig")
    assert list(csv.reader(StringIO(text, newline=""))) == [
        ["日", "月", "数", "元", "率"],
        ["2023-05-04", "2023-05", "-7", "-1234.50", "-0.0123456789"],
        ["", "", "", "", ""],
        ['a,"b"\r\n', "'=1", "1000000000000", "0", "1"],
        ["0.5", "", "1", "", "未到观察期"],
    ]


def test_sheets_have_names_that_a_workbook_takes() -> None:
    wanted = ["触点 × 日", "触点 × 日", "a/b:c*d?[e]\\'", "", "长" * 40, "长" * 40, "说明"]
    file = BytesIO()
    export_xlsx.write(file, [Sheet(name, [Head("列")], [[name]]) for name in wanted], Notes([("名", "值")]))
    file.seek(0)
    book = CalamineWorkbook.from_filelike(file)
    names = book.sheet_names
    assert len({name.lower() for name in names}) == len(names) == len(wanted) + 1
    assert [book.get_sheet_by_name(name).to_python()[1][0] for name in names[:3]] == wanted[:3]
    assert (names[0], names[-2:]) == ("触点 × 日", ["说明", "说明 2"])


def test_a_file_has_a_name_in_every_language() -> None:
    name = file_name(["用户增长", "../../a\\b:c\x00\n" + "长" * 300, "", "20230501-20230507"], Format.XLSX)
    assert name == f"罗盘-用户增长-{('a_b_c_' + '长' * 300)[:40]}-20230501-20230507.xlsx"
    assert len(name.encode()) < 255
    assert disposition("罗盘.csv") == "attachment; filename=\"luopan.csv\"; filename*=UTF-8''%E7%BD%97%E7%9B%98.csv"
