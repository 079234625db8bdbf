"""Pieces that several figures share: time axes, lines, bars, end labels, thresholds."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.boards.view import Plain
from app.domain.facts import Unit
from app.domain.number import Number, half_up
from app.domain.period import Grain, Period
from app.i18n import axis, show, tick

Trace = dict[str, Any]
Layout = dict[str, Any]

MAX_TICKS = 8
MAX_BAR_LABELS = 14
"""More bars than this leave no room for a number above each."""

MARGIN: Layout = {"l": 52, "r": 64, "t": 16, "b": 28}


def layout(**parts: Any) -> Layout:  # noqa: ANN401 (layout keys)
    """Return a piece of a layout."""
    return parts


def xs(periods: Sequence[Period]) -> list[str]:
    """Return the positions of periods on a time axis: their first days."""
    return [period.first.isoformat() for period in periods]


def time_axis(periods: Sequence[Period], grain: Grain, ticks: int = MAX_TICKS) -> Layout:
    """Return a time axis with at most `ticks` labels, evenly spread from the first."""
    step = max(1, -(-len(periods) // ticks))
    marked = periods[::step]
    return {
        "type": "date",
        "tickvals": xs(marked),
        "ticktext": [tick(period, grain) for period in marked],
        "hoverformat": "%Y年%-m月" if grain is Grain.MONTH else "%-m月%-d日",
    }


def narrow(periods: Sequence[Period], grain: Grain) -> Layout:
    """Return what changes below 460 px: fewer labels on the time axis."""
    return {"xaxis": time_axis(periods, grain, 5)}


def bars(name: str, x: Sequence[str], y: Sequence[Plain], color: str, hover: str, **more: Any) -> Trace:  # noqa: ANN401
    """Return a series of bars."""
    return {"type": "bar", "name": name, "x": x, "y": y, "marker": {"color": color}, "hovertemplate": hover, **more}


def line(name: str, x: Sequence[str], y: Sequence[Plain], color: str, hover: str, **more: Any) -> Trace:  # noqa: ANN401
    """Return a series of points joined where values follow each other; gaps stay gaps."""
    mode = "lines+markers" if len(x) <= 2 * MAX_BAR_LABELS else "lines"
    base = {"type": "scatter", "mode": mode, "name": name, "x": x, "y": y, "connectgaps": False}
    return {**base, "line": {"color": color, "width": 2}, "marker": {"size": 5}, "hovertemplate": hover, **more}


def end_label(x: Sequence[str], y: Sequence[Plain], text: str, on: str = "y", **more: Any) -> list[Layout]:  # noqa: ANN401
    """Return the annotation that names a line's last value; none where the line has no value."""
    known = [(place, value) for place, value in zip(x, y, strict=True) if value is not None]
    if not known:
        return []
    place, value = known[-1]
    base = {"x": place, "y": value, "yref": on, "text": f"<b>{text}</b>", "showarrow": False}
    return [{**base, "xanchor": "left", "xshift": 8, "align": "left", **more}]


def limit_line(limit: Decimal, text: str) -> tuple[Layout, Layout]:
    """Return the dashed line of a limit and its label at the left."""
    shape = {
        "type": "line",
        "layer": "above",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": limit,
        "y1": limit,
        "line": {"color": "var(--bad)", "width": 1, "dash": "dash"},
    }
    label = {
        "x": 0,
        "xref": "paper",
        "y": limit,
        "text": text,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "bottom",
        "xshift": 4,
        "yshift": 2,
        "font": {"color": "var(--bad)"},
        "bgcolor": "var(--surface)",
    }
    return shape, label


def round_ticks(low: Number | Decimal, high: Number | Decimal, most: int = 6) -> Layout:
    """Return round tick values from `low` to `high` that include 0, written without a sign and in 万."""
    spread = Fraction(high) - Fraction(low)
    if spread <= 0:
        return {}
    # Labels have no decimals below 万, so a tick stands at a whole number.
    raw = max(half_up(spread, 6) / most, Decimal(1))
    sizes = (factor * Decimal(10) ** raw.adjusted() for factor in (1, 2, Decimal("2.5"), 5, 10))
    step = next(size for size in sizes if size >= raw and size % 1 == 0)
    first, last = int(Fraction(low) // Fraction(step)), -int(-Fraction(high) // Fraction(step))
    ticks = [step * index for index in range(first, last + 1)]
    return {"tickvals": ticks, "ticktext": [axis(abs(value)) for value in ticks]}


def numbers(values: Sequence[Plain]) -> list[Decimal | int]:
    """Return the values that are there."""
    return [value for value in values if isinstance(value, int | Decimal)]


def last(values: Sequence[Plain]) -> Decimal | int | None:
    """Return the last value that is there."""
    known = numbers(values)
    return known[-1] if known else None


def rates(values: Sequence[Plain]) -> list[str]:
    """Return fractions as they are written, for hovering."""
    return [show(value if isinstance(value, int | Decimal) else None, Unit.RATE) for value in values]


def percent_axis(**more: Any) -> Layout:  # noqa: ANN401 (layout keys)
    """Return a value axis for fractions, written in percent."""
    return {"tickformat": ".2~%", "nticks": 5, **more}


def caption(text: str, y: float) -> Layout:
    """Return the small title of one of several stacked panels."""
    place = {"x": 0, "xref": "paper", "y": y, "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return {**place, "text": text, "showarrow": False, "xshift": -44, "yshift": 4, "font": {"color": "var(--text)"}}
