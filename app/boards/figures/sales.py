"""Figures of the sales board: stacks of GMV, and a share over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.boards.figures.parts import (
    FEW_TICKS,
    MARGIN,
    MAX_BAR_LABELS,
    Layout,
    bars,
    cut_axis,
    end_label,
    last,
    line,
    narrow,
    numbers,
    rates,
    round_ticks,
    time_axis,
    xs,
    yuan,
)
from app.boards.view import Figure, Plain
from app.domain.facts import Unit
from app.domain.period import Grain, Period
from app.domain.text import Text
from app.i18n import compact, say, show

MAX_NARROW_LABELS = 5


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a stack: its code and name, its colour for life and its values per period."""

    key: str
    name: Text
    color: str
    values: Sequence[Plain]


def stack(periods: Sequence[Period], grain: Grain, parts: Sequence[Part], totals: Sequence[Plain]) -> Figure:
    """Return stacked bars in a fixed order, with the total above each."""
    x = xs(periods)
    edge = {"width": 1, "color": "var(--surface)"}
    data = [
        bars(say(part.name), x, part.values, part.color, yuan(), marker={"color": part.color, "line": edge})
        for part in parts
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
        # Numbers above the bars of half a card would run into each other.
        "narrow": {**narrow(periods, grain), **({"annotations": []} if len(labels) > MAX_NARROW_LABELS else {})},
    }


def share(periods: Sequence[Period], grain: Grain, name: str, values: Sequence[Plain]) -> Figure:
    """Return a rate over time, its axis cut to where it moves, with its first and last value."""
    x = xs(periods)
    known = [(place, value) for place, value in zip(x, values, strict=True) if isinstance(value, Decimal)]
    return {
        "data": [line(name, x, values, "var(--series-main)", "%{customdata}", customdata=rates(values))],
        "layout": {
            "xaxis": time_axis(periods, grain),
            "yaxis": cut_axis([value for _, value in known]),
            "margin": MARGIN,
            "annotations": [
                *_first_label(known),
                *end_label(x, values, show(last(values), Unit.RATE)),
            ],
        },
        "narrow": narrow(periods, grain, FEW_TICKS),
    }


def _first_label(known: Sequence[tuple[str, Decimal]]) -> list[Layout]:
    """Name the first of several values, on the side that the line does not take."""
    if len(known) == 1:
        return []
    place, value = known[0]
    rises = known[1][1] > value
    side: Layout = {"yanchor": "top", "yshift": -6} if rises else {"yanchor": "bottom", "yshift": 6}
    words = {"text": show(value, Unit.RATE), "showarrow": False, "font": {"color": "var(--text-3)"}}
    return [{"x": place, "y": value, "xanchor": "left", **side, **words}]
