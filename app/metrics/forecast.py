"""Month-end forecasts of a running month; always shown as forecasts (metrics.md, section 4)."""

from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from operator import mul

from app.domain.book import Book, Group, base
from app.domain.number import Number, ratio
from app.domain.period import DAY, Period
from app.domain.terms import Level, Stock, Take, Term, Total
from app.metrics.catalog.growth import ADDS, LOSSES
from app.metrics.definition import Metric

PATTERN_WEEKS = 8

_CHANGES = {Stock.CURRENT: (ADDS, LOSSES), Stock.CUMULATIVE: (ADDS, None)}


def pattern_days(today: date) -> Period:
    """Return the days whose weekdays weigh a forecast: the eight weeks before today."""
    return Period(today - timedelta(weeks=PATTERN_WEEKS), today - DAY)


def needed_terms(metric: Metric) -> tuple[Term, ...]:
    """Return what a forecast of the metric loads beside the metric's own terms."""
    stocks = any(isinstance(term, Level) and term.take is Take.CLOSING for term in metric.terms)
    return (ADDS, LOSSES) if stocks else ()


def forecast(metric: Metric, book: Book, month: Period, group: Group = None) -> Number | None:
    """Return what the metric is expected to be when `month` closes; None unless the month is running."""
    if book.today not in month:
        return None
    return metric.value(*(expected(term, book, month, group) for term in metric.terms))


def expected(term: Term, book: Book, month: Period, group: Group = None) -> Number | None:
    """Return what a term is expected to be when a running month closes; what is known already stays."""
    known = book.answer(term, month, group)
    if known is None:
        return None
    if isinstance(term, Total):
        return ratio(known, elapsed_share(term, book, month, group))
    if term.take is not Take.CLOSING:
        return known
    elapsed = month.until(book.today)
    gain, loss = _CHANGES[term.stock]
    net = (book.answer(gain, month, group) or 0) - ((book.answer(loss, month, group) or 0) if loss else 0)
    return known + Fraction(net, len(elapsed)) * (len(month) - len(elapsed))


def elapsed_share(term: Total, book: Book, month: Period, group: Group) -> Fraction:
    """Return the share of a month's flow that falls on its elapsed days, today included.

    Each weekday weighs what it brought in the eight weeks before today; all weigh the same when
    a weekday has fewer than eight recorded days there, or nothing came in at all. Zero when the
    elapsed weekdays never bring anything: then there is no forecast.
    """
    weights = _weekdays(term, book, group)
    elapsed, whole = (sum(map(mul, weights, _counts(part))) for part in (month.until(book.today), month))
    return Fraction(elapsed, whole)


@lru_cache(maxsize=64)
def _counts(period: Period) -> tuple[int, ...]:
    """Return how many Mondays, Tuesdays and so on a period has."""
    weeks, rest = divmod(len(period), 7)
    return tuple(weeks + ((weekday - period.first.weekday()) % 7 < rest) for weekday in range(7))


def _weekdays(term: Total, book: Book, group: Group) -> list[int]:
    by_day = book.flows.get(base(term), {}).get(group, {})
    counts, sums = [0] * 7, [0] * 7
    for day in pattern_days(book.today):
        if day in by_day:
            counts[day.weekday()] += 1
            sums[day.weekday()] += by_day[day]
    enough = min(counts) >= PATTERN_WEEKS and any(sums)
    return sums if enough else [1] * 7
