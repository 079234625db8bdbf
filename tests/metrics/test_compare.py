"""Change, points, completion, usage, pace and status, at their edges."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from app.domain.number import Number
from app.domain.period import Period
from app.metrics.catalog import CATALOG
from app.metrics.compare import Assessment, Compared, Progress, Status, Thresholds, assess, compare

MAY = Period(date(2024, 5, 1), date(2024, 5, 31))
HALF = Progress(15, 30)
USUAL = Thresholds()


def share(text: str) -> Fraction:
    """Return an exact fraction."""
    return Fraction(text)


@pytest.mark.parametrize(
    ("key", "current", "previous", "change", "points"),
    [
        ("friends_added", 150, 100, "0.5", None),
        ("friends_added", 50, 100, "-0.5", None),
        ("friends_added", 0, 100, "-1", None),
        ("friends_added", 50, 0, None, None),
        ("friends_net", 50, -10, None, None),  # a quotient over less than zero says nothing
        ("friends_added", 50, None, None, None),
        ("friends_added", None, 50, None, None),
        ("gmv", share("12.5"), 10, "0.25", None),
        ("churn_rate", share("0.06"), share("0.05"), "0.2", "0.01"),
        ("churn_rate", share("0.06"), 0, None, "0.06"),
        ("churn_rate", None, share("0.05"), None, None),
        ("churn_rate", share("0.06"), None, None, None),
    ],
)
def test_a_value_beside_another(
    key: str, current: Number | None, previous: Number | None, change: str | None, points: str | None
) -> None:
    found = compare(CATALOG[key], current, previous)
    assert found == Compared(previous, change and share(change), points and share(points))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("today", "elapsed"),
    [
        (date(2024, 4, 30), 0),
        (date(2024, 5, 1), 1),  # today counts
        (date(2024, 5, 31), 31),
        (date(2024, 6, 1), 31),
    ],
)
def test_time_progress(today: date, elapsed: int) -> None:
    progress = Progress.of(MAY, today)
    assert (progress.elapsed, progress.days, progress.share) == (elapsed, 31, Fraction(elapsed, 31))


def test_time_progress_of_a_leap_february() -> None:
    february = Period(date(2024, 2, 1), date(2024, 2, 29))
    assert Progress.of(february, date(2024, 2, 28)).share == Fraction(28, 29)


def assessed(key: str, target: Number | None, actual: Number | None, *, over: bool = False) -> Assessment:
    """Assess with half of the month elapsed."""
    return assess(CATALOG[key], target, actual, HALF, over=over, thresholds=USUAL)


@pytest.mark.parametrize(
    ("actual", "pace", "status"),
    [
        (1000, "0.5", Status.DONE),
        (999, "0.499", Status.ON_TRACK),
        (450, "-0.05", Status.ON_TRACK),  # at -5 pp
        (449, "-0.051", Status.BEHIND),
        (350, "-0.15", Status.BEHIND),  # at -15 pp
        (349, "-0.151", Status.FAR_BEHIND),
        (0, "-0.5", Status.FAR_BEHIND),
    ],
)
def test_a_running_flow_is_judged_by_its_pace(actual: int, pace: str, status: Status) -> None:
    found = assessed("friends_added", 1000, actual)
    assert found == Assessment(Fraction(actual, 1000), None, share(pace), status)


@pytest.mark.parametrize(
    ("actual", "status"),
    [
        (1001, Status.DONE),
        (1000, Status.DONE),
        (950, Status.ON_TRACK),
        (949, Status.BEHIND),
        (850, Status.BEHIND),
        (849, Status.FAR_BEHIND),
    ],
)
def test_a_running_stock_or_ratio_is_judged_by_its_completion(actual: int, status: Status) -> None:
    assert assessed("friends_current", 1000, actual) == Assessment(Fraction(actual, 1000), None, None, status)
    rate = assessed("add_rate", share("0.1"), share("0.1") * actual / 1000)
    assert (rate.completion, rate.pace, rate.status) == (Fraction(actual, 1000), None, status)


@pytest.mark.parametrize(
    ("key", "actual", "status"),
    [
        ("friends_added", 1000, Status.DONE),
        ("friends_added", 999, Status.MISSED),
        ("friends_current", 999, Status.MISSED),
        ("friends_current", 1000, Status.DONE),
    ],
)
def test_a_month_that_is_over_is_done_or_missed(key: str, actual: int, status: Status) -> None:
    assert assessed(key, 1000, actual, over=True).status is status


def test_pace_stands_on_a_flow_of_any_month() -> None:
    assert assessed("friends_net", 100, 60, over=True).pace == Fraction(60, 100) - Fraction(1, 2)


@pytest.mark.parametrize(("target", "actual"), [(0, 7), (None, 7), (7, None), (0, 0)])
def test_no_completion_without_a_target_or_an_actual(target: int | None, actual: int | None) -> None:
    assert assessed("friends_added", target, actual) == Assessment(None, None, None, Status.NO_DATA)


@pytest.mark.parametrize("over", [True, False])
@pytest.mark.parametrize(
    ("limit", "actual", "usage", "status"),
    [
        ("0.05", "0.05", "1", Status.WITHIN_LIMIT),
        ("0.05", "0.0500000001", "1.000000002", Status.OVER_LIMIT),
        ("0.05", "0", "0", Status.WITHIN_LIMIT),
        ("0", "0", None, Status.WITHIN_LIMIT),
        ("0", "0.01", None, Status.OVER_LIMIT),
    ],
)
def test_a_limit_is_kept_or_broken_at_any_time(
    limit: str, actual: str, usage: str | None, status: Status, *, over: bool
) -> None:
    found = assessed("churn_rate", share(limit), share(actual), over=over)
    assert found == Assessment(None, usage and share(usage), None, status)  # type: ignore[arg-type]


@pytest.mark.parametrize(("limit", "actual"), [(None, 3), (3, None)])
def test_no_status_of_a_limit_without_both(limit: int | None, actual: int | None) -> None:
    assert assessed("friends_lost", limit, actual) == Assessment(None, None, None, Status.NO_DATA)


def test_thresholds_are_settings() -> None:
    strict = Thresholds(Decimal(0), Decimal("-0.01"), Decimal(1), Decimal("0.99"))
    flow, stock = CATALOG["friends_added"], CATALOG["friends_current"]
    judged = [assess(flow, 1000, n, HALF, over=False, thresholds=strict).status for n in (500, 499, 490, 489)]
    assert judged == [Status.ON_TRACK, Status.BEHIND, Status.BEHIND, Status.FAR_BEHIND]
    judged = [assess(stock, 1000, n, HALF, over=False, thresholds=strict).status for n in (999, 990, 989)]
    assert judged == [Status.BEHIND, Status.BEHIND, Status.FAR_BEHIND]


def test_every_status_has_words() -> None:
    words = "已完成 未完成 正常 落后 严重落后 达标 超限 无数据"
    assert " ".join(status.text.zh for status in Status) == words
    assert all(status.text.en for status in Status)
