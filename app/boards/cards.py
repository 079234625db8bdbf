"""The KPI strip: a number, its comparison and, where there is one, its limit."""

from decimal import Decimal

from app.boards.board import Shown
from app.boards.view import Card, Delta, Tone
from app.domain.facts import Unit
from app.domain.number import Number, plain
from app.domain.period import Compare, Period
from app.domain.text import Text
from app.i18n import pair, short_range
from app.metrics.catalog import CATALOG
from app.metrics.compare import Compared, Status, compare
from app.metrics.definition import Better, Metric


def card(shown: Shown, key: str) -> Card:
    """Return the card of a metric over the board's range."""
    metric = CATALOG[key]
    now = shown.number(key)
    beside = compare(metric, now, shown.number(key, shown.compared))
    limit = shown.limits.churn_limit if metric.limit is not None else None
    return Card(
        metric=key,
        name=metric.label,
        unit=metric.unit,
        value=plain(now, metric.unit),
        compare=delta(metric, beside),
        compare_label=compare_label(shown.how, shown.compared),
        limit=limit,
        status=None if limit is None or now is None else _status(now, limit),
        note=None if limit is None or now is None else limit_note(now, limit, metric.unit),
    )


def delta(metric: Metric, beside: Compared) -> Delta | None:
    """Return a comparison as it is given out; None where there is nothing to compare with."""
    if beside.value is None:
        return None
    change, difference = plain(beside.change, Unit.RATE), plain(beside.points, Unit.RATE)
    return Delta(
        plain(beside.value, metric.unit),
        None if change is None else Decimal(change),
        None if difference is None else Decimal(difference),
        tone(metric, beside),
    )


def tone(metric: Metric, beside: Compared) -> Tone:
    """Say whether a change is for the better of its metric."""
    moved = beside.points if beside.points is not None else beside.change
    if not moved:
        return Tone.NEUTRAL
    return Tone.GOOD if (moved > 0) == (metric.better is Better.UP) else Tone.BAD


def compare_label(how: Compare, period: Period) -> Text:
    """Say what a number is compared with, by its dates."""
    same = period.first.year == period.last.year
    year = f"{period.first.year}/" if how is Compare.LAST_YEAR and same else ""
    days = f"{year}{short_range(period)}"
    return Text(f"较 {days}", f"vs {days}")


def _status(now: Number, limit: Decimal) -> Status:
    return Status.WITHIN_LIMIT if now <= limit else Status.OVER_LIMIT


def limit_note(now: Number, limit: Decimal, unit: Unit) -> Text:
    """Say how far inside or beyond its limit a number is."""
    told = pair(now, limit, unit)
    room, top = told.gap, told.other
    if now <= limit:
        return Text(f"阈值 {top}，余 {room}", f"limit {top}, {room} left")
    return Text(f"阈值 {top}，超 {room}", f"limit {top}, {room} over")
