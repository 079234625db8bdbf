"""成员: who can log in, what they may, and the links with which they set a password."""

from collections.abc import Callable
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.roles import Action, Role, Viewer
from app.domain.text import Text
from app.i18n import INDENT, say, sentence, t
from app.kept.given import Db, Who, database_of, settings_of, viewer_of
from app.queries import units
from app.queries import users as people
from app.store import links, sessions, users
from app.store.users import Given
from app.web.account import ALL_UNITS, login_line
from app.web.guard import Id, needs, pages, storable, typed_fields
from app.web.pick import Picker, unit_options
from app.web.render import shell

router = pages()

Fields = dict[str, str]
Work = Callable[[Session, Viewer, int, Fields], str | None]


@router.get("/people", openapi_extra=needs(Action.ADMINISTER))
def people_page(request: Request, database: Db, viewer: Who) -> Response:
    """List everybody."""
    del viewer, database
    return _list(request, {}, {})


@router.post("/people", openapi_extra=needs(Action.ADMINISTER))
def add_person(
    request: Request,
    database: Db,
    viewer: Who,
    name: Annotated[str, Form(max_length=120)] = "",
    role: Annotated[str, Form(max_length=16)] = "",
    unit: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Add a person with a role, and show the link with which they set their password."""
    name = storable(name)
    try:
        given = [_given(role, storable(unit))]

        def work(session: Session) -> tuple[int, str]:
            made = users.add(session, viewer, name, given)
            return made, links.for_password(session, viewer, made)

        user_id, key = database.transact(work)
    except Invalid as error:
        fields = {"name": name, "role": role, "unit": unit}
        return _list(request, fields, {issue.field: sentence(issue.message) for issue in error.issues})
    return _person(request, user_id, link=f"/setup?key={key}")


@router.get("/people/{person}", openapi_extra=needs(Action.ADMINISTER))
def person_page(request: Request, person: Id, database: Db, viewer: Who) -> Response:
    """Show a person's roles and logins."""
    del viewer, database
    return _person(request, person)


@router.post("/people/{person}", openapi_extra=needs(Action.ADMINISTER))
async def change_person(request: Request, person: Id) -> Response:
    """Give or take a role, switch somebody off or on, end their logins, make a link for a new password."""
    return await run_in_threadpool(_change, request, person, await typed_fields(request))


def _grant(session: Session, viewer: Viewer, person: int, fields: Fields) -> None:
    users.grant(session, viewer, person, _given(fields.get("role", ""), fields.get("unit", "")))


def _revoke(session: Session, viewer: Viewer, person: int, fields: Fields) -> None:
    text = fields.get("grant", "")
    users.revoke(session, viewer, person, int(text) if text.isdecimal() and len(text) < 19 else 0)  # noqa: PLR2004 (digits of an id)


def _disable(session: Session, viewer: Viewer, person: int, _fields: Fields) -> None:
    users.set_active(session, viewer, person, active=False)


def _enable(session: Session, viewer: Viewer, person: int, _fields: Fields) -> None:
    users.set_active(session, viewer, person, active=True)


def _end(session: Session, viewer: Viewer, person: int, _fields: Fields) -> None:
    sessions.end_all(session, viewer, person)


def _link(session: Session, viewer: Viewer, person: int, _fields: Fields) -> str:
    return f"/setup?key={links.for_password(session, viewer, person)}"


WORKS: dict[str, Work] = {
    "grant": _grant,
    "revoke": _revoke,
    "disable": _disable,
    "enable": _enable,
    "end": _end,
    "link": _link,
}
"""What a button of a person's page does, by the value of its field `do`."""


def _change(request: Request, person: int, fields: Fields) -> Response:
    work = WORKS.get(fields.get("do", ""))
    if work is None:
        raise NotFound(Text("没有这个操作", "there is no such button"))
    try:
        link = database_of(request).transact(lambda session: work(session, viewer_of(request), person, fields))
    except (Invalid, Conflict) as error:
        message = sentence(error.issues[0].message if isinstance(error, Invalid) else error.message)
        return _person(request, person, error=message, status=error.status)
    if link:
        return _person(request, person, link=link)
    return RedirectResponse(f"/people/{person}?saved=1", 303)


def _given(role: str, unit: str) -> Given:
    if role not in list(Role):
        raise Invalid.one("role", Text("请选择角色", "Choose a role"))
    return Given(Role(role), unit or None)


def _list(request: Request, fields: Fields, errors: dict[str, str]) -> Response:
    viewer, zone = viewer_of(request), ZoneInfo(settings_of(request).timezone)
    with database_of(request).read() as session:
        found = people.everybody(session, viewer)
        tree = units.load_tree(session)
    context = {
        "page_title": t("成员", "People"),
        "people": [_line(person, zone) for person in found],
        "form": {"name": "", "role": Role.OPERATOR.value, "unit": "", **fields},
        "errors": errors,
        **choices(unit_options(tree, viewer, fields.get("unit", ""))),
    }
    return shell(request, "people.html", "people", context, 422 if errors else 200)


def _person(
    request: Request, person: int, *, link: str | None = None, error: str | None = None, status: int = 200
) -> Response:
    viewer, zone = viewer_of(request), ZoneInfo(settings_of(request).timezone)
    with database_of(request).read() as session:
        found = people.person(session, viewer, person)
        logins = people.logins(session, viewer, person)
        tree = units.load_tree(session)
    context = {
        "page_title": found.name,
        "person": _line(found, zone),
        "logins": [login_line(login, zone, request.app.state.seen.session(login.id_hash)) for login in logins],
        "link": link,
        "error": error,
        **choices(unit_options(tree, viewer, "")),
    }
    return shell(request, "person.html", "people", context, status)


def choices(picker: Picker) -> dict[str, Any]:
    """Return the roles and units that a form offers."""
    return {
        "roles": [{"value": role.value, "label": say(role.text)} for role in reversed(Role)],
        "units": [{"value": "", "label": say(ALL_UNITS)}]
        + [{"value": unit["code"], "label": INDENT * unit["depth"] + unit["name"]} for unit in picker.options],
        "search": picker.search,
    }


def _line(person: people.Person, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "active": person.active,
        "waits": not person.has_password and person.active and person.seen_at is None,
        "seen": person.seen_at and person.seen_at.astimezone(zone),
        "grants": [
            {
                "id": grant.id,
                "role": say(grant.role.text),
                "unit": grant.unit or say(ALL_UNITS),
                "by_claims": grant.issuer is not None,
            }
            for grant in person.grants
        ],
    }
