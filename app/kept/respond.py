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
    if not isinstance(found, Finished):
        return found
    is_packed = accepts(request.headers.get("Accept-Encoding", ""), BROTLI)
    if is_packed and found.packed is None and not is_known(request, tag_of(found, is_packed=True)):
        plain = found
        found = await answers.once((key, BROTLI), lambda: _packed(answers, key, plain))
    return sent(request, found, policy, is_packed=is_packed)


async def _made(request: Request, key: Hashable, state: State, handle: Handler) -> Finished | Response:
    """Make an answer, and keep it if nothing it depends on has changed meanwhile.

    The handler reads in a transaction of its own, later than `state`. What it makes may therefore be
    newer, never older, and is good for everybody who waits. Kept it must be exact: the same stamp
    before and after means that nothing was written in between.
    """
    answer = await handle(request)
    if answer.status_code != OK:
        return answer
    made = Finished.of(answer.headers["Content-Type"], bytes(answer.body))
    database: Database = request.app.state.database
    settings: Settings = request.app.state.settings
    answers: Answers = request.app.state.answers
    if State(await database.soon(version.stamp), settings.today()) == state:
        answers.keep(key, made)
    return made


async def _packed(answers: Answers, key: Hashable, plain: Finished) -> Finished:
    """Return an answer with its bytes packed, which is kept in its place if it is kept."""
    made = await to_thread.run_sync(plain.with_packed)
    if answers.find(key) is plain:
        answers.keep(key, made)
    return made


def tag_of(found: Finished, *, is_packed: bool) -> str:
    """Return the tag of an answer in a coding: a strong tag stands for the very bytes that are sent."""
    return f'"{found.tag}-br"' if is_packed else f'"{found.tag}"'


def is_known(request: Request, etag: str) -> bool:
    """Say whether the asker has what a tag stands for."""
    known = {part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")}
    return etag in known or "*" in known


def sent(request: Request, found: Finished, policy: Policy, *, is_packed: bool) -> Response:
    """Return an answer in a coding that its asker takes, or 304 when the asker has it already."""
    etag = tag_of(found, is_packed=is_packed)
    headers = {"ETag": etag, "Cache-Control": policy.cache_control, "Vary": f"{policy.vary}, Accept-Encoding"}
    hit = is_known(request, etag)
    Figures.of(request.app).cached(policy.kind, hit=hit)
    if hit:
        return Response(status_code=304, headers=headers)
    headers["Content-Type"] = found.media_type
    if is_packed:
        headers["Content-Encoding"] = BROTLI
    return Response(found.packed if is_packed else found.body, headers=headers)
