"""How far yesterday is filled, as 今日 shows it: a column for each unit, each cell a link to its form."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from app.domain.facts import TABLES, Unit
from app.domain.roles import Action, Viewer
from app.domain.tree import Tree
from app.i18n import say, show, t
from app.queries.channels import ChannelRow
from app.queries.completeness import EXPECTED, DayOf, DayState

SHOWN_UNITS = 40
SHOWN_DAYS = 10
LACKING = ("partial", "missing")


def columns(
    tree: Tree, viewer: Viewer, known: Mapping[str, ChannelRow], days: Mapping[int, DayOf], when: date
) -> list[dict[str, Any]]:
    """Return a unit's day for each unit, those that lack most first."""
    found = [_column(tree, viewer, known, unit_id, day, when) for unit_id, day in days.items()]
    return sorted(found, key=lambda column: -column["missing"])


def tally(found: list[dict[str, Any]]) -> dict[str, Any]:
    """Return how many cells are filled of those expected, and where the first one that lacks is filled in."""
    expected, missing = sum(column["expected"] for column in found), sum(column["missing"] for column in found)
    rate = show(Fraction(expected - missing, expected), Unit.RATE) if expected else None
    first = next((column["href"] for column in found if column["href"]), None)
    return {"expected": expected, "done": expected - missing, "missing": missing, "rate": rate, "href": first}


def gaps(tree: Tree, missing: Mapping[int, list[date]]) -> list[dict[str, Any]]:
    """Return the units that lack days of the month, with links to their forms."""
    return [
        {
            "name": tree.nodes[unit_id].name,
            "count": len(days),
            "days": [
                {"label": f"{day.month}/{day.day}", "href": _entry("friends", tree.nodes[unit_id].code, day)}
                for day in days[:SHOWN_DAYS]
            ],
            "more": max(len(days) - SHOWN_DAYS, 0),
        }
        for unit_id, days in missing.items()
    ]


def _column(
    tree: Tree, viewer: Viewer, known: Mapping[str, ChannelRow], unit_id: int, day: DayOf, when: date
) -> dict[str, Any]:
    node = tree.nodes[unit_id]
    cells = []
    for table in EXPECTED:
        kind = day.kinds.get(table.kind)
        names = [known[code].name for code in kind.missing] if kind else []
        state = _state(day, len(names), kind.present if kind else 0)
        cells.append(
            {
                "state": state,
                "word": _word(state, len(names)),
                "names": names,
                "href": _entry(table.kind, node.code, when),
            }
        )
    first = next((cell for cell in cells if cell["state"] in LACKING), None)
    return {
        "name": node.name,
        "code": node.code,
        "cells": cells,
        "missing": sum(1 for cell in cells if cell["state"] in LACKING),
        "expected": sum(1 for cell in cells if cell["state"] not in ("none", "no_data")),
        "href": first["href"] if first else None,
        "can_mark": day.state is DayState.MISSING and viewer.may(Action.WRITE_FACTS, tree.lineage(unit_id)),
        "day": when.isoformat(),
    }


def _state(day: DayOf, missing: int, present: int) -> str:
    if day.state is DayState.NO_DATA:
        return "no_data"
    if not missing:
        return "complete" if present else "none"
    return "partial" if present else "missing"


def _word(state: str, missing: int) -> str:
    if state == "partial":
        return t(f"缺 {missing} 渠道", f"{missing} channels missing")
    return "—" if state == "none" else say(DayState(state).text)


def _entry(kind: str, unit: str, day: date) -> str:
    return f"/entry/{TABLES[kind].kind}?{urlencode({'unit': unit, 'day': day.isoformat()})}"
