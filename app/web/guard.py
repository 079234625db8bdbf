"""Every page passes here first: the login, the role, and that a form was sent from this site."""

from collections.abc import Callable, Coroutine, Hashable, Sequence
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from app.domain.errors import Forbidden
from app.domain.roles import Action, Viewer
from app.domain.text import Language, Text
from app.i18n import speak
from app.kept.given import database_of, settings_of, viewer_of
from app.kept.respond import Policy, answered
from app.queries import access
from app.queries.version import Stamp
from app.settings import Settings
from app.store.secrets import session_hash

COOKIE = "luopan_session"
ACTION = "x-luopan-action"
MAX_FIELDS = 100_000
POLICY = Policy("page", "no-store", "Cookie")
"""Whoever logs out leaves no page behind in the browser."""


def cookie_name(settings: Settings) -> str:
    """Return the name of the session cookie; browsers hold __Host- cookies to this host over https."""
    return f"__Host-{COOKIE}" if settings.env == "production" else COOKIE


def needs(*actions: Action) -> dict[str, str]:
    """Return what a page declares (as `openapi_extra`): the actions of which its viewer must be allowed one."""
    return {ACTION: " ".join(actions)}


class GuardedPage(APIRoute):
    """Checks origin, login and role before a page is made."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler behind the checks."""
        handle = super().get_route_handler()
        actions = self.actions

        async def guarded(request: Request) -> Response:
            is_in = await _admit(request, actions) is not None
            return await handle(request) if is_in else _to_login(request)

        return guarded

    @property
    def actions(self) -> list[Action]:
        """What the page declares: its viewer must be allowed one of these."""
        return [Action(action) for action in (self.openapi_extra or {})[ACTION].split()]


class KeptPage(GuardedPage):
    """The same for a page that depends on stored data, its address and its viewer: it is kept."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler behind the checks and what is kept."""
        handle = APIRoute.get_route_handler(self)
        actions = self.actions

        async def guarded(request: Request) -> Response:
            stamp = await _admit(request, actions)
            if stamp is None:
                return _to_login(request)
            return await answered(request, stamp, shown_to(viewer_of(request)), POLICY, handle)

        return guarded


def shown_to(viewer: Viewer) -> Hashable:
    """Return what a page holds of its viewer: name, language, roles, and what these let the viewer see and open."""
    return viewer.user_id, viewer.name, viewer.language, viewer.grants, viewer.owned, viewer.limit


async def _admit(request: Request, actions: Sequence[Action]) -> Stamp | None:
    """Let somebody with a live login in who may do one of `actions`.

    Return the stamp of the data that is found then, or None for somebody who has to log in first.
    """
    require_same_site(request)
    hashed = _session_of(request)
    if hashed is None:
        return None

    asker = await database_of(request).soon(lambda reader: access.by_session(reader, hashed, peer_of(request)))
    if asker is None:
        return None
    viewer, stamp = asker
    request.state.viewer = viewer
    speak(viewer.language)
    request.app.state.seen.note(viewer)
    if not any(viewer.may(action) for action in actions):
        viewer.require(actions[0])
    return stamp


class OpenPage(APIRoute):
    """A page without login; forms must still come from this site."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler behind the check."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            speak(asked_language(request))
            require_same_site(request)
            return await handle(request)

        return guarded


def asked_language(request: Request) -> Language:
    """Return the language that an address asks for: where nobody is logged in, nothing else tells."""
    asked = request.query_params.get("lang")
    return Language(asked) if asked in set(Language) else Language.ZH


def pages(kind: type[GuardedPage] = GuardedPage) -> APIRouter:
    """Return a router whose pages are guarded."""
    return APIRouter(route_class=kind, include_in_schema=False)


def require_same_site(request: Request) -> None:
    """Refuse a form from another site: browsers say where it came from, programs need not."""
    if request.method in ("GET", "HEAD"):
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    same = site in ("same-origin", "none") if site else origin is None
    if not site and origin is not None:
        same = origin.partition("://")[2] == request.headers.get("Host")
    if not same:
        raise Forbidden(Text("请求来自其他网站，已拒绝", "Refused: the request comes from another site"))


async def typed_fields(request: Request) -> dict[str, str]:
    """Return the fields of a form; the bound on bodies bounds their number, and a large grid has thousands."""
    async with request.form(max_fields=MAX_FIELDS) as form:
        return {name: storable(value) for name, value in form.items() if isinstance(value, str)}


def storable(text: str) -> str:
    """Return a text that every database can hold: PostgreSQL takes no NUL."""
    return text.replace("\0", "\ufffd")


def logged_in(request: Request) -> Viewer | None:
    """Return whoever the session cookie belongs to."""
    hashed = _session_of(request)
    if hashed is None:
        return None
    with database_of(request).read() as session:
        asker = access.by_session(session, hashed, peer_of(request))
    return None if asker is None else asker.viewer


def _session_of(request: Request) -> str | None:
    """Return what is stored of the session that the cookie names."""
    settings = settings_of(request)
    session_id = request.cookies.get(cookie_name(settings))
    return session_hash(settings.key, session_id) if session_id else None


def peer_of(request: Request) -> str | None:
    """Return the address that the request came from; a proxy's word counts only where the server trusts it."""
    return None if request.client is None else request.client.host[:45]


def _to_login(request: Request) -> Response:
    target = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = urlencode({"next": target}) if request.method == "GET" and target != "/" else ""
    return RedirectResponse("/login" + (f"?{back}" if back else ""), 303)


async def in_turn(work: Callable[..., Response], request: Request, *more: object) -> Response:
    """Do what writes when it is its turn; Busy when that does not come, and threads are left for readers."""
    async with database_of(request).turn():
        return await run_in_threadpool(work, request, *more)


Id = Annotated[int, Path(ge=1, le=2**63 - 1)]
"""The number of a row in an address; larger ones fit no database."""
