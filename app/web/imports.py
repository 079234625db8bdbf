"""导入: a file is looked at, previewed against what is stored, and written all or none; the browser keeps it."""

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from app.connectors import names
from app.domain.errors import LuopanError
from app.domain.facts import TABLES
from app.domain.roles import Action
from app.domain.text import Text
from app.i18n import say, t
from app.kept.given import Conf, Db, Who, settings_of
from app.web import import_view as view
from app.web import import_work
from app.web.guard import GuardedPage, needs, pages
from app.web.import_work import streamed, uploaded
from app.web.places import IMPORTS
from app.web.render import shell
from app.web.streams import fault, retry

_REFUSED = {
    413: Text("文件超过 {mb} MB", "The file is larger than {mb} MB"),
    408: Text("上传太慢，请检查网络后重试", "The upload is too slow; check the network and try again"),
}
_BAD = Text("上传的内容有误", "The upload is not valid")

log = logging.getLogger("luopan")

router = pages()


class JsonErrors(APIRoute):
    """What a handler refuses, as JSON for the page's script; the guard before it answers with pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, with its errors as JSON."""
        handle = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handle(request)
            except LuopanError as error:
                return JSONResponse(view.told(error), error.status, headers=retry(error.status))
            except HTTPException as error:
                message = _REFUSED.get(error.status_code, _BAD).fill(mb=settings_of(request).max_body_mb)
                told = {"error": {"status": error.status_code, "message": say(message)}}
                return JSONResponse(told, error.status_code, headers=error.headers)
            except (SQLAlchemyError, OSError) as error:
                line = fault(error)
                log.exception("import: %s", line["error"]["status"])
                return JSONResponse(line, line["error"]["status"], headers=retry(line["error"]["status"]))

        return answered


class JsonPage(GuardedPage, JsonErrors):
    """A request of the page's script: guarded as every page, then answered in JSON."""


scripted = APIRouter(route_class=JsonPage, include_in_schema=False)


@router.get("/import", openapi_extra=needs(Action.WRITE_FACTS, Action.WRITE_TARGETS))
def import_page(request: Request, database: Db, settings: Conf, viewer: Who) -> Response:
    """Show the page on which a file is chosen; everything else happens on it."""
    with database.read() as session:
        known = {kind: names.load(session, viewer, table) for kind, table in TABLES.items()}
    config = {
        "kinds": view.choices(viewer, known),
        "max_mb": settings.max_body_mb,
        "year": settings.today().year,
        "shown": view.SHOWN,
    }
    return shell(request, "import.html", "import", {"page_title": t("导入", "Import"), "config": config})


@scripted.post("/import/inspect", openapi_extra=needs(Action.WRITE_FACTS, Action.WRITE_TARGETS))
async def inspect(request: Request) -> Response:
    """Say what a file seems to hold, and how it was read the last time."""
    upload = await uploaded(request)
    with IMPORTS.taken():
        return await run_in_threadpool(import_work.inspected, request, upload)


@scripted.post("/import/preview", openapi_extra=needs(Action.WRITE_FACTS, Action.WRITE_TARGETS))
async def preview(request: Request) -> Response:
    """Stream what writing a file would do."""
    return streamed(request, await uploaded(request), "import_preview", import_work.preview)


@scripted.post("/import/commit", openapi_extra=needs(Action.WRITE_FACTS, Action.WRITE_TARGETS))
async def commit(request: Request) -> Response:
    """Write a file as it was previewed, and stream how far it is."""
    return streamed(request, await uploaded(request), "import_commit", import_work.write)


@scripted.post("/import/bad", openapi_extra=needs(Action.WRITE_FACTS, Action.WRITE_TARGETS))
async def bad(request: Request) -> Response:
    """Return the rows with problems as a csv."""
    upload = await uploaded(request)
    with IMPORTS.taken():
        return await run_in_threadpool(import_work.bad, request, upload)
