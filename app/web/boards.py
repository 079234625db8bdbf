"""Board pages: the filter bar and the board's view, rendered."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from app.boards import targets as target_board
from app.boards.board import Board
from app.boards.catalog import BOARDS
from app.boards.read import read
from app.boards.view import BoardView
from app.domain.errors import Invalid
from app.domain.number import half_up
from app.domain.period import DAY, Period, month_of
from app.domain.roles import Action
from app.domain.text import Text
from app.i18n import month_label, say
from app.inputs.types import parse_month
from app.metrics.catalog import CATALOG, GROUPS
from app.metrics.compare import Progress
from app.metrics.definition import Better
from app.queries import channels, history, units
from app.web.export_links import board_exports, target_exports
from app.web.filters import Chosen, asked, board_filters, default_unit, params_of, past_bar, past_param
from app.web.guard import Conf, Db, KeptPage, Who, needs, pages
from app.web.pick import unit_options
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


@router.get("/targets", openapi_extra=needs(Action.READ))
def targets(
    request: Request, database: Db, settings: Conf, viewer: Who, unit: str = "", month: str = "", as_of: str = ""
) -> Response:
    """Show a month's targets."""
    now = settings.now()
    past = past_param(as_of, now)
    today = past.day if past else now.date()
    first = month_param(month, today)
    with database.read() as session:
        tree = units.load_tree(session)
        code = unit or default_unit(tree, viewer).code
        view = target_board.read(session, viewer, code, first, today, past)
        fresh = None if past else updated(history.last_change(session), now)
    params = {"unit": code, "month": f"{first:%Y-%m}", "as_of": as_of}
    context = {
        "page_title": say(view.title),
        "subtitle": view.scope.unit_name,
        "view": _decorated(view),
        "filters": {
            "action": "/targets",
            "units": unit_options(tree, viewer, code),
            "unit_name": view.scope.unit_name,
            "past": past_bar("/targets", past, now, params),
        },
        "month": f"{first:%Y-%m}",
        "month_label": month_label(first),
        "prev_month": month_href("/targets", code, first - DAY, as_of),
        "next_month": month_href("/targets", code, month_of(first).last + DAY, as_of),
        "progress": _progress(month_of(first), today),
        "tally": _tally(view),
        "exports": target_exports(params),
        "fresh": fresh,
    }
    return shell(request, "targets.html", "targets", context)


def _progress(month: Period, today: date) -> dict[str, Any]:
    found = Progress.of(month, today)
    rate = half_up(found.share, 10)
    return {"rate": rate, "elapsed": found.elapsed, "days": found.days, "over": today > month.last}


def month_param(text: str, today: date) -> date:
    """Read the month of an address; without one, the month that yesterday was in."""
    if not text:
        return month_of(today - DAY).first
    try:
        return parse_month(text)
    except ValueError:
        raise Invalid.one("month", Text("月份格式应为 YYYY-MM", "must be a month YYYY-MM")) from None


def month_href(path: str, unit: str, month: date, as_of: str = "") -> str:
    """Return the address of a page for a unit and the month of a day, perhaps as it stood on a day."""
    past = {"as_of": as_of} if as_of else {}
    return f"{path}?{urlencode({'unit': unit, 'month': f'{month:%Y-%m}', **past})}"


def _decorated(view: BoardView) -> dict[str, Any]:
    """Return the view with what the page's target rows show beside the figures of the contract."""
    groups = {metric.key: say(title) for title, metrics in GROUPS for metric in metrics}
    panels = []
    for panel in view.panels:
        rows = []
        for row in panel.table.rows if panel.table else ():
            if row.values["target"] is None:
                continue  # it was cleared: no target is set
            metric = CATALOG[str(row.values["metric"])]
            extra = {
                "unit": metric.unit,
                "is_limit": metric.is_limit,
                "is_flow": metric.is_flow,
                "tone": _tone(row.values["change"], metric.better),
                "group": groups[metric.key],
            }
            rows.append({"label": row.label, "values": {**row.values, **extra}, "slot": row.slot, "level": row.level})
        table = {"rows": rows, "note": panel.table.note} if panel.table else None
        panels.append(
            {"key": panel.key, "title": panel.title, "subtitle": panel.subtitle, "table": table, "figure": None}
        )
    return {"panels": panels, "coverage": view.coverage, "cards": view.cards, "scope": view.scope}


def _tone(change: object, better: Better) -> str:
    if not change:
        return "neutral"
    return "good" if (str(change)[0] != "-") == (better is Better.UP) else "bad"


_TALLY = {
    "good": ("done", "on_track", "within_limit"),
    "warn": ("behind",),
    "bad": ("far_behind", "missed", "over_limit"),
}


def _tally(view: BoardView) -> dict[str, int]:
    statuses = [row.values["status"] for panel in view.panels if panel.table for row in panel.table.rows]
    return {tone: sum(1 for status in statuses if status in words) for tone, words in _TALLY.items()}
