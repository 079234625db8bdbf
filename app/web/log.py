"""历史: the log of every change, one batch with its cells, and undoing it."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse

from app.domain.errors import Conflict, InTheWay
from app.domain.facts import TABLES, TARGETS
from app.domain.roles import Action, Viewer
from app.domain.tree import Tree
from app.i18n import plural, say, sentence, t
from app.kept.given import Conf, Db, Who, database_of, settings_of, viewer_of
from app.queries import channels, log, units
from app.queries.log import Batch, Wanted
from app.store import undo as store
from app.web.changes import KINDS, ORIGINS, Named, kind_name, origin_name
from app.web.filters import day_param
from app.web.guard import Id, in_turn, needs, pages, storable
from app.web.pick import unit_options
from app.web.render import shell

router = pages()

PAGE = 50
_CHOICES = {"kinds": KINDS, "origins": ORIGINS}

SHOWN = 500
"""Changed rows of a batch that its page lists."""


@router.get("/history", openapi_extra=needs(Action.READ))
def log_page(
    request: Request,
    database: Db,
    settings: Conf,
    viewer: Who,
    unit: str = "",
    kind: str = "",
    actor: str = "",
    origin: str = "",
    from_: Annotated[str, Query(alias="from")] = "",
    to: str = "",
    on: str = "",
    before: str = "",
) -> Response:
    """List the writes of everybody, newest first."""
    zone, actor, origin = ZoneInfo(settings.timezone), storable(actor), storable(origin)
    with database.read() as session:
        tree = units.load_tree(session)
        place = units.readable(tree, viewer, unit).id if unit else None
        moments = _moments(on, zone)
        days = (_day("from", from_), _day("to", to))
        older = int(before) if before.isdecimal() and len(before) < 19 else None  # noqa: PLR2004 (digits of an id)
        wanted = Wanted(place, kind or None, actor or None, origin or None, *days, *moments, older)
        found = log.batches(session, viewer, tree, wanted, PAGE + 1)
        people = log.actors(session)
    chosen = {"unit": unit, "kind": kind, "actor": actor, "origin": origin, "from": from_, "to": to, "on": on}
    following = {**chosen, "before": found[PAGE - 1].id} if len(found) > PAGE else None
    named = {key: {code: say(text) for code, text in texts.items()} for key, texts in _CHOICES.items()}
    choices = {**named, "units": unit_options(tree, viewer, unit), "actors": people}
    context = {
        "page_title": t("历史", "History"),
        "filters": {**chosen, **choices, "any": any(chosen.values())},
        "batches": [_line(tree, viewer, batch, zone) for batch in found[:PAGE]],
        "older_href": following and _href(following),
        "first_href": _href(chosen) if before else None,
    }
    return shell(request, "history.html", "history", context)


@router.get("/history/{batch}", openapi_extra=needs(Action.READ))
def batch_page(request: Request, batch: Id, database: Db, viewer: Who) -> Response:
    """Show what one write changed, cell by cell."""
    del database, viewer
    return _batch(request, batch)


@router.post("/history/{batch}/undo", openapi_extra=needs(Action.WRITE_FACTS, Action.WRITE_TARGETS))
async def undo(request: Request, batch: Id) -> Response:
    """Undo a batch as a whole; what stands in the way is listed."""
    return await in_turn(_undo, request, batch)


def _undo(request: Request, batch: int) -> Response:
    viewer, today = viewer_of(request), settings_of(request).today()
    try:
        made = database_of(request).transact(lambda session: store.undo(session, viewer, batch, today))
    except Conflict as error:
        return _batch(request, batch, error)
    return RedirectResponse(f"/history/{made.batch}?saved=1", 303)


def _batch(request: Request, batch_id: int, error: Conflict | None = None) -> Response:
    viewer, zone = viewer_of(request), ZoneInfo(settings_of(request).timezone)
    with database_of(request).read() as session:
        tree = units.load_tree(session)
        batch = log.batch(session, viewer, tree, batch_id)
        rows = log.changes(session, viewer, tree, batch_id, SHOWN)
        named = Named(tree, channels.load(session))
    way = error.conflicts if isinstance(error, InTheWay) else ()
    context = {
        "page_title": t(f"记录 #{batch_id}", f"Entry #{batch_id}"),
        "batch": _line(tree, viewer, batch, zone),
        "cells": [cell for row in rows for cell in named.cells(batch.kind, row)],
        "hidden": max(batch.rows - SHOWN, 0),
        "error": sentence(error.message) if error else None,
        "in_the_way": [named.in_the_way(cell, zone) for cell in way],
    }
    return shell(request, "batch.html", "history", context, error.status if error else 200)


def _line(tree: Tree, viewer: Viewer, batch: Batch, zone: ZoneInfo) -> dict[str, Any]:
    action = Action.WRITE_TARGETS if batch.kind == TARGETS.kind else Action.WRITE_FACTS
    lineage = () if batch.unit_id is None else tree.lineage(batch.unit_id)
    unit = tree.nodes[batch.unit_id].name if batch.unit_id is not None else None
    return {
        "id": batch.id,
        "at": batch.at.astimezone(zone),
        "actor": batch.actor,
        "origin": origin_name(batch.origin),
        "kind": kind_name(batch.kind),
        "reason": batch.reason,
        "rows": batch.rows,
        "place": unit and _place(unit, batch.units),
        "first": batch.first,
        "last": batch.last,
        "by_month": batch.kind in (TARGETS.kind, "closings"),
        "is_undone": batch.is_undone,
        "undoes": batch.undoes,
        "can_undo": batch.kind in TABLES and not batch.is_undone and viewer.may(action, lineage),
    }


def _place(unit: str, units: int) -> str:
    """Return the unit that a batch changed, and how many."""
    if units == 1:
        return unit
    return t(f"{unit} 等 {units} 个单元", f"{unit} and {plural(units - 1, 'other unit')}")


def _moments(on: str, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    day = _day("on", on)
    if day is None:
        return None, None
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    return start, start + timedelta(days=1)


def _day(field: str, text: str) -> date | None:
    return day_param(field, text) if text else None


def _href(params: dict[str, Any]) -> str:
    return f"/history?{urlencode({key: value for key, value in params.items() if value})}"
