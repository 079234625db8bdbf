"""What each day left must bring: only towards targets of what accumulates, while the month runs."""

from fractions import Fraction

import pytest

from app.metrics.catalog import CATALOG
from app.metrics.compare import Progress
from app.metrics.pace import needed_daily

RUNNING = Progress(28, 30)


@pytest.mark.parametrize(
    ("key", "target", "actual", "progress", "daily"),
    [
        ("gmv", 100, 41, RUNNING, Fraction(59, 2)),  # today counts as elapsed: two days are left
        ("friends_net", 10, -5, RUNNING, Fraction(15, 2)),
        ("gmv", 100, 100, RUNNING, None),  # reached
        ("gmv", 100, None, RUNNING, None),  # nothing recorded is not zero
        ("gmv", None, 41, RUNNING, None),
        ("gmv", 100, 41, Progress(30, 30), None),  # no day is left
        ("gmv", 100, 41, Progress(0, 30), None),  # the month is to come
        ("push_cost", 100, 41, RUNNING, None),  # a limit is nothing to work towards
        ("friends_current", 100, 41, RUNNING, None),
        ("aov", 100, 41, RUNNING, None),
    ],
)
def test_what_each_day_left_must_bring(
    key: str, target: int | None, actual: int | None, progress: Progress, daily: Fraction | None
) -> None:
    assert needed_daily(CATALOG[key], target, actual, progress) == daily
