"""Board pages: the filter bar and the board's view, rendered."""

from fastapi import Request, Response

from app.boards.board import Board
from app.boards.catalog import BOARDS
from app.boards.read import read
from app.domain.roles import Action
from app.i18n import say
from app.kept.given import Conf, Db, Who
from app.queries import channels, history, units
from app.web.drill import Drill
from app.web.export_links import board_exports
from app.web.filters import OfAddress, asked, board_filters, kept_params, params_of
from app.web.guard import KeptPage, needs, pages
from app.web.render import shell, updated
from app.web.tools import board_tools

router = pages(KeptPage)


def _register(board: Board) -> None:
    def get(request: Request, database: Db, settings: Conf, viewer: Who, chosen: OfAddress) -> Response:
        now = settings.now()
        with database.read() as session:
            tree, known = units.load_tree(session), channels.load(session)
            found = asked(chosen, tree, viewer, now)
            view = read(session, viewer, board, found, now.date())
            fresh = None if found.past else updated(history.last_change(session), now)
            more = board_tools(session, viewer, tree, board.key, view, kept_params(chosen, found, now))
        drill = Drill(board, found)
        shown = drill.view(view)
        context = {
            "page_title": say(board.title),
            "subtitle": view.scope.unit_name,
            "view": shown,
            "filters": board_filters(board, chosen, found, tree, viewer, known, now),
            "exports": board_exports(board.key, params_of(found), view.panels),
            "drill": drill.charts(shown),
            "fresh": fresh,
            **more,
        }
        return shell(request, "board.html", board.key, context)

    router.get(f"/{board.key}", openapi_extra=needs(Action.READ))(get)


for _board in BOARDS.values():
    _register(_board)
