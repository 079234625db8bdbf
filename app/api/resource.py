"""What all routes of version 1 share: their prefix, the token, and how they refuse."""

from fastapi import APIRouter

from app.api.guard import GuardedRoute

PREFIX = "/api/v1"

_REFUSALS = {
    401: "No token, or a dead one",
    403: "Scope or unit not allowed",
    408: "The body came too slowly",
    409: "The stored state is another",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "Bad input; every refused value is listed",
    429: "Too many requests with this token; see Retry-After",
    503: "The database is busy or away; see Retry-After",
    507: "The disk is full; nothing was saved",
}


def resource(path: str, tag: str, kind: type[GuardedRoute] = GuardedRoute) -> APIRouter:
    """Return the router of what stands below a path of version 1, "" being all of it."""
    return APIRouter(
        prefix=f"{PREFIX}{path}",
        route_class=kind,
        tags=[tag],
        responses={
            status: {
                "description": text,
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }
            for status, text in _REFUSALS.items()
        },
    )
