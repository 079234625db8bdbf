"""Boards and the month's targets as spreadsheets, asked for as their pages are."""

from fastapi import Request, Response

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
from app.web.filters import OfAddress, asked
from app.web.guard import needs, pages
from app.web.places import BOARD_EXPORTS
from app.web.targets import OfTargets, asked_of
from app.web.targets import read as read_targets

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
    chosen: OfTargets,
    panel: str = "",
    format: str = "xlsx",  # noqa: A002 (the parameter's name in the address)
) -> Response:
    """Download the targets of a month or a year, or one more table of their page, as it shows them."""
    now, wanted = settings.now(), format_param(format)
    deadline = Deadline.of(request, EXPORT)
    with BOARD_EXPORTS.taken():
        with database.read() as session:
            wished = asked_of(chosen, units.load_tree(session), viewer, now)
            view = read_targets(session, viewer, wished)
            known = channels.load(session)
        deadline.check()
        if panel:
            (sheet,) = board_sheets(view, panel)
        else:
            sheet = year_sheet(view) if wished.is_year else target_sheet(view, known)
        days = f"{wished.first:%Y}" if wished.is_year else f"{wished.first:%Y%m}"
        name = file_name([say(view.title), *([sheet.name] if panel else []), view.scope.unit_name, days], wanted)
        return exported(request, name, wanted, [sheet], target_notes(view, viewer, now))
