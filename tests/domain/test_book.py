"""A book answers terms from what was loaded, and refuses to guess what was not."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from app.domain.book import Book, base, close_of, needed
from app.domain.period import Period
from app.domain.terms import Fact, Level, Span, Stock, Take, Term, Total

ADDS, LOSSES = Total(Fact.ADDS), Total(Fact.LOSSES)
LOSSES_MTD = Total(Fact.LOSSES, span=Span.MONTH_TO_DATE)
CLOSE, OPEN, MONTH_OPEN = (Level(Stock.CURRENT, take) for take in (Take.CLOSING, Take.OPENING, Take.MONTH_OPENING))


def day(number: int, month: int = 5) -> date:
    """Return a day of 2024."""
    return date(2024, month, number)


def span(first: int, last: int, month: int = 5) -> Period:
    """Return some days of a month of 2024."""
    return Period(day(first, month), day(last, month))


def series(first: date, values: Iterable[int]) -> dict[date, int]:
    """Return values on days that follow each other."""
    return {first + timedelta(days=index): value for index, value in enumerate(values)}


BOOK = Book(
    today=day(10),
    spans=(span(1, 20),),
    flows={
        ADDS: {None: {day(1): 5, day(4): 0, day(9): 7}, "a": {day(4): 0}, "b": {}},
        LOSSES: {None: {day(2): 1, day(9): 2, day(12): 99}},
    },
    levels={Stock.CURRENT: {None: series(day(30, 4), range(100, 121)), "c": {day(9): 3}}},
)


@pytest.mark.parametrize(
    ("term", "period", "group", "answer"),
    [
        (ADDS, span(1, 9), None, 12),
        (ADDS, span(4, 5), None, 0),  # recorded, and zero
        (ADDS, span(4, 4), None, 0),
        (ADDS, span(8, 9), None, 7),
        (ADDS, span(2, 3), None, None),
        (ADDS, span(2, 2), None, None),
        (ADDS, span(5, 8), None, None),  # nothing was recorded
        (ADDS, span(4, 8), "a", 0),
        (ADDS, span(1, 9), "b", None),
        (ADDS, span(1, 9), "unknown", None),
        (Total(Fact.REACH), span(1, 9), None, None),  # not in the scope at all
        (LOSSES, span(9, 20), None, 2),  # what lies after today is not counted
        (LOSSES, span(11, 20), None, None),  # and a period to come has no value
        (LOSSES_MTD, span(9, 9), None, 3),
        (LOSSES_MTD, span(3, 3), None, 1),
        (LOSSES_MTD, span(9, 20), None, 3),
        (CLOSE, span(1, 3), None, 103),
        (CLOSE, span(1, 20), None, 110),  # the last day shown is today
        (CLOSE, span(11, 20), None, None),
        (OPEN, span(1, 3), None, 100),
        (OPEN, span(4, 6), None, 103),
        (MONTH_OPEN, span(4, 6), None, 100),
        (CLOSE, span(9, 9), "c", 3),
        (CLOSE, span(8, 8), "c", None),  # before anything was recorded
        (Level(Stock.CUMULATIVE), span(1, 3), None, None),
    ],
)
def test_answers(term: Term, period: Period, group: str | None, answer: int | None) -> None:
    assert BOOK.answer(term, period, group) == answer


def test_many_periods_at_once_are_each_answered_as_alone_and_one_that_was_not_loaded_spoils_all() -> None:
    days = [span(number, number) for number in range(1, 21)]
    recorded = {1: 5, 4: 0, 9: 7}
    assert BOOK.answers(ADDS, days) == [recorded.get(number) for number in range(1, 21)]
    closes = [100 + number if number <= 10 else None for number in range(1, 21)]  # today is the 10th
    assert BOOK.answers(CLOSE, days) == closes
    assert BOOK.answers(LOSSES_MTD, days) == [None, *[1] * 7, 3, 3, *[None] * 10]
    assert BOOK.answers(ADDS, [span(4, 5), span(1, 9), span(2, 3)]) == [0, 12, None]
    assert BOOK.answers(ADDS, []) == BOOK.answers(ADDS, [], "a") == []
    with pytest.raises(LookupError):
        BOOK.answers(ADDS, [*days, span(1, 1, month=4)])


@pytest.mark.parametrize(
    ("term", "period"),
    [
        (ADDS, Period(day(30, 4), day(3))),
        (ADDS, span(8, 10, 4)),
        (LOSSES_MTD, span(30, 30, 4)),
        (OPEN, Period(day(30, 4), day(3))),
        (MONTH_OPEN, Period(day(30, 4), day(30, 4))),
    ],
)
def test_a_day_that_was_not_loaded_is_no_missing_number(term: Term, period: Period) -> None:
    with pytest.raises(LookupError, match="was not loaded"):
        BOOK.answer(term, period)


def test_every_span_is_looked_through() -> None:
    book = Book(day(10), (span(1, 2), span(5, 6)), {ADDS: {None: {day(5): 4}}}, {})
    assert book.answer(ADDS, span(5, 6)) == 4
    with pytest.raises(LookupError):
        book.answer(ADDS, span(2, 5))


def test_the_groups_are_those_that_anything_was_loaded_for() -> None:
    assert BOOK.groups == {"a", "b", "c"}


def test_a_total_stands_in_a_book_without_its_span() -> None:
    assert base(LOSSES_MTD) == LOSSES
    assert base(ADDS) is ADDS


@pytest.mark.parametrize(
    ("take", "period", "close"),
    [
        (Take.OPENING, span(5, 9), day(4)),
        (Take.OPENING, span(1, 9, 1), date(2023, 12, 31)),
        (Take.CLOSING, span(5, 9), day(9)),
        (Take.MONTH_OPENING, span(5, 9), day(30, 4)),
        (Take.MONTH_OPENING, Period(day(20, 2), day(2, 3)), day(29, 2)),
    ],
)
def test_the_close_at_which_a_level_is_taken(take: Take, period: Period, close: date) -> None:
    assert close_of(take, period) == close


@pytest.mark.parametrize(
    ("term", "period", "loaded"),
    [
        (ADDS, span(5, 9), span(5, 9)),
        (LOSSES_MTD, span(5, 9), span(1, 9)),
        (LOSSES_MTD, Period(day(20, 4), day(9)), span(1, 9)),
        (CLOSE, span(5, 9), span(5, 9)),
        (OPEN, span(5, 9), span(5, 9)),  # the close of the day before a span is always there
        (MONTH_OPEN, span(5, 9), span(1, 9)),
        (MONTH_OPEN, Period(day(20, 4), day(9)), Period(day(20, 4), day(9))),
    ],
)
def test_what_must_be_loaded_for_an_answer(term: Term, period: Period, loaded: Period) -> None:
    assert needed(term, period) == loaded


BY_MONTH = Book(
    today=day(10, 6),
    spans=(span(1, 10, 6),),
    flows={ADDS: {None: {day(1, 4): 100, day(2, 6): 5, day(9, 6): 7}, "a": {day(1, 5): 20}}},
    levels={Stock.CURRENT: {None: {day(31, 3): 1, day(30, 4): 2, day(31, 5): 3, **series(day(1, 6), range(4, 14))}}},
    wholes=(span(1, 30, 4), span(1, 31, 5)),
)


@pytest.mark.parametrize(
    ("term", "period", "group", "answer"),
    [
        (ADDS, Period(day(1, 4), day(10, 6)), None, 112),
        (ADDS, span(1, 30, 4), None, 100),
        (ADDS, Period(day(1, 5), day(2, 6)), None, 5),
        (ADDS, span(1, 31, 5), None, None),  # nothing was recorded in May
        (ADDS, span(1, 31, 5), "a", 20),
        (ADDS, span(9, 20, 6), None, 7),
        (CLOSE, span(1, 31, 5), None, 3),
        (OPEN, span(1, 30, 4), None, 1),
        (MONTH_OPEN, span(3, 4, 6), None, 3),
    ],
)
def test_whole_months_answer_for_all_of_their_days(
    term: Total | Level, period: Period, group: str | None, answer: int | None
) -> None:
    assert BY_MONTH.answer(term, period, group) == answer
    assert BY_MONTH.groups == {"a"}


@pytest.mark.parametrize(
    ("term", "period"),
    [
        (ADDS, span(2, 30, 4)),  # a month that is known as a whole only
        (ADDS, Period(day(1, 4), day(30, 5))),
        (ADDS, Period(day(31, 3), day(30, 4))),
        (CLOSE, span(1, 15, 5)),
    ],
)
def test_a_part_of_a_whole_month_is_not_guessed(term: Total | Level, period: Period) -> None:
    with pytest.raises(LookupError, match="not loaded"):
        BY_MONTH.answer(term, period)


WHOLE = Book(day(10, 6), (), {ADDS: {"a": {day(20, 4): 9}}}, {}, wholes=(Period(day(20, 4), day(10, 6)),))


def test_a_whole_range_answers_for_itself() -> None:
    assert WHOLE.answer(ADDS, Period(day(20, 4), day(30, 6)), "a") == 9


@pytest.mark.parametrize(
    "period",
    [span(20, 30, 4), span(1, 31, 5), Period(day(1, 5), day(10, 6)), Period(day(19, 4), day(10, 6)), span(20, 20, 4)],
)
def test_a_part_of_a_whole_range_is_not_guessed(period: Period) -> None:
    with pytest.raises(LookupError, match="not loaded"):
        WHOLE.answer(ADDS, period, "a")
    with pytest.raises(LookupError, match="not loaded"):
        WHOLE.answers(ADDS, [period, period], "a")
