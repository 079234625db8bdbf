"""Every API route passes here first: who is asking, whether they may, and whether it is JSON at all."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Request, Response, Security
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.api.rate import rate_of
from app.db import Database
from app.domain.errors import Invalid, Unauthenticated
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.inputs.problems import MESSAGES
from app.queries import access
from app.settings import Settings
from app.store.secrets import token_hash

ACTION = "x-luopan-action"

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

bearer = Security(HTTPBearer(auto_error=False, description="An API token, made by `luopan token create`."))


def needs(action: Action) -> dict[str, str]:
    """Return what a route declares (as `openapi_extra`): the action that its caller must be allowed."""
    return {ACTION: action.value}


class GuardedRoute(APIRoute):
    """Checks token and role before anything of the request's body is read."""

    def get_route_handler(self) -> Handler:
        """Return the handler behind the checks."""
        handle = super().get_route_handler()
        action = Action((self.openapi_extra or {})[ACTION])

        async def guarded(request: Request) -> Response:
            viewer = await run_in_threadpool(_authenticate, request)
            rate_of(request).count(token_hash(_token(request)))
            request.state.viewer = viewer
            request.app.state.seen.note(viewer)
            viewer.require(action)
            return await (handle(request) if request.method == "GET" else _write(request, handle))

        return guarded


async def _write(request: Request, handle: Handler) -> Response:
    """Handle a request with a body when it is its turn; the body is read before, however slowly it comes."""
    _require_json(request)
    try:
        await request.body()
        async with database_of(request).turn():
            return await handle(request)
    except (HTTPException, ClientDisconnect) as error:
        if isinstance(error, HTTPException) and error.status_code != HTTPStatus.BAD_REQUEST:
            raise
        # JSON that Python's parser gives up on: too deep, too long a number, not UTF-8.
        raise Invalid.one("body", MESSAGES["json_invalid"]) from error


def _token(request: Request) -> str:
    """Return the token of a request, or nothing."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _authenticate(request: Request) -> Viewer:
    viewer, token = None, _token(request)
    if token:
        with database_of(request).read() as session:
            peer = None if request.client is None else request.client.host
            viewer = access.by_token(session, token_hash(token), peer)
    if viewer is None:
        raise Unauthenticated(Text("请提供有效的令牌", "A valid API token is required"))
    return viewer


def _require_json(request: Request) -> None:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "The body must be application/json")


def database_of(request: Request) -> Database:
    """Return the database of the application."""
    database: Database = request.app.state.database
    return database


def settings_of(request: Request) -> Settings:
    """Return the settings of the application."""
    settings: Settings = request.app.state.settings
    return settings


def viewer_of(request: Request) -> Viewer:
    """Return whoever passed the guard."""
    viewer: Viewer = request.state.viewer
    return viewer


Db = Annotated[Database, Depends(database_of)]
Conf = Annotated[Settings, Depends(settings_of)]
Who = Annotated[Viewer, Depends(viewer_of)]
