"""Rows with problems as a csv: the columns of the file, and the reason in a last one."""

import csv
import io
import re
from collections.abc import Iterable

from app.connectors import export_csv
from app.connectors.table import Cell, Table
from app.connectors.values import text_of
from app.inputs.imports import Parsed

REASON = "原因"

_NUMBER = re.compile(r"[+-]?[\d,]*\.?\d+%?", re.ASCII)


def guarded(cell: Cell) -> str:
    """Return a cell for a csv: no text that a spreadsheet would run, numbers as they are, no second apostrophe."""
    text = cell if isinstance(cell, str) else text_of(cell)
    return text if _NUMBER.fullmatch(text) or text.startswith("'") else export_csv.guarded(text)


def made(table: Table, header: int, rows: Iterable[Parsed]) -> bytes:
    """Return the csv of the rows, under their header; they come in the order of the file."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    waiting = iter(rows)
    wanted = next(waiting, None)
    for number, cells in table.rows():
        if number == header:
            writer.writerow([*map(guarded, _padded(cells, table.width)), REASON])
        elif wanted is not None and number == wanted.row:
            reason = "；".join(
                f"「{problem.column}」{problem.message.zh}" if problem.column else problem.message.zh
                for problem in wanted.problems
            )
            writer.writerow([*map(guarded, _padded(cells, table.width)), guarded(reason)])
            wanted = next(waiting, None)
    return out.getvalue().encode()


def _padded(cells: Iterable[Cell], width: int) -> list[Cell]:
    filled = list(cells)
    return filled + [""] * (width - len(filled))
