"""Figure of what pushes earn, cost and lose: three panels on one time axis."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.boards.figures.parts import (
    FEW_TICKS,
    MARGIN,
    Layout,
    Trace,
    caption,
    cut_ticks,
    end_label,
    last,
    layout,
    line,
    narrow,
    percents,
    rates,
    time_axis,
    xs,
    yuan,
)
from app.boards.figures.threshold import areas, is_over, limit_line, marks
from app.boards.view import Figure, Plain
from app.domain.facts import Unit
from app.domain.period import Grain, Period
from app.i18n import show, t

MOST_TICKS = 2
"""Steps of the push churn's axis, which is a quarter of the chart."""


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
    limits = [] if series.limit is None else [series.limit]
    days = [period.first for period in periods]
    revenue, cost = t("千次推送营收", "Revenue per 1,000 pushes"), t("千次推送成本", "Cost per 1,000 pushes")
    return {
        "data": [
            *(area for limit in limits for area in areas(days, lost, limit, yaxis="y3")),
            line(revenue, x, series.revenue, "var(--series-main)", yuan()),
            line(cost, x, series.cost, "var(--series-loss)", yuan(), yaxis="y2"),
            _loss_line(x, lost, series.limit),
        ],
        "layout": {
            "xaxis": layout(**time_axis(periods, grain), anchor="y3"),
            "yaxis": {"domain": [0.74, 0.94], "nticks": 4},
            "yaxis2": {"domain": [0.4, 0.6], "nticks": 4, "gridcolor": "var(--grid)"},
            "yaxis3": layout(domain=[0, 0.26], gridcolor="var(--grid)", **_loss_axis([*lost, *limits])),
            "margin": MARGIN | {"r": 76},
            "shapes": [limit_line(limit, "", "y3")[0] for limit in limits],
            "annotations": [
                caption(t(f"{revenue}（元）", f"{revenue} (yuan)"), 0.94),
                caption(t(f"{cost}（元）", f"{cost} (yuan)"), 0.6),
                caption(_loss_title(series.limit), 0.26),
                *_ends(x, series, lost),
            ],
        },
        "narrow": narrow(periods, grain, FEW_TICKS),
    }


def _ends(x: Sequence[str], series: Efficiency, lost: Sequence[Decimal | None]) -> list[Layout]:
    known = [value for value in lost if value is not None]
    ink = "var(--bad)" if is_over(known[-1:], series.limit) == [True] else "var(--text)"
    return [
        *end_label(x, series.revenue, show(last(series.revenue), Unit.YUAN)),
        *end_label(x, series.cost, show(last(series.cost), Unit.YUAN), "y2"),
        *end_label(x, lost, show(last(lost), Unit.RATE), "y3", font={"color": ink}, bgcolor="var(--surface)"),
    ]


def _loss_axis(values: Sequence[Decimal | None]) -> Layout:
    """Return the axis of the lowest panel: few ticks, each written so that it differs from the next."""
    known = [value for value in values if value is not None]
    if not known:
        return {}
    ticks = cut_ticks(known, MOST_TICKS)
    room = (ticks[-1] - ticks[0]) / 8  # for points that lie on the first or last of them
    marked = ticks[:: 2 if len(ticks) > MOST_TICKS + 1 else 1]
    return {
        "range": [ticks[0] - room, ticks[-1] + room],
        "tickvals": marked,
        "ticktext": percents(marked),
    }


def _loss_title(limit: Decimal | None) -> str:
    # Points crowd the line of the limit, so that it is named in the title.
    if limit is None:
        return t("推送流失率", "Push churn")
    top = show(limit, Unit.RATE)
    return t(f"推送流失率（上限 {top}）", f"Push churn (limit {top})")


def _loss_line(x: Sequence[str], lost: Sequence[Decimal | None], limit: Decimal | None) -> Trace:
    thin = {"color": "var(--series-ink)", "width": 1.5}
    more = {"yaxis": "y3", "line": thin, "marker": marks(is_over(lost, limit), "var(--series-ink)")}
    name = t("推送流失率", "Push churn")
    return line(name, x, lost, "", "%{customdata}", mode="lines+markers", customdata=rates(lost), **more)
