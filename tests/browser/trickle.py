"""A line so thin that a page arrives in pieces, which a browser may paint before the next has come."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

PIECE, PAUSE = 1500, 0.02  # bytes, and seconds between them


class Trickle:
    """An application whose pages are sent piece by piece; what they refer to comes at once."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def piecewise(message: Message) -> None:
            body = message.get("body", b"")
            for start in range(0, len(body), PIECE):
                await send({"type": message["type"], "body": body[start : start + PIECE], "more_body": True})
                await asyncio.sleep(PAUSE)
            await send({**message, "body": b""} if body else message)

        if scope["type"] != "http" or scope["path"].startswith("/static/"):
            await self.app(scope, receive, send)
            return
        # Packed, the whole of a page would fit into a piece or two.
        headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        await self.app({**scope, "headers": headers}, receive, piecewise)
