"""Logging in and out."""

from datetime import timedelta
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from app.connectors.signin.provider import Provider
from app.domain.errors import LuopanError, Throttled
from app.domain.security import Event
from app.domain.text import Language, Text
from app.i18n import plural, say, sentence, spoken, t
from app.kept.given import Conf, Db, database_of, settings_of
from app.queries import access
from app.store import passwords, preferences, security, sessions, throttle
from app.store.sessions import Browser
from app.web.guard import OpenPage, cookie_name, logged_in, peer_of, storable
from app.web.render import other_language, page, spoken_path

router = APIRouter(route_class=OpenPage, include_in_schema=False)

SHORT = timedelta(hours=12)
"""How long a login lasts at most that is not to be kept; its cookie goes with the browser."""


BY_SIGN_ON, BY_LINK = Text("单点登录", "Single sign-on"), Text("一次性链接", "One-time link")
"""How somebody came in who typed no password, as the security log keeps it."""

WRONG = Text("账号或密码不对", "Wrong name or password")


class Changed(Exception):
    """The password that was typed is not the password any more."""


log = structlog.get_logger("luopan.security")


def safe_next(target: str) -> str:
    """Return a path on this site; anything else becomes the start page."""
    # Browsers read \\ as / and drop tabs and line ends: "//" then names another host.
    plain = target.isprintable() and "\\" not in target
    return target if plain and target.startswith("/") and not target.startswith("//") else "/"


@router.get("/login")
def login_page(request: Request, next: str = "/") -> Response:  # noqa: A002 (the parameter's name in the address)
    """Show the login form, and who else may vouch for people."""
    return login_form(request, "", safe_next(next))


@router.post("/login")
def log_in(
    request: Request,
    database: Db,
    name: Annotated[str, Form(max_length=120)] = "",
    password: Annotated[str, Form(max_length=passwords.MAX_LENGTH)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002 (the field's name)
    *,
    keep: Annotated[bool, Form()] = False,
) -> Response:
    """Start a session, or say that name or password is wrong without saying which."""
    name, target = storable(name).strip(), safe_next(next)
    own, shared = throttle.account(name), throttle.peer(peer_of(request))
    try:
        left = database.transact(lambda session: throttle.take(session, [own, shared]))
    except Throttled as error:
        log.warning("login_throttled", actor=name, peer=peer_of(request))
        return login_form(request, name, target, sentence(error.message), error)
    with database.read() as session:
        found = access.by_password(session, name)
    # Hashing takes long on purpose, so nothing is locked meanwhile.
    if not passwords.fits(found and found[1], password) or found is None:
        note_failure(request, name, left)
        more = t(f"还可尝试 {left} 次", f"{plural(left, 'attempt')} left")
        rest = more if left else t("请 15 分钟后再试", "try again in 15 minutes")
        return login_form(request, name, target, say(WRONG) + t("，", "; ") + rest)
    user_id = found[0]

    def work(session: Session) -> str:
        # While it was hashed, an admin may have switched the account off or given it another password.
        if access.by_password(session, name) != found:
            raise Changed
        throttle.forgive(session, own, shared)
        return started(session, request, user_id, keep=keep)

    try:
        session_id = database.transact(work)
    except Changed:
        return login_form(request, name, target, say(WRONG))
    return entered(request, session_id, target, keep=keep)


def started(session: Session, request: Request, user_id: int, *, keep: bool, how: Text | None = None) -> str:
    """Start a login for the browser that is asking, and return its id."""
    preferences.begin_in(session, user_id, spoken())
    settings = settings_of(request)
    browser = Browser(peer_of(request), storable(request.headers.get("User-Agent", "")))
    lives = timedelta(days=settings.session_days) if keep else SHORT
    return sessions.start(session, settings.key, user_id, lives, browser, how.say(Language.ZH) if how else "")


def entered(request: Request, session_id: str, target: str, *, keep: bool) -> Response:
    """Return the answer that hands a browser its new session and leads on."""
    settings = settings_of(request)
    answer = RedirectResponse(target, 303)
    answer.set_cookie(
        cookie_name(settings),
        session_id,
        max_age=settings.session_days * 86400 if keep else None,
        httponly=True,
        samesite="lax",
        secure=settings.env == "production",
    )
    return answer


@router.post("/logout")
def log_out(request: Request, database: Db, settings: Conf) -> Response:
    """End the session."""
    viewer = logged_in(request)
    if viewer is not None:
        database.transact(lambda session: sessions.log_out(session, viewer))
    answer = RedirectResponse(spoken_path("/login", language=viewer.language if viewer else None), 303)
    # A browser takes no word about a __Host- cookie that is not Secure, not even the one that ends it.
    answer.delete_cookie(cookie_name(settings), secure=settings.env == "production", httponly=True, samesite="lax")
    return answer


def note_failure(request: Request, name: str, left: int) -> None:
    """Write down a wrong password, in both logs, and that it was the last one for a while."""
    peer = peer_of(request)
    log.warning("login_failed", actor=name, peer=peer)
    events = [Event.LOGIN_FAILED, *([] if left else [Event.LOGIN_THROTTLED])]

    def work(session: Session) -> None:
        for event in events:
            security.note(session, event, name, address=peer)

    database_of(request).transact(work)


def login_form(
    request: Request, name: str, target: str, error: str | None = None, refusal: LuopanError | None = None
) -> Response:
    """Return the login form; with why nobody was logged in, if there is a reason."""
    status = refusal.status if refusal else 401 if error else 200
    context = {
        "page_title": t("登录", "Log in"),
        "error": error,
        "name": name,
        "next": target,
        "session_days": settings_of(request).session_days,
        "action": spoken_path("/login"),
        "switch": other_language("/login", {"next": target}),
        "others": [(spoken_path(f"/login/{key}", {"next": target}), label) for key, label in _others(request)],
    }
    answer = page("login.html", context, status)
    if isinstance(refusal, Throttled):
        answer.headers["Retry-After"] = str(refusal.seconds)
    return answer


def _others(request: Request) -> list[tuple[str, str]]:
    """Return who else vouches for people: the word for it in addresses, and what its button says."""
    found: dict[str, Provider] = request.app.state.providers
    return [(key, say(provider.label)) for key, provider in found.items()]
