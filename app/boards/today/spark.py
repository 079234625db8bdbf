"""The small line of a card, in whole tenths of a pixel, and the same in words."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from app.boards.today.view import Spark
from app.domain.number import Number, half_up
from app.domain.text import Text
from app.i18n import show
from app.metrics.definition import Metric

LEFT, RIGHT, TOP, BOTTOM = 4, 108, 4, 32
"""The edges of the line inside of 112 x 36."""

Point = tuple[date, Number | None]


def spark(metric: Metric, points: Sequence[Point], limit: Decimal | None) -> Spark | None:
    """Return the line through a metric's last days; None where nothing is recorded. Days without a value break it."""
    known = [Fraction(value) for _, value in points if value is not None]
    if not known:
        return None
    bound = [] if limit is None else [Fraction(limit)]
    low, high = min(known + bound), max(known + bound)
    steps = len(points) - 1
    runs: list[list[str]] = [[]]
    end = ("", "")
    for place, (_, value) in enumerate(points):
        if value is None:
            runs.append([])
            continue
        end = _tenths(LEFT + Fraction((RIGHT - LEFT) * place, steps)), _height(Fraction(value), low, high)
        runs[-1].append(",".join(end))
    # A day alone between two without a value is a line to itself: its round ends make a dot.
    drawn = tuple(" ".join(run if len(run) > 1 else run * 2) for run in runs if run)
    return Spark(drawn, end, _height(bound[0], low, high) if bound else None, _words(metric, points, limit))


def _height(value: Fraction, low: Fraction, high: Fraction) -> str:
    """Return how far down a value lies; in the middle where all are the same."""
    share = (value - low) / (high - low) if high > low else Fraction(1, 2)
    return _tenths(BOTTOM - share * (BOTTOM - TOP))


def _tenths(number: Fraction) -> str:
    return str(half_up(number, 1))


def _words(metric: Metric, points: Sequence[Point], limit: Decimal | None) -> Text:
    days = [(f"{day.month}/{day.day}", show(value, metric.unit)) for day, value in points]
    bound = None if limit is None else show(limit, metric.unit)
    return Text(
        f"{metric.label.zh}近 {len(days)} 日："
        + "，".join(" ".join(day) for day in days)
        + (f"；虚线为上限 {bound}" if bound else ""),
        f"{metric.label.en}, last {len(days)} days: "
        + ", ".join(" ".join(day) for day in days)
        + (f"; dashed limit {bound}" if bound else ""),
    )
