"""Values beside other values: change, points, completion, usage, pace and status (metrics.md, section 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from app.domain.book import Book, Group
from app.domain.facts import Unit
from app.domain.number import Number, ratio
from app.domain.period import Period
from app.domain.text import Text
from app.metrics.definition import Metric


class Status(StrEnum):
    """How a target stands."""

    DONE = "done"
    MISSED = "missed"
    ON_TRACK = "on_track"
    BEHIND = "behind"
    FAR_BEHIND = "far_behind"
    WITHIN_LIMIT = "within_limit"
    OVER_LIMIT = "over_limit"
    NO_DATA = "no_data"

    @property
    def text(self) -> Text:
        """The word shown to people."""
        return _STATUS_TEXTS[self]


_STATUS_TEXTS = {
    Status.DONE: Text("已完成", "Done"),
    Status.MISSED: Text("未完成", "Missed"),
    Status.ON_TRACK: Text("正常", "On track"),
    Status.BEHIND: Text("落后", "Behind"),
    Status.FAR_BEHIND: Text("严重落后", "Far behind"),
    Status.WITHIN_LIMIT: Text("达标", "Within limit"),
    Status.OVER_LIMIT: Text("超限", "Over limit"),
    Status.NO_DATA: Text("无数据", "No data"),
}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where a running target turns from on track to behind and far behind; settings may change them."""

    pace_behind: Decimal = Decimal("-0.05")
    pace_far_behind: Decimal = Decimal("-0.15")
    level_on_track: Decimal = Decimal("0.95")
    level_behind: Decimal = Decimal("0.85")


@dataclass(frozen=True, slots=True)
class Compared:
    """A value of another period, the relative change to it and, for rates, the difference."""

    value: Number | None
    change: Fraction | None
    points: Fraction | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of a month has passed on a day; the day itself counts as passed."""

    elapsed: int
    days: int

    @classmethod
    def of(cls, month: Period, today: date) -> "Progress":
        """Return the progress of `month` on `today`."""
        elapsed = 0 if today < month.first else len(month.until(today))
        return cls(elapsed, len(month))

    @property
    def share(self) -> Fraction:
        """Elapsed days over all days: 时间进度."""
        return Fraction(self.elapsed, self.days)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A target beside what was reached; every figure unrounded, None where it has no value."""

    completion: Fraction | None
    usage: Fraction | None
    pace: Fraction | None
    status: Status


def value(metric: Metric, book: Book, period: Period, group: Group = None) -> Number | None:
    """Return a metric over a period for a group of the book."""
    return metric.value(*(book.answer(term, period, group) for term in metric.terms))


def values(metric: Metric, book: Book, periods: Sequence[Period], group: Group = None) -> list[Number | None]:
    """Return a metric over each of some periods."""
    return metric.values([book.answers(term, periods, group) for term in metric.terms])


def compare(metric: Metric, current: Number | None, other: Number | None) -> Compared:
    """Compare a value with another one; previous zero or missing gives no change."""
    quotient = ratio(current, other)
    points = None
    if metric.unit is Unit.RATE and current is not None and other is not None:
        points = Fraction(current - other)
    return Compared(other, None if quotient is None else quotient - 1, points)


def assess(
    metric: Metric,
    target: Number | None,
    actual: Number | None,
    progress: Progress,
    *,
    over: bool,
    thresholds: Thresholds,
) -> Assessment:
    """Say how a target stands; `over` when its month has ended."""
    if metric.is_limit:
        return _limit(target, actual)
    completion = ratio(actual, target)
    if completion is None:
        return Assessment(None, None, None, Status.NO_DATA)
    pace = completion - progress.share if metric.is_flow else None
    return Assessment(completion, None, pace, _status(completion, pace, over=over, thresholds=thresholds))


def _limit(limit: Number | None, actual: Number | None) -> Assessment:
    if actual is None or limit is None:
        return Assessment(None, None, None, Status.NO_DATA)
    status = Status.WITHIN_LIMIT if actual <= limit else Status.OVER_LIMIT
    return Assessment(None, ratio(actual, limit), None, status)


def _status(completion: Fraction, pace: Fraction | None, *, over: bool, thresholds: Thresholds) -> Status:
    if completion >= 1:
        return Status.DONE
    if over:
        return Status.MISSED
    if pace is None:
        steps, measured = (thresholds.level_on_track, thresholds.level_behind), completion
    else:
        steps, measured = (thresholds.pace_behind, thresholds.pace_far_behind), pace
    if measured >= Fraction(steps[0]):
        return Status.ON_TRACK
    return Status.BEHIND if measured >= Fraction(steps[1]) else Status.FAR_BEHIND
