"""Logging in and out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from app.store import access
from app.web.guard import Conf, Db, OpenPage, cookie_name, storable
from app.web.render import page

router = APIRouter(route_class=OpenPage, include_in_schema=False)


def safe_next(target: str) -> str:
    """Return a path on this site; anything else becomes the start page."""
    # Browsers read \ as / and drop tabs and line ends: "//" then names another host.
    plain = target.isprintable() and "\\" not in target
    return target if plain and target.startswith("/") and not target.startswith("//") else "/"


@router.get("/login")
def login_page(next: str = "/") -> Response:  # noqa: A002 (the parameter's name in the address)
    """Show the login form."""
    return page("login.html", {"page_title": "登录", "error": None, "name": "", "next": safe_next(next)})


@router.post("/login")
def log_in(
    database: Db,
    settings: Conf,
    name: Annotated[str, Form(max_length=120)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002 (the field's name)
) -> Response:
    """Start a session, or say that name or password is wrong without saying which."""
    # Hashing takes long on purpose, so that it happens before anything is locked.
    with database.read() as session:
        user_id = access.user_of(session, storable(name), password)
    if user_id is None:
        context = {"page_title": "登录", "error": "账号或密码不对", "name": name, "next": safe_next(next)}
        return page("login.html", context, 401)
    with database.write() as session:
        session_id = access.start_session(session, settings.key, user_id, settings.session_days)
    answer = RedirectResponse(safe_next(next), 303)
    answer.set_cookie(
        cookie_name(settings),
        session_id,
        max_age=settings.session_days * 86400,
        httponly=True,
        samesite="lax",
        secure=settings.env == "production",
    )
    return answer


@router.post("/logout")
def log_out(request: Request, database: Db, settings: Conf) -> Response:
    """End the session."""
    session_id = request.cookies.get(cookie_name(settings))
    if session_id:
        with database.write() as session:
            access.log_out(session, settings.key, session_id)
    answer = RedirectResponse("/login", 303)
    # A browser takes no word about a __Host- cookie that is not Secure, not even the one that ends it.
    answer.delete_cookie(cookie_name(settings), secure=settings.env == "production", httponly=True, samesite="lax")
    return answer
