"""Pieces that several figures share: time axes, lines, bars, end labels, ticks."""

from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

from app.boards.view import Plain
from app.domain.facts import Unit
from app.domain.number import Number, half_up
from app.domain.period import Grain, Period
from app.i18n import axis, show, t, tick

Trace = dict[str, Any]
Layout = dict[str, Any]

MAX_TICKS = 8
FEW_TICKS = 3
"""Labels on the time axis of a third of a page that names its values at the right."""
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
        "tickangle": 0,
        "tickvals": xs(marked),
        "ticktext": [tick(period, grain) for period in marked],
        "hoverformat": _hover(grain),
    }


def _hover(grain: Grain) -> str:
    if grain is Grain.MONTH:
        return t("%Y年%-m月", "%b %Y")
    return t("%-m月%-d日起一周", "week from %b %-d") if grain is Grain.WEEK else t("%-m月%-d日", "%b %-d")


def heads(of: str = "y") -> str:
    """Return how a tooltip writes heads."""
    return t(f"%{{{of}:,}} 人", f"%{{{of}:,}}")


def yuan() -> str:
    """Return how a tooltip writes yuan."""
    return t("%{y:,.2f} 元", "%{y:,.2f} yuan")


def narrow(periods: Sequence[Period], grain: Grain, ticks: int = 5) -> Layout:
    """Return what changes below 460 px: fewer labels on the time axis."""
    return {"xaxis": time_axis(periods, grain, ticks)}


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


def _unsigned(value: Decimal) -> str:
    return axis(abs(value))


def round_ticks(
    low: Number | Decimal, high: Number | Decimal, most: int = 6, write: Callable[[Decimal], str] = _unsigned
) -> Layout:
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
    return {"tickvals": ticks, "ticktext": [write(value) for value in ticks]}


def numbers(values: Sequence[Plain]) -> list[Decimal | int]:
    """Return the values that are there."""
    return [value for value in values if isinstance(value, int | Decimal)]


def last(values: Sequence[Plain]) -> Decimal | int | None:
    """Return the last value that is there."""
    known = numbers(values)
    return known[-1] if known else None


def rates(values: Sequence[Number | Plain]) -> list[str]:
    """Return fractions as they are written, for hovering."""
    return [show(None if isinstance(value, str) else value, Unit.RATE) for value in values]


def percent_axis(**more: Any) -> Layout:  # noqa: ANN401 (layout keys)
    """Return a value axis for fractions, written in percent with as many decimals as tell its ticks apart."""
    return {"tickformat": ".4~%", "nticks": 5, **more}


def cut_ticks(values: Sequence[Decimal], most: int = 4) -> list[Decimal]:
    """Return round ticks from just below to just above some fractions: where an axis may begin above 0."""
    low, high = min(values), max(values)
    sizes = (factor.scaleb(power) for power in range(-4, 1) for factor in (Decimal(1), Decimal(2), Decimal(5)))
    step = next(size for size in sizes if (high - low) / size <= most)
    first, end = int((low / step).to_integral_value(ROUND_FLOOR)), int((high / step).to_integral_value(ROUND_CEILING))
    return [step * index for index in range(first, max(end, first + 1) + 1)]


def cut_axis(values: Sequence[Decimal]) -> Layout:
    """Return a value axis for fractions that is cut to where they move."""
    ticks = cut_ticks(values)
    return {"range": [ticks[0], ticks[-1]], "tickvals": ticks, "ticktext": percents(ticks)}


def percent(value: Decimal) -> str:
    """Write a tick in percent, without decimals that say nothing."""
    return f"{(value * 100).normalize():f}%"


def percents(values: Sequence[Decimal]) -> list[str]:
    """Write the ticks of an axis in percent, all with the decimals that the finest of them needs."""
    places = max(0, *(-int((value * 100).normalize().as_tuple().exponent) for value in values))
    return [f"{value * 100:.{places}f}%" for value in values]


def caption(text: str, y: float) -> Layout:
    """Return the small title of one of several stacked panels."""
    place = {"x": 0, "xref": "paper", "y": y, "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return {**place, "text": text, "showarrow": False, "xshift": -44, "yshift": 4, "font": {"color": "var(--text)"}}
