"""Filling a sheet and reading it back: stored and typed texts in, rows for the template and inputs out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from app.domain.errors import Invalid, Issue
from app.domain.facts import Measure
from app.domain.text import Text
from app.i18n import say, sentence, t
from app.inputs.facts import ROWS, FactInput
from app.inputs.problems import issues
from app.web.sheets import SEPARATOR, Adder, Entry, Line, Sheet
from app.web.typed import write

Record = Mapping[str, Any]
Asked = tuple[str, dict[str, Any]]
"""The prefix of a row and the row as it would be sent."""

REVISION = "revision"
BASE = "base"
"""The field of a row that holds its values as they were seen, so that a save can tell whose change is whose."""
JOIN = "|"
NEW_ROW = Text("新增一行", "New row")
LISTED = Text("这一行上面已有，请直接填在那一行", "This row is listed above; fill it there")


def name_of(prefix: str, key: str) -> str:
    """Return the name of a cell, which is its id in the page too."""
    return f"{prefix}{SEPARATOR}{key}"


def prefixes_in(typed: Iterable[str]) -> list[str]:
    """Return the prefixes of the rows that a sent form held."""
    ending = SEPARATOR + BASE
    return [name.removesuffix(ending) for name in typed if name.endswith(ending)]


@dataclass(frozen=True, slots=True)
class Form:
    """A sheet for one unit: what is stored, what was typed over it, and the messages beside cells."""

    sheet: Sheet
    unit: str
    stored: Mapping[str, Record]
    """Records by the prefix of their cells."""
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    can_write: bool = True

    def text(self, prefix: str, measure: Measure) -> str:
        """Return what is stored in a cell, as a person would type it."""
        record = self.stored.get(prefix)
        return write(record[measure.key], measure.unit) if record else ""

    def bases(self) -> dict[str, str]:
        """Return the hidden fields of all rows, by name."""
        return {
            name_of(prefix, BASE): JOIN.join(self.text(prefix, measure) for measure in measures)
            for prefix, measures in self.sheet.measures.items()
            if not self._is_added(prefix)
        }

    def _is_added(self, prefix: str) -> bool:
        return any(adder.prefix == prefix for adder in self.sheet.adders)

    def drawn(self) -> dict[str, Any]:
        """Return everything of the form that the template draws."""
        return {
            "columns": self.sheet.columns,
            "rows": self.rows(),
            "adders": self.adders(),
            "errors": self.problems(),
            "can_write": self.can_write,
        }

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows as the template draws them."""
        bases = self.bases()
        return [self._row(line, bases) for line in self.sheet.lines]

    def _row(self, line: Line, bases: Mapping[str, str]) -> dict[str, Any]:
        columns = [column["name"] for column in self.sheet.columns]
        names = [name_of(prefix, BASE) for prefix in line.prefixes]
        return {
            "label": line.label,
            "slot": line.slot,
            "group": line.group,
            "hidden": [(name, self.typed.get(name, bases[name])) for name in names],
            "cells": [
                self._cell(f"{line.label} {columns[index]}", entry, measure)
                for index, (entry, measure) in enumerate(line.cells)
            ],
            "derived": list(line.extra),
        }

    def adders(self) -> list[dict[str, Any]]:
        """Return the rows whose key is still to be chosen, as the template draws them."""
        return [
            {"picks": list(self._picks(adder)), "cells": list(self._blanks(adder))}
            for adder in self.sheet.adders
            if self.can_write
        ]

    def problems(self) -> list[dict[str, str]]:
        """Return every message as a link to its cell."""
        labels = self.labels() if self.errors else {}
        return [
            {"href": f"#{name}", "text": labels.get(name, say(NEW_ROW)) + t("：", ": ") + text}
            for name, text in self.errors.items()
        ]

    def labels(self) -> dict[str, str]:
        """Return what each cell is called, by its name."""
        columns = [column["name"] for column in self.sheet.columns]
        return {
            name_of(entry.prefix, measure.key): f"{line.label} {columns[index]}"
            for line in self.sheet.lines
            for index, (entry, measure) in enumerate(line.cells)
        }

    def _cell(self, label: str, entry: Entry, measure: Measure) -> dict[str, Any]:
        name = name_of(entry.prefix, measure.key)
        return {
            "name": name,
            "value": self.typed.get(name, self.text(entry.prefix, measure)),
            "error": self.errors.get(name),
            "label": label,
            "unit": measure.unit.value,
            "suffix": {"rate": "%", "yuan": t("元", "yuan"), "count": ""}[measure.unit] if self.sheet.suffixes else "",
        }

    def _picks(self, adder: Adder) -> Iterator[dict[str, Any]]:
        for key, options in adder.choices.items():
            name = name_of(adder.prefix, key)
            chosen = self.typed.get(name, options[0]["value"] if options else "")
            marked = [{**option, "selected": option["value"] == chosen} for option in options]
            yield {"name": name, "options": marked}

    def _blanks(self, adder: Adder) -> Iterator[dict[str, Any]]:
        for measure in self.sheet.table.measures:
            name = name_of(adder.prefix, measure.key)
            yield {
                "name": name,
                "value": self.typed.get(name, ""),
                "error": self.errors.get(name),
                "label": f"{say(NEW_ROW)} {say(measure.name)}",
                "unit": measure.unit.value,
                "suffix": "",
            }


def validated(form: Form, changed: Sequence[Asked]) -> list[FactInput]:
    """Return the typed rows as inputs; Invalid lists what is wrong, its row being the index in `changed`."""
    rows, found = [], []
    listed = form.sheet.entries
    for index, (prefix, row) in enumerate(changed):
        if prefix not in listed and any(row.items() >= entry.dims.items() for entry in listed.values()):
            found.append(Issue(form.sheet.table.day_key, LISTED, index))
            continue
        try:
            rows.append(ROWS[form.sheet.table.kind].model_validate(row))
        except ValidationError as error:
            found += [Issue(issue.field, issue.message, index) for issue in issues(error.errors())]
    if found:
        raise Invalid(found)
    return rows


def messages(form: Form, changed: Sequence[Asked], error: Invalid) -> dict[str, str]:
    """Return the messages of a refusal by the names of their cells."""
    found: dict[str, str] = {}
    by_prefix = form.sheet.measures
    for issue in error.issues:
        prefix, row = changed[issue.row or 0]
        measures = [measure.key for measure in by_prefix[prefix]]
        typed = [key for key in measures if key in row]
        # What concerns the whole row stands at the first cell that was typed in.
        key = issue.field if issue.field in measures else (typed or measures)[0]
        found.setdefault(name_of(prefix, key), sentence(issue.message))
    return found
