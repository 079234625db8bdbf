"""视图: boards with their filters under a name, opened by a link."""

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from app.boards.catalog import BOARDS
from app.boards.targets import TITLE
from app.domain.errors import Invalid, NotFound
from app.domain.roles import Action
from app.i18n import say, t
from app.inputs.problems import issues
from app.inputs.views import ViewName, kept_query
from app.kept.given import Db, Who, database_of, viewer_of
from app.queries import views
from app.store import views as store
from app.web.guard import KeptPage, in_turn, needs, pages, typed_fields
from app.web.render import REPLACED, shell
from app.web.tools import view_line

router = pages()
kept = pages(KeptPage)
OWN = needs(Action.ACCOUNT)
TITLES = {**{key: board.title for key, board in BOARDS.items()}, "targets": TITLE}


@kept.get("/views", openapi_extra=OWN)
def views_page(request: Request, database: Db, viewer: Who) -> Response:
    """List one's own views."""
    del database, viewer
    return _page(request, {})


@router.get("/views/{view}", openapi_extra=OWN)
def open_view(view: str, database: Db, viewer: Who) -> Response:
    """Lead to the board of a view: one's own, or one that was shared. The board checks who may see its unit."""
    with database.read() as session:
        return RedirectResponse(views.linked(session, viewer, view).address, 303)


@router.post("/views", openapi_extra=OWN)
async def save(request: Request) -> Response:
    """Keep a view of a board."""
    return await in_turn(_save, request, await typed_fields(request))


@router.post("/views/{view}", openapi_extra=OWN)
async def change(request: Request, view: str) -> Response:
    """Rename, share, unshare or remove one's own view, as `action` says."""
    return await in_turn(_change, request, view, await typed_fields(request))


def _save(request: Request, fields: dict[str, str]) -> Response:
    board = fields.get("board", "")
    try:
        query, name = kept_query(board, fields.get("query", "")), _named(fields)
        viewer = viewer_of(request)
        made = database_of(request).transact(lambda session: store.save(session, viewer, name, board, query))
    except Invalid as error:
        return _page(request, {issue.field: say(issue.message) for issue in error.issues}, error.status)
    how = f"saved={REPLACED if made.replaced else 1}"
    return RedirectResponse(f"/{board}?{query}&{how}" if query else f"/{board}?{how}", 303)


def _change(request: Request, view: str, fields: dict[str, str]) -> Response:
    viewer, action = viewer_of(request), fields.get("action", "")
    database = database_of(request)
    try:
        if action == "rename":
            name = _named(fields)
            database.transact(lambda session: store.rename(session, viewer, view, name))
        elif action in ("share", "unshare"):
            database.transact(lambda session: store.share(session, viewer, view, on=action == "share"))
        elif action == "remove":
            database.transact(lambda session: store.remove(session, viewer, view))
        else:
            raise NotFound(views.UNKNOWN)
    except Invalid as error:
        return _page(request, {view: say(error.issues[0].message)}, error.status)
    return RedirectResponse("/views?saved=1", 303)


def _named(fields: dict[str, str]) -> str:
    try:
        return ViewName.model_validate({"name": fields.get("name", "")}).name
    except ValidationError as error:
        raise Invalid(issues(error.errors())) from None


def _page(request: Request, wrong: dict[str, str], status: int = 200) -> Response:
    viewer = viewer_of(request)
    with database_of(request).read() as session:
        lines = [view_line(row) | {"title": say(TITLES[row.board])} for row in views.mine(session, viewer)]
    context = {"page_title": t("我的视图", "My views"), "lines": lines, "wrong": wrong}
    return shell(request, "views.html", "views", context, status)
