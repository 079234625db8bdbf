"""What the import page is told: what can be chosen, what was found in a file, what writing it would do."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from app.connectors.names import Names
from app.connectors.rows import Reader, field_name, optional
from app.connectors.table import Table
from app.domain.errors import Conflict, Invalid, LuopanError
from app.domain.facts import RETENTION_DAYS, STOCK_COUNTS, TABLES, TARGETS, CustomerKind, FactTable, Unit
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.i18n import say, sentence, show, t
from app.inputs.imports import Parsed
from app.metrics.catalog import CATALOG
from app.metrics.targets import from_steps
from app.store.imports import Imported, Preview
from app.store.weigh import Weighed
from app.web.changes import UNRECORDED

SHOWN = 200
"""Rows of each state that a preview shows."""
LISTED = 100
"""Problems that an answer lists."""

Known = Mapping[str, Mapping[str, Names]]


def action_of(table: FactTable) -> Action:
    """Return the action that writing a kind of fact takes."""
    return Action.WRITE_TARGETS if table is TARGETS else Action.WRITE_FACTS


def choices(viewer: Viewer, known: Known) -> list[dict[str, Any]]:
    """Return, for each kind of fact that the viewer may write, what its columns and constants can be."""
    return [
        {
            "kind": table.kind,
            "name": say(table.name),
            "keys": [_key(table, key, known[table.kind]) for key in table.key],
            "measures": [{"key": measure.key, "name": say(measure.name)} for measure in table.measures],
        }
        for table in TABLES.values()
        if viewer.may(action_of(table))
    ]


def _key(table: FactTable, key: str, names: Mapping[str, Names]) -> dict[str, Any]:
    options = [{"value": code, "label": label} for code, label in _labels(key, names).items()]
    kind = "month" if key == "month" else "date" if key == table.day_key else "select"
    return {
        "key": key,
        "name": say(field_name(table, key)),
        "type": kind,
        "optional": key in optional(table),
        "options": options,
        "wide": key in {dim.key for dim in table.dims},
    }


def _labels(key: str, names: Mapping[str, Names]) -> dict[str, str]:
    """Return what the values of a part of the key are called: by people, or by us."""
    if key not in names:
        return {}
    ours: dict[str, dict[str, Text]] = {
        "customer_kind": {kind.value: kind.text for kind in CustomerKind},
        "metric": {metric.key: metric.name for metric in CATALOG.values()},
        "day_n": {str(n): Text(f"{n}日", f"Day {n}") for n in RETENTION_DAYS},
    }
    return {code: say(ours.get(key, {}).get(code, Text(name, name))) for code, name in names[key].options}


def previewed(reader: Reader, found: Preview, names: Mapping[str, Names]) -> dict[str, Any]:
    """Return a preview as the page draws it."""
    table, tally = reader.facts, found.tally
    measures = [m for m in table.measures if any(p.field == m.key for group in reader.groups for p in group.measures)]
    labels = {key: _labels(key, names) for key in names}
    summed = [] if table in (STOCK_COUNTS, TARGETS) else [m for m in measures if m.key in tally.totals]
    return {
        "fingerprint": found.fingerprint,
        "counts": {"new": tally.new, "changed": tally.changed, "same": tally.same, "bad": tally.bad},
        "skipped": {"totals": reader.skipped.totals, "blank": reader.skipped.blank},
        "keys": [say(field_name(table, key)) for key in table.key],
        "measures": [say(measure.name) for measure in measures],
        "rows": {
            state: [_row(table, weighed, found.name(weighed), labels, [m.key for m in measures]) for weighed in rows]
            for state, rows in found.shown.items()
        },
        "bad": [{"row": row.row, "texts": problems(reader.table, row)} for row in found.bad],
        "totals": [{"name": say(m.name), "text": _shown(table, {}, m.key, tally.totals[m.key])} for m in summed],
    }


def _row(
    table: FactTable,
    weighed: Weighed,
    named: Mapping[str, Any],
    labels: Mapping[str, Mapping[str, str]],
    measures: Iterable[str],
) -> dict[str, Any]:
    key = [labels.get(part, {}).get(str(named[part]), str(named[part] or "")) for part in table.key]
    if table is TARGETS:
        key[0] = key[0][:7]
    cells = []
    for measure in measures:
        after = weighed.after[measure]
        cell = {"text": _shown(table, named, measure, after)}
        if weighed.before is not None and weighed.before[measure] != after:
            cell["old"] = _shown(table, named, measure, weighed.before[measure])
        cells.append(cell)
    return {"row": weighed.row, "key": key, "cells": cells}


def _shown(table: FactTable, named: Mapping[str, Any], measure: str, value: int | None) -> str:
    if value is None:
        return say(UNRECORDED)
    if table is TARGETS:
        metric = CATALOG[named["metric"]]
        return show(from_steps(metric, value), metric.unit)
    unit = table.measure(measure).unit
    return show(Decimal(value).scaleb(-2) if unit is Unit.YUAN else value, unit)


def problems(table: Table, row: Parsed) -> list[str]:
    """Return what is wrong with a row, each with its sheet, row and column."""
    return [_placed(table.place(row.row, problem.column), problem.message) for problem in row.problems]


def _placed(place: Text, message: Text) -> str:
    return sentence(place) + t("：", ": ") + say(message)


def written(reader: Reader, done: Imported) -> dict[str, Any]:
    """Return what an import did."""
    tally = done.tally
    return {
        "counts": {"new": tally.new, "changed": tally.changed, "same": tally.same},
        "left_out": done.left_out,
        "skipped": {"totals": reader.skipped.totals, "blank": reader.skipped.blank},
        "history": None if done.batch is None else f"/history/{done.batch}",
    }


def told(error: LuopanError, table: Table | None = None) -> dict[str, Any]:
    """Return an error as the page shows it: rows by their place in the file, fields by their key."""
    found: dict[str, Any] = {"status": error.status, "message": sentence(error.message)}
    if isinstance(error, Invalid):
        listed = error.issues[:LISTED]
        found["issues"] = [
            {
                "field": issue.field if issue.row is None else "",
                "text": sentence(issue.message)
                if issue.row is None or table is None
                else _placed(table.place(issue.row, issue.field), issue.message),
            }
            for issue in listed
        ]
        if len(error.issues) == 1:
            found["message"] = found["issues"][0]["text"]
    found["stale"] = isinstance(error, Conflict)
    return {"error": found}
