"""组织单元 and 渠道: tables of what there is, and a form to add or change."""

from collections.abc import Container, Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session

from app.domain.errors import Conflict, Invalid, Issue
from app.domain.facts import ChannelKind
from app.domain.roles import Action, Viewer
from app.domain.scope import UnitKind
from app.domain.text import Text
from app.i18n import INDENT, say, sentence, t
from app.inputs.master import ChannelInput, UnitInput
from app.inputs.problems import issues
from app.inputs.types import is_code
from app.kept.given import Db, Who, database_of, viewer_of
from app.queries import channels, units
from app.store import channels as channel_store
from app.store import units as unit_store
from app.web.guard import in_turn, needs, pages, typed_fields
from app.web.pick import lines, unit_options
from app.web.render import shell

router = pages()

_CHANNEL_KINDS = {
    ChannelKind.SOURCE: Text("引流渠道", "Source channel"),
    ChannelKind.TOUCHPOINT: Text("成交触点", "Touchpoint"),
}

_CODE = Text("只能用小写字母、数字、- 和 _，最长 40 位", "Only lower-case letters, digits, - and _; at most 40")

LONGEST_NUMBER = 20
"""Digits that are read as a number; Python refuses thousands of them."""

Fields = Mapping[str, str]


@router.get("/units", openapi_extra=needs(Action.READ))
def units_page(request: Request, database: Db, viewer: Who, edit: str = "") -> Response:
    """Show the units that the viewer may read."""
    del database, viewer
    return _units(request, edit, None, {})


@router.get("/channels", openapi_extra=needs(Action.READ))
def channels_page(request: Request, database: Db, viewer: Who, edit: str = "") -> Response:
    """Show all channels."""
    del database, viewer
    return _channels(request, edit, None, {})


@router.post("/units", openapi_extra=needs(Action.MANAGE))
async def save_unit(request: Request) -> Response:
    """Add or change a unit."""
    return await in_turn(_save_unit, request, await typed_fields(request))


@router.post("/channels", openapi_extra=needs(Action.MANAGE))
async def save_channel(request: Request) -> Response:
    """Add or change a channel."""
    return await in_turn(_save_channel, request, await typed_fields(request))


def _save_unit(request: Request, fields: Fields) -> Response:
    given = {"name": fields.get("name"), "kind": fields.get("kind"), "parent": fields.get("parent") or None}

    def work(session: Session) -> None:
        _refuse_taken(fields, units.load_tree(session).by_code)
        unit_store.put(session, viewer_of(request), fields["code"], UnitInput.model_validate(data))

    try:
        data = _checked(UnitInput, fields, {**given, "active": "active" in fields})
        database_of(request).transact(work)
    except (Invalid, Conflict) as error:
        return _units(request, "", fields, _messages(error))
    return RedirectResponse("/units?saved=1", 303)


def _save_channel(request: Request, fields: Fields) -> Response:
    numbers = {key: _number(fields.get(key)) for key in ("color_slot", "position")}
    given = {"name": fields.get("name"), "kind": fields.get("kind"), **numbers, "active": "active" in fields}

    def work(session: Session) -> None:
        _refuse_taken(fields, channels.load(session))
        channel_store.put(session, viewer_of(request), fields["code"], ChannelInput.model_validate(data))

    try:
        data = _checked(ChannelInput, fields, given)
        database_of(request).transact(work)
    except (Invalid, Conflict) as error:
        return _channels(request, "", fields, _messages(error))
    return RedirectResponse("/channels?saved=1", 303)


def _checked(model: type[BaseModel], fields: Fields, given: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a form when all of them are valid; Invalid names each that is not."""
    found = []
    if not is_code(fields.get("code", "")):
        found.append(Issue("code", _CODE))
    try:
        model.model_validate(given)
    except ValidationError as error:
        found += issues(error.errors())
    if found:
        raise Invalid(found)
    return given


def _refuse_taken(fields: Fields, known: Container[str]) -> None:
    """Refuse a new code that is taken: saving would change what stands under it."""
    if fields["code"] in known and fields.get("edit") != fields["code"]:
        raise Invalid.one("code", Text("代码已被使用", "This code is taken"))


def _number(text: str | None) -> int | str | None:
    if text and text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER:
        return int(text)
    return text or None


def _messages(error: Invalid | Conflict) -> dict[str, str]:
    if isinstance(error, Conflict):
        return {"kind": sentence(error.message)}
    return {issue.field: sentence(issue.message) for issue in error.issues}


def _can_manage(viewer: Viewer) -> bool:
    return viewer.may(Action.MANAGE, ())


def _units(request: Request, edit: str, fields: Fields | None, errors: dict[str, str]) -> Response:
    viewer = viewer_of(request)
    with database_of(request).read() as session:
        tree = units.load_tree(session)
    node = tree.by_code.get(edit or (fields or {}).get("edit", ""))
    parent = tree.nodes[node.parent_id].code if node and node.parent_id else ""
    kept = (
        {"code": node.code, "name": node.name, "kind": node.kind, "parent": parent, "active": node.active}
        if node
        else {}
    )
    blank = {"code": "", "name": "", "kind": UnitKind.TEAM.value, "parent": "", "active": True}
    typed = {} if fields is None else {**fields, "active": "active" in fields}
    seen = units.visible(tree, viewer)
    options, picker = lines(tree, seen, seen), unit_options(tree, viewer, (fields or {}).get("parent", parent))
    names = {tree.by_code[unit["code"]].id: unit["name"] for unit in options}
    form = {
        **blank,
        **kept,
        **typed,
        "errors": errors,
        "editing": node is not None,
        "kinds": [{"value": kind.value, "label": say(kind.text)} for kind in UnitKind],
        "parents": [{"value": "", "label": t("无（顶级）", "None (top)")}]
        + [{"value": unit["code"], "label": INDENT * unit["depth"] + unit["name"]} for unit in picker.options],
        "search": picker.search,
    }
    rows = [
        {
            "code": unit["code"],
            "name": unit["name"],
            "depth": unit["depth"],
            "kind_label": say(tree.by_code[unit["code"]].kind.text),
            "parent": names.get(tree.by_code[unit["code"]].parent_id or 0),
            "active": tree.by_code[unit["code"]].active,
        }
        for unit in options
    ]
    context = {"page_title": t("组织单元", "Units"), "rows": rows, "form": form, "can_manage": _can_manage(viewer)}
    return shell(request, "units.html", "units", context, 422 if errors else 200)


def _channels(request: Request, edit: str, fields: Fields | None, errors: dict[str, str]) -> Response:
    with database_of(request).read() as session:
        known = channels.load(session)
    row = known.get(edit or (fields or {}).get("edit", ""))
    keys = ("code", "name", "kind", "color_slot", "position", "active")
    blank = dict(zip(keys, ("", "", ChannelKind.SOURCE.value, 0, len(known), True), strict=True))
    kept = {key: getattr(row, key) for key in keys} if row else {}
    typed = {} if fields is None else {**fields, "active": "active" in fields}
    form = {
        **blank,
        **kept,
        **typed,
        "errors": errors,
        "editing": row is not None,
        "kinds": [{"value": kind.value, "label": say(label)} for kind, label in _CHANNEL_KINDS.items()],
    }
    rows = [
        {
            "code": channel.code,
            "name": channel.name,
            "kind_label": say(_CHANNEL_KINDS[channel.kind]),
            "slot": channel.color_slot,
            "position": channel.position,
            "active": channel.active,
        }
        for channel in known.values()
    ]
    context = {
        "page_title": t("渠道", "Channels"),
        "rows": rows,
        "form": form,
        "can_manage": _can_manage(viewer_of(request)),
    }
    return shell(request, "channels.html", "channels", context, 422 if errors else 200)
