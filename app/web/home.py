"""今日: what is missing of yesterday and of this month, and what does not add up."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response

from app.domain.facts import TABLES, Unit
from app.domain.period import DAY, Period, month_of
from app.domain.roles import Action, Viewer
from app.domain.tree import Tree
from app.i18n import day_label, show
from app.queries import channels, closings, completeness, coverage, history, recounts, units
from app.queries.channels import ChannelRow
from app.queries.completeness import EXPECTED, DayOf, DayState
from app.web.filters import default_unit
from app.web.guard import Conf, Db, Who, needs, pages
from app.web.pick import unit_options
from app.web.recounts import line as recount_line
from app.web.render import shell, updated

router = pages()

SHOWN_UNITS = 40
SHOWN_DAYS = 10


@router.get("/", openapi_extra=needs(Action.READ))
def home(request: Request, database: Db, settings: Conf, viewer: Who, unit: str = "") -> Response:
    """Show how complete yesterday and this month are, for a unit and all below it."""
    now = settings.now()
    today, yesterday = now.date(), now.date() - DAY
    month = Period(month_of(yesterday).first, yesterday)
    with database.read() as session:
        tree, known = units.load_tree(session), channels.load(session)
        node = units.readable(tree, viewer, unit) if unit else default_unit(tree, viewer)
        found = completeness.of_units(session, viewer, tree, node.id, yesterday)
        missing = coverage.missing_days(session, viewer, tree, node.id, month, today)
        counted = recounts.load(session, viewer, tree, node.id, month, limit=5)
        last_month = month_of(month.first - DAY).first
        is_open = last_month not in closings.load(session)
        fresh = updated(history.last_change(session), now)
    lines = [_line(tree, viewer, known, unit_id, day, yesterday) for unit_id, day in found.items()]
    lines.sort(key=lambda line: -line["missing"])
    context = {
        "page_title": "今日",
        "subtitle": node.name,
        "today_label": f"{today.year}年{day_label(today)}",
        "day_label": day_label(yesterday),
        "month_label": f"{month.first.month}月",
        "units": unit_options(tree, viewer, node.code),
        "kinds": [table.name.zh for table in EXPECTED],
        "lines": lines[:SHOWN_UNITS],
        "more": max(len(lines) - SHOWN_UNITS, 0),
        "tally": _tally(lines),
        "missing": [_missing(tree, unit_id, days) for unit_id, days in missing.items()],
        "recounts": [recount_line(tree, one) for one in counted],
        "recounts_href": f"/recounts?unit={node.code}",
        "close_month": f"{last_month.year}年{last_month.month}月"
        if is_open and viewer.may(Action.MANAGE, ())
        else None,
        "fresh": fresh,
    }
    return shell(request, "home.html", "home", context)


def _line(
    tree: Tree, viewer: Viewer, known: dict[str, ChannelRow], unit_id: int, day: DayOf, when: date
) -> dict[str, Any]:
    """Return a unit's row of the table: a cell for each kind of fact, each a link to its form."""
    node = tree.nodes[unit_id]
    cells = []
    for table in EXPECTED:
        kind = day.kinds.get(table.kind)
        names = [known[code].name for code in kind.missing] if kind else []
        state = _cell_state(day, len(names), kind.present if kind else 0)
        word = {"partial": f"缺 {len(names)} 渠道", "none": "—"}.get(state, DayState(state).text.zh)
        cells.append({"state": state, "word": word, "names": names, "href": _entry(table.kind, node.code, when)})
    first = next((cell for cell in cells if cell["state"] in ("partial", "missing")), None)
    return {
        "name": node.name,
        "code": node.code,
        "cells": cells,
        "missing": 0
        if day.state is DayState.NO_DATA
        else sum(1 for c in cells if c["state"] in ("partial", "missing")),
        "expected": sum(1 for cell in cells if cell["state"] not in ("none", "no_data")),
        "href": first["href"] if first else None,
        "can_mark": day.state is DayState.MISSING and viewer.may(Action.WRITE_FACTS, tree.lineage(unit_id)),
        "day": when.isoformat(),
    }


def _cell_state(day: DayOf, missing: int, present: int) -> str:
    if day.state is DayState.NO_DATA:
        return "no_data"
    if not missing:
        return "complete" if present else "none"
    return "partial" if present else "missing"


def _tally(lines: list[dict[str, Any]]) -> dict[str, Any]:
    expected, missing = sum(line["expected"] for line in lines), sum(line["missing"] for line in lines)
    rate = show((expected - missing) * 100 / expected, Unit.YUAN) + "%" if expected else None
    first = next((line["href"] for line in lines if line["href"]), None)
    return {"expected": expected, "done": expected - missing, "missing": missing, "rate": rate, "href": first}


def _missing(tree: Tree, unit_id: int, days: list[date]) -> dict[str, Any]:
    node = tree.nodes[unit_id]
    return {
        "name": node.name,
        "count": len(days),
        "days": [
            {"label": f"{day.month}/{day.day}", "href": _entry("friends", node.code, day)} for day in days[:SHOWN_DAYS]
        ],
        "more": max(len(days) - SHOWN_DAYS, 0),
    }


def _entry(kind: str, unit: str, day: date) -> str:
    return f"/entry/{TABLES[kind].kind}?{urlencode({'unit': unit, 'day': day.isoformat()})}"
