"""Month-to-date churn: the series, its first day above the limit, the crossing and the prorated line."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from app.domain.book import Book
from app.domain.number import Number
from app.domain.period import Grain, Period, split
from app.domain.terms import Fact, Stock, Total
from app.metrics.churn import Breach, above, breaches, prorated, series

LIMIT = Decimal("0.05")
Points = list[tuple[date, Number | None]]


def points(first: str, *percents: str | None) -> Points:
    """Return a daily series of percents."""
    start = date.fromisoformat(first)
    return [
        (start + timedelta(days=index), None if percent is None else Fraction(percent) / 100)
        for index, percent in enumerate(percents)
    ]


def breach(day: str, percent: str, crossing: str | None) -> Breach:
    """Return a breach written in percent."""
    return Breach(date.fromisoformat(day), Fraction(percent) / 100, None if crossing is None else Fraction(crossing))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (points("2024-05-01", "1", "3", "7", "8"), [breach("2024-05-03", "7", "1/2")]),  # 5 lies midway of 3 and 7
        (points("2024-05-01", "4.9", "5", "5"), []),  # at the limit is within it
        (points("2024-05-01", "4", "5", "6"), [breach("2024-05-03", "6", "0")]),  # it left from the limit itself
        (points("2024-05-01", "6", "7"), [breach("2024-05-01", "6", None)]),  # nothing before it in the month
        (points("2024-05-01", None, "6"), [breach("2024-05-02", "6", None)]),
        (points("2024-05-01", "1", None, "6"), [breach("2024-05-03", "6", None)]),
        (points("2024-05-30", "6", "7", "8", "9"), [breach("2024-05-30", "6", None), breach("2024-06-01", "8", None)]),
        (
            points("2024-02-28", "4", "6", "1", "9"),  # over a leap day into March
            [breach("2024-02-29", "6", "1/2"), breach("2024-03-02", "9", "1/2")],
        ),
        (points("2023-12-31", "9", "2"), [breach("2023-12-31", "9", None)]),
        (points("2024-05-01", "6", "4", "6"), [breach("2024-05-01", "6", None)]),  # only the first of a month
        ([], []),
    ],
)
def test_the_first_day_above_the_limit_in_each_month(found: Points, expected: list[Breach]) -> None:
    assert breaches(found, LIMIT) == expected


def test_days_above_the_limit() -> None:
    assert above(points("2024-05-01", "5", None, "5.01", "7"), LIMIT) == [False, False, True, True]


@pytest.mark.parametrize(
    ("day", "share"),
    [
        ("2024-02-01", "1/29"),
        ("2024-02-29", "1"),
        ("2023-02-14", "1/2"),
        ("2024-04-15", "1/2"),
        ("2024-05-31", "1"),
        ("2023-12-01", "1/31"),
    ],
)
def test_the_prorated_limit_grows_with_the_days_of_the_month(day: str, share: str) -> None:
    assert prorated(date.fromisoformat(day), LIMIT) == Fraction(5, 100) * Fraction(share)


def test_the_series_starts_again_with_each_month_and_ends_today() -> None:
    """Losses of 1 a day: over 50 friends at the close of January, over 40 at the close of February."""
    first, today = date(2024, 2, 27), date(2024, 3, 2)
    days = [date(2024, 2, 1) + timedelta(days=index) for index in range(40)]
    levels = {date(2024, 1, 31): 50, date(2024, 2, 29): 40}
    book = Book(
        today,
        (Period(days[0], days[-1]),),
        {Total(Fact.LOSSES): {None: dict.fromkeys(days, 1)}},
        {Stock.CURRENT: {None: levels}},
    )
    shown = split(Period(first, date(2024, 3, 5)), Grain.DAY)
    assert series(book, shown) == [
        (date(2024, 2, 27), Fraction(27, 50)),
        (date(2024, 2, 28), Fraction(28, 50)),
        (date(2024, 2, 29), Fraction(29, 50)),
        (date(2024, 3, 1), Fraction(1, 40)),
        (date(2024, 3, 2), Fraction(2, 40)),
    ]
    months = split(Period(date(2024, 2, 1), date(2024, 3, 31)), Grain.MONTH)
    assert series(book, months) == [(date(2024, 2, 29), Fraction(29, 50)), (today, Fraction(2, 40))]
