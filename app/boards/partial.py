"""Periods that are not whole: a row of one says what of it is shown, and its bar is paler."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from app.boards.board import Shown
from app.boards.view import Panel
from app.domain.period import Grain, Period, calendar
from app.domain.text import Text
from app.i18n import period_label, short_range

RUNNING = Text("未完", "running")
PALE = 0.5
"""How much of its colour a bar keeps whose period is not whole."""
PALER = Text("淡色的柱未完或只有一部分", "Paler bars still run or are cut by the range")


def part_of(shown: Shown, period: Period) -> Text | None:
    """Say what is shown of a period of the board's grain; None where it is over and shown as a whole."""
    if shown.runs(period):
        return RUNNING
    if shown.grain is not Grain.MONTH or period == calendar(Grain.MONTH, period.first):
        return None  # a week that is cut shows its ends already
    days = short_range(period)
    return Text(f"仅 {days}", f"{days} only")


def is_whole(shown: Shown, period: Period) -> bool:
    """Say whether a period of the board's grain is over and shown from its first to its last day."""
    return not shown.runs(period) and period == calendar(shown.grain, period.first)


def marked(shown: Shown, panels: Iterable[Panel]) -> tuple[Panel, ...]:
    """Return panels whose rows and bars say where their period is not whole."""
    parts = {period: part for period in shown.periods if (part := part_of(shown, period))}
    # A row may be about other days that happen to be the same: only its label says that it is the period.
    labels = {period: period_label(period, shown.grain) for period in parts}
    cut = frozenset(period.first.isoformat() for period in shown.periods if not is_whole(shown, period))
    return tuple(_paler(_marked(panel, parts, labels), cut) for panel in panels)


def _marked(panel: Panel, parts: Mapping[Period, Text], labels: Mapping[Period, Text]) -> Panel:
    if panel.table is None or not parts:
        return panel
    firsts = frozenset(period.first for period in parts)
    rows = tuple(
        row._replace(part=parts[row.period])
        if row.period and row.period.first in firsts and labels.get(row.period) == row.label
        else row
        for row in panel.table.rows
    )
    return replace(panel, table=replace(panel.table, rows=rows))


def _paler(panel: Panel, cut: frozenset[str]) -> Panel:
    """Return a panel whose bars of these days are paler, and that says so where there are any."""
    if panel.figure is None or not cut:
        return panel
    traces: Any = panel.figure["data"]
    drawn = [_pale(trace, cut) if _stands_at(trace, cut) else trace for trace in traces]
    if drawn == traces:
        return panel
    note = Text(f"{panel.note.zh}；{PALER.zh}", f"{panel.note.en}; {PALER.en}") if panel.note else PALER
    return replace(panel, figure={**panel.figure, "data": drawn}, note=note)


def _stands_at(trace: Mapping[str, Any], days: frozenset[str]) -> bool:
    """Say whether a trace has bars on some days of a time axis."""
    bars = zip(trace["x"], trace["y"], strict=True) if trace["type"] == "bar" else ()
    return any(x in days and y is not None for x, y in bars)


def _pale(trace: Mapping[str, Any], days: frozenset[str]) -> dict[str, Any]:
    return {**trace, "marker": {**trace["marker"], "opacity": [PALE if x in days else 1 for x in trace["x"]]}}
