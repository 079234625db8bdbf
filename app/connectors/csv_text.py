"""Text files as tables: their encoding and delimiter are found out, and nothing is read twice into memory."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

from app.connectors.table import Row, Table, refused

PIECE = 1 << 20
DELIMITERS = ",\t;"
SAMPLE = 20
"""Lines that tell which delimiter a file uses."""
MAX_CELL = 100_000

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


def table(data: bytes) -> Table:
    """Return the table in a text file; Invalid when it is none."""
    encoding = _encoding(data)
    delimiter = _delimiter(data, encoding)
    height = width = 0
    try:
        for row in _records(data, encoding, delimiter):
            height, width = height + 1, max(width, len(row))
    except csv.Error:
        raise refused(
            f"第 {height + 1} 行读不出来：引号没有成对，或单元格太长", f"Row {height + 1} cannot be read"
        ) from None
    return Table("", height, width, lambda: iter(_records(data, encoding, delimiter)))


def _records(data: bytes, encoding: str, delimiter: str) -> Iterator[Row]:
    # The limit on a cell belongs to the whole process, so it is set where it is relied on.
    csv.field_size_limit(MAX_CELL)
    return csv.reader(io.TextIOWrapper(io.BytesIO(data), encoding, newline=""), delimiter=delimiter)


def _encoding(data: bytes) -> str:
    """Return the encoding in which the whole file is text."""
    marked = [name for bom, name in _BOMS if data.startswith(bom)]
    for name in marked or ["utf-8", "gb18030"]:
        if _reads(data, name):
            return name
    raise refused("无法识别文件的编码，请另存为 UTF-8 的 csv 或 xlsx", "Its encoding is neither UTF-8 nor GBK")


def _reads(data: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(data), PIECE):
            last = start + PIECE >= len(data)
            if _CONTROL.search(decoder.decode(data[start : start + PIECE], last)):
                raise refused("这不是文本文件，请选择 csv 或 xlsx", "This is not a text file; choose a csv or an xlsx")
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(data: bytes, encoding: str) -> str:
    """Return the delimiter that makes the most columns of the first lines."""

    def columns(delimiter: str) -> int:
        try:
            return sum(len(row) for row in islice(_records(data, encoding, delimiter), SAMPLE))
        except csv.Error:
            return 0

    return max(DELIMITERS, key=columns)
