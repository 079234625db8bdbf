"""Month-end forecasts, with and without enough weeks for a weekday pattern."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

import pytest

from app.domain.book import Book
from app.domain.number import Number
from app.domain.period import Period, month_of
from app.domain.terms import Fact, Level, Stock, Take, Total
from app.metrics.catalog import CATALOG
from app.metrics.forecast import elapsed_share, forecast, needed_terms, pattern_days

ADDS, LOSSES = Total(Fact.ADDS), Total(Fact.LOSSES)
TODAY = date(2024, 5, 10)
"""A Friday: ten of thirty-one days have run."""
MAY = month_of(TODAY)


def book(adds: Callable[[date], int | None], days: int = 100, today: date = TODAY, current: int | None = 500) -> Book:
    """Return adds of some days up to today, a tenth as many losses, and a stock."""
    span = Period(today - timedelta(days=days), max(today, month_of(today).last))
    recorded = {day: count for day in span if day <= today and (count := adds(day)) is not None}
    lost = {day: count // 10 for day, count in recorded.items()}
    closes = [] if current is None else [span.first - timedelta(days=1), *span]
    stock: dict[str | None, dict[date, int]] = {None: dict.fromkeys(closes, current or 0)}
    levels = {Stock.CURRENT: stock, Stock.CUMULATIVE: stock}
    return Book(today, (span,), {ADDS: {None: recorded}, LOSSES: {None: lost}}, levels)


def expected(key: str, loaded: Book, month: Period = MAY) -> Number | None:
    """Return a forecast."""
    return forecast(CATALOG[key], loaded, month)


def test_the_pattern_is_that_of_the_eight_weeks_before_today() -> None:
    days = pattern_days(TODAY)
    assert (days.first, days.last, len(days)) == (date(2024, 3, 15), date(2024, 5, 9), 56)


def test_even_days_go_on_evenly() -> None:
    assert expected("friends_added", book(lambda _: 20)) == 20 * 31


@pytest.mark.parametrize("weekday", range(7))
def test_a_single_strong_weekday_carries_the_forecast(weekday: int) -> None:
    """Whatever the weekday, the month ends with as many as it has of them."""
    count = sum(1 for day in MAY if day.weekday() == weekday)
    loaded = book(lambda day: 70 if day.weekday() == weekday else 0)
    assert expected("friends_added", loaded) == 70 * count


def test_weights_are_the_sums_of_the_weekdays() -> None:
    """Weekdays bring 2, weekends 1: May 2024 weighs 23 x 2 + 8, its first ten days 8 x 2 + 2."""
    loaded = book(lambda day: 10 if day.weekday() > 4 else 20)
    assert elapsed_share(ADDS, loaded, MAY, None) == Fraction(18, 54)
    assert expected("friends_added", loaded) == 180 * 3


@pytest.mark.parametrize(
    ("loaded", "why"),
    [
        (book(lambda day: 10 if day.weekday() > 4 else 20, days=50), "less than eight weeks"),
        (book(lambda day: None if day == date(2024, 4, 14) else 20 - day.weekday()), "one Sunday was not recorded"),
        (book(lambda _: 0), "nothing came in at all"),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_days_weigh_the_same_without_eight_of_each_weekday(loaded: Book, why: str) -> None:
    assert why
    assert elapsed_share(ADDS, loaded, MAY, None) == Fraction(10, 31)
    reached = loaded.answer(ADDS, MAY)
    assert reached is not None
    assert expected("friends_added", loaded) == Fraction(reached * 31, 10)


def test_no_forecast_where_the_elapsed_weekdays_weigh_nothing() -> None:
    """On Friday the 3rd of May only Wednesday to Friday have run, and only Sundays ever bring anything."""
    loaded = book(lambda day: 30 if day.weekday() == 6 else 0, today=date(2024, 5, 3))
    assert elapsed_share(ADDS, loaded, MAY, None) == 0
    assert expected("friends_added", loaded) is None


def test_nothing_of_nothing() -> None:
    assert expected("friends_added", book(lambda _: None)) is None
    assert expected("friends_current", book(lambda _: None, current=None)) is None


def test_a_stock_goes_on_with_the_mean_daily_net() -> None:
    """20 added and 2 lost on each of ten days; 21 days are left."""
    loaded = book(lambda _: 20)
    assert expected("friends_current", loaded) == 500 + 18 * 21
    assert expected("friends_cumulative", loaded) == 500 + 20 * 21


def test_a_stock_stands_still_without_adds_and_losses() -> None:
    assert expected("friends_current", book(lambda _: None)) == 500


def test_a_ratio_is_the_ratio_of_its_forecasts() -> None:
    """The losses of the month over the known opening; both stocks at the close."""
    loaded = book(lambda _: 20)
    assert expected("churn_rate", loaded) == Fraction(2 * 31, 500)
    assert expected("churn_rate_mtd", loaded) == Fraction(2 * 31, 500)
    assert expected("retention_total", loaded) == Fraction(500 + 18 * 21, 500 + 20 * 21)


@pytest.mark.parametrize("today", [date(2024, 4, 30), date(2024, 6, 1)])
def test_only_a_running_month_has_a_forecast(today: date) -> None:
    assert expected("friends_added", book(lambda _: 20, today=today)) is None


def test_on_the_last_day_the_forecast_is_what_was_reached() -> None:
    loaded = book(lambda day: 20 + day.day, today=MAY.last)
    reached = sum(20 + day.day for day in MAY)
    assert expected("friends_added", loaded) == reached
    assert expected("friends_current", loaded) == 500


def test_what_a_forecast_needs_beside_the_metric() -> None:
    assert needed_terms(CATALOG["friends_current"]) == (ADDS, LOSSES)
    assert needed_terms(CATALOG["retention_total"]) == (ADDS, LOSSES)
    assert needed_terms(CATALOG["old_conversion"]) == ()  # its opening is known
    assert needed_terms(CATALOG["gmv"]) == ()
    assert Level(Stock.CURRENT, Take.OPENING) in CATALOG["old_conversion"].terms
