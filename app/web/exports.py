"""Boards and the month's targets as spreadsheets, asked for as their pages are."""

from fastapi import Request, Response

from app.boards import target_year
from app.boards import targets as target_board
from app.boards.board import Board
from app.boards.catalog import BOARDS
from app.boards.read import read
from app.connectors.export import Format, file_name
from app.domain.roles import Action
from app.i18n import say
from app.kept.given import Conf, Db, Who
from app.queries import channels, units
from app.web.deadline import EXPORT, Deadline
from app.web.download import COUNTED, days_part, exported, format_param
from app.web.exported import board_notes, board_sheets, target_notes, target_sheet
from app.web.exported_year import year_sheet
from app.web.filters import OfAddress, asked, default_unit, past_param
from app.web.guard import needs, pages
from app.web.places import BOARD_EXPORTS
from app.web.targets import month_param, year_param

router = pages()


def _register(board: Board) -> None:
    def get(
        request: Request,
        database: Db,
        settings: Conf,
        viewer: Who,
        chosen: OfAddress,
        panel: str = "",
        choice: str = "",
        format: str = "xlsx",  # noqa: A002 (the parameter's name in the address)
    ) -> Response:
        now, wanted = settings.now(), format_param(format)
        deadline = Deadline.of(request, EXPORT)
        with BOARD_EXPORTS.taken():
            with database.read() as session:
                found = asked(chosen, units.load_tree(session), viewer, now)
                view = read(session, viewer, board, found, now.date())
                known = channels.load(session).get(found.channel or "")
            deadline.check()
            sheets, notes = board_sheets(view, panel, choice), board_notes(view, viewer, now, known, panel)
            if panel and wanted is Format.CSV:
                sheets = sheets[:1]  # of several choices the one that the page shows first
            title = [say(board.title), *([sheets[0].name] if panel else [])]
            name = file_name([*title, view.scope.unit_name, days_part(found.period)], wanted)
            return exported(request, name, wanted, sheets, notes)

    router.get(f"/export/{board.key}", openapi_extra=needs(Action.READ), dependencies=[COUNTED])(get)


for _board in BOARDS.values():
    _register(_board)


@router.get("/export/targets", openapi_extra=needs(Action.READ), dependencies=[COUNTED])
def export_targets(
    request: Request,
    database: Db,
    settings: Conf,
    viewer: Who,
    unit: str = "",
    month: str = "",
    year: str = "",
    as_of: str = "",
    format: str = "xlsx",  # noqa: A002 (the parameter's name in the address)
) -> Response:
    """Download the targets of a month or a year as their page shows them."""
    now, wanted = settings.now(), format_param(format)
    past = past_param(as_of, now)
    first = year_param(year) if year else month_param(month, past.day if past else now.date())
    deadline = Deadline.of(request, EXPORT)
    with BOARD_EXPORTS.taken():
        with database.read() as session:
            code = unit or default_unit(units.load_tree(session), viewer).code
            if year:
                view = target_year.read_year(session, viewer, code, first.year, now.date(), past)
            else:
                view = target_board.read(session, viewer, code, first, now.date(), past)
            known = channels.load(session)
        deadline.check()
        name = file_name([say(view.title), view.scope.unit_name, f"{first:%Y}" if year else f"{first:%Y%m}"], wanted)
        sheet = year_sheet(view) if year else target_sheet(view, known)
        return exported(request, name, wanted, [sheet], target_notes(view, viewer, now))
