"""单元格记录: what one cell was on the days before, what it may be, and who changed it when."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from app.domain.errors import NotFound
from app.domain.facts import FRIENDS, RETENTION, FactTable, Measure, Unit
from app.domain.number import Number
from app.domain.roles import Viewer
from app.domain.text import Text
from app.domain.tree import Tree
from app.i18n import NO_VALUE, day_label, say, short_moment, show, t
from app.queries import history, recent
from app.queries.openings import Opening
from app.web.changes import UNRECORDED, origin_name
from app.web.dayform import DayForm, dims_of
from app.web.forms import Form, name_of
from app.web.sheets import Entry

DAYS = 14
"""The days of the small line, the day of the form included."""
WIDTH, HEIGHT, EDGE = 272, 44, 4


@dataclass(frozen=True, slots=True)
class Asked:
    """The cell that is asked about."""

    label: str
    entry: Entry
    measure: Measure


def asked(form: Form, name: str) -> Asked:
    """Return the cell of a form by its name; NotFound for another."""
    labels = form.labels()
    for line in form.sheet.lines:
        for entry, measure in line.cells:
            if name_of(entry.prefix, measure.key) == name:
                return Asked(labels[name], entry, measure)
    raise NotFound(Text("没有这个单元格", "no such cell"))


def panel(
    session: Session,
    viewer: Viewer,
    tree: Tree,
    made: DayForm,
    cell: Asked,
    opening: Opening | None,
    now: datetime,
) -> dict[str, Any]:
    """Return what the panel of a cell shows."""
    place, entry, measure = made.place, cell.entry, cell.measure
    table = place.table
    days = [entry.day - timedelta(offset) for offset in reversed(range(DAYS))]
    columns = dict(zip((dim.column for dim in table.dims), dims_of(table, entry, made.channels), strict=True))
    values = recent.of_cell(session, table, place.unit.id, columns, measure.key, days)
    before = [values[day] for day in days[-1 - recent.WEEK : -1] if day in values]
    key = {table.day_key: entry.day, "unit": place.unit.code, **entry.dims}
    steps = history.of_cell(session, viewer, tree, table, place.unit.id, key, measure.key)
    mean = Fraction(sum(before), len(before)) if before else None
    return {
        "label": cell.label,
        "day": day_label(entry.day),
        "line": line(days, values),
        "facts": [
            (t("当前值", "Now"), written(values.get(days[-1]), measure.unit), True),
            (t("前日", "Day before"), written(values.get(days[-2]), measure.unit), False),
            (t("近7日均值", "7-day mean"), NO_VALUE if mean is None else _mean(mean, measure.unit), False),
            *[(t("可填范围", "Allowed"), text, False) for text in _range(table, made.form, cell, opening)],
        ],
        "steps": [_step(step, measure.unit, now) for step in steps],
    }


def written(steps: int | None, unit: Unit) -> str:
    """Write a stored value; what was not recorded says so."""
    return say(UNRECORDED) if steps is None else show(_plain(steps, unit), unit)


def _plain(steps: Number, unit: Unit) -> Number:
    return Fraction(steps) / 100 if unit is Unit.YUAN else steps


def _mean(mean: Fraction, unit: Unit) -> str:
    return show(_plain(mean, unit), Unit.YUAN)  # two decimals, of heads too


def _range(table: FactTable, form: Form, cell: Asked, opening: Opening | None) -> list[str]:
    """Return what the cell may be, where something bounds it: the stock, or another number of its row."""
    if table is FRIENDS and cell.measure.key == "losses" and opening and opening.counted:
        others = [record for prefix, record in form.stored.items() if prefix != cell.entry.prefix]
        lost = sum(record["losses"] or 0 for record in others)
        gained = sum(record["adds"] or 0 for record in form.stored.values())
        most = max(opening.current + gained - lost, 0)
        return [t(f"0 至 {most:,}", f"0 to {most:,}")]
    return [t("0 至该批新增好友", "0 to the adds of its cohort")] if table is RETENTION else []


def _step(step: history.CellChange, unit: Unit, now: datetime) -> dict[str, str]:
    at = step.at.astimezone(now.tzinfo)
    return {
        "at": f"{at:%H:%M}" if at.date() == now.date() else short_moment(at),
        "href": f"/history/{step.batch_id}",
        "who": step.actor,
        "origin": origin_name(step.origin),
        "before": written(step.before, unit),
        "after": written(step.after, unit),
        "reason": step.reason or "",
    }


def line(days: list[date], values: dict[date, int]) -> dict[str, Any] | None:
    """Return the small line of a cell: pieces between days without a value, and its end; None without any."""
    if not values:
        return None
    low, high = min(values.values()), max(values.values())
    span = high - low or 1
    pieces: list[list[str]] = [[]]
    last = ("", "")
    for index, day in enumerate(days):
        if day not in values:
            pieces.append([])
            continue
        x = _point(EDGE + Decimal(index * (WIDTH - 2 * EDGE)) / (len(days) - 1))
        y = _point(HEIGHT - EDGE - Decimal((values[day] - low) * (HEIGHT - 2 * EDGE)) / span)
        pieces[-1].append(f"{x},{y}")
        last = (x, y)
    return {"pieces": [" ".join(piece) for piece in pieces if piece], "x": last[0], "y": last[1]}


def _point(value: Decimal) -> str:
    return f"{value:.1f}"
