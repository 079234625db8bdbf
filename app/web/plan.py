"""目标: a table that sets a month's targets of one unit."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from app.boards import targets as target_board
from app.domain.errors import Conflict, Invalid
from app.domain.facts import TARGETS, ChannelKind, CustomerKind, Measure
from app.domain.number import Number
from app.domain.period import DAY, month_of
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.domain.tree import Tree, UnitNode
from app.i18n import month_label, show
from app.metrics.catalog import CATALOG, GROUPS
from app.metrics.definition import Metric
from app.metrics.targets import from_steps
from app.queries import channels, history, targets, units
from app.queries.channels import ChannelRow
from app.queries.targets import TargetRow
from app.store import facts as store
from app.web.boards import month_href, month_param
from app.web.entry import CHANGED
from app.web.filters import default_unit, unit_options
from app.web.forms import Form, messages, validated
from app.web.guard import Conf, Db, Who, database_of, needs, pages, settings_of, typed_fields, viewer_of
from app.web.render import saved, shell
from app.web.sheets import Entry, Line, Sheet

router = pages()

Split = tuple[str, str | None, str | None]
"""A target's metric, channel and customer kind."""


@router.get("/plan", openapi_extra=needs(Action.READ))
def plan_page(request: Request, database: Db, settings: Conf, viewer: Who, unit: str = "", month: str = "") -> Response:
    """Show the targets of a unit in a month."""
    now = settings.now()
    first = month_param(month, now.date())
    with database.read() as session:
        tree = units.load_tree(session)
        node = units.readable(tree, viewer, unit) if unit else default_unit(tree, viewer)
        form, around = _form(session, tree, viewer, node, first, now, {})
    return shell(request, "plan.html", "plan", _context(form, around))


@router.post("/plan", openapi_extra=needs(Action.WRITE_TARGETS))
async def save(request: Request) -> Response:
    """Save the targets; when something is refused the table comes back as it was typed."""
    return await run_in_threadpool(_save, request, await typed_fields(request))


def _save(request: Request, fields: dict[str, str]) -> Response:
    database, viewer, now = database_of(request), viewer_of(request), settings_of(request).now()
    first = month_param(fields.get("month", ""), now.date())
    with database.read() as session:
        tree = units.load_tree(session)
        node = units.readable(tree, viewer, fields.get("unit", ""))
        form, around = _form(session, tree, viewer, node, first, now, fields)
    changed = form.changed()
    try:
        rows = validated(form, changed)
        if rows:
            with database.write() as session:
                store.put(session, viewer, TARGETS, rows, now.date())
    except Invalid as error:
        form = replace(form, errors=messages(form, changed, error))
        return shell(request, "plan.html", "plan", _context(form, around), 422)
    except Conflict:
        flash = {"flash": {"tone": "warn", "text": CHANGED}}
        return shell(request, "plan.html", "plan", {**_context(form, around), **flash}, 409)
    return RedirectResponse(month_href("/plan", node.code, first) + "&saved=1", 303)


def _form(
    session: Session, tree: Tree, viewer: Viewer, unit: UnitNode, month: date, now: datetime, typed: dict[str, str]
) -> tuple[Form, dict[str, Any]]:
    known = channels.load(session)
    rows = targets.load(session, viewer, tree, unit.id, month)
    before = targets.load(session, viewer, tree, unit.id, month_of(month - DAY).first)
    lines = _lines(known, [*rows, *before])
    asked = {
        split: TargetRow(split[0], split[1], CustomerKind(split[2]) if split[2] else None, None, 0) for split in lines
    }
    found = target_board.reached(session, viewer, unit.code, asked.values(), month - DAY, now.date())
    actual = {split: found[row] for split, row in asked.items()}
    made = _sheet(month, known, lines, {_split(row): row.steps for row in before}, actual)
    stored = {
        _entry(month, _split(row)).prefix: {
            "value": from_steps(CATALOG[row.metric], row.steps),
            "revision": row.revision,
        }
        for row in rows
        if row.metric in CATALOG
    }
    writable = viewer.may(Action.WRITE_TARGETS, tree.lineage(unit.id))
    form = Form(made, unit.code, stored, typed, {}, writable)
    last = history.last_saved(session, TARGETS.kind, unit.id, [month])
    around = {
        "action": "/plan",
        "month": f"{month:%Y-%m}",
        "month_label": month_label(month),
        "prev_href": month_href("/plan", unit.code, month - DAY),
        "next_href": month_href("/plan", unit.code, month_of(month).last + DAY),
        "unit": unit.code,
        "unit_name": unit.name,
        "units": unit_options(tree, viewer, unit.code),
        "saved": saved(last, now),
    }
    return form, around


def _split(row: TargetRow) -> Split:
    return row.metric, row.channel, row.customer_kind


def _entry(month: date, split: Split) -> Entry:
    return Entry(month, dict(zip(("metric", "channel", "customer_kind"), split, strict=True)))


def _lines(known: dict[str, ChannelRow], rows: list[TargetRow]) -> list[Split]:
    """Return what a target can be set for: each metric, each add rate by source, each split used now or before."""
    used = [_split(row) for row in rows]
    return [split for metric in CATALOG.values() for split in _splits(metric, known, used)]


def _sheet(
    month: date,
    known: dict[str, ChannelRow],
    lines: list[Split],
    aims: dict[Split, int | None],
    actual: dict[Split, Number | None],
) -> Sheet:
    """Return the form: a line for each split, beside it what was aimed at and reached the month before."""
    titles = {metric.key: title.zh for title, metrics in GROUPS for metric in metrics}
    made = []
    for split in lines:
        metric = CATALOG[split[0]]
        aim = from_steps(metric, aims.get(split))
        extra = {"previous": show(aim, metric.unit), "actual": show(actual[split], metric.unit)}
        cell = (_entry(month, split), Measure("value", Text("目标值", "Target"), metric.unit))
        slot = known[split[1]].color_slot if split[1] else None
        made.append(Line(_label(metric, split, known), (cell,), slot, titles[metric.key], extra))
    columns = ({"key": "value", "name": "目标", "unit": "count", "hint": "金额填元，比率填百分数"},)
    return Sheet(TARGETS, columns, tuple(made), days=(month,), suffixes=True)


def _splits(metric: Metric, known: dict[str, ChannelRow], used: list[Split]) -> list[Split]:
    sources = [row.code for row in known.values() if row.kind is ChannelKind.SOURCE and row.active]
    offered: list[Split] = [("add_rate", code, None) for code in sources] if metric.key == "add_rate" else []
    kept = [split for split in used if split[0] == metric.key]
    return list(dict.fromkeys([(metric.key, None, None), *offered, *kept]))


def _label(metric: Metric, split: Split, known: dict[str, ChannelRow]) -> str:
    parts = [known[split[1]].name] if split[1] else []
    parts += [CustomerKind(split[2]).text.zh] if split[2] else []
    return " · ".join([*parts, ("≤ " if metric.is_limit else "") + metric.name.zh])


def _context(form: Form, around: dict[str, Any]) -> dict[str, Any]:
    return {"page_title": "目标", "subtitle": around["unit_name"], "form": {**around, **form.drawn()}}
