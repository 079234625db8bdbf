"""Whether this process lives, and whether it is ready: for whoever starts it and sends it requests."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from app.db import Database
from app.queries import revision

router = APIRouter(include_in_schema=False)


@router.get("/livez")
async def live() -> Response:
    """Say that the process answers; nothing else is asked, so that a database that is away starts nothing anew."""
    return _said("ok")


@router.get("/readyz")
def ready(request: Request) -> Response:
    """Say whether requests can be served: 503 while stopping, without the database, or with tables of old."""
    database: Database = request.app.state.database
    if request.app.state.leaving:
        return _said("stopping", 503)
    try:
        with database.read() as session:
            current = revision.is_current(session)
    except SQLAlchemyError:
        return _said("away", 503)
    return _said("ok") if current else _said("migrations are pending", 503)


def _said(status: str, code: int = 200) -> Response:
    return JSONResponse({"status": status}, code)
