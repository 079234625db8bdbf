"""Opening a file that somebody chose: csv or xlsx, told by its content and never by its name."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from app.connectors import csv_text, zip_check
from app.connectors.sheet_parts import sheet_parts
from app.connectors.table import Cell, Row, Table, bounded, refused

WEB_ROWS = 200_000
"""Data rows of one import from the browser."""

_OTHERS = {
    b"\xd0\xcf\x11\xe0": ("这是旧版 xls 或加密的文件", "This is an old xls or an encrypted file"),
    b"%PDF": ("这是 PDF", "This is a PDF"),
    b"\x89PNG": ("这是图片", "This is an image"),
    b"\xff\xd8\xff": ("这是图片", "This is an image"),
    b"GIF8": ("这是图片", "This is an image"),
    b"{\\rtf": ("这是文档", "This is a document"),
    b"Rar!": ("这是压缩包", "This is an archive"),
    b"7z\xbc\xaf": ("这是压缩包", "This is an archive"),
    b"\x1f\x8b": ("这是压缩包", "This is an archive"),
}
_ZIP = b"PK"
FAILED = "#公式出错"
_WORKBOOK = "xl/workbook.xml"


@dataclass(frozen=True, slots=True)
class Spreadsheet:
    """An opened file: the names of its sheets ("" alone for a csv), and each as a table."""

    sheets: tuple[str, ...]
    open: Callable[[str], Table]

    def table(self, sheet: str | None, max_rows: int | None = WEB_ROWS) -> Table:
        """Return a sheet, the first one for None; Invalid when it is unknown, empty or too large."""
        name = self.sheets[0] if sheet is None else sheet
        if name not in self.sheets:
            raise refused(f"文件里没有工作表「{name}」", "There is no such sheet")
        return bounded(self.open(name), max_rows)


def opened(data: bytes) -> Spreadsheet:
    """Open a file; Invalid says why it cannot be read."""
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise refused("文件是空的", "The file is empty")
    for mark, (zh, en) in _OTHERS.items():
        if data.startswith(mark):
            raise refused(f"{zh}，请另存为 xlsx 或 csv", f"{en}; save it as xlsx or csv")
    if data.startswith(_ZIP):
        return _workbook(data)
    table = csv_text.table(data)
    return Spreadsheet(("",), lambda _name: table)


def _workbook(data: bytes) -> Spreadsheet:
    cost = zip_check.check(data)
    if _WORKBOOK not in cost.names:
        raise refused("压缩包里没有工作簿，请选择 xlsx 或 csv", "There is no workbook in it; choose an xlsx or a csv")
    with _reading():
        book = CalamineWorkbook.from_filelike(BytesIO(data))
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    # Hidden sheets last: they are rarely what is meant, but they may be chosen.
    sheets.sort(key=lambda sheet: sheet.visible != SheetVisibleEnum.Visible)
    if not sheets:
        raise refused("文件里没有工作表", "There is no sheet in it")
    parts = sheet_parts(data) if any(cost.failed.values()) else {}
    return Spreadsheet(
        tuple(sheet.name for sheet in sheets),
        lambda name: _sheet(book, name, cost.failed.get(parts.get(name, ""), set())),
    )


@contextmanager
def _reading() -> Iterator[None]:
    """Turn what the reader of xlsx raises into a refusal; its panics are no ordinary exceptions."""
    try:
        yield
    except (CalamineError, OSError, ValueError):
        raise zip_check.broken() from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise zip_check.broken() from None


def _sheet(book: CalamineWorkbook, name: str, failed: set[tuple[int, int]]) -> Table:
    with _reading():
        sheet = book.get_sheet_by_name(name)
    if sheet.start is None or sheet.end is None:
        return Table(name, 0, 0, lambda: iter(()))
    return Table(name, sheet.end[0] + 1, sheet.end[1] + 1, lambda: _rows(sheet, failed))


def _rows(sheet: CalamineSheet, failed: set[tuple[int, int]]) -> Iterator[Row]:
    """Yield the rows from the top left corner; a cell merged downwards counts for all of its rows.

    A formula that failed must not look like a blank, which would keep what is stored.
    """
    failures: dict[int, list[int]] = {}
    for row_index, column in failed:
        failures.setdefault(row_index, []).append(column)
    left = [""] * (sheet.start[1] if sheet.start else 0)
    spans = _merged(sheet)
    running: dict[int, tuple[int, Cell]] = {}
    for index, cells in enumerate(sheet.iter_rows()):
        row: list[Cell] = [*left, *cells]
        for column, last in spans.get(index, ()):
            running[column] = (last, row[column])
        for column, (last, value) in list(running.items()):
            if index > last:
                del running[column]
            else:
                row[column] = value
        for column in failures.get(index, ()):
            row[column] = FAILED
        yield row


def _merged(sheet: CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """Return, by the row they begin in, the columns that are merged downwards and their last row."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if bottom > top and left == right:
            spans.setdefault(top, []).append((left, bottom))
    return spans
