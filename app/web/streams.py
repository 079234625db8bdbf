"""Long work as a stream of JSON lines: progress, then a result or an error; it ends when nobody listens any more."""

import asyncio
import contextvars
import json
import logging
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.db import is_away, is_full
from app.domain.errors import BUSY, FULL, LuopanError
from app.domain.text import Text
from app.i18n import say
from app.inputs.imports import Cancelled
from app.web.deadline import Deadline

log = logging.getLogger("luopan")

QUIET = 0.3
"""Seconds before the first progress: what ends earlier answers with its own status."""
EVERY = 0.1

FAILED = Text("出错了，没有写入任何数据", "Something went wrong; nothing was written")

Line = dict[str, Any]
Work = Callable[["Progress"], Line]
Tell = Callable[[LuopanError], Line]


class Progress:
    """What the work tells while it runs; telling raises Cancelled once nobody listens, and Overtime too late."""

    def __init__(self, send: Callable[[Line | None], None], deadline: Deadline) -> None:
        self._send = send
        self._deadline = deadline
        self._next = monotonic() + QUIET
        self._stage, self._total = "", 0
        self.gone = threading.Event()

    def begin(self, stage: str, total: int) -> None:
        """Name what comes next and how much of it there is."""
        self._stage, self._total = stage, total
        self.see(0)

    def see(self, done: int) -> None:
        """Tell how much is done."""
        if self.gone.is_set():
            raise Cancelled
        self._deadline.check()
        if monotonic() >= self._next:
            self._next = monotonic() + EVERY
            self._send({"stage": self._stage, "done": done, "total": self._total})

    def end(self, line: Line) -> None:
        """Tell the last line."""
        self._send(line)
        self._send(None)


class JsonLines(Response):
    """Answers with what a thread tells, line by line; the thread is told when the listener has gone."""

    media_type = "application/x-ndjson"

    def __init__(self, work: Work, tell: Tell, deadline: Deadline) -> None:
        super().__init__()
        self._work, self._tell, self._deadline = work, tell, deadline

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Do the work and send its lines."""
        del scope
        loop, lines = asyncio.get_running_loop(), asyncio.Queue[Line | None]()

        def put(line: Line | None) -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(lines.put_nowait, line)

        progress = Progress(put, self._deadline)
        # With the context its log lines name the request.
        inside = contextvars.copy_context()
        threading.Thread(target=inside.run, args=(self._run, progress), daemon=True).start()
        leaving = asyncio.ensure_future(_left(receive))
        started = False
        try:
            while (line := await _first(lines, leaving)) is not None:
                if not started:
                    started = True
                    await send(self._start(line))
                body = json.dumps(line, ensure_ascii=False).encode() + b"\n"
                await send({"type": "http.response.body", "body": body, "more_body": True})
            if started:
                await send({"type": "http.response.body", "body": b""})
        finally:
            progress.gone.set()
            leaving.cancel()

    def _start(self, line: Line) -> dict[str, Any]:
        status = line.get("error", {}).get("status", 200)
        named = {"content-type": self.media_type, "x-accel-buffering": "no", **retry(status)}
        headers = [(name.encode(), value.encode()) for name, value in named.items()]
        return {"type": "http.response.start", "status": status, "headers": headers}

    def _run(self, progress: Progress) -> None:
        try:
            line = self._work(progress)
        except LuopanError as error:
            line = self._tell(error)
        except BaseException as error:
            line = fault(error)
            log.exception("import: %s", line["error"]["status"])
        progress.end(line)


def retry(status: int) -> dict[str, str]:
    """Return the header that says when to come back, where a status asks for it."""
    return {"retry-after": "2"} if status == 503 else {}  # noqa: PLR2004 (service unavailable)


def fault(error: BaseException) -> Line:
    """Return what is told about an error that is nobody's own: busy or away, a full disk, or unforeseen."""
    if is_full(error):
        status, message = 507, FULL
    elif is_away(error):
        status, message = 503, BUSY
    else:
        status, message = 500, FAILED
    return {"error": {"status": status, "message": say(message)}}


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _first(lines: "asyncio.Queue[Line | None]", leaving: "asyncio.Future[None]") -> Line | None:
    """Return the next line, or None when there is none or nobody to read it."""
    following = asyncio.ensure_future(lines.get())
    waiting: tuple[asyncio.Future[Any], ...] = (following, leaving)
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    if following.done():
        return following.result()
    following.cancel()
    return None
