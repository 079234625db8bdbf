"""What the page of targets shows of its rows: grouped by metric, with their parts, and counted by how they stand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.boards.view import BoardView, Plain, Row
from app.domain.facts import Unit
from app.domain.number import half_up
from app.i18n import WAN, axis, say, show, t
from app.metrics.catalog import CATALOG, GROUPS
from app.metrics.definition import Better

Shown = dict[str, Any]

_TALLY = {
    "good": ("done", "on_track", "within_limit"),
    "warn": ("behind",),
    "bad": ("far_behind", "missed", "over_limit"),
}


@dataclass(slots=True)
class Block:
    """A metric's rows: its own, and below it those of its parts and of units; without its own a head stands there."""

    key: str
    name: str
    row: Shown | None = None
    kids: list[Shown] = field(default_factory=list)


def grouped(view: BoardView) -> list[tuple[str, list[Block]]]:
    """Return the rows by group of the catalogue and by metric; what was cleared has none."""
    own, below = ([row for row in _rows(view, key) if row.values["target"] is not None] for key in TABLES)
    found = []
    for title, metrics in GROUPS:
        blocks = [block for metric in metrics for block in _blocks(metric.key, own, below)]
        if blocks:
            found.append((say(title), blocks))
    return found


TABLES = ("targets", "unit_targets")


def _rows(view: BoardView, key: str) -> tuple[Row, ...]:
    return next((panel.table.rows for panel in view.panels if panel.key == key and panel.table), ())


def _blocks(key: str, own: list[Row], below: list[Row]) -> list[Block]:
    """Return a metric's block; parts of a metric without a target of its own stand for themselves."""
    mine, units = ([row for row in rows if row.values["metric"] == key] for rows in (own, below))
    whole = [row for row in mine if not row.level]
    name = say(CATALOG[key].name)
    if whole:
        parts = [_shown(row, kid=True) for row in (*mine, *units) if row.level]
        return [Block(key, name, _shown(whole[0]), parts)]
    alone = [Block(key, name, _shown(row)) for row in mine]
    return [*alone, *([Block(key, name, None, [_shown(row, kid=True) for row in units])] if units else [])]


def _shown(row: Row, *, kid: bool = False) -> Shown:
    """Return a row with what the page says of it beside the figures of the contract."""
    metric = CATALOG[str(row.values["metric"])]
    extra = {
        "unit_of": metric.unit,
        "is_limit": metric.is_limit,
        "is_flow": metric.is_flow,
        "tone": _tone(row.values["change"], metric.better),
        "daily": row.beside.get("daily"),
        "child": row.values.get("unit"),
    }
    label = row.short if kid and row.short else row.label
    return {"label": label, "name": row.label, "v": {**row.values, **extra}, "slot": row.slot}


def _tone(change: object, better: Better) -> str:
    if not change:
        return "neutral"
    return "good" if (str(change)[0] != "-") == (better is Better.UP) else "bad"


def tally(view: BoardView) -> dict[str, int]:
    """Count the unit's own targets by how they stand."""
    statuses = [row.values["status"] for row in _rows(view, "targets")]
    return {tone: sum(1 for status in statuses if status in words) for tone, words in _TALLY.items()}


def brief(value: Plain, unit: Unit) -> str:
    """Write a number short enough for a cell of a year: large ones with three figures."""
    number = value if isinstance(value, int | Decimal) else None
    if number is None or unit is Unit.RATE or number < WAN:
        return show(number, unit)
    return axis(half_up(number, 2 - Decimal(number).adjusted()))


def month_heads(year: int, today: date, href: Callable[[str], str]) -> list[Shown]:
    """Return the heads of a year's months: links to them, with the one that is running and those to come."""
    months = [date(year, number, 1) for number in range(1, 13)]
    return [
        {
            "key": f"{month:%m}",
            "label": t(f"{month.month}月", f"{month:%b}"),
            "href": href(f"{month:%Y-%m}"),
            "now": (month.year, month.month) == (today.year, today.month),
            "ahead": month > today,
        }
        for month in months
    ]
