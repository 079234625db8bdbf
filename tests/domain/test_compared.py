"""The period that a period is compared with (metrics.md, section 4)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.period import Compare, Grain, Period, calendar, compared
from tests import plain

LATER = "2030-01-01"


def check(span: str, how: Compare, today: str, grain: Grain | None, other: str) -> None:
    """Compare with a range written as `2024-02-01..2024-02-29`."""
    first, last = map(date.fromisoformat, span.split(".."))
    found = compared(Period(first, last), how, date.fromisoformat(today), grain)
    assert f"{found.first}..{found.last}" == other


@pytest.mark.parametrize(
    ("span", "other"),
    [
        ("2023-02-01..2023-02-28", "2023-01-01..2023-01-31"),  # 28 days beside 31
        ("2024-03-01..2024-03-31", "2024-02-01..2024-02-29"),  # 31 beside 29
        ("2024-05-01..2024-05-31", "2024-04-01..2024-04-30"),  # 31 beside 30
        ("2024-01-01..2024-01-31", "2023-12-01..2023-12-31"),  # over the edge of the year
        ("2024-01-01..2024-03-31", "2023-10-01..2023-12-31"),
        ("2024-01-01..2024-12-31", "2023-01-01..2023-12-31"),
        ("2024-01-01..2024-01-01", "2023-12-31..2023-12-31"),
        ("2024-03-01..2024-03-01", "2024-02-29..2024-02-29"),
        ("2024-02-26..2024-03-03", "2024-02-19..2024-02-25"),
    ],
)
def test_a_whole_period_compares_with_the_whole_one_before(span: str, other: str) -> None:
    check(span, Compare.PREVIOUS, LATER, None, other)


@pytest.mark.parametrize(
    ("span", "today", "other"),
    [
        ("2024-03-01..2024-03-31", "2024-03-01", "2024-02-01..2024-02-01"),
        ("2024-03-01..2024-03-31", "2024-03-10", "2024-02-01..2024-02-10"),
        ("2024-03-01..2024-03-31", "2024-03-30", "2024-02-01..2024-02-29"),  # a shorter month is taken whole
        ("2024-03-01..2024-03-31", "2024-03-31", "2024-02-01..2024-02-29"),
        ("2024-02-01..2024-02-29", "2024-02-29", "2024-01-01..2024-01-29"),  # as many days of a longer one
        ("2024-04-01..2024-06-30", "2024-05-15", "2024-01-01..2024-02-15"),
        ("2024-01-01..2024-12-31", "2024-02-29", "2023-01-01..2023-02-28"),
        ("2024-02-26..2024-03-03", "2024-02-28", "2024-02-19..2024-02-21"),
        ("2024-02-06..2024-02-20", "2024-02-08", "2024-02-03..2024-02-05"),  # no calendar period
    ],
)
def test_a_running_period_compares_with_as_many_days_of_the_one_before(span: str, today: str, other: str) -> None:
    check(span, Compare.PREVIOUS, today, None, other)


@pytest.mark.parametrize(
    ("span", "grain", "other"),
    [
        ("2024-02-01..2024-02-28", None, "2024-01-01..2024-01-28"),  # cut off before its end
        ("2024-03-10..2024-03-31", Grain.MONTH, "2024-02-10..2024-02-29"),
        ("2024-03-10..2024-03-31", None, "2024-02-17..2024-03-09"),  # any other range: the days before it
        ("2024-02-29..2024-03-02", Grain.WEEK, "2024-02-22..2024-02-24"),
        ("2024-03-31..2024-03-31", Grain.MONTH, "2024-02-29..2024-02-29"),
        ("2024-01-31..2024-03-01", Grain.MONTH, "2023-12-31..2024-01-30"),  # 31 days, and the 31 before
    ],
)
def test_a_cut_period_compares_with_the_same_positions(span: str, grain: Grain | None, other: str) -> None:
    check(span, Compare.PREVIOUS, LATER, grain, other)


@pytest.mark.parametrize(
    ("span", "today", "grain", "other"),
    [
        ("2024-02-29..2024-02-29", LATER, Grain.DAY, "2023-02-28..2023-02-28"),
        ("2025-02-01..2025-02-28", LATER, None, "2024-02-01..2024-02-29"),
        ("2024-02-01..2024-02-29", LATER, None, "2023-02-01..2023-02-28"),
        ("2024-02-01..2024-02-29", "2024-02-29", None, "2023-02-01..2023-02-28"),
        ("2025-02-01..2025-02-28", "2025-02-28", None, "2024-02-01..2024-02-28"),
        ("2024-05-01..2024-05-31", "2024-05-09", None, "2023-05-01..2023-05-09"),
        ("2024-01-01..2024-03-31", LATER, None, "2023-01-01..2023-03-31"),
        ("2024-12-30..2025-01-05", LATER, Grain.WEEK, "2024-01-01..2024-01-07"),  # the weekday stays
        ("2024-12-30..2025-01-05", LATER, None, "2023-12-30..2024-01-05"),  # the dates stay
        ("2024-02-10..2024-03-10", LATER, None, "2023-02-10..2023-03-10"),
    ],
)
def test_a_year_before(span: str, today: str, grain: Grain | None, other: str) -> None:
    check(span, Compare.LAST_YEAR, today, grain, other)


@given(
    st.dates(date(2022, 12, 1), date(2025, 3, 31)),
    st.one_of(st.integers(0, 40), st.integers(0, 400)),
    st.integers(-10, 410),
    st.sampled_from([None, *Grain]),
    st.sampled_from(list(Compare)),
    st.sampled_from([None, Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR]),
)
def test_every_comparison_agrees_with_the_reference(
    first: date, more: int, ago: int, grain: Grain | None, how: Compare, whole: Grain | None
) -> None:
    """Any range, and whole calendar periods, which a random range seldom is."""
    span = calendar(whole, first) if whole else Period(first, first + timedelta(days=more))
    today = span.first + timedelta(days=ago)
    found = compared(span, how, today, grain)
    assert (found.first, found.last) == plain.compared(span.first, span.last, how, today, grain)
    assert found.last < span.first or how is Compare.LAST_YEAR
