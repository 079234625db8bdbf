"""Errors as RFC 9457 problem documents."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from app.api.respond import to_json
from app.db import is_away, is_full
from app.domain.errors import BUSY, FULL, Conflict, Invalid, Issue, LuopanError, TooMany
from app.inputs.problems import issues

RETRY_SECONDS = 2


def status_of(error: Exception) -> int:
    """Return the HTTP status of an error."""
    if isinstance(error, LuopanError):
        return error.status
    if isinstance(error, RequestValidationError):
        return 422
    if isinstance(error, HTTPException):
        return error.status_code
    if is_full(error):
        return 507
    return 503 if is_away(error) else 500


def problem(error: Exception) -> Response:
    """Return the problem document of an error; it never tells more than the caller may know."""
    status = status_of(error)
    body: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    body["detail"] = detail_of(error, status)
    if isinstance(error, RequestValidationError):
        error = Invalid(issues(error.errors()))
    if isinstance(error, Invalid):
        body["detail"] = f"{len(error.issues)} value(s) were refused; nothing was changed"
        body["errors"] = [_issue(issue) for issue in error.issues]
    if isinstance(error, Conflict) and error.conflicts:
        body["conflicts"] = list(error.conflicts)
    return Response(to_json(body), status, headers=headers_of(error, status), media_type="application/problem+json")


def detail_of(error: Exception, status: int) -> str:
    """Return the sentence of an error that its reader may see."""
    if isinstance(error, LuopanError):
        return error.message.en
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return BUSY.en
    if status == HTTPStatus.INSUFFICIENT_STORAGE:
        return FULL.en
    if isinstance(error, HTTPException):
        return str(error.detail)
    return HTTPStatus(status).description or HTTPStatus(status).phrase


def headers_of(error: Exception, status: int) -> dict[str, str]:
    """Return the headers that an error's status asks for."""
    headers: dict[str, str] = {"Cache-Control": "no-store"}
    if isinstance(error, HTTPException) and isinstance(error.headers, Mapping):
        headers.update(error.headers)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_SECONDS)
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.seconds)
    return headers


def _issue(issue: Issue) -> dict[str, Any]:
    row = {} if issue.row is None else {"row": issue.row}
    return {**row, "field": issue.field, "message": issue.message.en}
