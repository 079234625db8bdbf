"""Periods that are not whole: a row of them says what of it is shown."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from app.boards.board import Shown
from app.boards.view import Panel
from app.domain.period import Grain, Period, calendar
from app.domain.text import Text
from app.i18n import period_label, short_range

RUNNING = Text("未完", "running")


def part_of(shown: Shown, period: Period) -> Text | None:
    """Say what is shown of a period of the board's grain; None where it is over and shown as a whole."""
    if shown.runs(period):
        return RUNNING
    if shown.grain is not Grain.MONTH or period == calendar(Grain.MONTH, period.first):
        return None  # a week that is cut shows its ends already
    days = short_range(period)
    return Text(f"仅 {days}", f"{days} only")


def marked(shown: Shown, panels: Iterable[Panel]) -> tuple[Panel, ...]:
    """Return panels whose rows say where their period is not whole."""
    parts = {period: part for period in shown.periods if (part := part_of(shown, period))}
    # A row may be about other days that happen to be the same: only its label says that it is the period.
    labels = {period: period_label(period, shown.grain) for period in parts}
    return tuple(_marked(panel, parts, labels) for panel in panels)


def _marked(panel: Panel, parts: Mapping[Period, Text], labels: Mapping[Period, Text]) -> Panel:
    if panel.table is None or not parts:
        return panel
    rows = tuple(
        replace(row, part=parts[row.period]) if row.period and labels.get(row.period) == row.label else row
        for row in panel.table.rows
    )
    return replace(panel, table=replace(panel.table, rows=rows))
