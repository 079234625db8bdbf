"""What every request and answer passes: bounds on bodies, and headers that keep browsers safe."""

import asyncio
from collections.abc import Mapping
from time import monotonic
from typing import NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join(  # noqa: FLY002 (one rule a line)
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # Plotly sizes its plots by style attributes
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class SafeHeaders:
    """Adds the security headers, and `no-store` where an answer does not say how it may be kept."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str] = HEADERS) -> None:
        self.app = app
        self.headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, with_headers)


class Bound(NamedTuple):
    """How large the body of a request may be, and how many seconds it may take to come."""

    size: int
    seconds: float


MIB = 1024 * 1024
UPLOAD = Bound(1024 * MIB, 300)
BOUNDS: tuple[tuple[str, Bound], ...] = (
    ("/import/", UPLOAD),
    ("/api/v1/facts/", UPLOAD),
    ("/api/v1/", Bound(MIB, 60)),
    ("/entry/", Bound(8 * MIB, 60)),
    ("/plan", Bound(8 * MIB, 60)),
    ("/", Bound(64 * 1024, 60)),
)
"""By the beginning of an address, the first that fits; no body may be larger than the setting says."""
PAUSE_SECONDS = 30.0
"""How long a body may stand still."""


def bound_of(path: str, largest: int) -> Bound:
    """Return the bound of what is sent to an address, when no body may have more than `largest` bytes."""
    bound = next(bound for prefix, bound in BOUNDS if path.startswith(prefix) or prefix == "/")
    return Bound(min(bound.size, largest), bound.seconds)


class BodyLimit:
    """Refuses a body that is too large, declared or not (413), or that comes too slowly (408)."""

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self.app = app
        self.largest = largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, counting what comes in."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        bound = bound_of(scope["path"], self.largest)
        declared = Headers(scope=scope).get("content-length", "0")
        received, is_whole, is_slow, end = 0, False, False, monotonic() + bound.seconds

        async def counted() -> Message:
            nonlocal received, is_whole, is_slow
            if is_whole:  # what is waited for now is that the sender goes away
                return await receive()
            message = await _in_time(receive, min(PAUSE_SECONDS, end - monotonic()))
            if message is None:
                is_slow = True
                raise HTTPException(408, "The body came too slowly")
            received += len(message.get("body", b""))
            if received > bound.size or (declared.isdecimal() and int(declared) > bound.size):
                raise HTTPException(413, f"The body must not exceed {bound.size} bytes")
            is_whole = not message.get("more_body", False)
            return message

        async def closing(message: Message) -> None:
            if is_slow and message["type"] == "http.response.start":
                # The rest of the body must not be taken for the next request.
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self.app(scope, counted, closing)


async def _in_time(receive: Receive, seconds: float) -> Message | None:
    """Return what comes within some seconds, or None."""
    if seconds <= 0:
        return None
    try:
        async with asyncio.timeout(seconds):
            return await receive()
    except TimeoutError:
        return None
