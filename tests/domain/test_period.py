"""Calendar periods: where they begin and end, at the edges of months and years."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.period import Compare, Grain, Period, calendar, frame, month_of, shift_months, split
from tests.plain import days

LEAP = Period(date(2024, 2, 1), date(2024, 2, 29))

some_days = st.dates(date(2019, 1, 1), date(2029, 12, 31))


def period(text: str) -> Period:
    """Read `2024-02-01..2024-02-29`, or a single day."""
    first, _, last = text.partition("..")
    return Period(date.fromisoformat(first), date.fromisoformat(last or first))


def test_a_period_holds_both_its_ends() -> None:
    assert len(LEAP) == 29
    assert [*LEAP][0::28] == [date(2024, 2, 1), date(2024, 2, 29)]
    assert date(2024, 2, 29) in LEAP
    assert date(2024, 3, 1) not in LEAP
    assert period("2024-02-03..2024-02-29") in LEAP
    assert period("2024-01-31..2024-02-03") not in LEAP
    assert period("2024-02-03..2024-03-01") not in LEAP


def test_a_period_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="2024-02-02 is after 2024-02-01"):
        Period(date(2024, 2, 2), date(2024, 2, 1))


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        ("2024-02-10", "2024-02-01..2024-02-10"),
        ("2024-02-01", "2024-02-01"),
        ("2024-02-29", "2024-02-01..2024-02-29"),
        ("2024-03-15", "2024-02-01..2024-02-29"),
        ("2024-01-31", "2024-02-01..2024-02-29"),  # all of it is to come
    ],
)
def test_until_cuts_what_is_still_running(day: str, shown: str) -> None:
    assert LEAP.until(date.fromisoformat(day)) == period(shown)


@pytest.mark.parametrize(
    ("grain", "day", "whole"),
    [
        (Grain.DAY, "2024-02-29", "2024-02-29"),
        (Grain.WEEK, "2024-01-01", "2024-01-01..2024-01-07"),  # a Monday
        (Grain.WEEK, "2023-12-31", "2023-12-25..2023-12-31"),  # a Sunday
        (Grain.WEEK, "2024-02-29", "2024-02-26..2024-03-03"),
        (Grain.MONTH, "2023-02-14", "2023-02-01..2023-02-28"),
        (Grain.MONTH, "2024-02-29", "2024-02-01..2024-02-29"),
        (Grain.MONTH, "2024-04-30", "2024-04-01..2024-04-30"),
        (Grain.MONTH, "2023-12-31", "2023-12-01..2023-12-31"),
        (Grain.QUARTER, "2024-02-29", "2024-01-01..2024-03-31"),
        (Grain.QUARTER, "2023-12-31", "2023-10-01..2023-12-31"),
        (Grain.YEAR, "2024-01-01", "2024-01-01..2024-12-31"),
    ],
)
def test_the_calendar_period_around_a_day(grain: Grain, day: str, whole: str) -> None:
    assert calendar(grain, date.fromisoformat(day)) == period(whole)


@pytest.mark.parametrize(
    ("day", "months", "shifted"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-03-31", -1, "2024-02-29"),
        ("2024-05-31", -1, "2024-04-30"),
        ("2024-01-15", -1, "2023-12-15"),
        ("2023-12-15", 1, "2024-01-15"),
        ("2024-02-29", -12, "2023-02-28"),
        ("2023-02-28", 12, "2024-02-28"),
        ("2024-02-29", 0, "2024-02-29"),
    ],
)
def test_a_month_later_or_earlier_is_the_same_day_or_the_last_one(day: str, months: int, shifted: str) -> None:
    assert shift_months(date.fromisoformat(day), months) == date.fromisoformat(shifted)


def test_month_of_a_day() -> None:
    assert month_of(date(2024, 2, 10)) == LEAP


@pytest.mark.parametrize(
    ("span", "grain", "parts"),
    [
        ("2024-02-28..2024-03-01", Grain.DAY, ["2024-02-28", "2024-02-29", "2024-03-01"]),
        ("2023-12-30..2024-01-08", Grain.WEEK, ["2023-12-30..2023-12-31", "2024-01-01..2024-01-07", "2024-01-08"]),
        ("2023-12-31..2024-02-01", Grain.MONTH, ["2023-12-31", "2024-01-01..2024-01-31", "2024-02-01"]),
        ("2023-12-31..2024-01-01", Grain.QUARTER, ["2023-12-31", "2024-01-01"]),
        ("2023-12-31..2024-01-01", Grain.YEAR, ["2023-12-31", "2024-01-01"]),
        ("2023-12-31..2024-01-01", Grain.TOTAL, ["2023-12-31..2024-01-01"]),
    ],
)
def test_a_range_falls_into_calendar_periods_the_outer_ones_cut(span: str, grain: Grain, parts: list[str]) -> None:
    assert split(period(span), grain) == tuple(map(period, parts))


@given(some_days, st.integers(0, 500), st.sampled_from(list(Grain)))
def test_parts_follow_each_other_without_a_gap(first: date, more: int, grain: Grain) -> None:
    span = Period(first, first + timedelta(days=more))
    parts = split(span, grain)
    assert [day for part in parts for day in part] == [*span]
    assert [(part.first, part.last) for part in parts] == days.periods(span.first, span.last, grain)


@pytest.mark.parametrize(
    ("span", "grain", "kind"),
    [
        ("2024-02-29", None, Grain.DAY),
        ("2024-02-29", Grain.WEEK, Grain.WEEK),  # a week's rest, asked for as a week
        ("2024-02-29", Grain.DAY, Grain.DAY),
        ("2024-02-01..2024-02-29", None, Grain.MONTH),
        ("2024-02-01..2024-02-10", None, Grain.MONTH),  # its first days
        ("2024-02-03..2024-02-10", None, None),
        ("2024-02-03..2024-02-10", Grain.MONTH, Grain.MONTH),
        ("2024-02-03..2024-03-10", Grain.MONTH, None),
        ("2024-04-01..2024-06-30", None, Grain.QUARTER),
        ("2024-04-01..2024-05-02", None, Grain.QUARTER),
        ("2024-01-01..2024-12-31", None, Grain.YEAR),
        ("2024-01-01..2024-04-01", None, Grain.YEAR),
        ("2024-01-01..2025-01-01", None, None),
        ("2024-02-26..2024-03-03", None, Grain.WEEK),
        ("2024-02-27..2024-03-04", None, None),  # seven days, but from a Tuesday
        ("2024-01-01..2024-01-07", None, Grain.MONTH),  # a month that runs comes before a week
    ],
)
def test_what_a_range_is(span: str, grain: Grain | None, kind: Grain | None) -> None:
    assert frame(period(span), grain) is kind


@pytest.mark.parametrize(("how", "name"), [(Compare.PREVIOUS, "上期"), (Compare.LAST_YEAR, "去年同期")])
def test_a_comparison_has_a_name(how: Compare, name: str) -> None:
    assert how.text.zh == name
    assert how.text.en
