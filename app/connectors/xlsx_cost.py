"""What reading a workbook will cost, counted from its tags: cells, the plane they span, and texts."""

import re
from array import array
from dataclasses import dataclass
from itertools import pairwise

from app.connectors.table import refused

MAX_CELLS = 2_500_000
"""Cells of the plane from A1 to the far corner: a reader makes all of them."""
MAX_ROW, MAX_COLUMN = 1_048_576, 16_384
MAX_TEXT = 120 << 20
MAX_OTHER = 8 << 20
"""Inflated bytes of a part that is kept whole: styles, names, relations."""
MARKUP = 25
"""Bytes of XML around the shortest cell."""
LETTERS = 26

# What every usual writer writes, which is quick to find; then whatever else XML allows.
_PLAIN_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>')
_PLAIN_ROW = re.compile(rb'<row r="(\d{1,7})"')
_CELL = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*?\s)?r\s*=\s*[\"']([A-Za-z]{1,9})(\d{1,9})[\"'][^>]*(?<!/)>")
_ANY_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s>])[^>]*(?<!/)>")
_ROW = re.compile(rb"<(?:\w+:)?row\s(?:[^>]*?\s)?r\s*=\s*[\"'](\d+)[\"']")
_SHARED = re.compile(rb"<(?:\w+:)?c\s[^>]*?t\s*=\s*[\"']s[\"'][^>]*>\s*<(?:\w+:)?v>(\d{1,9})<")
_FAILED = re.compile(rb"<(?:\w+:)?c\s[^>]*?r\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"'][^>]*?t\s*=\s*[\"']e[\"']")
_STRING = re.compile(rb"<(?:\w+:)?si(?=[\s/>])")
_KEPT_WHOLE = re.compile(r"(workbook\.xml|styles\.xml|\.rels|\[Content_Types\]\.xml)$")


@dataclass(slots=True)
class Part:
    """What was counted in one part of the file."""

    name: str
    cells: int = 0
    placed: int = 0
    rows: int = 0
    columns: int = 0

    @property
    def plane(self) -> int:
        """Cells from A1 to the far corner; a cell that does not say where it stands may stand anywhere."""
        return self.rows * max(self.columns, min(self.cells - self.placed, MAX_COLUMN))


class Cost:
    """Adds up a workbook part by part, and refuses it as soon as it is too much."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.failed: dict[str, set[tuple[int, int]]] = {}
        """By part, row and column (from 0) of formulas that failed, which readers show as blank."""
        self._part = Part("")
        self._most = 0
        self._strings = array("I")
        self._open_string = False
        self._repeated = 0

    def begin(self, name: str) -> None:
        """Start a part."""
        self.names.add(name)
        self._part, self._open_string = Part(name), False

    def add(self, tags: bytes) -> None:
        """Count the tags of a piece, which begins and ends between tags."""
        part = self._part
        cells, every = _cells(tags)
        part.cells += every
        if cells:
            part.placed += len(cells)
            part.rows = max(part.rows, *map(int, {row for _, row in cells}))
            part.columns = max(part.columns, *map(_column, {letters for letters, _ in cells}))
        if rows := _rows(tags):
            part.rows = max(part.rows, *map(int, rows))
        if b"#" in tags:
            failed = {(int(row) - 1, _column(letters) - 1) for letters, row in _FAILED.findall(tags)}
            self.failed.setdefault(part.name, set()).update(failed)
        if b"<si" in tags or b":si" in tags or self._open_string:
            self._texts(tags)
        self._bound(part)

    def end(self, size: int) -> None:
        """Finish a part of `size` inflated bytes."""
        part = self._part
        if _KEPT_WHOLE.search(part.name) and size > MAX_OTHER:
            raise _too_much()
        if max(0, size - MARKUP * part.cells) > MAX_TEXT and (part.cells or part.name.endswith(".xml")):
            raise _too_much()
        self._most = max(self._most, part.cells)

    @property
    def may_repeat(self) -> bool:
        """Whether cells may repeat long texts so often that their copies are too much."""
        return max(self._strings, default=0) * self._most > MAX_TEXT

    def add_references(self, tags: bytes) -> None:
        """Add up the texts that cells refer to: each cell gets a copy."""
        known = len(self._strings)
        self._repeated += sum(self._strings[index] for index in map(int, _SHARED.findall(tags)) if index < known)
        if self._repeated > MAX_TEXT:
            raise _too_much()

    def _texts(self, tags: bytes) -> None:
        """Note the length of each shared string: the bytes from its tag to the next one."""
        starts = [found.start() for found in _STRING.finditer(tags)]
        if self._open_string and self._strings:
            self._strings[-1] += starts[0] if starts else len(tags)
        self._open_string = self._open_string or bool(starts)
        self._strings.extend(end - start for start, end in pairwise([*starts, len(tags)]))
        if len(self._strings) > MAX_CELLS:
            raise _too_much()

    @staticmethod
    def _bound(part: Part) -> None:
        if part.rows > MAX_ROW or part.columns > MAX_COLUMN:
            raise refused("单元格超出了工作表的范围", "A cell lies outside of the sheet")
        if part.cells > MAX_CELLS or part.plane > MAX_CELLS:
            shown = f"{part.rows:,} 行 × {part.columns:,} 列"
            raise refused(
                f"工作表跨度太大（{shown}），请删去远处的内容，或拆成几个文件",
                f"The sheet spans {part.rows} rows x {part.columns} columns, which is too much",
            )


def _cells(tags: bytes) -> tuple[list[tuple[bytes, bytes]], int]:
    """Return where cells say they stand, and how many there are in all; empty ones do not count."""
    plain: list[tuple[bytes, bytes]] = _PLAIN_CELL.findall(tags)
    # Anything else that begins alike takes the long way, so that nothing hides behind an odd space.
    if b":c" not in tags and len(plain) == tags.count(b"<c"):
        return plain, len(plain)
    return _CELL.findall(tags), len(_ANY_CELL.findall(tags))


def _rows(tags: bytes) -> list[bytes]:
    plain: list[bytes] = _PLAIN_ROW.findall(tags)
    return plain if len(plain) == tags.count(b"row") - tags.count(b"/row") else _ROW.findall(tags)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * LETTERS + letter - ord("A") + 1
    return number


def _too_much() -> Exception:
    return refused("文件解开后太大，请拆成几个文件", "The file is too large once unpacked")
