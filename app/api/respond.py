"""JSON answers: exact decimals, strong ETags."""

import hashlib
from decimal import Decimal
from typing import Any

import orjson
from fastapi import Request, Response

from app.observe.figures import Figures

PRIVATE = "private, no-cache"
TAGGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The ETag in If-None-Match is still that of the answer"}
}
"""What a route that answers with `tagged` documents beside its answer."""


def to_json(value: Any) -> bytes:  # noqa: ANN401 (anything that JSON can hold)
    """Return JSON; decimals become numbers digit by digit, never through a float."""
    return orjson.dumps(value, default=_exact, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS)


def _exact(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal):
        text = format(value, "f")
        return orjson.Fragment(text.rstrip("0").rstrip(".") if "." in text else text)
    raise TypeError(f"{type(value).__name__} is not JSON")


def answer(value: Any, status: int = 200) -> Response:  # noqa: ANN401 (anything that JSON can hold)
    """Return a JSON response."""
    return Response(to_json(value), status, media_type="application/json", headers={"Cache-Control": "no-store"})


def tagged(request: Request, value: Any) -> Response:  # noqa: ANN401 (anything that JSON can hold)
    """Return a JSON response with a strong ETag, or 304 when the sender has it already."""
    body = to_json(value)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": PRIVATE, "Vary": "Authorization"}
    known = {part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")}
    hit = etag in known or "*" in known
    Figures.of(request.app).cached("api", hit=hit)
    if hit:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
