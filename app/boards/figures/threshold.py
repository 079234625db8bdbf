"""A limit on a chart: its dashed line, the area beyond it, and points that change shape above it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.boards.figures.parts import Layout, Trace
from app.domain.number import half_up

Point = tuple[str, Decimal]


def limit_line(limit: Decimal, text: str, on: str = "y") -> tuple[Layout, Layout]:
    """Return the dashed line of a limit and its label at the left."""
    shape = {
        "type": "line",
        "layer": "above",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "yref": on,
        "y0": limit,
        "y1": limit,
        "line": {"color": "var(--bad)", "width": 1, "dash": "dash"},
    }
    label = {
        "x": 0,
        "xref": "paper",
        "y": limit,
        "yref": on,
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


def areas(
    days: Sequence[date],
    y: Sequence[Decimal | None],
    limit: Decimal,
    restarts: Collection[int] = (),
    **more: Any,  # noqa: ANN401 (trace keys)
) -> list[Trace]:
    """Return the filled areas between a line and its limit, cut where the line crosses it.

    At `restarts` the line begins anew, as month-to-date figures do: nothing is crossed on the way there.
    """
    found: list[list[Point]] = []
    edge: list[Point] = []
    for place, (day, value) in enumerate(zip(days, y, strict=True)):
        before = y[place - 1] if place and place not in restarts else None
        if before is not None and value is not None and (before > limit) != (value > limit):
            edge.append((crossing(days[place - 1], before, day, value, limit), limit))
        if edge and (before is None or value is None or value <= limit):
            found.append(edge)
            edge = []
        if value is not None and value > limit:
            edge.append((day.isoformat(), value))
    return [_area(edge, limit, more) for edge in (*found, edge) if edge]


def crossing(first: date, low: Decimal, last: date, high: Decimal, limit: Decimal) -> str:
    """Return the minute at which the straight line between two points meets the limit."""
    share = (Fraction(limit) - Fraction(low)) / (Fraction(high) - Fraction(low))
    seconds = half_up(share * (last - first).days * 86400, 0)
    return (datetime.combine(first, time()) + timedelta(seconds=int(seconds))).isoformat(timespec="minutes")


def _area(edge: Sequence[Point], limit: Decimal, more: Trace) -> Trace:
    x, y = [place for place, _ in edge], [value for _, value in edge]
    return {
        "type": "scatter",
        "mode": "lines",
        "hoverinfo": "skip",
        "fill": "toself",
        "x": [*x, x[-1], x[0]],
        "y": [*y, limit, limit],
        "fillcolor": "var(--breach-fill)",
        "line": {"width": 0},
        **more,
    }


def is_over(y: Sequence[Decimal | None], limit: Decimal | None) -> list[bool]:
    """Say of each point whether it stands above the limit."""
    return [limit is not None and value is not None and value > limit for value in y]


def marks(over: Sequence[bool], color: str) -> Layout:
    """Return the markers of a line: red diamonds above the limit, so that shape changes with colour."""
    return {
        "size": [9 if hit else 6 for hit in over],
        "color": ["var(--bad)" if hit else color for hit in over],
        "symbol": ["diamond" if hit else "circle" for hit in over],
        "line": {"width": 1.5, "color": "var(--surface)"},
    }
