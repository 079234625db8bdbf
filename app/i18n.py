"""The language that is spoken, and how numbers, money, rates and days are written in it."""

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from app.domain.facts import Unit
from app.domain.number import Number, half_up, steps
from app.domain.period import Grain, Period
from app.domain.text import Language, Text

NO_VALUE = "—"
MINUS = "−"
INDENT = "\u3000"
"""Draws the depth of a tree in the options of a select, which take no padding."""
WAN, MILLION = 10_000, 1_000_000
FINE = 4
"""Decimals of a percent where two would not tell two rates apart."""

_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Shown = Number | Decimal | None

_SPOKEN = ContextVar("language", default=Language.ZH)


def speak(language: Language) -> None:
    """Speak a language from here on: for the rest of a request, the threads that work for it included."""
    _SPOKEN.set(language)


def spoken() -> Language:
    """Return the language that is spoken."""
    return _SPOKEN.get()


def say(text: Text) -> str:
    """Return a wording in the language that is spoken."""
    return text.say(_SPOKEN.get())


def t(zh: str, en: str) -> str:
    """Return one of two wordings, by the language that is spoken: the short form of `say` where a text is used once."""
    return en if _SPOKEN.get() is Language.EN else zh


def sentence(text: Text) -> str:
    """Return a message as a page says it: what stands behind the name of a field elsewhere stands alone there."""
    if spoken() is Language.ZH:
        return text.zh
    said = text.en.removeprefix("is ")
    return said[:1].upper() + said[1:]


def plural(number: int, word: str) -> str:
    """Return a number of things in English: 1 row, 2,000 rows."""
    return f"{number:,} {word if number == 1 else word + 's'}"


def listing(names: Iterable[str]) -> str:
    """Return names as a list within a sentence."""
    return t("、", ", ").join(names)


def show(value: Shown, unit: Unit, *, signed: bool = False) -> str:
    """Write a value: counts with separators, yuan with two decimals, rates in percent with two."""
    if value is None:
        return NO_VALUE
    if unit is Unit.RATE:
        return _written(steps(value, 4), 2, signed=signed) + "%"
    decimals = 0 if unit is Unit.COUNT else 2
    return _written(steps(value, decimals), decimals, signed=signed)


def percent(value: Shown) -> str:
    """Write the size of a change in percent; its direction is told by an arrow."""
    return NO_VALUE if value is None else _written(abs(steps(value, 4)), 2) + "%"


def points(value: Shown) -> str:
    """Write the size of a difference of two rates in percentage points."""
    return NO_VALUE if value is None else _written(abs(steps(value, 4)), 2) + "pp"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two values that conflict, written so that they differ: rates that look alike get two more decimals."""

    one: str
    other: str
    gap: str


def pair(one: Number | Decimal, other: Number | Decimal, unit: Unit) -> Pair:
    """Write two values and how far they lie apart: rates in percentage points."""
    gap = abs(Fraction(one) - Fraction(other))
    if unit is not Unit.RATE:
        return Pair(show(one, unit), show(other, unit), show(gap, unit))
    if show(one, unit) != show(other, unit) or not gap:
        return Pair(show(one, unit), show(other, unit), points(gap))
    fine = [f"{half_up(number, FINE + 2).scaleb(2)}" for number in (Fraction(one), Fraction(other), gap)]
    return Pair(f"{fine[0]}%", f"{fine[1]}%", f"{fine[2]}pp")


def _written(number: int, decimals: int, *, signed: bool = False) -> str:
    """Write so many steps of the last of some decimals; integers, since a board writes hundreds of numbers."""
    whole, rest = divmod(abs(number), 10**decimals)
    sign = MINUS if number < 0 else "+" if signed and number else ""
    return f"{sign}{whole:,}.{rest:0{decimals}d}" if decimals else f"{sign}{whole:,}"


def compact(value: Number | Decimal) -> str:
    """Write a number for an axis or a bar: 万 (K, M) from 10,000 up, at most two decimals."""
    if -WAN < value < WAN:
        return f"{half_up(value, 0):,}"
    is_large = value >= MILLION or value <= -MILLION
    size, word = (WAN, "万") if spoken() is Language.ZH else (MILLION, "M") if is_large else (1000, "K")
    return f"{half_up(Fraction(value) / size, 2):,}{word}"


def axis(value: Number | Decimal) -> str:
    """Write a tick of an axis: as `compact`, without decimals that say nothing."""
    text = compact(value)
    return text if text[-1].isdigit() else text[:-1].rstrip("0").rstrip(".") + text[-1]


def day_label(day: date, language: Language | None = None) -> str:
    """Write a day with its weekday: 5月1日 周一; in the language that is spoken, unless one is given."""
    if (language or spoken()) is Language.ZH:
        return f"{day.month}月{day.day}日 {_WEEKDAYS[day.weekday()]}"
    return f"{_WEEKDAYS_EN[day.weekday()]} {_MONTHS_EN[day.month - 1]} {day.day}"


def range_label(period: Period) -> str:
    """Write a range short enough for a button: 2023/5/1 至 5/7."""
    first, last = period.first, period.last
    if spoken() is Language.EN:
        return f"{first}" if first == last else f"{first} to {last}"
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


@lru_cache(maxsize=4096)
def period_label(period: Period, grain: Grain) -> Text:
    """Write a row's period: a day with weekday, a week or a cut month by its ends, a month by name."""
    if grain is Grain.DAY:
        return Text(day_label(period.first, Language.ZH), day_label(period.first, Language.EN))
    if grain is Grain.MONTH:
        year, month = period.first.year, period.first.month
        return Text(f"{year}年{month}月", f"{year}-{month:02d}")
    label = short_range(period)
    return Text(label, label)


def month_label(month: date) -> str:
    """Write a month: 2023年9月."""
    return t(f"{month.year}年{month.month}月", f"{_MONTHS_EN[month.month - 1]} {month.year}")


def day_number(day: date) -> str:
    """Write a day in digits: 2023/05/01."""
    return f"{day:%Y/%m/%d}" if spoken() is Language.ZH else f"{day:%Y-%m-%d}"


def month_number(day: date) -> str:
    """Write a month in digits: 2023/05."""
    return f"{day:%Y/%m}" if spoken() is Language.ZH else f"{day:%Y-%m}"


def long_day(day: date) -> str:
    """Write a day with its year: 2023年5月1日 周一."""
    return t(f"{day.year}年{day_label(day)}", f"{day_label(day)}, {day.year}")


def weekday(day: date) -> str:
    """Write a day of the week as short as it goes: 一, Mon."""
    return t(_WEEKDAYS[day.weekday()][-1], _WEEKDAYS_EN[day.weekday()])


def moment(at: datetime, *, seconds: bool = False) -> str:
    """Write a moment in digits: 2023/05/01 09:30."""
    return f"{day_number(at)} {at:%H:%M:%S}" if seconds else f"{day_number(at)} {at:%H:%M}"


def short_moment(at: datetime) -> str:
    """Write a moment whose year is clear: 5月1日 09:30."""
    return t(f"{at.month}月{at.day}日 {at:%H:%M}", f"{_MONTHS_EN[at.month - 1]} {at.day} {at:%H:%M}")


def tick(period: Period, grain: Grain) -> str:
    """Write a period on an axis: 5/1, or 23/5 for a month."""
    first = period.first
    return f"{first.year % 100}/{first.month}" if grain is Grain.MONTH else f"{first.month}/{first.day}"
