"""目标: a table that sets a month's targets of one unit."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.boards import targets as target_board
from app.domain.facts import TARGETS, ChannelKind, CustomerKind, Measure
from app.domain.number import Number
from app.domain.period import DAY, month_of
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.domain.tree import Tree, UnitNode
from app.i18n import month_label, say, show, t
from app.kept.given import Conf, Db, Who, database_of, settings_of, viewer_of
from app.metrics.catalog import CATALOG, GROUPS
from app.metrics.definition import Metric
from app.metrics.targets import from_steps
from app.queries import channels, closings, history, targets, units
from app.queries.channels import ChannelRow
from app.queries.targets import TargetRow
from app.web.checks import Before, script_data
from app.web.day import lock_words
from app.web.filters import default_unit
from app.web.forms import Form, prefixes_in
from app.web.guard import in_turn, needs, pages, typed_fields
from app.web.pick import unit_options
from app.web.render import saved, shell
from app.web.saving import as_json, save_form, shown_outcome, wants_json
from app.web.sheets import SEPARATOR, Entry, Line, Sheet
from app.web.targets import month_href, month_param

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
        form = _form(session, tree, viewer, node, first, now, {})
        context = _context(session, tree, viewer, node, first, now, form)
    return shell(request, "plan.html", "plan", context)


@router.post("/plan", openapi_extra=needs(Action.WRITE_TARGETS))
async def save(request: Request) -> Response:
    """Save the targets; when something is refused the table comes back as it was typed."""
    return await in_turn(_save, request, await typed_fields(request))


def _save(request: Request, fields: dict[str, str]) -> Response:
    database, viewer, now = database_of(request), viewer_of(request), settings_of(request).now()
    first = month_param(fields.get("month", ""), now.date())
    with database.read() as session:
        tree = units.load_tree(session)
        node = units.readable(tree, viewer, fields.get("unit", ""))

    def reading(session: Session) -> Form:
        return _form(session, tree, viewer, node, first, now, fields)

    outcome = save_form(database, viewer, now.date(), reading, reason=fields.get("reason", ""))
    if wants_json(request):
        return as_json(outcome, database, viewer, now)
    if outcome.status == 200:  # noqa: PLR2004 (saved)
        return RedirectResponse(month_href("/plan", node.code, first) + "&saved=1", 303)
    with database.read() as session:
        context = _context(session, tree, viewer, node, first, now, outcome.form)
    return shell(request, "plan.html", "plan", context | shown_outcome(outcome, database, viewer, now), outcome.status)


def _form(
    session: Session, tree: Tree, viewer: Viewer, unit: UnitNode, month: date, now: datetime, typed: dict[str, str]
) -> Form:
    known = channels.load(session)
    rows = targets.load(session, viewer, tree, unit.id, month)
    before = targets.load(session, viewer, tree, unit.id, month_of(month - DAY).first)
    lines = _lines(known, [*rows, *before], _asked(prefixes_in(typed), known))
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
    open_still = closings.of_day(closings.load(session), TARGETS, month) is None
    return Form(
        made,
        unit.code,
        stored,
        typed,
        can_write=open_still and viewer.may(Action.WRITE_TARGETS, tree.lineage(unit.id)),
    )


def _asked(prefixes: list[str], known: dict[str, ChannelRow]) -> list[Split]:
    """Return the targets that a sent page held, as far as there can be such ones."""
    found: list[Split] = []
    for prefix in prefixes:
        parts = [None if part == "-" else part for part in prefix.split(SEPARATOR)]
        if len(parts) == len(TARGETS.dims) and parts[0] in CATALOG:
            metric, channel, kind = parts
            if channel in {None, *known} and kind in {None, *(each.value for each in CustomerKind)}:
                found.append((str(metric), channel, kind))
    return found


def _context(
    session: Session, tree: Tree, viewer: Viewer, unit: UnitNode, month: date, now: datetime, form: Form
) -> dict[str, Any]:
    closing = closings.of_day(closings.load(session), TARGETS, month)
    around = {
        "action": "/plan",
        "month": f"{month:%Y-%m}",
        "month_label": month_label(month),
        "prev_href": month_href("/plan", unit.code, month - DAY),
        "next_href": month_href("/plan", unit.code, month_of(month).last + DAY),
        "unit": unit.code,
        "unit_name": unit.name,
        "units": unit_options(tree, viewer, unit.code),
        "saved": saved(history.last_saved(session, TARGETS.kind, unit.id, [month]), now),
        "history_href": "/history?" + urlencode({"unit": unit.code, "kind": TARGETS.kind, "from": month, "to": month}),
        "lock": lock_words(closing) if closing else None,
        "user": viewer.name,
        "script": script_data(form, Before()),
    }
    notes = [(t("上月目标", "Last target"), ""), (t("上月实际", "Last actual"), "")]
    drawn = {**form.drawn(), "notes": notes, "totals": None, "close": None}
    return {
        "page_title": t("目标", "Set targets"),
        "subtitle": unit.name,
        "form": {**around, **drawn},
        "clashes": (),
    }


def _split(row: TargetRow) -> Split:
    return row.metric, row.channel, row.customer_kind


def _entry(month: date, split: Split) -> Entry:
    return Entry(month, dict(zip(("metric", "channel", "customer_kind"), split, strict=True)))


def _lines(known: dict[str, ChannelRow], rows: list[TargetRow], asked: list[Split]) -> list[Split]:
    """Return what a target can be set for: each metric, each add rate by source, each split used now or before."""
    used = [*(_split(row) for row in rows), *asked]
    return [split for metric in CATALOG.values() for split in _splits(metric, known, used)]


def _sheet(
    month: date,
    known: dict[str, ChannelRow],
    lines: list[Split],
    aims: dict[Split, int | None],
    actual: dict[Split, Number | None],
) -> Sheet:
    """Return the form: a line for each split, beside it what was aimed at and reached the month before."""
    titles = {metric.key: say(title) for title, metrics in GROUPS for metric in metrics}
    made = []
    for split in lines:
        metric = CATALOG[split[0]]
        aim = from_steps(metric, aims.get(split))
        extra = (show(aim, metric.unit), show(actual[split], metric.unit))
        cell = (_entry(month, split), Measure("value", Text("目标值", "Target"), metric.unit))
        slot = known[split[1]].color_slot if split[1] else None
        made.append(Line(_label(metric, split, known), (cell,), slot, titles[metric.key], extra))
    hint = t("金额填元，比率填百分数", "money in yuan, rates in percent")
    columns = ({"key": "value", "name": t("目标", "Target"), "unit": "count", "hint": hint},)
    return Sheet(TARGETS, columns, tuple(made), days=(month,), suffixes=True)


def _splits(metric: Metric, known: dict[str, ChannelRow], used: list[Split]) -> list[Split]:
    sources = [row.code for row in known.values() if row.kind is ChannelKind.SOURCE and row.active]
    offered: list[Split] = [("add_rate", code, None) for code in sources] if metric.key == "add_rate" else []
    kept = [split for split in used if split[0] == metric.key]
    return list(dict.fromkeys([(metric.key, None, None), *offered, *kept]))


def _label(metric: Metric, split: Split, known: dict[str, ChannelRow]) -> str:
    parts = [known[split[1]].name] if split[1] else []
    parts += [say(CustomerKind(split[2]).text)] if split[2] else []
    return " · ".join([*parts, ("≤ " if metric.is_limit else "") + say(metric.name)])
