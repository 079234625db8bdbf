"""The OpenAPI document itself, behind a token like everything it describes."""

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from app.api.guard import needs
from app.api.resource import resource
from app.domain.roles import Action
from app.kept.given import Who

router = resource("", "document")


@router.get("/openapi.json", summary="Read this document", openapi_extra=needs(Action.READ))
def openapi(request: Request, viewer: Who) -> Response:
    """Describe every route, its parameters and its answers."""
    del viewer
    return JSONResponse(request.app.openapi())
