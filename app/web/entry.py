"""每日填报: a unit's facts of a day, one form for each kind."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from app.db import Database
from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.facts import DAILY, STOCK_COUNTS, TABLES, FactTable
from app.domain.period import DAY
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.domain.tree import Tree, UnitNode
from app.i18n import day_label
from app.inputs.types import parse_day
from app.queries import channels, history, units
from app.queries import facts as fact_rows
from app.settings import Settings
from app.store import facts as store
from app.web.filters import default_unit, unit_options
from app.web.forms import Form, messages, validated
from app.web.guard import Conf, Db, Who, database_of, needs, pages, settings_of, typed_fields, viewer_of
from app.web.render import saved, shell
from app.web.sheets import days_of, sheet

router = pages()

CHANGED = "有数据在打开后被他人修改，已保留本页填写的内容；核对后再次保存会以本页为准"


@dataclass(frozen=True, slots=True)
class Place:
    """Which form: a kind of fact, a unit and a day."""

    table: FactTable
    unit: UnitNode
    day: date


@router.get("/entry", openapi_extra=needs(Action.READ))
def first_tab(unit: str = "", day: str = "") -> Response:
    """Go to the form that is filled most."""
    return RedirectResponse(_href(DAILY[0], unit, day), 303)


@router.get("/entry/{kind}", openapi_extra=needs(Action.READ))
def entry_page(
    request: Request, kind: str, database: Db, settings: Conf, viewer: Who, unit: str = "", day: str = ""
) -> Response:
    """Show the form of a kind of fact for a unit and a day."""
    now = settings.now()
    with database.read() as session:
        tree = units.load_tree(session)
        place = _place(tree, viewer, kind, unit, day, now.date())
        form, context = _form(session, tree, viewer, place, now, {})
    return shell(request, "entry.html", "entry", _context(form, context))


@router.post("/entry/{kind}", openapi_extra=needs(Action.WRITE_FACTS))
async def save(request: Request, kind: str) -> Response:
    """Save a form; when something is refused it comes back as it was typed."""
    return await run_in_threadpool(_save, request, kind, await typed_fields(request))


def _save(request: Request, kind: str, fields: dict[str, str]) -> Response:
    database, settings, viewer = database_of(request), settings_of(request), viewer_of(request)
    now = settings.now()
    with database.read() as session:
        tree = units.load_tree(session)
        place = _place(tree, viewer, kind, fields.get("unit", ""), fields.get("day", ""), now.date())
        form, context = _form(session, tree, viewer, place, now, fields)
    changed = form.changed()
    try:
        rows = validated(form, changed)
        if rows:
            _write(database, viewer, settings, place, rows)
    except Invalid as error:
        form = replace(form, errors=messages(form, changed, error))
        return shell(request, "entry.html", "entry", _context(form, context), 422)
    except Conflict:
        flash = {"flash": {"tone": "warn", "text": CHANGED}}
        return shell(request, "entry.html", "entry", {**_context(form, context), **flash}, 409)
    return RedirectResponse(_href(place.table, place.unit.code, place.day.isoformat()) + "&saved=1", 303)


def _write(database: Database, viewer: Viewer, settings: Settings, place: Place, rows: list[Any]) -> None:
    with database.write() as session:
        store.put(session, viewer, place.table, rows, settings.today())


def _place(tree: Tree, viewer: Viewer, kind: str, unit: str, day: str, today: date) -> Place:
    if kind not in {table.kind for table in DAILY}:
        raise NotFound(Text("没有这种填报", "no such form"))
    node = units.readable(tree, viewer, unit) if unit else _fill_unit(tree, viewer)
    try:
        chosen = parse_day(day) if day else today - DAY
    except ValueError:
        raise Invalid.one("day", Text("日期格式应为 YYYY-MM-DD", "must be a day YYYY-MM-DD")) from None
    return Place(TABLES[kind], node, chosen)


def _fill_unit(tree: Tree, viewer: Viewer) -> UnitNode:
    """Return the first active unit without children: that is where facts are mostly entered."""
    writable = units.visible(tree, viewer, Action.WRITE_FACTS)
    leaves = [node for node in writable if tree.is_leaf(node.id) and node.active]
    return leaves[0] if leaves else default_unit(tree, viewer)


def _form(
    session: Session, tree: Tree, viewer: Viewer, place: Place, now: datetime, typed: dict[str, str]
) -> tuple[Form, dict[str, Any]]:
    known = channels.load(session)
    codes = fact_rows.Codes(tree, known)
    days = days_of(place.table, place.day)
    rows = fact_rows.of_day(session, place.table, place.unit.id, days)
    records = [codes.record(place.table, row) for row in rows]
    made = sheet(place.table, place.day, known, records)
    stored = {
        prefix: record for prefix, entry in made.entries.items() if (record := _matching(records, place.table, entry))
    }
    writable = viewer.may(Action.WRITE_FACTS, tree.lineage(place.unit.id)) and place.day <= now.date()
    form = Form(made, place.unit.code, stored, typed, {}, writable)
    return form, _around(session, tree, viewer, place, now)


def _matching(records: list[dict[str, Any]], table: FactTable, entry: Any) -> dict[str, Any] | None:  # noqa: ANN401
    for record in records:
        if record[table.day_key] == entry.day and all(record[key] == value for key, value in entry.dims.items()):
            return record
    return None


def _around(session: Session, tree: Tree, viewer: Viewer, place: Place, now: datetime) -> dict[str, Any]:
    """Return what stands around the cells: day and unit pickers, tabs, and who saved last."""
    unit, day = place.unit.code, place.day
    made = history.last_saved(session, place.table.kind, place.unit.id, list(days_of(place.table, day)))
    following = day + DAY
    return {
        "action": f"/entry/{place.table.kind}",
        "kind": place.table.kind,
        "day": day.isoformat(),
        "day_label": f"{day.year}年{day_label(day)}",
        "today": now.date().isoformat(),
        "prev_href": _href(place.table, unit, (day - DAY).isoformat()),
        "next_href": _href(place.table, unit, following.isoformat()) if following <= now.date() else None,
        "unit": unit,
        "unit_name": place.unit.name,
        "units": unit_options(tree, viewer, unit),
        "tabs": [
            {
                "key": table.kind,
                "label": table.name.zh,
                "href": _href(table, unit, day.isoformat()),
                "active": table is place.table,
                "count": _count(session, table, place),
            }
            for table in DAILY
        ],
        "saved": saved(made, now),
    }


def _count(session: Session, table: FactTable, place: Place) -> str:
    rows = fact_rows.of_day(session, table, place.unit.id, days_of(table, place.day))
    return ("已填" if rows else "未填") if table is STOCK_COUNTS else f"{len(rows)} 条"


def _context(form: Form, around: dict[str, Any]) -> dict[str, Any]:
    title = {"page_title": "每日填报", "subtitle": around["unit_name"]}
    return {**title, "form": {**around, **form.drawn()}}


def _href(table: FactTable, unit: str, day: str) -> str:
    query = urlencode({key: value for key, value in (("unit", unit), ("day", day)) if value})
    return f"/entry/{table.kind}?{query}"
