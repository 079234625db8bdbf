"""The page of targets: a month with its gap and the units below, or a year of months."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Request, Response
from sqlalchemy.orm import Session

from app.boards import target_year
from app.boards import targets as target_board
from app.boards.marks import pin
from app.boards.target_gap import PARTS
from app.boards.targets import Choice
from app.boards.view import BoardView
from app.domain.errors import Invalid
from app.domain.number import half_up
from app.domain.period import DAY, Period, month_of
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.domain.tree import Tree
from app.i18n import month_label, say, t
from app.inputs.types import parse_month
from app.kept.given import Conf, Db, Who
from app.metrics.compare import Progress
from app.queries import history, notes, units
from app.queries.as_of import Close
from app.web.export_links import TargetFiles, target_exports
from app.web.filters import default_unit, metric_param, one_of, past_bar, past_param
from app.web.guard import KeptPage, needs, pages
from app.web.pick import unit_options
from app.web.render import shell, updated
from app.web.target_links import Leads, clicks
from app.web.target_rows import brief, grouped, month_heads, tally
from app.web.told import Told
from app.web.tools import board_tools

router = pages(KeptPage)

PATH = "/targets"
PANELS = ("targets", "gap", "units", "unit_targets", "year", "year_metric")
YEARS = range(2000, 2101)
MOST_PINS = 12
"""Notes of a month or year that stand on the page, the newest ones."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The parameters of an address, as they were sent."""

    unit: str
    month: str
    year: str
    as_of: str
    metric: str
    by: str


# Not a plain function: those are each called in a thread.
async def _chosen(
    unit: str = "", month: str = "", year: str = "", as_of: str = "", metric: str = "", by: str = ""
) -> Chosen:
    return Chosen(unit, month, year, as_of, metric, by)


OfTargets = Annotated[Chosen, Depends(_chosen)]
"""What an address asks of the targets."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks of the page; `today` is the day that counts, a past one perhaps."""

    params: Mapping[str, str]
    first: date
    """The first day of the month or year."""
    is_year: bool
    today: date
    past: Close | None
    kept: Mapping[str, str]
    """What stays true tomorrow: without the month where none was named, so that it is the running one."""


def asked_of(chosen: Chosen, tree: Tree, viewer: Viewer, now: datetime) -> Asked:
    """Return what is asked for, what is left out filled in; Invalid for words that mean nothing."""
    past = past_param(chosen.as_of, now)
    today = past.day if past else now.date()
    first = year_param(chosen.year) if chosen.year else month_param(chosen.month, today)
    if chosen.metric:
        metric_param(chosen.metric)
    code = chosen.unit or default_unit(tree, viewer).code
    when = {"year": f"{first:%Y}"} if chosen.year else {"month": f"{first:%Y-%m}"}
    by = one_of("by", chosen.by, PARTS)
    params = {"unit": code, **when, "as_of": chosen.as_of, "metric": chosen.metric, "by": by}
    kept = {key: value for key, value in params.items() if value and (key != "month" or chosen.month)}
    return Asked(params, first, bool(chosen.year), today, past, kept)


@router.get(PATH, openapi_extra=needs(Action.READ))
def targets(request: Request, database: Db, settings: Conf, viewer: Who, chosen: OfTargets) -> Response:
    """Show a month's targets, or those of a year."""
    now = settings.now()
    with database.read() as session:
        tree = units.load_tree(session)
        asked = asked_of(chosen, tree, viewer, now)
        view = _leads(asked).view(read(session, viewer, asked))
        fresh = None if asked.past else updated(history.last_change(session), now)
        tools = board_tools(session, viewer, tree, "targets", view, dict(asked.kept))["tools"]
        rows = notes.load(session, viewer, tree, tree.by_code[view.scope.unit].id, view.scope.period)
    context = {
        **_context(asked, view, now),
        "units": unit_options(tree, viewer, asked.params["unit"]),
        "fresh": fresh,
        "tools": tools,
        "pins": [pin(row) for row in rows[-MOST_PINS:]],
        "more_pins": len(rows) > MOST_PINS,
    }
    return shell(request, "targets.html", "targets", context)


def read(session: Session, viewer: Viewer, asked: Asked) -> BoardView:
    """Return the board of a month or of a year."""
    params, first, today, past = asked.params, asked.first, asked.today, asked.past
    if asked.is_year:
        return target_year.read_year(session, viewer, params["unit"], first.year, today, past, params["metric"])
    choice = Choice(params["metric"], params["by"])
    return target_board.read(session, viewer, params["unit"], first, today, past, choice)


def _leads(asked: Asked) -> Leads:
    return Leads(lambda **more: _href(asked.params, **more), asked.params["as_of"])


def _context(asked: Asked, view: BoardView, now: datetime) -> dict[str, Any]:
    """Return what both pages show: the bar of month or year, and the panels."""
    params, first = asked.params, asked.first
    told = Told.about(view.scope.period, {"unit": view.scope.unit, "as_of": params["as_of"]})
    shown = {
        "page_title": say(view.title),
        "path": PATH,
        "subtitle": view.scope.unit_name,
        "view": view,
        "panels": {**dict.fromkeys(PANELS), **{panel.key: panel for panel in view.panels}},
        "hidden": [(key, value) for key, value in asked.kept.items() if key not in ("unit", "by", "metric")],
        "kept": [(key, value) for key, value in asked.kept.items() if key not in ("metric", "by")],
        "past": past_bar(PATH, asked.past, now, dict(params)),
        "is_year": asked.is_year,
        "ways": _ways(asked),
        "clicks": clicks(view),
        "href": lambda **more: _href(params, **more),
        "links": TargetFiles(params, told),
        "told": {"now": told, "before": told.over(view.scope.compared)},
    }
    last = date(first.year, 12, 31) if asked.is_year else month_of(first).last
    other = "year" if asked.is_year else "month"
    pattern = "%Y" if asked.is_year else "%Y-%m"
    steps = {name: _href(params, **{other: f"{day:{pattern}}"}) for name, day in _beside(first, last)}
    return {**shown, **steps, **(_year_context(asked) if asked.is_year else _month_context(asked, view))}


def _beside(first: date, last: date) -> tuple[tuple[str, date], tuple[str, date]]:
    return ("prev", first - DAY), ("next", last + DAY)


def _month_context(asked: Asked, view: BoardView) -> dict[str, Any]:
    params, month = asked.params, month_of(asked.first)
    return {
        "month": f"{asked.first:%Y-%m}",
        "label": month_label(asked.first),
        "progress": _progress(month, asked.today),
        "groups": grouped(view),
        "tally": tally(view),
        "exports": target_exports({key: params[key] for key in ("unit", "month", "as_of")}),
    }


def _year_context(asked: Asked) -> dict[str, Any]:
    first = asked.first
    exports = target_exports({key: asked.params[key] for key in ("unit", "year", "as_of")})
    heads = month_heads(first.year, asked.today, lambda month: _href(asked.params, year="", month=month))
    return {"label": t(f"{first.year}年", f"{first.year}"), "heads": heads, "brief": brief, "exports": exports}


def _ways(asked: Asked) -> list[dict[str, Any]]:
    """Return the links between the month and its year; from a year one comes to its running or last month."""
    first, today = asked.first, asked.today
    month = today if first.year == today.year else date(first.year, 12, 1)
    shown = f"{month if asked.is_year else first:%Y-%m}"
    ways = (
        ("month", t("按月", "Month"), {"year": "", "month": shown}),
        ("year", t("按年", "Year"), {"month": "", "year": f"{first:%Y}"}),
    )
    return [
        {"label": label, "href": _href(asked.params, **more), "active": asked.is_year == (key == "year")}
        for key, label, more in ways
    ]


def _href(params: Mapping[str, str], **more: str) -> str:
    kept = {key: value for key, value in {**params, **more}.items() if value}
    return f"{PATH}?{urlencode(kept)}"


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


def year_param(text: str) -> date:
    """Read the year of an address as its first day."""
    if not (text.isascii() and text.isdigit() and int(text) in YEARS):
        raise Invalid.one("year", Text("年份应为 2000 至 2100", "must be a year from 2000 to 2100"))
    return date(int(text), 1, 1)


def month_href(path: str, unit: str, month: date, as_of: str = "") -> str:
    """Return the address of a page for a unit and the month of a day, perhaps as it stood on a day."""
    past = {"as_of": as_of} if as_of else {}
    return f"{path}?{urlencode({'unit': unit, 'month': f'{month:%Y-%m}', **past})}"
