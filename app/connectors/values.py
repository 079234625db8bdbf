"""Cells as values: numbers, days and months, whether a spreadsheet typed them or a person did."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache

from app.connectors.table import Cell
from app.domain.facts import Unit
from app.domain.text import Text
from app.inputs.texts import WAN, number


class LeftOut(Enum):
    """A blank cell: what is stored stays."""

    LEFT_OUT = 0


LEFT_OUT = LeftOut.LEFT_OUT
Value = int | Decimal | LeftOut | None

BLANKS = frozenset({"", "-", "--", "—", "——", "–"})
"""What leaves a value as it is stored."""
LONGEST_BLANK = max(map(len, BLANKS))
SAFE_DIGITS = 16
SAFE = 10**15
"""Below it every integer is a double of its own."""
NOT_RECORDED = "未填"
DECIMALS = {Unit.COUNT: 0, Unit.YUAN: 2, Unit.RATE: 10}
NOISE = Decimal("1e-9")
"""How far a double may lie from the number that was meant."""
DOUBLE = Decimal("1e-14")
EPOCH = date(1899, 12, 30)
SERIALS = range(36526, 109_575)
"""Days of 2000 to 2199 as a spreadsheet counts them."""

_WEEKDAY = re.compile(r"[\s(]*(?:周|星期|礼拜)[一二三四五六日天][\s)]*")
_MIDNIGHT = re.compile(r"[\sT]+0{1,2}:00(?::00(?:\.0+)?)?$")
_DAY = re.compile(r"(\d{4})(?:\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?|(\d{2})(\d{2}))", re.ASCII)
_DAY_OF_YEAR = re.compile(r"(\d{1,2})\s*[月/.-]\s*(\d{1,2})\s*[日号]?", re.ASCII)
_MONTH = re.compile(r"(\d{4})(?:\s*[-/.年]\s*(\d{1,2})\s*月?|(\d{2}))", re.ASCII)
_MONTH_OF_YEAR = re.compile(r"(\d{1,2})\s*月", re.ASCII)


class Refused(Exception):
    """A cell cannot be what its column says; the message is for whoever made the file."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.message = Text(zh, en)


def text_of(cell: Cell) -> str:
    """Return a cell as a text; a leading apostrophe only says that it is one."""
    if isinstance(cell, str):
        return cell.strip().removeprefix("'").strip()
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def is_blank(cell: Cell) -> bool:
    """Say whether a cell says nothing."""
    if not isinstance(cell, str):
        return False
    text = text_of(cell)
    return text in BLANKS or (len(text) <= LONGEST_BLANK and unicodedata.normalize("NFKC", text) in BLANKS)


def read(cell: Cell, unit: Unit, *, wan: bool = False) -> Value:
    """Return the value of a cell: LEFT_OUT for a blank one, None for 未填."""
    if isinstance(cell, str):
        # Most cells are plain digits, and there may be millions of them.
        if cell.isdigit() and cell.isascii() and len(cell) < SAFE_DIGITS and not wan:
            return int(cell)
        if is_blank(cell):
            return LEFT_OUT
        text = text_of(cell)
        if text == NOT_RECORDED:
            return None
        found = number(text, percent=unit is Unit.RATE)
        if found is None:
            raise Refused(f"不是数字：{text[:20]}", "is not a number")
        return _fitting(found * WAN if wan and "万" not in text else found, unit)
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise Refused("请填数字", "must be a number")
    if not wan and abs(cell) < SAFE and cell == int(cell):
        return int(cell)
    value = _exact(cell, unit, wan=wan)
    return _fitting(value * WAN if wan else value, unit)


def _exact(cell: float, unit: Unit, *, wan: bool) -> Decimal:
    """Return what a double means: 0.30000000000000004 is 0.3, but 0.301 yuan stays what it is."""
    if cell != cell or abs(cell) > 10**18:  # noqa: PLR0124 (NaN)
        raise Refused("数值过大", "is too large")
    value = Decimal(repr(cell))
    near = round(value, DECIMALS[unit] + (4 if wan else 0))
    return near if abs(value - near) <= max(NOISE, abs(value) * DOUBLE) else value


def _fitting(value: Decimal, unit: Unit) -> int | Decimal:
    if unit is Unit.COUNT:
        if value != value.to_integral_value():
            raise Refused("请填整数", "must be an integer")
        return int(value)
    # 1.50 and 1.5 are the same money: only decimals that say something count.
    text = format(value, "f")
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def day(cell: Cell, year: int | None) -> date:
    """Return the day of a cell; `year` completes 5月1日."""
    if isinstance(cell, datetime):
        if cell.time() != datetime.min.time():
            raise Refused("日期里不能有时刻", "must be a day without a time")
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, float | int) and not isinstance(cell, bool) and cell in SERIALS:
        return EPOCH + timedelta(days=int(cell))
    return _day(text_of(cell), year)


@lru_cache(maxsize=4096)
def _day(text: str, year: int | None) -> date:
    plain = _MIDNIGHT.sub("", _WEEKDAY.sub("", unicodedata.normalize("NFKC", text)).strip())
    if found := _DAY.fullmatch(plain):
        return _existing(int(found[1]), int(found[2] or found[4]), int(found[3] or found[5]), text)
    if found := _DAY_OF_YEAR.fullmatch(plain):
        if year is None:
            raise Refused(f"{text} 没有年份，请选择年份", "has no year; choose one")
        return _existing(year, int(found[1]), int(found[2]), text)
    raise Refused(f"不是日期：{text[:20]}", "is not a day")


def month(cell: Cell, year: int | None) -> date:
    """Return the month of a cell as its first day."""
    if isinstance(cell, date):
        if cell.day != 1:
            raise Refused("请填月份，如 2024-02", "must be a month like 2024-02")
        return date(cell.year, cell.month, 1)
    text = unicodedata.normalize("NFKC", text_of(cell))
    if found := _MONTH.fullmatch(text):
        return _existing(int(found[1]), int(found[2] or found[3]), 1, text)
    if found := _MONTH_OF_YEAR.fullmatch(text):
        if year is None:
            raise Refused(f"{text} 没有年份，请选择年份", "has no year; choose one")
        return _existing(year, int(found[1]), 1, text)
    raise Refused(f"不是月份：{text[:20]}", "is not a month")


def _existing(year: int, number_of_month: int, day_of_month: int, text: str) -> date:
    try:
        return date(year, number_of_month, day_of_month)
    except ValueError:
        raise Refused(f"没有这一天：{text[:20]}", "does not exist") from None


@lru_cache(maxsize=256)
def has_year(text: str) -> bool:
    """Say whether a text is a day or month that needs no year to be chosen."""
    plain = _WEEKDAY.sub("", unicodedata.normalize("NFKC", text)).strip()
    return not (_DAY_OF_YEAR.fullmatch(plain) or _MONTH_OF_YEAR.fullmatch(plain))
