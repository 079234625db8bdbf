"""Files that were made to hurt whoever opens them."""

import io
import struct
import zipfile
from collections.abc import Callable

from tests import sheets

MB = 1 << 20
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
HEAD = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"


def good() -> bytes:
    """Return a small workbook that may be read."""
    return sheets.workbook({"日报": [["日期", "新增好友"], ["2023-05-01", 5]]})


def with_part(name: str, content: bytes, data: bytes | None = None) -> bytes:
    """Return a workbook with a part of it replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data or good())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, content if entry == name else old.read(entry))
    return out.getvalue()


def with_cells(cells: bytes) -> bytes:
    """Return a workbook with these rows of XML."""
    return with_part(SHEET, HEAD + cells + TAIL)


def bomb() -> bytes:
    """Return some kilobytes that inflate to more than may be read."""
    return with_part(SHEET, HEAD + b" " * (450 * MB) + TAIL)


def dense() -> bytes:
    """Return a bomb below the bound on the whole: a thousand bytes from each."""
    return with_part(SHEET, HEAD + b" " * (50 * MB) + TAIL)


def lying() -> bytes:
    """Return a workbook whose directory says that a large sheet is small."""
    return _with_size(with_part(SHEET, HEAD + b"<row/>" * MB + TAIL), 1000)


def declared() -> bytes:
    """Return a workbook whose directory says that a sheet has 2 GiB."""
    return _with_size(good(), 2**31)


def _with_size(data: bytes, size: int) -> bytes:
    """Change the size that the directory and the entry declare for the sheet."""
    changed = bytearray(data)
    name = SHEET.encode()
    for mark, size_at, name_at in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        start = 0
        while (start := data.find(mark, start)) >= 0:
            if data[start + name_at : start + name_at + len(name)] == name:
                struct.pack_into("<I", changed, start + size_at, size)
            start += 4
    return bytes(changed)


def many_entries() -> bytes:
    """Return a zip of 50,000 files."""
    out = io.BytesIO(good())
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(50_000):
            archive.writestr(f"xl/{number}", b"")
    return out.getvalue()


def far_corner() -> bytes:
    """Return a sheet with one cell in its last row and column: a reader makes the whole plane."""
    return with_cells(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


def far_corner_hidden() -> bytes:
    """Return the same among plain cells, spelled as no writer does."""
    plain = b'<row r="1"><c r="A1"><v>1</v></c></row>'
    return with_cells(plain + b"<row\tspans='1'\nr = '1048576'><c\ts='1' r = 'XFD1048576'><v>1</v></c></row>")


def far_corner_unsaid() -> bytes:
    """Return the same without saying where the cells stand."""
    return with_cells(b'<row r="1048576">' + b"<c><v>1</v></c>" * 16_000 + b"</row>")


def entities() -> bytes:
    """Return a sheet that asks for a file of the server."""
    return with_part(
        SHEET, b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + HEAD + TAIL
    )


def repeated_text() -> bytes:
    """Return cells that all show one long text: each becomes a copy."""
    cells = b"".join(b'<row><c r="A%d" t="s"><v>0</v></c></row>' % row for row in range(1, 8001))
    text = b"<sst><si><t>" + b"".join(b"%d" % n for n in range(8000)) + b"</t></si></sst>"
    return with_part(STRINGS, text, with_cells(cells))


def two_directories() -> bytes:
    """Return two workbooks, one behind the other: which one is read depends on the reader."""
    return good() + good()


def cut() -> bytes:
    """Return the first half of a workbook."""
    return good()[:3000]


def encrypted() -> bytes:
    """Return a workbook that says its parts are encrypted."""
    data = bytearray(good())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := data.find(mark, start)) >= 0:
            data[start + at] |= 1
            start += 4
    return bytes(data)


TOO_LARGE = "文件解开后太大，请拆成几个文件"
BROKEN = "文件已损坏或不完整，请用 Excel 或 WPS 打开后另存一次"

WORKBOOKS: tuple[tuple[Callable[[], bytes], str], ...] = (
    (dense, TOO_LARGE),
    (lying, BROKEN),
    (declared, TOO_LARGE),
    (far_corner, "工作表跨度太大（1,048,576 行 × 16,384 列），请删去远处的内容，或拆成几个文件"),
    (far_corner_hidden, "工作表跨度太大（1,048,576 行 × 16,384 列），请删去远处的内容，或拆成几个文件"),
    (far_corner_unsaid, "工作表跨度太大（1,048,576 行 × 0 列），请删去远处的内容，或拆成几个文件"),
    (entities, "文件里有不允许的 XML 声明（DOCTYPE）"),
    (repeated_text, TOO_LARGE),
    (two_directories, BROKEN),
    (cut, BROKEN),
    (encrypted, "文件已加密，请先取消密码"),
)
"""Each with what is said about it."""

OTHERS = (
    (b"", "文件是空的"),
    (b"\xef\xbb\xbf\r\n", "文件是空的"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "这是旧版 xls 或加密的文件，请另存为 xlsx 或 csv"),
    (b"%PDF-1.7\n", "这是 PDF，请另存为 xlsx 或 csv"),
    (b"\x89PNG\r\n\x1a\n" + bytes(64), "这是图片，请另存为 xlsx 或 csv"),
    ("日期,新增\n2024-02-01,\0\n".encode(), "这不是文本文件，请选择 csv 或 xlsx"),
    (b"\xff" * 100, "无法识别文件的编码，请另存为 UTF-8 的 csv 或 xlsx"),
    ('日期,"新增\n'.encode() + b"x" * 200_000, "第 1 行读不出来：引号没有成对，或单元格太长"),
    ((",".join(["x"] * 501) + "\n").encode(), "文件有 501 列，最多 500 列"),
)
"""Files that are no workbooks, each with what is said about it."""
