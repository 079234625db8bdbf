"""JSON answers: decimals stay exact."""

from decimal import Decimal
from typing import Any

import orjson
from fastapi import Response

TAGGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The ETag in If-None-Match is still that of the answer"}
}
"""What a route whose answers are kept documents beside its answer."""


def to_json(value: Any) -> bytes:  # noqa: ANN401 (anything that JSON can hold)
    """Return JSON; decimals become numbers digit by digit, never through a float."""
    return orjson.dumps(value, default=_exact, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS)


def _exact(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal):
        text = str(value)
        if "E" in text:
            text = format(value, "f")
        return orjson.Fragment(text.rstrip("0").rstrip(".") if "." in text else text)
    raise TypeError(f"{type(value).__name__} is not JSON")


def answer(value: Any, status: int = 200) -> Response:  # noqa: ANN401 (anything that JSON can hold)
    """Return a JSON response."""
    return Response(to_json(value), status, media_type="application/json", headers={"Cache-Control": "no-store"})
