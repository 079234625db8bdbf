"""Sheets as xlsx: real numbers and days with formats, frozen heads, and texts that stay texts."""

import re
from collections.abc import Sequence
from datetime import date
from typing import IO, Any

from app.connectors.export import Given, Kind, Line, Notes, Sheet, Value
from app.domain.errors import Invalid
from app.domain.text import Text

MAX_ROWS = 1_048_575
"""Rows of a worksheet below its head."""

_FORMATS = {
    Kind.TEXT: "@",
    Kind.DAY: "yyyy-mm-dd",
    Kind.MONTH: "yyyy-mm",
    Kind.COUNT: "#,##0",
    Kind.YUAN: "#,##0.00",
    Kind.RATE: "0.00%",
    Kind.TIMES: "#,##0.00",
}
_WIDTHS = dict.fromkeys(Kind, 12) | {Kind.TEXT: 16, Kind.MONTH: 10, Kind.COUNT: 13, Kind.YUAN: 16}
_WIDEST = 40
_EPOCH = date(1899, 12, 30)
_LONGEST_SHEET = 31
_NOT_IN_SHEETS = re.compile(r"[\[\]:*?/\\']")
_SAFE = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def refuse_many(rows: int) -> None:
    """Refuse more rows than a worksheet holds."""
    if rows > MAX_ROWS:
        message = Text(
            "共 {rows:,} 行，超过一个工作表的 {most:,} 行，请改用 csv 或缩小范围",
            "{rows:,} rows; a worksheet holds {most:,}. Use csv or a smaller range",
        )
        raise Invalid.one("format", message.fill(rows=rows, most=MAX_ROWS))


def write(file: IO[bytes], sheets: Sequence[Sheet], notes: Notes | None = None) -> None:
    """Write a workbook into a binary file; what it holds stands on disk, not in memory, until then."""
    from xlsxwriter import Workbook  # noqa: PLC0415 (a start does not need it)

    with Workbook(file, _SAFE) as workbook:
        writer = _Writer(workbook)
        for sheet in sheets:
            writer.add(sheet)
        if notes is not None:
            writer.explain(notes)


class _Writer:
    """The worksheets of one workbook, in one set of formats."""

    def __init__(self, workbook: Any) -> None:  # noqa: ANN401 (the library publishes no types)
        self.workbook = workbook
        plain = {"valign": "top"}
        self.formats = {kind: workbook.add_format({**plain, "num_format": code}) for kind, code in _FORMATS.items()}
        self.totals = {
            kind: workbook.add_format({"num_format": code, "bold": True, "top": 1}) for kind, code in _FORMATS.items()
        }
        self.head = workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"})
        self.wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        self.names: set[str] = set()

    def add(self, sheet: Sheet) -> None:
        """Write one sheet, row by row."""
        page = self.workbook.add_worksheet(self._name(sheet.name))
        page.freeze_panes(1, 1)
        kinds = [head.kind for head in sheet.heads]
        for column, head in enumerate(sheet.heads):
            page.set_column(column, column, head.width or max(_WIDTHS[head.kind], min(_wide(head.name), _WIDEST)))
            page.write_string(0, column, _text(head.name), self.head)
        row = 0
        for row, line in enumerate(sheet.lines, 1):
            _put_line(page, row, line, kinds, self.formats)
        page.autofilter(0, 0, row, len(kinds) - 1)
        if sheet.total is not None:
            _put_line(page, row + 1, sheet.total, kinds, self.totals)

    def explain(self, notes: Notes) -> None:
        """Write the sheet that says what the others are."""
        page = self.workbook.add_worksheet(self._name(notes.title))
        widths = (18, 24, 12, 44, 60)
        for column, width in enumerate(widths):
            page.set_column(column, column, width)
        row = 0
        for name, value in notes.pairs:
            page.write_string(row, 0, name, self.head)
            _put(page, row, 1, value, Kind.DAY if isinstance(value, date) else Kind.COUNT, self.formats)
            row += 1
        for title, heads, lines in notes.tables:
            page.write_string(row + 1, 0, title, self.head)
            for column, name in enumerate(heads):
                page.write_string(row + 2, column, name, self.head)
            row += 3
            for line in lines:
                for column, value in enumerate(line):
                    _put(page, row, column, value, Kind.TEXT, {Kind.TEXT: self.wrapped})
                row += 1

    def _name(self, wanted: str) -> str:
        """Return a name that a worksheet may have, and that no other one here has."""
        stem = _NOT_IN_SHEETS.sub("_", wanted).strip() or "表"
        name, number = stem[:_LONGEST_SHEET], 2
        while name.lower() in self.names:
            tail = f" {number}"
            name, number = stem[: _LONGEST_SHEET - len(tail)] + tail, number + 1
        self.names.add(name.lower())
        return name


def _put_line(page: Any, row: int, line: Line, kinds: Sequence[Kind], formats: dict[Kind, Any]) -> None:  # noqa: ANN401 (as above)
    for column, (cell, kind) in enumerate(zip(line, kinds, strict=True)):
        if isinstance(cell, Given):
            _put(page, row, column, cell.value, cell.kind, formats)
        elif cell is not None:
            _put(page, row, column, cell, kind, formats)


def _put(page: Any, row: int, column: int, value: Value, kind: Kind, formats: dict[Kind, Any]) -> None:  # noqa: ANN401 (as above)
    if value is None:
        return
    if isinstance(value, str):
        page.write_string(row, column, _text(value), formats[Kind.TEXT])
    elif isinstance(value, date):
        page.write_number(row, column, (value - _EPOCH).days, formats[kind])
    else:
        page.write_number(row, column, value, formats[kind])


def _text(value: str) -> str:
    # The library takes a text between these tags for markup of its own and would not escape it.
    return f"{value} " if value.startswith("<r>") and value.endswith("</r>") else value


def _wide(name: str) -> int:
    """Return how wide a name is, a Chinese character counting twice."""
    return sum(1 if char.isascii() else 2 for char in name) + 4
