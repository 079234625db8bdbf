"""我的账号: one's own password and logins."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.domain.errors import Invalid, Throttled
from app.domain.roles import Action
from app.domain.text import Language, Text
from app.i18n import say, sentence, spoken, t
from app.kept.given import Db, Who, database_of, settings_of, viewer_of
from app.queries import access, units
from app.queries import users as people
from app.store import passwords, preferences, sessions, throttle, users
from app.web.agents import browser_name
from app.web.guard import needs, pages, storable
from app.web.login import note_failure, safe_next
from app.web.render import shell
from app.web.setup import Password, checked

router = pages()

ALL_UNITS = Text("全部单元", "All units")
WRONG = Text("当前密码不对", "This is not the current password")


@router.get("/account", openapi_extra=needs(Action.ACCOUNT))
def account_page(request: Request, database: Db, viewer: Who) -> Response:
    """Show who one is here, and where one is logged in."""
    del viewer, database
    return _page(request, {})


@router.post("/account/password", openapi_extra=needs(Action.ACCOUNT))
def change_password(
    request: Request, database: Db, viewer: Who, current: Password = "", password: Password = "", again: Password = ""
) -> Response:
    """Change one's own password; all other logins end."""
    own = throttle.account(viewer.name)
    try:
        left = database.transact(lambda session: throttle.take(session, [own]))
        with database.read() as session:
            found = access.by_password(session, viewer.name)
        if found is None or not passwords.fits(found[1], current):
            note_failure(request, viewer.name, left)
            raise Invalid.one("current", WRONG)
        database.transact(lambda session: throttle.forgive(session, own, own))
        hashed = checked(password, again, viewer.name)

        def work(session: Session) -> None:
            # While it was hashed, an admin may have given another one.
            if access.by_password(session, viewer.name) != found:
                raise Invalid.one("current", WRONG)
            users.set_password(session, viewer, found[0], hashed)

        database.transact(work)
    except Invalid as error:
        return _page(request, {issue.field: sentence(issue.message) for issue in error.issues}, error.status)
    except Throttled as error:
        return _page(request, {"current": sentence(error.message)}, error.status, error.seconds)
    return RedirectResponse("/account?saved=1", 303)


@router.post("/account/language", openapi_extra=needs(Action.ACCOUNT))
def change_language(
    database: Db, viewer: Who, language: Annotated[str, Form()] = "", back: Annotated[str, Form(max_length=2000)] = "/"
) -> Response:
    """Speak another language from now on, and show the page again that this was asked on."""
    if language not in set(Language):
        raise Invalid.one("language", Text("不支持这种语言", "is not a language of the interface"))
    database.transact(lambda session: preferences.set_language(session, viewer, Language(language)))
    return RedirectResponse(safe_next(back), 303)


@router.post("/account/sessions", openapi_extra=needs(Action.ACCOUNT))
def end_sessions(database: Db, viewer: Who, login: Annotated[str, Form(max_length=64)] = "") -> Response:
    """End one of one's own logins, or all of them but this one."""
    if login:
        database.transact(lambda session: sessions.end(session, viewer, storable(login)))
    else:
        database.transact(lambda session: sessions.end_all(session, viewer, viewer.user_id or 0))
    return RedirectResponse("/account?saved=1", 303)


def _page(request: Request, errors: dict[str, str], status: int = 200, wait: int = 0) -> Response:
    viewer, zone = viewer_of(request), ZoneInfo(settings_of(request).timezone)
    with database_of(request).read() as session:
        tree = units.load_tree(session)
        logins = people.logins(session, viewer)
        found = access.by_password(session, viewer.name)
    context = {
        "page_title": t("我的账号", "My account"),
        "grants": [
            (say(grant.role.text), say(ALL_UNITS) if grant.unit_id is None else tree.nodes[grant.unit_id].name)
            for grant in viewer.grants
        ],
        "logins": [login_line(login, zone, request.app.state.seen.session(login.id_hash)) for login in logins],
        "has_password": found is not None and passwords.is_set(found[1]),
        "errors": errors,
        "language": spoken().value,
    }
    answer = shell(request, "account.html", "account", context, status)
    if wait:
        answer.headers["Retry-After"] = str(wait)
    return answer


def login_line(login: people.Login, zone: ZoneInfo, seen: datetime | None = None) -> dict[str, object]:
    """Return a login as it is listed; `seen` is a later use that is not written down yet."""
    return {
        "id": login.id_hash,
        "browser": browser_name(login.agent),
        "address": login.address,
        "began": login.created_at.astimezone(zone),
        "seen": (seen or login.seen_at).astimezone(zone),
        "is_this": login.is_this,
    }
