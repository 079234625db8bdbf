"""A sheet of cells as it stands in a file, before anybody knows what it means."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.domain.errors import Invalid
from app.domain.text import Text

Cell = str | int | float | date | datetime | time | timedelta
Row = Sequence[Cell]

MAX_COLUMNS = 500
TITLE_ROWS = 100
"""Rows that may stand above and below the data without counting as data."""


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its name ("" in a csv), its size, and its rows each time they are asked for."""

    sheet: str
    height: int
    width: int
    read: Callable[[], Iterator[Row]]

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Yield the rows with their numbers as a spreadsheet shows them, from 1."""
        return enumerate(self.read(), 1)

    def place(self, row: int, column: str = "") -> Text:
        """Say where something stands, in the words of whoever made the file."""
        sheet = (f"工作表「{self.sheet}」", f"sheet “{self.sheet}” ") if self.sheet else ("", "")
        named = (f"「{column}」", f" “{column}”") if column else ("", "")
        return Text(f"{sheet[0]}第 {row} 行{named[0]}", f"{sheet[1]}row {row}{named[1]}")


def refused(zh: str, en: str) -> Invalid:
    """Return the refusal of a whole file."""
    return Invalid.one("file", Text(zh, en))


def bounded(table: Table, max_rows: int | None) -> Table:
    """Return the table; Invalid when it is empty or larger than may be read."""
    where = f"工作表「{table.sheet}」" if table.sheet else "文件"
    if table.height == 0:
        raise refused(f"{where}是空的", "There is nothing in it")
    if max_rows is not None and table.height > max_rows + TITLE_ROWS:
        message = f"{where}有 {table.height:,} 行，最多 {max_rows:,} 行，请拆成几个文件，或请管理员用命令行导入"
        raise refused(message, f"It has {table.height} rows; at most {max_rows} can be imported here")
    if table.width > MAX_COLUMNS:
        raise refused(f"{where}有 {table.width} 列，最多 {MAX_COLUMNS} 列", f"It has more than {MAX_COLUMNS} columns")
    return table
