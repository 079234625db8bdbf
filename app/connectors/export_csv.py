"""A sheet as csv: UTF-8 with its mark, CRLF, plain values that programs read, and no live formula."""

import csv
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from io import TextIOWrapper
from typing import IO

from app.connectors.export import Given, Kind, Line, Sheet, Value

_LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheet programs take for the beginning of a formula, or skip before one."""


def guarded(text: str) -> str:
    """Return a text that no spreadsheet program runs; one more apostrophe marks one that was there."""
    return f"'{text}" if text.startswith((*_LIVE, "'")) else text


def unguarded(text: str) -> str:
    """Return the text that was guarded."""
    return text.removeprefix("'")


def write(file: IO[bytes], sheet: Sheet) -> None:
    """Write a sheet into a binary file, from its lines as they come."""
    with_mark = TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    try:
        writer = csv.writer(with_mark, lineterminator="\r\n")
        kinds = [head.kind for head in sheet.heads]
        writer.writerow(guarded(head.name) for head in sheet.heads)
        writer.writerows(_texts(line, kinds) for line in sheet.lines)
        if sheet.total is not None:
            writer.writerow(_texts(sheet.total, kinds))
    finally:
        with_mark.detach()


def _texts(line: Line, kinds: Iterable[Kind]) -> list[str]:
    return [
        text(cell.value, cell.kind) if isinstance(cell, Given) else text(cell, kind)
        for cell, kind in zip(line, kinds, strict=True)
    ]


def text(value: Value, kind: Kind) -> str:
    """Write a value: ISO days, rates as fractions of 1, money with two decimals, nothing for no value."""
    if value is None:
        return ""
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, date):
        return f"{value:%Y-%m}" if kind is Kind.MONTH else value.isoformat()
    if isinstance(value, Decimal):
        exact = format(value, "f")
        return exact.rstrip("0").rstrip(".") if kind is Kind.RATE and "." in exact else exact
    return str(value)
