"""Figures of the growth board."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.boards.figures.parts import (
    FEW_TICKS,
    MARGIN,
    MAX_BAR_LABELS,
    Layout,
    Trace,
    bars,
    caption,
    end_label,
    heads,
    last,
    layout,
    line,
    narrow,
    numbers,
    percent_axis,
    round_ticks,
    time_axis,
    xs,
)
from app.boards.view import Figure, Plain
from app.domain.facts import Unit
from app.domain.period import Grain, Period
from app.i18n import show, t

MIN_ROWS = 5


def adds_and_losses(
    periods: Sequence[Period], grain: Grain, adds: Sequence[Plain], losses: Sequence[Plain], net: Sequence[Plain]
) -> Figure:
    """Return adds above zero, losses below, and the net as a line."""
    x = xs(periods)
    labelled = len(periods) <= MAX_BAR_LABELS
    below = [None if value is None else -value for value in losses if not isinstance(value, str)]
    ticks = round_ticks(min(numbers(below), default=0), max(numbers(adds), default=0))
    lost = {"customdata": list(losses), **_labels(losses, labelled=labelled)}
    thin = {"color": "var(--series-ink)", "width": 1.5}
    signed = t("%{y:+,} 人", "%{y:+,}")
    return {
        "data": [
            bars(t("新增好友", "Added"), x, adds, "var(--series-add)", heads(), **_labels(adds, labelled=labelled)),
            bars(t("流失好友", "Lost"), x, below, "var(--series-loss)", heads("customdata"), **lost),
            line(t("净增", "Net"), x, net, "var(--series-ink)", signed, line=thin),
        ],
        "layout": {
            "barmode": "relative",
            "bargap": 0.4,
            "xaxis": time_axis(periods, grain),
            "yaxis": {"zeroline": True, "zerolinecolor": "var(--axis)", **ticks},
            "margin": MARGIN,
            "annotations": end_label(
                x,
                net,
                f"{t('净增', 'Net')}<br>{show(last(net), Unit.COUNT, signed=True)}",
                xshift=26 if labelled else 10,
            ),
        },
        "narrow": narrow(periods, grain),
    }


def stocks(periods: Sequence[Period], grain: Grain, cumulative: Sequence[Plain], current: Sequence[Plain]) -> Figure:
    """Return cumulative and current friends as two panels on one time axis: their sizes differ."""
    wide = max(52, 16 + 7 * len(f"{max(numbers(cumulative), default=0):,}"))
    x = xs(periods)
    return {
        "data": [
            line(t("累计好友", "Cumulative"), x, cumulative, "var(--series-prev)", heads()),
            line(t("现好友数", "Current"), x, current, "var(--series-main)", heads(), yaxis="y2"),
        ],
        "layout": {
            "xaxis": layout(**time_axis(periods, grain), anchor="y2"),
            "yaxis": {"domain": [0.58, 1], "tickformat": ",d", "nticks": 4},
            "yaxis2": {"domain": [0, 0.42], "tickformat": ",d", "nticks": 4, "gridcolor": "var(--grid)"},
            "margin": MARGIN | {"l": wide, "r": wide + 20, "t": 24},
            "annotations": [
                caption(t("累计好友（含已删除）", "Cumulative friends, deleted ones included"), 1.0),
                caption(t("现好友数", "Current friends"), 0.42),
                *end_label(x, cumulative, show(last(cumulative), Unit.COUNT)),
                *end_label(x, current, show(last(current), Unit.COUNT), "y2"),
            ],
        },
        "narrow": narrow(periods, grain, FEW_TICKS),
    }


@dataclass(frozen=True, slots=True)
class AddRate:
    """One channel's add rate beside its target."""

    name: str
    rate: Decimal
    adds: Plain
    reach: Plain
    target: Decimal | None


def add_rates(rows: Sequence[AddRate]) -> Figure:
    """Return bars by channel, best on top, with a tick at each channel's target."""
    ordered = sorted(rows, key=lambda row: row.rate)
    axis = percent_axis(rangemode="tozero", showgrid=True, gridcolor="var(--grid)", showline=False, showspikes=False)
    names = {"showgrid": False, "dtick": 1, "type": "category", "tickfont": {"color": "var(--text)"}}
    # A single channel must not fill the card: its bar is as thick as one of several.
    places = [min(0, len(ordered) - MIN_ROWS) - 0.5, len(ordered) - 0.5]
    return {
        "data": [_rate_bars(ordered), _target_ticks([row for row in ordered if row.target is not None])],
        "layout": {
            "hovermode": "closest",
            "bargap": 0.56,
            "xaxis": axis,
            "yaxis": {**names, "range": places},
            "margin": {"l": 84, "r": 140, "t": 4, "b": 28},
            "annotations": _notes(ordered),
        },
    }


def _rate_bars(rows: Sequence[AddRate]) -> Trace:
    hover = t(
        "加粉率 %{customdata[0]}<br>新增 %{customdata[1]:,} / 触达 %{customdata[2]:,}<br>目标 %{customdata[3]}",
        "Add rate %{customdata[0]}<br>%{customdata[1]:,} added / %{customdata[2]:,} reached<br>Target %{customdata[3]}",
    )
    return {
        "type": "bar",
        "orientation": "h",
        "width": 0.44,
        "name": t("加粉率", "Add rate"),
        "y": [row.name for row in rows],
        "x": [row.rate for row in rows],
        "customdata": [[show(row.rate, Unit.RATE), row.adds, row.reach, show(row.target, Unit.RATE)] for row in rows],
        "marker": {"color": "var(--series-main)"},
        "hovertemplate": hover + "<extra></extra>",
    }


def _target_ticks(rows: Sequence[AddRate]) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": t("目标", "Target"),
        "y": [row.name for row in rows],
        "x": [row.target for row in rows],
        "hoverinfo": "skip",
        "marker": {"symbol": "line-ns", "size": 22, "line": {"width": 2, "color": "var(--series-ink)"}},
    }


def _notes(ordered: Sequence[AddRate]) -> list[Layout]:
    """Return each rate and whether it reaches its target, beside the bars."""
    notes: list[Layout] = []
    for row in ordered:
        missed = row.target is not None and row.rate < row.target
        notes.append(_beside(row.name, f"<b>{show(row.rate, Unit.RATE)}</b>", 6, "left", "var(--text)"))
        if row.target is not None:
            word = f"{t('未达', 'below') if missed else t('达标', 'meets')} {show(row.target, Unit.RATE)}"
            # Red is for limits that are broken: how far behind a target is, its own page says in colours.
            notes.append(_beside(row.name, word, 134, "right", "var(--text-2)" if missed else "var(--text-3)"))
    return notes


def _beside(name: str, text: str, shift: int, anchor: str, color: str) -> Layout:
    place = {"x": 1, "xref": "paper", "y": name, "xanchor": anchor, "xshift": shift}
    return {**place, "text": text, "showarrow": False, "font": {"color": color}}


def _labels(values: Sequence[Plain], *, labelled: bool) -> Layout:
    """Return the numbers above bars, where there is room for them."""
    if not labelled:
        return {}
    words = ["" if value is None or isinstance(value, str) else show(value, Unit.COUNT) for value in values]
    return {"text": words, "textposition": "outside"}
