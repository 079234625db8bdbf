"""The form of a kind of fact on a day: read from the database, checked before it is written, and drawn."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.domain.errors import Issue
from app.domain.facts import FRIENDS, STOCK_COUNTS, FactTable
from app.domain.roles import Action, Viewer
from app.domain.tree import Tree
from app.i18n import NO_VALUE, say
from app.queries import channels, openings, recent, settings
from app.queries import facts as fact_rows
from app.queries.channels import ChannelRow
from app.queries.closings import Closing
from app.web.checks import Before, below_zero, script_data
from app.web.day import Place, closing_of
from app.web.derived import DERIVED, Beside, Steps, steps_of, texts, totals
from app.web.forms import Asked, Form, Record, prefixes_in
from app.web.sheets import Entry, asked_keys, sheet


@dataclass(frozen=True, slots=True)
class DayForm:
    """A form with what was loaded for it."""

    place: Place
    form: Form
    channels: dict[str, ChannelRow]
    closing: Closing | None


def load(
    session: Session, tree: Tree, viewer: Viewer, place: Place, today: date, typed: dict[str, str] | None = None
) -> DayForm:
    """Return the form as it is stored, with what was typed over it."""
    table, typed = place.table, typed or {}
    known = channels.load(session)
    codes = fact_rows.Codes(tree, known)
    records = [codes.record(table, row) for row in fact_rows.of_day(session, table, place.unit.id, place.days)]
    keys = asked_keys(table, prefixes_in(typed), known)
    made = sheet(table, place.day, known, [*records, *keys])
    by_key = {_key(table, record[table.day_key], record): record for record in records}
    stored = {
        prefix: record
        for prefix, entry in made.entries.items()
        if (record := by_key.get(_key(table, entry.day, entry.dims)))
    }
    closing = closing_of(session, place)
    allowed = viewer.may(Action.WRITE_FACTS, tree.lineage(place.unit.id))
    form = Form(made, place.unit.code, stored, typed, {}, allowed and place.day <= today and closing is None)
    return DayForm(place, form, known, closing)


def _key(table: FactTable, day: date, dims: Record) -> tuple[object, ...]:
    return (day, *(dims[dim.key] for dim in table.dims))


def page_rule(session: Session, form: Form, changed: list[Asked], place: Place) -> Issue | None:
    """Return what only the page refuses: losses beyond the friends that are left."""
    if place.table is not FRIENDS or not changed:
        return None
    return below_zero(form, changed, openings.load(session, place.unit.id, place.day))


def before(session: Session, made: DayForm) -> Before:
    """Return what was recorded before the day."""
    place = made.place
    weeks = recent.week_before(session, place.table, place.unit.id, place.day)
    found = {
        prefix: week
        for prefix, entry in made.form.sheet.entries.items()
        if (week := weeks.get(dims_of(place.table, entry, made.channels)))
    }
    ratio = settings.limits(session).entry_warning_ratio
    return Before(found, openings.load(session, place.unit.id, place.day), ratio)


def dims_of(table: FactTable, entry: Entry, known: dict[str, ChannelRow]) -> recent.Dims:
    """Return the key of a row beside its day and unit, as the columns hold it."""
    return tuple(known[entry.dims[dim.key]].id if dim.channels else entry.dims[dim.key] for dim in table.dims)


def drawn(session: Session, made: DayForm, earlier: Before) -> dict[str, Any]:
    """Return the form as the template draws it, with derived columns, totals and the data of its script."""
    form, place = made.form, made.place
    table, columns = place.table, form.sheet.columns
    rows = [_steps(form, index) for index in range(len(form.sheet.lines))]
    stock = _computed(session, place, earlier)
    context = form.drawn()
    for row, line, steps in zip(context["rows"], form.sheet.lines, rows, strict=True):
        week = earlier.weeks.get(line.prefixes[0], {})
        row["derived"] = texts(table, steps, Beside(week, stock))
    script = script_data(form, earlier) | {"stock": stock, "counted": _counted(session, place)}
    return {
        **context,
        "notes": [(say(column.name), say(column.hint)) for column in DERIVED.get(table.kind, ())],
        "totals": totals(table, columns, rows) if len(rows) > 1 else None,
        "close": _close(rows, script) if table is FRIENDS else None,
        "script": script,
    }


def _steps(form: Form, index: int) -> Steps:
    line, columns = form.sheet.lines[index], form.sheet.columns
    found: dict[str, int | None] = {}
    for column, (entry, measure) in zip(columns, line.cells, strict=True):
        record = form.stored.get(entry.prefix)
        found[column["key"]] = steps_of(record[measure.key], measure.unit) if record else None
    return found


def _computed(session: Session, place: Place, earlier: Before) -> dict[str, int]:
    """Return the stock at the close of the day as the days before it and its own adds and losses make it."""
    opening = earlier.opening
    if place.table is not STOCK_COUNTS or opening is None:
        return {}
    rows = fact_rows.of_day(session, FRIENDS, place.unit.id, [place.day])
    adds, losses = sum(row.adds or 0 for row in rows), sum(row.losses or 0 for row in rows)
    return {"cumulative": opening.cumulative + adds, "current": opening.current + adds - losses}


def _counted(session: Session, place: Place) -> int | None:
    """Return the current friends that were counted on the day itself; then they are its close."""
    rows = fact_rows.of_day(session, STOCK_COUNTS, place.unit.id, [place.day]) if place.table is FRIENDS else ()
    return rows[0].current if rows else None


def _close(rows: list[Steps], script: dict[str, Any]) -> str | None:
    if script["opening"] is None:
        return None
    net = sum((row["adds"] or 0) - (row["losses"] or 0) for row in rows)
    close = script["counted"] if script["counted"] is not None else script["opening"]["current"] + net
    return f"{close:,}" if close >= 0 else NO_VALUE
