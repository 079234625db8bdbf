"""Board pages: the filter bar and the board's view, rendered."""

from typing import Annotated

from fastapi import Query, Request, Response

from app.boards.board import Board
from app.boards.catalog import BOARDS
from app.boards.read import read
from app.domain.roles import Action
from app.i18n import say
from app.queries import channels, history, units
from app.web.export_links import board_exports
from app.web.filters import Chosen, asked, board_filters, params_of
from app.web.guard import Conf, Db, KeptPage, Who, needs, pages
from app.web.render import shell, updated

router = pages(KeptPage)


def _register(board: Board) -> None:
    path = f"/{board.key}"

    def get(
        request: Request,
        database: Db,
        settings: Conf,
        viewer: Who,
        unit: str = "",
        channel: str = "",
        compare: str = "",
        range: str = "",  # noqa: A002 (the parameter's name in the address)
        from_: Annotated[str, Query(alias="from")] = "",
        to: str = "",
        as_of: str = "",
    ) -> Response:
        chosen, now = Chosen(unit, channel, compare, range, from_, to, as_of), settings.now()
        with database.read() as session:
            tree, known = units.load_tree(session), channels.load(session)
            found = asked(chosen, tree, viewer, now)
            view = read(session, viewer, board, found, now.date())
            fresh = None if found.past else updated(history.last_change(session), now)
        filters = board_filters(path, chosen, found, tree, viewer, known, now)
        context = {"page_title": say(board.title), "subtitle": view.scope.unit_name, "view": view, "filters": filters}
        exports = board_exports(board.key, params_of(found), view.panels)
        return shell(request, "board.html", board.key, {**context, "exports": exports, "fresh": fresh})

    router.get(path, openapi_extra=needs(Action.READ))(get)


for _board in BOARDS.values():
    _register(_board)
