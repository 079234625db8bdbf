"""Every request: an id to find it by, one line in the log when it is finished, and its figures."""

import re
import secrets
from collections.abc import Callable
from time import perf_counter
from typing import Any

import structlog
from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from app.inputs.types import is_code
from app.observe.figures import UNMATCHED, Figures
from app.observe.lines import REQUEST

HEADER = "X-Request-ID"
LONGEST_PATH = 400

_UNIT = re.compile(rb"(?:^|&)unit=([\w.-]{1,40})(?=&|$)", re.ASCII)
_GIVEN = re.compile(rb"[A-Za-z0-9._-]{8,64}")

log: structlog.stdlib.BoundLogger = structlog.get_logger("luopan.requests")

Failed = Callable[[Request, Exception], Response]


def request_id(request: Request) -> str:
    """Return the id of a request, by which its lines in the log are found."""
    found: str = request.state.request_id
    return found


def bind_unit(code: str) -> None:
    """Name the unit that a request is about in its log lines; call it in the event loop, not in a thread."""
    if is_code(code):
        bind_contextvars(unit=code)


class Requests:
    """Gives each request its id, tells and counts how it ended, and answers what nothing else has caught.

    What is told holds no query, header, cookie or body: there secrets are.
    """

    def __init__(self, app: ASGIApp, figures: Figures, failed: Failed) -> None:
        self.app, self.figures, self.failed = app, figures, failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        own_id = _own_id(scope)
        # The state is shared with everything inside; the guards put the viewer there.
        scope.setdefault("state", {})["request_id"] = own_id
        clear_contextvars()
        bind_contextvars(request_id=own_id)
        # Of a code nothing is ever escaped: there is no need to take the whole query apart.
        if found := _UNIT.findall(scope["query_string"]):
            bind_unit(found[-1].decode())
        start, answer = perf_counter(), _Answer(send, own_id)
        with self.figures.in_flight():
            try:
                await self.app(scope, receive, answer.send)
            except Exception as error:
                # Half an answer cannot be taken back: the server ends the connection and logs why.
                if answer.status is not None:
                    raise
                made = await run_in_threadpool(self.failed, Request(scope), error)
                await made(scope, receive, answer.send)
            finally:
                self._tell(scope, answer, perf_counter() - start)

    def _tell(self, scope: Scope, answer: "_Answer", seconds: float) -> None:
        route, viewer = route_of(scope), scope["state"].get("viewer")
        self.figures.answered(route or UNMATCHED, scope["method"], answer.status, seconds)
        told = {
            "method": scope["method"][:20],
            "path": scope["path"][:LONGEST_PATH],
            "route": route,
            "status": answer.status,
            "ms": round(seconds * 1000, 1),
            "peer": (scope.get("client") or (None,))[0],
            "user": viewer and viewer.name,
            "origin": viewer and viewer.origin,
            "unfinished": None if answer.complete else True,
        }
        log.info(REQUEST, **{key: value for key, value in told.items() if value is not None})


class _Answer:
    """What has been sent of an answer."""

    def __init__(self, send: Send, own_id: str) -> None:
        self._send, self._id = send, own_id
        self.status: int | None = None
        self.complete = False

    async def send(self, message: Message) -> None:
        """Send a part on; the first gets the id of the request."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)[HEADER] = self._id
        await self._send(message)
        if message["type"] == "http.response.body":
            self.complete = not message.get("more_body", False)


def route_of(scope: Scope) -> str | None:
    """Return the template of the route that a request matched, with the prefixes of its routers."""
    whole: Any = scope.get("fastapi", {}).get("effective_route_context")
    path = getattr(whole or scope.get("route"), "path", None)
    return path if isinstance(path, str) else None


def _own_id(scope: Scope) -> str:
    """Return the id that a request brings, if it brings one that cannot be mistaken for anything else."""
    given = [value for name, value in scope["headers"] if name == b"x-request-id"]
    if len(given) == 1 and _GIVEN.fullmatch(given[0]):
        return str(given[0], "ascii")
    return secrets.token_hex(8)
