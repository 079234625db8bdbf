"""The threshold recipe: month-to-date churn against its limit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

from app.boards.figures.parts import (
    MARGIN,
    Layout,
    Trace,
    end_label,
    last,
    limit_line,
    line,
    narrow,
    percent_axis,
    rates,
    time_axis,
)
from app.boards.view import Figure
from app.domain.facts import Unit
from app.domain.number import Number, half_up
from app.domain.period import DAY, Grain, Period
from app.i18n import show
from app.metrics.churn import Breach

HOVER = "%{customdata}"
"""Rates are written by the server: the browser's formats do not round half up."""


@dataclass(frozen=True, slots=True)
class Churn:
    """The month-to-date series with what it is compared with and where it breaks the limit."""

    points: Sequence[tuple[date, Number | None]]
    before: Sequence[Number | None]
    """The compared period by the same position; shorter or longer ones are cut or padded."""
    prorated: Sequence[Fraction]
    """The share of the limit that even losses use up by each day; empty where points are no days."""
    limit: Decimal
    breaches: Sequence[Breach]
    before_name: str


def churn(series: Churn) -> Figure:
    """Return the limit, the prorated line, the area of the breach, its points and the first crossing."""
    x = [day.isoformat() for day, _ in series.points]
    y = _rounded([value for _, value in series.points])
    before = _rounded(series.before)
    days = [Period(day, day) for day, _ in series.points]
    shape, label = limit_line(series.limit, f"阈值 {show(series.limit, Unit.RATE)}")
    return {
        "data": [*_areas(series, x, y), *_lines(series, x, y, before)],
        "layout": {
            "xaxis": time_axis(days, Grain.DAY),
            "yaxis": percent_axis(rangemode="tozero"),
            "margin": MARGIN,
            "shapes": [shape],
            "annotations": [
                label,
                *(_crossing(breach, series.limit, daily=bool(series.prorated)) for breach in series.breaches[:1]),
                *end_label(x, y, show(last(y), Unit.RATE), font={"color": _ink(y, series.limit)}),
                *end_label(x, before, show(last(before), Unit.RATE), font={"color": "var(--text-3)"}),
            ],
        },
        "narrow": narrow(days, Grain.DAY),
    }


def _rounded(values: Sequence[Number | None]) -> list[Decimal | None]:
    return [None if value is None else half_up(value, 10) for value in values]


def _ink(y: Sequence[Decimal | None], limit: Decimal) -> str:
    known = [value for value in y if value is not None]
    return "var(--bad)" if known and known[-1] > limit else "var(--text)"


def _lines(
    series: Churn, x: Sequence[str], y: Sequence[Decimal | None], before: Sequence[Decimal | None]
) -> tuple[Trace, ...]:
    allowed = _rounded(series.prorated)
    over = [value is not None and value > series.limit for value in y]
    marker: Layout = {
        "size": 7,
        "color": ["var(--bad)" if hit else "var(--series-main)" for hit in over],
        "symbol": ["diamond" if hit else "circle" for hit in over],
        "line": {"width": 1.5, "color": "var(--surface)"},
    }
    thin = {"color": "var(--bad-line)", "width": 1, "dash": "dot"}
    grey = {"color": "var(--series-prev)", "width": 1.5, "dash": "dot"}
    main = "var(--series-main)"
    return (
        line(
            "按天折算上限", x[: len(allowed)], allowed, main, HOVER, mode="lines", line=thin, customdata=rates(allowed)
        ),
        line("月流失率", x, y, main, HOVER, mode="lines+markers", marker=marker, customdata=rates(y)),
        line(series.before_name, x, before, main, HOVER, mode="lines", line=grey, customdata=rates(before)),
    )


def _crossing(breach: Breach, limit: Decimal, *, daily: bool) -> Layout:
    day, top = breach.day, show(limit, Unit.RATE).replace(".00", "")
    when, end = (f"{day.month}/{day.day} 起", "当日") if daily else (f"{day.month}月", "期末")
    return {
        "x": day.isoformat(),
        "y": half_up(breach.value, 10),
        "text": f"<b>{when}超过 {top} 阈值</b><br>{end} {show(breach.value, Unit.RATE)}",
        "showarrow": True,
        "ax": -64,
        "ay": -52,
        "arrowhead": 0,
        "arrowwidth": 1,
        "arrowcolor": "var(--bad)",
        "standoff": 6,
        "align": "left",
        "font": {"color": "var(--bad)"},
    }


def _areas(series: Churn, x: Sequence[str], y: Sequence[Decimal | None]) -> list[Trace]:
    """Return the filled areas between line and limit, from the interpolated crossing on."""
    areas: list[Trace] = []
    for breach in series.breaches:
        start = x.index(breach.day.isoformat())
        end = start
        while end < len(y) and (value := y[end]) is not None and value > series.limit:
            end += 1
        edge_x, edge_y = list(x[start:end]), list(y[start:end])
        if breach.crossing is not None:
            edge_x, edge_y = [_moment(breach), *edge_x], [series.limit, *edge_y]
        areas.append(
            {
                "type": "scatter",
                "mode": "lines",
                "hoverinfo": "skip",
                "fill": "toself",
                "x": [*edge_x, edge_x[-1], edge_x[0]],
                "y": [*edge_y, series.limit, series.limit],
                "fillcolor": "var(--breach-fill)",
                "line": {"width": 0},
            }
        )
    return areas


def _moment(breach: Breach) -> str:
    before = datetime.combine(breach.day - DAY, time())
    seconds = int(half_up((breach.crossing or 0) * 86400, 0))
    return (before + timedelta(seconds=seconds)).isoformat(timespec="minutes")
