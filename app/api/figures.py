"""The figures of the server for Prometheus, for a token that may read everything."""

from fastapi import APIRouter, Request, Response

from app.api.guard import GuardedRoute, needs
from app.domain.roles import Action
from app.kept.given import Who
from app.observe.figures import CONTENT_TYPE, Figures

PATH = "/metrics"

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)


@router.get(PATH, openapi_extra=needs(Action.READ))
def get_figures(request: Request, viewer: Who) -> Response:
    """Return all figures; they tell of every unit, so a role on one is not enough."""
    viewer.require_everywhere(Action.READ)
    return Response(Figures.of(request.app).text(), media_type=CONTENT_TYPE)
