"""备注: notes pinned to days, listed, written, and taken away with a way back."""

from contextlib import suppress
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.notes import LONGEST
from app.domain.roles import Action, Viewer
from app.domain.tree import Tree
from app.i18n import day_label, range_label, say, t
from app.inputs.notes import NoteInput
from app.inputs.problems import issues
from app.kept.given import Conf, Db, Who, database_of, settings_of, viewer_of
from app.queries import notes, units
from app.queries.notes import NoteRow
from app.store import notes as store
from app.web.filters import Chosen, asked
from app.web.guard import Id, KeptPage, in_turn, needs, pages, typed_fields
from app.web.login import safe_next
from app.web.pick import unit_options
from app.web.render import shell
from app.web.tools import note_kinds

router = pages()
kept = pages(KeptPage)
WRITERS = needs(Action.WRITE_FACTS, Action.WRITE_TARGETS)
FIELDS = ("unit", "day", "kind", "text")


@kept.get("/notes", openapi_extra=needs(Action.READ))
def notes_page(
    request: Request,
    database: Db,
    settings: Conf,
    viewer: Who,
    unit: str = "",
    from_: Annotated[str, Query(alias="from")] = "",
    to: str = "",
    removed: str = "",
) -> Response:
    """List the notes of a range: of a unit, of those above it and of all below."""
    del database, settings, viewer
    return _page(request, Chosen(unit=unit, first=from_, last=to), {}, {}, removed)


@router.post("/notes", openapi_extra=WRITERS)
async def add(request: Request) -> Response:
    """Pin a note, and go back to where it was written."""
    return await in_turn(_add, request, await typed_fields(request))


@router.post("/notes/{note}/remove", openapi_extra=WRITERS)
async def remove(request: Request, note: Id) -> Response:
    """Take a note away; the page then offers to bring it back."""
    return await in_turn(_remove, request, note, await typed_fields(request))


@router.post("/notes/{batch}/restore", openapi_extra=WRITERS)
async def restore(request: Request, batch: Id) -> Response:
    """Bring a note back."""
    return await in_turn(_restore, request, batch, await typed_fields(request))


def _add(request: Request, fields: dict[str, str]) -> Response:
    given = {name: fields[name] for name in FIELDS if name in fields}
    try:
        note = _checked(given)
        database_of(request).transact(lambda session: store.add(session, viewer_of(request), note))
    except Invalid as error:
        wrong = {issue.field: say(issue.message) for issue in error.issues}
        return _page(request, Chosen(), given, wrong, status=error.status)
    return RedirectResponse(_saved(safe_next(fields.get("back", "/notes"))), 303)


def _checked(given: dict[str, str]) -> NoteInput:
    try:
        return NoteInput.model_validate(given)
    except ValidationError as error:
        raise Invalid(issues(error.errors())) from None


def _saved(place: str) -> str:
    return place if "saved=" in place else f"{place}{'&' if '?' in place else '?'}saved=1"


def _remove(request: Request, note: int, fields: dict[str, str]) -> Response:
    try:
        batch = database_of(request).transact(lambda session: store.remove(session, viewer_of(request), note))
    except NotFound as error:  # another window was faster: the list as it is now says the rest
        place = _place(fields)
        chosen = Chosen(unit=place.get("unit", ""), first=place.get("from", ""), last=place.get("to", ""))
        return _page(request, chosen, {}, {}, status=error.status)
    return RedirectResponse(f"/notes?{urlencode({**_place(fields), 'removed': batch})}", 303)


def _restore(request: Request, batch: int, fields: dict[str, str]) -> Response:
    with suppress(Conflict):  # it is there already: what was asked for has come true
        database_of(request).transact(lambda session: store.restore(session, viewer_of(request), batch))
    return RedirectResponse(f"/notes?{urlencode({**_place(fields), 'saved': '1'})}", 303)


def _place(fields: dict[str, str]) -> dict[str, str]:
    return {name: fields[name] for name in ("unit", "from", "to") if fields.get(name)}


def _page(
    request: Request, chosen: Chosen, typed: dict[str, str], wrong: dict[str, str], removed: str = "", status: int = 200
) -> Response:
    viewer, now = viewer_of(request), settings_of(request).now()
    with database_of(request).read() as session:
        tree = units.load_tree(session)
        found = asked(chosen, tree, viewer, now)
        unit, period = units.readable(tree, viewer, found.unit), found.period
        rows = notes.load(session, viewer, tree, unit.id, period, below=True)
        lines = [_line(viewer, tree, row, ZoneInfo(settings_of(request).timezone)) for row in reversed(rows)]
    first, last = period.first.isoformat(), period.last.isoformat()
    back = f"/notes?{urlencode({'unit': unit.code, 'from': first, 'to': last})}"
    gone = status == NotFound.status
    context = {
        "page_title": t("备注", "Notes"),
        "subtitle": unit.name,
        "units": unit_options(tree, viewer, unit.code),
        "unit": unit.code,
        "first": first,
        "last": last,
        "range_label": range_label(period),
        "lines": lines,
        "can_note": notes.may_write(viewer, tree.lineage(unit.id)),
        "form": {"unit": unit.code, "day": min(period.last, now.date()).isoformat(), "kind": "live", "text": ""}
        | typed,
        "wrong": wrong,
        "kinds": note_kinds(),
        "longest": LONGEST,
        "back": back,
        "gone": gone,
        **({"here": back} if gone else {}),  # where it was asked to be removed is no page
        "removed": removed if removed.isdecimal() else "",
    }
    return shell(request, "notes.html", "notes", context, status)


def _line(viewer: Viewer, tree: Tree, row: NoteRow, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": row.id,
        "day": f"{row.day.year} · {day_label(row.day)}",
        "date": row.day.isoformat(),
        "unit": tree.nodes[row.unit_id].name,
        "kind": say(row.kind.text),
        "mark": say(row.kind.mark),
        "text": row.text,
        "actor": row.actor,
        "at": row.at.astimezone(zone),
        "can_remove": notes.may_remove(viewer, tree.lineage(row.unit_id), row.user_id),
    }
