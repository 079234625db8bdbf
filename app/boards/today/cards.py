"""The cards of 今日: each a metric on its last full day, the days before it, and its month."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from app.boards.cards import delta
from app.boards.today.morning import CHURN, Morning, is_month_to_date, lag
from app.boards.today.spark import spark
from app.boards.today.view import KpiCard, Pace, address
from app.boards.view import Delta, Plain, Row
from app.domain.facts import Unit
from app.domain.number import Number, plain
from app.domain.period import Grain, split
from app.domain.terms import Total
from app.domain.text import Text
from app.metrics import churn
from app.metrics.catalog import CATALOG
from app.metrics.catalog.growth import GROUP as FRIENDS
from app.metrics.compare import Progress, Status, compare, value
from app.metrics.definition import Metric

SHOWN_DAYS = 7

_OF_FRIENDS = frozenset(metric.key for metric in FRIENDS[1])
_COUNTED = {
    "friends": Text("人", ""),
    "buyers": Text("人", ""),
    "reach": Text("人", ""),
    "orders": Text("单", ""),
    "member_orders": Text("单", ""),
    "pushes": Text("次", ""),
}
NOTHING = Text("", "")


def card(morning: Morning, key: str) -> KpiCard:
    """Return the card of a metric."""
    metric = CATALOG[key]
    day = morning.yesterday - timedelta(days=lag(metric))
    days = [day - timedelta(days=ago) for ago in reversed(range(SHOWN_DAYS))]
    points = [(each, morning.number(metric, each)) for each in days]
    month = value(metric, morning.book, morning.so_far)
    row = morning.target(key)
    limit = _limit(morning, metric, row)
    return KpiCard(
        metric=key,
        name=metric.label,
        unit=metric.unit,
        word=word_of(metric),
        about=metric.about,
        day=day,
        value=plain(points[-1][1], metric.unit),
        compare=_beside(metric, *points[-2:]),
        spark=spark(metric, points, limit if _is_daily(metric) else None),
        status=_status(month, limit, row),
        month=plain(month, metric.unit),
        pace=_limit_pace(morning, metric, row, month, limit) if limit is not None else _pace(metric, row),
        href=address(board_of(key), unit=morning.unit.code, first=morning.month.first, last=morning.yesterday),
    )


def board_of(key: str) -> str:
    """Return the path of the board that a metric belongs to."""
    return "/growth" if key in _OF_FRIENDS else "/sales"


def word_of(metric: Metric) -> Text:
    """Return what stands behind a value: what is counted, or the currency."""
    if metric.unit is Unit.YUAN:
        return Text("元", "CNY")
    if metric.unit is Unit.RATE:
        return NOTHING
    return next((word for start, word in _COUNTED.items() if metric.key.startswith(start)), NOTHING)


def _beside(metric: Metric, before: tuple[date, Number | None], now: tuple[date, Number | None]) -> Delta | None:
    """Compare with the day before; what counts from the 1st of a month starts anew on it."""
    if is_month_to_date(metric) and before[0].month != now[0].month:
        return None
    return delta(metric, compare(metric, now[1], before[1]))


def _limit(morning: Morning, metric: Metric, row: Row | None) -> Decimal | None:
    """Return the upper limit of a metric in the month: the target on it, else the setting."""
    if row is not None and metric.is_limit:
        aim = row.values["target"]
        return Decimal(aim) if isinstance(aim, int | Decimal) else None
    return morning.limits.churn_limit if metric.limit is not None else None


def _is_daily(metric: Metric) -> bool:
    """Say whether a limit of the month means something beside single days: not where a month adds up."""
    sums = all(isinstance(term, Total) for term in metric.terms)
    return is_month_to_date(metric) or (sums and not metric.is_flow)


def _status(month: Number | None, limit: Decimal | None, row: Row | None) -> str | None:
    if limit is None or month is None:
        return None
    if row is not None:
        return str(row.values["status"])
    return Status.WITHIN_LIMIT if month <= limit else Status.OVER_LIMIT


def _pace(metric: Metric, row: Row | None) -> Pace | None:
    """Return a month beside a target to be reached; None where there is none."""
    if row is None or metric.is_limit:
        return None
    found = row.values
    return Pace(
        "flow" if metric.is_flow else "level",
        found["target"],
        found["actual"],
        found["completion"],
        found["time_progress"],
        found["pace"],
        _gap(found["target"], found["actual"]),
        str(found["status"]),
    )


def _gap(target: Plain, actual: Plain) -> Plain:
    if isinstance(target, int | Decimal) and isinstance(actual, int | Decimal):
        return target - actual
    return None


def _limit_pace(morning: Morning, metric: Metric, row: Row | None, month: Number | None, limit: Decimal) -> Pace | None:
    """Return a month beside its limit; None where the month has no value."""
    actual = plain(month, metric.unit) if row is None else row.values["actual"]
    status = _status(month, limit, row)
    if actual is None or status is None:
        return None
    bound = plain(Fraction(limit), metric.unit)
    used = None if month is None or not limit else plain(Fraction(month) / Fraction(limit), Unit.RATE)
    since, days = breach(morning, limit) if metric.key == CHURN and status == Status.OVER_LIMIT else (None, 0)
    time = plain(Progress.of(morning.month, morning.today).share, Unit.RATE)
    return Pace("limit", bound, actual, used, time, None, _gap(bound, actual), status, since, days)


def breach(morning: Morning, limit: Decimal) -> tuple[date | None, int]:
    """Return the first day of the month on which churn stood above a limit, and how many days it did."""
    points = churn.series(morning.book, split(morning.so_far, Grain.DAY))
    first = churn.breaches(points, limit)
    return (first[0].day if first else None), sum(churn.above(points, limit))
