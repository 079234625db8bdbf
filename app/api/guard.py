"""Every API route passes here first: who is asking, whether they may, and whether it is JSON at all."""

from collections.abc import Callable, Coroutine, Hashable
from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.api.rate import rate_of
from app.domain.errors import Invalid, Unauthenticated
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.inputs.problems import MESSAGES
from app.kept.given import database_of, viewer_of
from app.kept.respond import Policy, answered
from app.queries import access
from app.queries.version import Stamp
from app.store.secrets import token_hash

ACTION = "x-luopan-action"
POLICY = Policy("api", "private, no-cache", "Authorization")
"""Numbers may be kept by the program that asked for them, which asks each time whether they are still good."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

BEARER = "HTTPBearer"
SCHEMES = {BEARER: {"type": "http", "scheme": "bearer", "description": "An API token, made by `luopan token create`."}}
"""How callers are known, as the document says it; `_admit` is what knows them."""


def needs(action: Action) -> dict[str, Any]:
    """Return what a route declares (as `openapi_extra`): the token, and the action that its holder must be allowed."""
    return {ACTION: action.value, "security": [{BEARER: []}]}


class GuardedRoute(APIRoute):
    """Checks token and role before anything of the request's body is read."""

    def get_route_handler(self) -> Handler:
        """Return the handler behind the checks."""
        handle = super().get_route_handler()
        action = self.action

        async def guarded(request: Request) -> Response:
            await _admit(request, action)
            return await (handle(request) if request.method == "GET" else _write(request, handle))

        return guarded

    @property
    def action(self) -> Action:
        """What the route declares that its caller must be allowed."""
        return Action((self.openapi_extra or {})[ACTION])


class KeptRoute(GuardedRoute):
    """The same for a GET whose answer depends on stored data, its address and what the caller may read: it is kept."""

    def get_route_handler(self) -> Handler:
        """Return the handler behind the checks and what is kept."""
        handle = APIRoute.get_route_handler(self)
        action = self.action

        async def guarded(request: Request) -> Response:
            stamp = await _admit(request, action)
            return await answered(request, stamp, reach(viewer_of(request)), POLICY, handle)

        return guarded


def reach(viewer: Viewer) -> Hashable:
    """Return what decides which numbers a caller may read: answers hold nothing else of who asks for them."""
    return frozenset(viewer.grants), viewer.owned and frozenset(viewer.owned), viewer.limit


async def _admit(request: Request, action: Action) -> Stamp:
    """Let a request with a live token in if its role may do `action`; return the stamp of the data it finds."""
    hashed = token_hash(_token(request))
    peer = None if request.client is None else request.client.host

    asker = await database_of(request).soon(lambda reader: access.by_token(reader, hashed, peer))
    if asker is None:
        raise Unauthenticated(Text("请提供有效的令牌", "A valid API token is required"))
    viewer, stamp = asker
    rate_of(request).count(hashed)
    request.state.viewer = viewer
    request.app.state.seen.note(viewer)
    viewer.require(action)
    return stamp


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


def _require_json(request: Request) -> None:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "The body must be application/json")
