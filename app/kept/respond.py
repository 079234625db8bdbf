"""From a request that passed its guard to a kept answer: the key, the making on a miss, and what is sent."""

import hashlib
from collections.abc import Callable, Coroutine, Hashable
from datetime import date
from typing import Any, NamedTuple

from anyio import to_thread
from fastapi import Request, Response

from app.db import Database
from app.kept.answers import Answers, Finished
from app.kept.coding import BROTLI, accepts
from app.observe.figures import Figures
from app.queries import version
from app.queries.version import Stamp
from app.settings import Settings

OK = 200

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Policy(NamedTuple):
    """How answers of a kind may be kept by those who get them."""

    kind: str
    """What they are counted as."""
    cache_control: str
    vary: str
    """The header that says who is asking."""


class State(NamedTuple):
    """What an answer was made from, beside the question and its asker."""

    data: Stamp
    today: date
    """The business day: ranges such as "this month" depend on it."""


async def answered(request: Request, data: Stamp, scope: Hashable, policy: Policy, handle: Handler) -> Response:
    """Answer a GET from what is kept, or by its handler.

    `data` is the stamp that was read when the asker was let in, and `scope` all of the asker that the
    answer depends on. Only what is kept under both, the business day and the whole address is sent.
    """
    settings: Settings = request.app.state.settings
    answers: Answers = request.app.state.answers
    state = State(data, settings.today())
    # The query by its hash: somebody's longest ones must not fill the memory that is counted for answers.
    query = hashlib.sha256(request.scope["query_string"]).digest()
    key = (state, scope, request.scope["path"], query)
    found: Finished | Response | None = answers.find(key)
    Figures.of(request.app).cached("answers", hit=found is not None)
    if found is None:
        found = await answers.once(key, lambda: _made(request, key, state, handle))
    return sent(request, found, policy) if isinstance(found, Finished) else found


async def _made(request: Request, key: Hashable, state: State, handle: Handler) -> Finished | Response:
    """Make an answer, and keep it if nothing it depends on has changed meanwhile.

    The handler reads in a transaction of its own, later than `state`. What it makes may therefore be
    newer, never older, and is good for everybody who waits. Kept it must be exact: the same stamp
    before and after means that nothing was written in between.
    """
    answer = await handle(request)
    if answer.status_code != OK:
        return answer
    made = await to_thread.run_sync(Finished.of, answer.headers["Content-Type"], bytes(answer.body))
    database: Database = request.app.state.database
    settings: Settings = request.app.state.settings
    answers: Answers = request.app.state.answers
    if State(await database.soon(version.stamp), settings.today()) == state:
        answers.keep(key, made)
    return made


def sent(request: Request, found: Finished, policy: Policy) -> Response:
    """Return an answer in the coding that its asker takes, or 304 when the asker has it already.

    Each coding has a tag of its own: a strong tag stands for the very bytes that are sent.
    """
    asked = request.headers
    packed = accepts(asked.get("Accept-Encoding", ""), BROTLI)
    etag = f'"{found.tag}-br"' if packed else f'"{found.tag}"'
    headers = {"ETag": etag, "Cache-Control": policy.cache_control, "Vary": f"{policy.vary}, Accept-Encoding"}
    known = {part.strip().removeprefix("W/") for part in asked.get("If-None-Match", "").split(",")}
    hit = etag in known or "*" in known
    Figures.of(request.app).cached(policy.kind, hit=hit)
    if hit:
        return Response(status_code=304, headers=headers)
    headers["Content-Type"] = found.media_type
    if packed:
        headers["Content-Encoding"] = BROTLI
    return Response(found.packed if packed else found.body, headers=headers)
