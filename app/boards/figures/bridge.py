"""Figure of why GMV changed: a waterfall from the compared GMV, which stands at 0."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from app.boards.figures.parts import Layout, Trace, round_ticks
from app.boards.view import Figure
from app.domain.facts import Unit
from app.i18n import MINUS, axis, compact, show, t

ROOM, NARROW_ROOM, EDGE = Decimal("0.4"), Decimal("0.8"), Decimal("0.4")
"""Shares of the bars' width that are left free for the numbers beside them, and for the word at 0."""

WIDE, SLIM, GAP = 13, 7, 14
"""Pixels of a Chinese and of a Latin letter on an axis, and what lies between names and bars."""

_GRID: Layout = {"showgrid": True, "gridcolor": "var(--grid)", "showline": False, "showspikes": False}
_NAMES: Layout = {
    "type": "category",
    "autorange": "reversed",
    "showgrid": False,
    "dtick": 1,
    "tickfont": {"color": "var(--text)"},
}
_ZERO: Layout = {
    "type": "line",
    "yref": "paper",
    "x0": 0,
    "x1": 0,
    "y0": 0,
    "y1": 1,
    "line": {"color": "var(--axis)", "width": 1},
}


@dataclass(frozen=True, slots=True)
class Step:
    """One part of the change: its name and what it adds, in yuan."""

    name: str
    effect: Decimal


def waterfall(steps: Sequence[Step], change: Decimal, base: str) -> Figure:
    """Return each step where the one before it ended, then the whole change; `base` names what 0 stands for.

    The axis begins there, and not at a GMV of 0: beside it the steps could not be seen, and no bar is cut.
    Without steps the change is the only bar: a slim one, as there is no other to share the height with.
    """
    names = [*(step.name for step in steps), t("变化合计", "Total change")]
    edges = [Decimal(0), *accumulate(step.effect for step in steps), change]
    low, high = min(edges), max(edges)
    zero = f"0 = {base}"
    ticks = round_ticks(low, high, 4, lambda value: _signed(value, axis) if value else zero)
    return {
        "data": [_bars(names, [*(step.effect for step in steps), change])],
        "layout": {
            "hovermode": "closest",
            "waterfallgap": 0.4 if steps else 0.8,
            "xaxis": {**_GRID, **ticks, "tickangle": 0, "ticklabeloverflow": "allow", "range": _range(low, high, ROOM)},
            "yaxis": _NAMES,
            "shapes": [_ZERO],
            "margin": {"l": max(map(_width, names)), "r": 12, "t": 4, "b": 28},
        },
        "narrow": {"xaxis": {"tickvals": [0], "ticktext": [zero], "range": _range(low, high, NARROW_ROOM)}},
    }


def _range(low: Decimal, high: Decimal, room: Decimal) -> list[Decimal]:
    """Return the ends of the axis: losses have their numbers at the left, gains at the right."""
    width = high - low or Decimal(1)
    return [low - width * (room if low < 0 else EDGE), high + width * (room if high > 0 else EDGE)]


def _bars(names: Sequence[str], effects: Sequence[Decimal]) -> Trace:
    words = [_signed(effect, compact) for effect in effects]
    # A total is the sum of the steps before it, whatever its own value: without any it would be drawn as 0.
    whole = "total" if effects[1:] else "absolute"
    return {
        "type": "waterfall",
        "orientation": "h",
        "name": t("对 GMV 变化的贡献", "Contribution to the change of GMV"),
        "y": names,
        "x": effects,
        "measure": [*("relative" for _ in effects[1:]), whole],
        "text": [*words[:-1], f"<b>{words[-1]}</b>"],
        "textposition": "outside",
        "increasing": {"marker": {"color": "var(--series-main)"}},
        "decreasing": {"marker": {"color": "var(--series-loss)"}},
        "totals": {"marker": {"color": "var(--series-ink)"}},
        "customdata": [show(effect, Unit.YUAN, signed=True) for effect in effects],
        "hovertemplate": t("%{y} %{customdata} 元", "%{y} %{customdata} yuan") + "<extra></extra>",
    }


def _signed(value: Decimal, write: Callable[[Decimal], str]) -> str:
    return f"{'+' if value > 0 else MINUS if value < 0 else ''}{write(abs(value))}"


def _width(name: str) -> int:
    return GAP + sum(SLIM if letter.isascii() else WIDE for letter in name)
