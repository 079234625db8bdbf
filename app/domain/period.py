"""Business days, calendar periods and the periods they are compared with (metrics.md, section 4)."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache

from app.domain.text import Text

DAY = timedelta(days=1)


class Grain(StrEnum):
    """How long the periods of an answer are; weeks start on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    TOTAL = "total"


class Compare(StrEnum):
    """What a period is compared with: 环比 or 同比."""

    PREVIOUS = "previous"
    LAST_YEAR = "last_year"

    @property
    def text(self) -> Text:
        """The name shown to people."""
        return Text("上期", "previous period") if self is Compare.PREVIOUS else Text("去年同期", "last year")


_MONTHS = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `first` to `last`, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Refuse a period that ends before it starts."""
        if self.first > self.last:
            raise ValueError(f"{self.first} is after {self.last}")

    def __len__(self) -> int:
        """Return the number of days."""
        return (self.last - self.first).days + 1

    def __iter__(self) -> Iterator[date]:
        """Yield the days in order."""
        for offset in range(len(self)):
            yield self.first + timedelta(days=offset)

    def __contains__(self, other: "date | Period") -> bool:
        """Say whether a day, or a whole period, lies inside."""
        if isinstance(other, Period):
            return self.first <= other.first and other.last <= self.last
        return self.first <= other <= self.last

    def until(self, day: date) -> "Period":
        """Return the part up to `day`; the period itself where nothing of it comes after, or all of it does."""
        return self if day >= self.last or day < self.first else Period(self.first, day)


@lru_cache(maxsize=8192)
def calendar(grain: Grain, day: date) -> Period:
    """Return the whole day, week, month, quarter or year that holds `day`."""
    if grain is Grain.DAY:
        return Period(day, day)
    if grain is Grain.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    months = _MONTHS[grain]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return Period(first, shift_months(first, months) - DAY)


@lru_cache(maxsize=4096)
def month_of(day: date) -> Period:
    """Return the month that holds `day`; a board asks for it hundreds of times."""
    return calendar(Grain.MONTH, day)


def shift_months(day: date, months: int) -> date:
    """Return the same day `months` later, or that month's last day where it is shorter."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@lru_cache(maxsize=1024)
def split(span: Period, grain: Grain) -> tuple[Period, ...]:
    """Return the calendar periods of `span` in order, the first and last cut to it."""
    if grain is Grain.TOTAL:
        return (span,)
    periods = []
    day = span.first
    while day <= span.last:
        last = min(calendar(grain, day).last, span.last)
        periods.append(Period(day, last))
        day = last + DAY
    return tuple(periods)


def frame(period: Period, grain: Grain | None = None) -> Grain | None:
    """Say which calendar period a range is, or is a part of; None for any other range.

    A range inside one period of the asked grain is that period. Otherwise a single day and a whole
    month, quarter or year are themselves; a range from the first day of a month, quarter or year
    is its running part; seven days from a Monday are a week.
    """
    if grain in (Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR) and period in calendar(grain, period.first):
        return grain
    if period.first == period.last:
        return Grain.DAY
    for candidate in _MONTHS:
        whole = calendar(candidate, period.first)
        if period.first == whole.first and period.last <= whole.last:
            return candidate
    return Grain.WEEK if period == calendar(Grain.WEEK, period.first) else None


def compared(period: Period, how: Compare, today: date, grain: Grain | None = None) -> Period:
    """Return the period that `period` is compared with.

    A whole calendar period compares with the whole one before (or a year before); a cut or a still
    running one with the same day positions in it, a shorter month taken whole; any other range
    with as many days directly before it, or with the same dates a year before.
    """
    kind = frame(period, grain)
    running = today in period
    shown = period.until(today)
    if how is Compare.LAST_YEAR:
        return _last_year(shown, by_week=kind is Grain.WEEK and grain is Grain.WEEK, running=running)
    if kind is None:
        return Period(shown.first - timedelta(days=len(shown)), shown.first - DAY)
    if kind in (Grain.DAY, Grain.WEEK):
        days = timedelta(days=1 if kind is Grain.DAY else 7)
        return Period(shown.first - days, shown.last - days)
    if not running and period == calendar(kind, period.first):
        return calendar(kind, period.first - DAY)
    return _shifted(shown, -_MONTHS[kind])


def _last_year(period: Period, *, by_week: bool, running: bool) -> Period:
    if by_week:
        weeks = timedelta(weeks=52)
        return Period(period.first - weeks, period.last - weeks)
    for grain in _MONTHS:
        if not running and period == calendar(grain, period.first):
            return calendar(grain, shift_months(period.first, -12))
    return _shifted(period, -12)


def _shifted(period: Period, months: int) -> Period:
    return Period(shift_months(period.first, months), shift_months(period.last, months))


def merged(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Join periods that overlap or touch."""
    joined: list[Period] = []
    for first, last in sorted({(period.first, period.last) for period in periods}):
        if not joined or first > joined[-1].last + DAY:
            joined.append(Period(first, last))
        elif last > joined[-1].last:
            joined[-1] = Period(joined[-1].first, last)
    return tuple(joined)
