"""Notes on a board: thin lines with a sign on its time charts, and words in its tables of periods."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.boards.tables import LABELS
from app.boards.view import BoardView, Figure, Panel, Pin, Row
from app.domain.period import Period
from app.domain.text import Text
from app.i18n import say
from app.queries.notes import NoteRow

Held = Sequence[tuple[Period, tuple[Pin, ...]]]
"""The periods that hold a day with notes, and these."""

_LABELS = frozenset(LABELS.values())


def pinned(view: BoardView, notes: Sequence[NoteRow]) -> BoardView:
    """Return a board with the notes of its range where its panels show that time."""
    if not notes:
        return view
    return replace(view, panels=tuple(_panel(panel, notes) for panel in view.panels))


def _panel(panel: Panel, notes: Sequence[NoteRow]) -> Panel:
    table = panel.table
    if table is None or not (table.label in _LABELS and any(row.period for row in table.rows)):
        return panel
    noted = replace(table, rows=tuple(_row(row, notes) for row in table.rows))
    figure = panel.figure
    if figure is not None and _is_timed(figure):
        held = [(row.period, row.pins) for row in noted.rows if row.period and row.pins]
        figure = _drawn(figure, held)
    return replace(panel, table=noted, figure=figure)


def _row(row: Row, notes: Sequence[NoteRow]) -> Row:
    pins = tuple(pin(note) for note in notes if row.period is not None and note.day in row.period)
    return row._replace(pins=pins) if pins else row


def pin(note: NoteRow) -> Pin:
    """Return a note as boards show it: its sign, and its day and words."""
    kind, day = note.kind.text, f"{note.day.month}/{note.day.day}"
    return Pin(note.kind.mark, Text(f"{day} {kind.zh}：{note.text}", f"{day} {kind.en}: {note.text}"))


def _is_timed(figure: Figure) -> bool:
    layout: Any = figure["layout"]
    return bool(layout.get("xaxis", {}).get("type") == "date")


def _drawn(figure: Figure, held: Held) -> Figure:
    """Return a figure with its marks; where its layout for phones replaces lists, they are in these too."""
    shapes = [_line(period) for period, _ in held]
    signs = [_sign(period, pins) for period, pins in held]
    more = {"shapes": shapes, "annotations": signs}
    narrow: Any = figure.get("narrow")
    phone = {"narrow": _with(narrow, {key: items for key, items in more.items() if key in narrow})} if narrow else {}
    layout: Any = figure["layout"]
    return {**figure, "layout": _with(layout, more), **phone}


def _with(layout: Mapping[str, Any], more: Mapping[str, list[Any]]) -> dict[str, Any]:
    return {**layout, **{key: [*layout.get(key, ()), *items] for key, items in more.items()}}


def _line(period: Period) -> dict[str, Any]:
    place = period.first.isoformat()
    ends = {"xref": "x", "x0": place, "x1": place, "yref": "paper", "y0": 0, "y1": 1}
    return {"type": "line", "layer": "below", **ends, "line": {"color": "var(--text-3)", "width": 1, "dash": "dot"}}


def _sign(period: Period, pins: Sequence[Pin]) -> dict[str, Any]:
    """Return the signs of a period's notes, each kind once, and their words for whoever points at them."""
    signs = "".join(dict.fromkeys(say(pin.mark) for pin in pins))
    return {
        "name": "note",
        "x": period.first.isoformat(),
        "xref": "x",
        "y": 1,
        "yref": "paper",
        "yanchor": "top",
        "text": signs,
        "showarrow": False,
        "captureevents": True,
        "hovertext": "<br>".join(_escaped(say(pin.text)) for pin in pins),
        "font": {"size": 11, "color": "var(--accent)"},
        "bgcolor": "var(--accent-soft)",
        "borderpad": 1,
    }


def _escaped(text: str) -> str:
    """Return a text in which Plotly finds no markup of its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
