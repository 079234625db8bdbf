"""Figures of the sales board."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.boards.figures.parts import (
    MARGIN,
    MAX_BAR_LABELS,
    Layout,
    Trace,
    bars,
    caption,
    end_label,
    last,
    layout,
    limit_line,
    line,
    narrow,
    numbers,
    percent_axis,
    rates,
    round_ticks,
    time_axis,
    xs,
)
from app.boards.view import Figure, Plain
from app.domain.facts import Unit
from app.domain.period import Grain, Period
from app.i18n import compact, show

YUAN = "%{y:,.2f} 元"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a stack: its code and name, its colour for life and its values per period."""

    key: str
    name: str
    color: str
    values: Sequence[Plain]


def stack(periods: Sequence[Period], grain: Grain, parts: Sequence[Part], totals: Sequence[Plain]) -> Figure:
    """Return stacked bars in a fixed order, with the total above each."""
    x = xs(periods)
    edge = {"width": 1, "color": "var(--surface)"}
    data = [
        bars(part.name, x, part.values, part.color, YUAN, marker={"color": part.color, "line": edge}) for part in parts
    ]
    labels: list[Layout] = [
        {"x": place, "y": value, "text": f"<b>{compact(value)}</b>", "showarrow": False, "yanchor": "bottom"}
        for place, value in zip(x, totals, strict=True)
        if len(periods) <= MAX_BAR_LABELS and isinstance(value, int | Decimal)
    ]
    return {
        "data": data,
        "layout": {
            "barmode": "stack",
            "bargap": 0.4,
            "xaxis": time_axis(periods, grain),
            "yaxis": {"rangemode": "tozero", "nticks": 6, **round_ticks(0, max(numbers(totals), default=0))},
            "margin": MARGIN | {"r": 16, "t": 24},
            "annotations": labels,
        },
        "narrow": narrow(periods, grain),
    }


@dataclass(frozen=True, slots=True)
class Efficiency:
    """Push efficiency per period: yuan earned and spent per 1,000 pushes, and the loss rate."""

    revenue: Sequence[Plain]
    cost: Sequence[Plain]
    losses: Sequence[Plain]
    limit: Decimal | None


def push_efficiency(periods: Sequence[Period], grain: Grain, series: Efficiency) -> Figure:
    """Return three panels on one time axis: different scales never share one value axis."""
    x = xs(periods)
    lost = [value if isinstance(value, Decimal) else None for value in series.losses]
    over = [series.limit is not None and value is not None and value > series.limit for value in lost]
    limit = [] if series.limit is None else [{**limit_line(series.limit, "")[0], "yref": "y3"}]
    ink = "var(--bad)" if over and over[-1] else "var(--text)"
    return {
        "data": [
            line("千次推送营收", x, series.revenue, "var(--series-main)", YUAN),
            line("千次推送成本", x, series.cost, "var(--series-loss)", YUAN, yaxis="y2"),
            _loss_line(x, lost, over),
        ],
        "layout": {
            "xaxis": layout(**time_axis(periods, grain), anchor="y3"),
            "yaxis": {"domain": [0.74, 0.94], "nticks": 3},
            "yaxis2": {"domain": [0.4, 0.6], "nticks": 3, "gridcolor": "var(--grid)"},
            "yaxis3": percent_axis(domain=[0, 0.26], gridcolor="var(--grid)", tickformat=".2%", nticks=3),
            "margin": MARGIN | {"r": 76},
            "shapes": limit,
            "annotations": [
                caption("千次推送营收（元）", 0.94),
                caption("千次推送成本（元）", 0.6),
                caption(_loss_title(series.limit), 0.26),
                *end_label(x, series.revenue, show(last(series.revenue), Unit.YUAN)),
                *end_label(x, series.cost, show(last(series.cost), Unit.YUAN), "y2"),
                *end_label(x, lost, show(last(lost), Unit.RATE), "y3", font={"color": ink}),
            ],
        },
        "narrow": narrow(periods, grain),
    }


def _loss_title(limit: Decimal | None) -> str:
    # Points crowd the line of the limit, so that it is named in the title.
    return "推送流失率" if limit is None else f"推送流失率（上限 {show(limit, Unit.RATE)}）"


def _loss_line(x: Sequence[str], lost: Sequence[Decimal | None], over: Sequence[bool]) -> Trace:
    marker: Layout = {
        "size": 7,
        "color": ["var(--bad)" if hit else "var(--series-ink)" for hit in over],
        "symbol": ["diamond" if hit else "circle" for hit in over],
    }
    more = {"yaxis": "y3", "line": {"color": "var(--series-ink)", "width": 1.5}, "marker": marker}
    custom = rates(lost)
    return line("推送流失率", x, lost, "", "%{customdata}", mode="lines+markers", customdata=custom, **more)


def share(periods: Sequence[Period], grain: Grain, name: str, values: Sequence[Plain]) -> Figure:
    """Return a rate over time, its axis cut to where it moves."""
    x = xs(periods)
    return {
        "data": [
            line(
                name,
                x,
                values,
                "var(--series-main)",
                "%{customdata}",
                customdata=rates(values),
            )
        ],
        "layout": {
            "xaxis": time_axis(periods, grain),
            "yaxis": percent_axis(),
            "margin": MARGIN,
            "annotations": end_label(x, values, show(last(values), Unit.RATE)),
        },
        "narrow": narrow(periods, grain),
    }
