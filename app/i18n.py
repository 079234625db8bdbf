"""How numbers, money, rates and days are written; language choice will live here too."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from app.domain.facts import Unit
from app.domain.number import Number, half_up
from app.domain.period import Grain, Period
from app.domain.text import Language, Text

NO_VALUE = "—"
MINUS = "−"
WAN = 10_000

_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

Shown = Number | Decimal | None


def show(value: Shown, unit: Unit, *, signed: bool = False) -> str:
    """Write a value: counts with separators, yuan with two decimals, rates in percent with two."""
    if value is None:
        return NO_VALUE
    if unit is Unit.RATE:
        return _sign(half_up(Fraction(value) * 100, 2), signed=signed) + "%"
    return _sign(half_up(value, 0 if unit is Unit.COUNT else 2), signed=signed)


def percent(value: Shown) -> str:
    """Write the size of a change in percent; its direction is told by an arrow."""
    return NO_VALUE if value is None else f"{half_up(abs(Fraction(value)) * 100, 2):,}%"


def points(value: Shown) -> str:
    """Write the size of a difference of two rates in percentage points."""
    return NO_VALUE if value is None else f"{half_up(abs(Fraction(value)) * 100, 2):,}pp"


def _sign(number: Decimal, *, signed: bool) -> str:
    if number < 0:
        return f"{MINUS}{-number:,}"
    return f"+{number:,}" if signed and number > 0 else f"{number:,}"


def compact(value: Number | Decimal) -> str:
    """Write a number for an axis or a bar: 万 from 10,000 up, at most two decimals."""
    exact = Fraction(value)
    return f"{half_up(exact, 0):,}" if abs(exact) < WAN else f"{half_up(exact / WAN, 2):,}万"


def axis(value: Number | Decimal) -> str:
    """Write a tick of an axis: as `compact`, without decimals that say nothing."""
    text = compact(value)
    return text.removesuffix("万").rstrip("0").rstrip(".") + "万" if text.endswith("万") else text


def day_label(day: date, language: Language = Language.ZH) -> str:
    """Write a day with its weekday: 5月1日 周一."""
    if language is Language.ZH:
        return f"{day.month}月{day.day}日 {_WEEKDAYS[day.weekday()]}"
    return f"{_WEEKDAYS_EN[day.weekday()]} {day.month}/{day.day}"


def range_label(period: Period) -> str:
    """Write a range short enough for a button: 2023/5/1 至 5/7."""
    first, last = period.first, period.last
    if first == last:
        return f"{first.year}/{first.month}/{first.day}"
    end = f"{last.month}/{last.day}" if last.year == first.year else f"{last.year}/{last.month}/{last.day}"
    return f"{first.year}/{first.month}/{first.day} 至 {end}"


def short_range(period: Period) -> str:
    """Write a range as part of a comparison: 4/1–4/7, with the years where they differ."""
    first, last = period.first, period.last
    if first == last:
        return f"{first.month}/{first.day}"
    if first.year == last.year:
        return f"{first.month}/{first.day}–{last.month}/{last.day}"
    return f"{first.year}/{first.month}/{first.day}–{last.year}/{last.month}/{last.day}"


def period_label(period: Period, grain: Grain) -> Text:
    """Write a row's period: a day with weekday, a week or a cut month by its ends, a month by name."""
    if grain is Grain.DAY:
        return Text(day_label(period.first), day_label(period.first, Language.EN))
    if grain is Grain.MONTH:
        year, month = period.first.year, period.first.month
        return Text(f"{year}年{month}月", f"{year}-{month:02d}")
    label = short_range(period)
    return Text(label, label)


def month_label(month: date) -> str:
    """Write a month: 2023年9月."""
    return f"{month.year}年{month.month}月"


def tick(period: Period, grain: Grain) -> str:
    """Write a period on an axis: 5/1, or 23/5 for a month."""
    first = period.first
    return f"{first.year % 100}/{first.month}" if grain is Grain.MONTH else f"{first.month}/{first.day}"
