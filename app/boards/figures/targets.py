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
    room = max(Decimal(high - low) / 3, Decimal(1))
    ticks = {"showgrid": True, "gridcolor": "var(--grid)", "zeroline": True, "zerolinecolor": "var(--axis)"}
    return {
        "data": [_steps(bars, starts, unit)],
        "layout": {
            "xaxis": {**ticks, **_ticks(low, high, 3), "range": [low - room * (low < 0), high + room]},
            "yaxis": _names([say(bar.name) for bar in bars]),
            "margin": {"l": 8, "r": 16, "t": 8, "b": 28},
            "showlegend": False,
            "hovermode": "closest",
            "shapes": [_joint(index, end) for index, end in enumerate(ends[:-1])],
        },
        "narrow": {"xaxis": {**_ticks(low, high, 2), "range": [low - 2 * room * (low < 0), high + room]}},
    }


def _names(names: Sequence[str]) -> Layout:
    """Return the axis of the steps, from top to bottom; two parts of one name keep their own places."""
    return {
        "type": "linear",
        "range": [len(names) - 0.5, -0.5],
        "tickvals": list(range(len(names))),
        "ticktext": list(names),
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
    }


def _steps(bars: Sequence[Bar], starts: Sequence[Amount], unit: Unit) -> Trace:
    said = [[say(bar.name), show(bar.gap, unit, signed=True)] for bar in bars]
    return {
        "type": "bar",
        "orientation": "h",
        "name": t("缺口", "Gap"),
        "y": list(range(len(bars))),
        "x": [bar.gap for bar in bars],
        "base": [0 if bar.kind in ("total", "expected") else start for bar, start in zip(bars, starts, strict=True)],
        "width": 0.6,
        "marker": {"color": [_color(bar) for bar in bars]},
        "text": [_signed(bar.gap) for bar in bars],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": said,
        "hovertemplate": "%{customdata[0]} %{customdata[1]}<extra></extra>",
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
    return {"tickvals": values, "ticktext": names, "tickangle": 0, "ticklabeloverflow": "allow"}


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
    known = numbers([*shown.actuals, *shown.targets])
    top = max([*known, 0])
    yaxis = percent_axis() if shown.unit is Unit.RATE else round_ticks(min([*known, 0]), top)
    return {
        "data": [_reached(shown), *_aimed(shown)],
        "layout": {
            "xaxis": {"type": "category", "dtick": 1},
            "yaxis": {**yaxis, "rangemode": "tozero"},
            "margin": {"l": 52, "r": 16, "t": 16, "b": 28},
            "showlegend": False,
        },
        "narrow": {"xaxis": {"tickvals": x[::3], "ticktext": x[::3]}},
    }


def _reached(shown: Year) -> Trace:
    months = range(len(shown.months))
    colors = ["var(--series-add)" if index == shown.running else "var(--series-main)" for index in months]
    return {
        "type": "bar",
        "name": t("实际", "Actual"),
        "x": list(shown.months),
        "y": list(shown.actuals),
        "marker": {"color": colors},
        "customdata": _said(shown.actuals, shown.unit),
        "hovertemplate": "%{customdata}",
    }


def _aimed(shown: Year) -> tuple[Trace, Trace]:
    """Return the marks of the targets, and below them a rim that sets them off from the bars they lie on."""
    base: Trace = {"type": "scatter", "mode": "markers", "x": list(shown.months), "y": list(shown.targets)}
    rim = {"symbol": "line-ew", "size": 20, "line": {"color": "var(--surface)", "width": 6}}
    color = "var(--bad)" if shown.is_limit else "var(--series-ink)"
    mark = {"symbol": "line-ew", "size": 18, "line": {"color": color, "width": 2}}
    name = t("上限", "Limit") if shown.is_limit else t("目标", "Target")
    said = {"customdata": _said(shown.targets, shown.unit), "hovertemplate": "%{customdata}"}
    return {**base, "marker": rim, "hoverinfo": "skip"}, {**base, "name": name, "marker": mark, **said}


def _said(values: Sequence[Plain], unit: Unit) -> list[str]:
    return [show(value if isinstance(value, int | Decimal) else None, unit) for value in values]
