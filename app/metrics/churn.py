"""The threshold recipe: the month-to-date series, its first day above the limit, where it crosses."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from app.domain.book import Book
from app.domain.number import Number
from app.domain.period import Period, month_of
from app.metrics.catalog.growth import METRICS
from app.metrics.compare import values

_MTD = next(metric for metric in METRICS if metric.key == "churn_rate_mtd")


@dataclass(frozen=True, slots=True)
class Breach:
    """The first day above the limit in its month, its value, and where the line crossed the limit."""

    day: date
    value: Number
    crossing: Fraction | None
    """A fraction of the step from the day before; None when there is no day before in the month."""


def series(book: Book, periods: Sequence[Period]) -> list[tuple[date, Number | None]]:
    """Return the month-to-date churn at the last day shown of each period that has begun."""
    shown = [period.until(book.today) for period in periods if period.first <= book.today]
    return list(zip((period.last for period in shown), values(_MTD, book, shown), strict=True))


def breaches(points: Sequence[tuple[date, Number | None]], limit: Decimal) -> list[Breach]:
    """Return the first day above the limit in each month of a daily series."""
    found: list[Breach] = []
    before: tuple[date, Number | None] | None = None
    for (day, rate), is_over in zip(points, above(points, limit), strict=True):
        known = found and month_of(found[-1].day) == month_of(day)
        if rate is not None and is_over and not known:
            found.append(Breach(day, rate, _crossing(before, day, rate, limit)))
        before = (day, rate)
    return found


def above(points: Sequence[tuple[date, Number | None]], limit: Decimal) -> list[bool]:
    """Say of each point whether it stands above the limit."""
    top, whole = limit.as_integer_ratio()
    # In integers: fractions take three times as long to compare, and a board compares each day several times.
    return [rate is not None and rate.numerator * whole > top * rate.denominator for _, rate in points]


def prorated(day: date, limit: Decimal) -> Fraction:
    """Return the share of a month's limit that is used up by `day` when losses are even."""
    numerator, denominator = limit.as_integer_ratio()
    return Fraction(numerator * day.day, denominator * len(month_of(day)))


def _crossing(before: tuple[date, Number | None] | None, day: date, rate: Number, limit: Decimal) -> Fraction | None:
    if before is None or before[1] is None or month_of(before[0]) != month_of(day):
        return None
    low = Fraction(before[1])
    return (Fraction(limit) - low) / (Fraction(rate) - low)
