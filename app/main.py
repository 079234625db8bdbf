"""The application: routers, middleware, error answers and health."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from app import __version__
from app.api import figures as figures_page
from app.api import problems, respond
from app.api.guard import SCHEMES
from app.api.rate import Rate
from app.api.router import COMPONENTS
from app.api.router import routes as api
from app.connectors.signin import providers
from app.db import Database, is_away
from app.domain.errors import LuopanError
from app.jobs.seen import Seen
from app.kept.answers import Answers
from app.observe import logs, transactions
from app.observe.figures import Figures
from app.settings import Settings
from app.web import errors as pages
from app.web.deadline import Leaving
from app.web.middleware import HEADERS, MIB, BodyLimit, SafeHeaders
from app.web.requests import LONGEST_PATH, Requests
from app.web.router import routes as web
from app.web.static import pack_all
from app.web.static import router as static

log: structlog.stdlib.BoundLogger = structlog.get_logger("luopan")

ABOUT = (
    "Numbers of private traffic: write facts and targets, read metrics and boards. "
    "Money is in yuan, rates are fractions of 1, null is no value."
)

LONGEST_REASON = 300


def create_app(settings: Settings, database: Database) -> FastAPI:
    """Return the application; between requests it keeps connections, and answers that can be made again."""
    app = FastAPI(
        title="Luopan 罗盘",
        version=__version__,
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan,
        routes=[*api, *figures_page.router.routes, *static.routes, *web],
        redirect_slashes=False,  # such a redirect would repeat whatever Host the request names
    )
    logs.prepare()
    figures = Figures()
    transactions.watch(database.engine, figures)
    database.on_read = figures.counter("read", "rolled_back")
    app.state.settings, app.state.database = settings, database
    app.state.figures, app.state.seen, app.state.providers = figures, Seen(), providers(settings)
    app.state.leaving, app.state.rate = Leaving(), Rate(settings.api_rate)
    app.state.answers = Answers(settings.cache_mb * MIB)
    app.add_middleware(BodyLimit, largest=settings.max_body_mb * MIB)
    app.add_middleware(SafeHeaders)
    app.add_middleware(Requests, figures=figures, failed=_refuse)
    for kind in (LuopanError, RequestValidationError, HTTPException, SQLAlchemyError, OSError):
        app.add_exception_handler(kind, _refuse)
    app.add_api_route("/healthz", healthz, include_in_schema=False)
    _describe(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    database, seen = app.state.database, app.state.seen
    writing = asyncio.create_task(seen.run(database))
    # Beside the first requests, and nothing waits for its end.
    Thread(target=pack_all, daemon=True).start()
    yield
    writing.cancel()
    seen.flush(database)
    database.close()


def healthz(request: Request) -> Response:
    """Say whether the database answers."""
    try:
        request.app.state.database.ping()
    except SQLAlchemyError:
        return respond.answer({"status": "away"}, 503)
    return respond.answer({"status": "ok"})


def _refuse(request: Request, error: Exception) -> Response:
    """Answer an error: a problem document for the API, a page for a browser."""
    status = problems.status_of(error)
    if status >= 500:  # noqa: PLR2004 (server errors)
        _log_failure(request, error, status)
    api = request.url.path.startswith("/api/") or request.url.path == figures_page.PATH
    answer = problems.problem(error) if api else pages.page_for(request, error, status)
    # What nothing foresaw is answered outside of the middleware that adds these.
    answer.headers.update({**HEADERS, "Cache-Control": "no-store"})
    return answer


def _log_failure(request: Request, error: Exception, status: int) -> None:
    told = {"method": request.method, "path": request.url.path[:LONGEST_PATH], "status": status}
    if is_away(error) or isinstance(error, LuopanError):
        said = error.message.en if isinstance(error, LuopanError) else str(getattr(error, "orig", error))
        log.warning("busy or away", **told, error=type(error).__name__, reason=said.partition("\n")[0][:LONGEST_REASON])
    else:
        log.error("failed", **told, exc_info=error)


def _describe(app: FastAPI) -> None:
    """Add to the OpenAPI document what the routes refer to."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            document["components"]["securitySchemes"] = SCHEMES
            schemas = document["components"]["schemas"]
            for name, schema in COMPONENTS.items():
                definitions = schema.get("$defs", {})
                schemas.update({name: {key: part for key, part in schema.items() if key != "$defs"}, **definitions})
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
