"""All routes of version 1 under one prefix."""

from fastapi import APIRouter

from app.api import boards, document, facts, master, metrics
from app.api.guard import bearer
from app.api.schemas import Problem

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

router = APIRouter(
    prefix="/api/v1",
    dependencies=[bearer],
    responses={
        status: {
            "description": text,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, text in _REFUSALS.items()
    },
)
# What is asked for most comes first: routes are tried one after the other.
for _part in (boards, metrics, facts, master, document):
    router.include_router(_part.router)

COMPONENTS = {"Problem": Problem.model_json_schema(ref_template="#/components/schemas/{model}")}
