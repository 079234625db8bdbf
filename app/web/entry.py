"""每日填报: a unit's facts of a day, one form for each kind."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.domain.errors import NotFound
from app.domain.facts import DAILY
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.domain.tree import Tree
from app.i18n import t
from app.kept.given import Conf, Db, Who, database_of, settings_of, viewer_of
from app.queries import openings, units
from app.web.cell import asked, panel
from app.web.day import Place, around, href, place_of
from app.web.dayform import DayForm, before, drawn, load, page_rule
from app.web.forms import Form
from app.web.guard import in_turn, needs, pages, typed_fields
from app.web.render import page, shell
from app.web.requests import bind_unit
from app.web.saving import as_json, save_form, shown_outcome, wants_json

router = pages()


@router.get("/entry", openapi_extra=needs(Action.READ))
def first_tab(unit: str = "", day: str = "") -> Response:
    """Go to the form that is filled most."""
    return RedirectResponse(href(DAILY[0].kind, unit, day), 303)


@router.get("/entry/{kind}", openapi_extra=needs(Action.READ))
def entry_page(
    request: Request,
    kind: str,
    database: Db,
    settings: Conf,
    viewer: Who,
    unit: str = "",
    day: str = "",
    cell: str = "",
) -> Response:
    """Show the form of a kind of fact for a unit and a day, or the record of one of its cells."""
    now = settings.now()
    _require_daily(kind)
    with database.read() as session:
        tree = units.load_tree(session)
        place = place_of(tree, viewer, kind, unit, day, now.date())
        made = load(session, tree, viewer, place, now.date())
        if cell:
            return page("cell.html", _cell(session, viewer, tree, made, cell, now))
        context = _context(session, tree, viewer, made, now)
    return shell(request, "entry.html", "entry", context)


@router.post("/entry/{kind}", openapi_extra=needs(Action.WRITE_FACTS))
async def save(request: Request, kind: str) -> Response:
    """Save a form; when something is refused it comes back as it was typed."""
    fields = await typed_fields(request)
    bind_unit(fields.get("unit", ""))
    return await in_turn(_save, request, kind, fields)


def _save(request: Request, kind: str, fields: dict[str, str]) -> Response:
    database, viewer, now = database_of(request), viewer_of(request), settings_of(request).now()
    _require_daily(kind)
    with database.read() as session:
        tree = units.load_tree(session)
        place = place_of(tree, viewer, kind, fields.get("unit", ""), fields.get("day", ""), now.date())

    def reading(session: Session) -> Form:
        return load(session, tree, viewer, place, now.date(), fields).form

    rule = partial(page_rule, place=place)
    outcome = save_form(database, viewer, now.date(), reading, rule, reason=fields.get("reason", ""))
    if wants_json(request):
        return as_json(outcome, database, viewer, now)
    if outcome.status == 200:  # noqa: PLR2004 (saved)
        return RedirectResponse(place.href() + "&saved=1", 303)
    with database.read() as session:
        made = load(session, tree, viewer, place, now.date(), fields)
        context = _context(session, tree, viewer, replace(made, form=outcome.form), now)
    return shell(
        request, "entry.html", "entry", context | shown_outcome(outcome, database, viewer, now), outcome.status
    )


def _require_daily(kind: str) -> None:
    if kind not in {table.kind for table in DAILY}:
        raise NotFound(Text("没有这种填报", "no such form"))


def _context(session: Session, tree: Tree, viewer: Viewer, made: DayForm, now: datetime) -> dict[str, Any]:
    place: Place = made.place
    context = around(session, tree, viewer, place, made.closing, now)
    body = drawn(session, made, before(session, made))
    title = {"page_title": t("每日填报", "Daily entry"), "subtitle": place.unit.name}
    return {**title, "form": {**context, **body}, "clashes": ()}


def _cell(session: Session, viewer: Viewer, tree: Tree, made: DayForm, name: str, now: datetime) -> dict[str, Any]:
    opening = openings.load(session, made.place.unit.id, made.place.day)
    return {"cell": panel(session, viewer, tree, made, asked(made.form, name), opening, now)}
