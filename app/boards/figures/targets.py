"""Figures of the target board: the waterfall of a gap, and a metric's year."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.boards.figures.parts import Layout, Trace, numbers, percent_axis, round_ticks
from app.boards.view import Figure, Plain
from app.domain.facts import Unit
from app.domain.text import Text
from app.i18n import MINUS, axis, compact, say, show, t

Amount = int | Decimal

COLORS = {"total": "var(--series-ink)", "forecast": "var(--series-prev)", "expected": "var(--series-ink)"}
"""Of the bars that are no part; a part is coloured by whether it is above its target."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A step of the waterfall: a part, the total so far, what is still to come, or the total then."""

    name: Text
    gap: Amount
    kind: str


def waterfall(bars: Sequence[Bar], unit: Unit) -> Figure:
    """Return the steps from 0, which is the target, to the gap; totals begin at 0 again."""
    starts, ends = _path(bars)
    low, high = min(0, *starts, *ends), max(0, *starts, *ends)
    names = [say(bar.name) for bar in bars]
    places = list(range(len(bars)))
    marker: Layout = {"color": [_color(bar) for bar in bars]}
    trace: Trace = {
        "type": "bar",
        "orientation": "h",
        "name": t("缺口", "Gap"),
        "y": places,
        "x": [bar.gap for bar in bars],
        "base": [0 if bar.kind in ("total", "expected") else start for bar, start in zip(bars, starts, strict=True)],
        "width": 0.6,
        "marker": marker,
        "text": [_signed(bar.gap) for bar in bars],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": [[name, show(bar.gap, unit, signed=True)] for name, bar in zip(names, bars, strict=True)],
        "hovertemplate": "%{customdata[0]} %{customdata[1]}<extra></extra>",
    }
    room = max(Decimal(high - low) / 3, Decimal(1))
    yaxis: Layout = {
        "type": "linear",
        "range": [len(bars) - 0.5, -0.5],
        "tickvals": places,
        "ticktext": names,
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
    }
    ends_at = [low - room if low < 0 else low, high + room]
    ticks = {
        "range": ends_at,
        "showgrid": True,
        "gridcolor": "var(--grid)",
        "zeroline": True,
        "zerolinecolor": "var(--axis)",
    }
    return {
        "data": [trace],
        "layout": {
            "xaxis": {**ticks, **_ticks(low, high, 5)},
            "yaxis": yaxis,
            "margin": {"l": 8, "r": 16, "t": 8, "b": 28},
            "showlegend": False,
            "hovermode": "closest",
            "shapes": [_joint(index, end) for index, end in enumerate(ends[:-1])],
        },
        "narrow": {
            "xaxis": {**ticks, **_ticks(low, high, 3), "range": [low - 2 * room if low < 0 else low, high + room]}
        },
    }


def size(value: Amount) -> Amount:
    """Return a number without its sign."""
    return -value if value < 0 else value


def _path(bars: Sequence[Bar]) -> tuple[list[Amount], list[Amount]]:
    """Return where each step begins and ends; a total ends where it stands."""
    starts: list[Amount] = []
    ends: list[Amount] = []
    at: Amount = 0
    for bar in bars:
        starts.append(at)
        at = bar.gap if bar.kind in ("total", "expected") else at + bar.gap
        ends.append(at)
    return starts, ends


def _color(bar: Bar) -> str:
    return COLORS.get(bar.kind) or ("var(--series-main)" if bar.gap >= 0 else "var(--series-loss)")


def _signed(value: Amount) -> str:
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return sign + compact(size(value))


def _ticks(low: Amount, high: Amount, most: int) -> Layout:
    values = round_ticks(low, high, most).get("tickvals", [0])
    names = [_tick(value) for value in values]
    return {"tickvals": values, "ticktext": names}


def _tick(value: Amount) -> str:
    if not value:
        return t("0 = 目标", "0 = target")
    return (MINUS if value < 0 else "+") + axis(size(value))


def _joint(index: int, at: Amount) -> Layout:
    line = {"color": "var(--axis)", "width": 1}
    return {"type": "line", "layer": "below", "x0": at, "x1": at, "y0": index, "y1": index + 1, "line": line}


@dataclass(frozen=True, slots=True)
class Year:
    """A metric's months: their names, what was aimed at and reached, and which one is running."""

    months: Sequence[str]
    targets: Sequence[Plain]
    actuals: Sequence[Plain]
    unit: Unit
    running: int | None
    is_limit: bool


def year(shown: Year) -> Figure:
    """Return what each month reached as bars, its target as a mark; the running month is paler."""
    x = list(shown.months)
    colors = ["var(--series-add)" if index == shown.running else "var(--series-main)" for index in range(len(x))]
    hover = "%{customdata}"
    reached: Trace = {
        "type": "bar",
        "name": t("实际", "Actual"),
        "x": x,
        "y": list(shown.actuals),
        "marker": {"color": colors},
        "customdata": _said(shown.actuals, shown.unit),
        "hovertemplate": hover,
    }
    mark = "var(--bad)" if shown.is_limit else "var(--series-ink)"
    aimed: Trace = {
        "type": "scatter",
        "mode": "markers",
        "name": t("上限", "Limit") if shown.is_limit else t("目标", "Target"),
        "x": x,
        "y": list(shown.targets),
        "marker": {"symbol": "line-ew", "size": 18, "line": {"color": mark, "width": 2}},
        "customdata": _said(shown.targets, shown.unit),
        "hovertemplate": hover,
    }
    # A rim sets the mark off from a bar that it lies on.
    rim: Trace = {
        **aimed,
        "name": t("目标的边", "Rim"),
        "marker": {"symbol": "line-ew", "size": 20, "line": {"color": "var(--surface)", "width": 6}},
        "hoverinfo": "skip",
    }
    del rim["hovertemplate"]
    known = numbers([*shown.actuals, *shown.targets])
    top = max([*known, 0])
    yaxis = percent_axis() if shown.unit is Unit.RATE else round_ticks(min([*known, 0]), top)
    return {
        "data": [reached, rim, aimed],
        "layout": {
            "xaxis": {"type": "category", "dtick": 1},
            "yaxis": {**yaxis, "rangemode": "tozero"},
            "margin": {"l": 52, "r": 16, "t": 16, "b": 28},
            "showlegend": False,
        },
        "narrow": {"xaxis": {"tickvals": x[::3], "ticktext": x[::3]}},
    }


def _said(values: Sequence[Plain], unit: Unit) -> list[str]:
    return [show(value if isinstance(value, int | Decimal) else None, unit) for value in values]
