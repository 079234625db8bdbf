"""A board's view as plain data, in the shape of the REST contract."""

from dataclasses import asdict
from typing import Any

from app.boards.view import AIM, BoardView, Card, Panel, Row, ScopeView, Table
from app.domain.text import Language


def as_plain(view: BoardView, language: Language = Language.ZH) -> dict[str, Any]:
    """Return a view as dicts and lists; wordings in one language, values as they are."""
    return {
        "board": view.board,
        "title": view.title.say(language),
        "scope": _scope(view.scope),
        "coverage": view.coverage.rate,
        "cards": [_card(card, language) for card in view.cards],
        "panels": [_panel(panel, language) for panel in view.panels],
        "version": view.version,
    }


def _scope(scope: ScopeView) -> dict[str, Any]:
    other = scope.compared
    asked = {} if scope.as_of is None else {"as_of": scope.as_of}
    return {
        "unit": scope.unit,
        "from": scope.period.first,
        "to": scope.period.last,
        "channel": scope.channel,
        "compare": AIM if scope.aim else scope.compare,
        "compared": None if other is None else {"from": other.first, "to": other.last},
        "today": scope.today,
        **asked,
    }


def _card(card: Card, language: Language) -> dict[str, Any]:
    beside = card.compare
    return {
        "metric": card.metric,
        "name": card.name.say(language),
        "unit": card.unit,
        "value": card.value,
        "compare": beside and {"value": beside.value, "change": beside.change, "points": beside.points},
        "limit": card.limit,
        "status": card.status,
        **({"aim": asdict(card.aim)} if card.aim else {}),
    }


def _panel(panel: Panel, language: Language) -> dict[str, Any]:
    plain: dict[str, Any] = {"key": panel.key, "kind": panel.kind, "title": panel.title.say(language)}
    if panel.kind == "chart":
        plain["figure"] = panel.figure
    if panel.table is not None:
        plain["table"] = _table(panel.table, language)
    if panel.choices:
        plain["choices"] = [
            {"key": choice.key, "name": choice.name.say(language), "table": _table(choice.table, language)}
            for choice in panel.choices
        ]
    return plain


def _table(table: Table, language: Language) -> dict[str, Any]:
    return {
        "columns": [
            {"key": column.key, "name": column.name.say(language), "unit": column.unit} for column in table.columns
        ],
        "rows": [_row(row, language) for row in table.rows],
        "total": table.total and _row(table.total, language),
        "note": table.note and table.note.say(language),
    }


def _row(row: Row, language: Language) -> dict[str, Any]:
    return {"label": row.label.say(language), **row.values}
