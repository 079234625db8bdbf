"""Filling a sheet and reading it back: typed texts in, facts or marked cells out."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError

from app.domain.errors import Invalid, Issue
from app.domain.facts import Measure
from app.domain.text import Text
from app.inputs.facts import ROWS, FactInput
from app.inputs.problems import issues
from app.web.sheets import SEPARATOR, Adder, Entry, Sheet
from app.web.typed import Typed, read, write

Record = Mapping[str, Any]
REVISION = "revision"
LISTED = Text("这一行上面已有，请直接填在那一行", "is listed above; fill that row")


def name_of(prefix: str, key: str) -> str:
    """Return the name of a cell, which is its id in the page too."""
    return f"{prefix}{SEPARATOR}{key}"


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
        columns = [column["name"] for column in self.sheet.columns]
        return [
            {
                "label": line.label,
                "slot": line.slot,
                "group": line.group,
                "hidden": [(name_of(prefix, REVISION), self._revision(prefix)) for prefix in line.prefixes],
                "cells": [
                    self._cell(f"{line.label} {columns[index % len(columns)]}", entry, measure)
                    for index, (entry, measure) in enumerate(line.cells)
                ],
                **line.extra,
            }
            for line in self.sheet.lines
        ]

    def adders(self) -> list[dict[str, Any]]:
        """Return the rows whose key is still to be chosen, as the template draws them."""
        return [{"cells": [*self._picks(adder), *self._blanks(adder)]} for adder in self.sheet.adders if self.can_write]

    def problems(self) -> list[dict[str, str]]:
        """Return every message as a link to its cell."""
        labels = {cell["name"]: cell["label"] for row in self.rows() for cell in row["cells"]}
        return [
            {"href": f"#{name}", "text": f"{labels.get(name, '新增一行')}：{text}"}
            for name, text in self.errors.items()
        ]

    def _revision(self, prefix: str) -> int:
        record = self.stored.get(prefix)
        return record[REVISION] if record else 0

    def _cell(self, label: str, entry: Entry, measure: Measure) -> dict[str, Any]:
        name, record = name_of(entry.prefix, measure.key), self.stored.get(entry.prefix)
        kept = write(record[measure.key], measure.unit) if record else ""
        suffix = {"rate": "%", "yuan": "元", "count": ""}[measure.unit] if self.sheet.suffixes else ""
        return {
            "name": name,
            "value": self.typed.get(name, kept),
            "error": self.errors.get(name),
            "label": label,
            "suffix": suffix,
        }

    def _picks(self, adder: Adder) -> Iterator[dict[str, Any]]:
        for key, options in adder.choices.items():
            name = name_of(adder.prefix, key)
            chosen = self.typed.get(name, options[0]["value"] if options else "")
            marked = [{**option, "selected": option["value"] == chosen} for option in options]
            yield {"name": name, "options": marked, "error": self.errors.get(name)}

    def _blanks(self, adder: Adder) -> Iterator[dict[str, Any]]:
        for measure in self.sheet.table.measures:
            name = name_of(adder.prefix, measure.key)
            label = f"新增一行 {measure.name.zh}"
            yield {"name": name, "value": self.typed.get(name, ""), "error": self.errors.get(name), "label": label}

    def changed(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what was typed and differs from what is stored: (prefix, row as it would be sent)."""
        found = []
        for prefix, entry in self.sheet.entries.items():
            values: dict[str, Typed] = {}
            moved = False
            for measure in self.sheet.measures_of(prefix):
                text = self.typed.get(name_of(prefix, measure.key))
                if text is not None:
                    values[measure.key] = read(text, measure.unit)
                    moved = moved or not _same(values[measure.key], self._kept(prefix, measure))
            if moved:
                revision = self.typed.get(name_of(prefix, REVISION), "")
                seen = {REVISION: int(revision)} if re.fullmatch(r"[0-9]{1,18}", revision) else {}
                found.append(
                    (prefix, {self.sheet.table.day_key: entry.day, "unit": self.unit, **entry.dims, **values, **seen})
                )
        return [*found, *self._added()]

    def _kept(self, prefix: str, measure: Measure) -> Typed:
        record = self.stored.get(prefix)
        return None if record is None else read(write(record[measure.key], measure.unit), measure.unit)

    def _added(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for adder in self.sheet.adders:
            dims = {key: self.typed.get(name_of(adder.prefix, key)) or None for key in adder.choices}
            texts = {m.key: self.typed.get(name_of(adder.prefix, m.key), "") for m in self.sheet.table.measures}
            if any(text.strip() for text in texts.values()):
                values = {m.key: read(texts[m.key], m.unit) for m in self.sheet.table.measures}
                day = self.sheet.days[0]
                yield adder.prefix, {self.sheet.table.day_key: day, "unit": self.unit, **dims, **values, REVISION: 0}


def validated(form: Form, changed: Sequence[tuple[str, dict[str, Any]]]) -> list[FactInput]:
    """Return the typed rows as inputs; Invalid lists what is wrong, its row being the index in `changed`."""
    rows, found = [], []
    for index, (prefix, row) in enumerate(changed):
        if _is_listed(form, prefix, row):
            found.append(Issue(form.sheet.table.day_key, LISTED, index))
            continue
        try:
            rows.append(ROWS[form.sheet.table.kind].model_validate(row))
        except ValidationError as error:
            found += [Issue(issue.field, issue.message, index) for issue in issues(error.errors())]
    if found:
        raise Invalid(found)
    return rows


def _is_listed(form: Form, prefix: str, row: Mapping[str, Any]) -> bool:
    """Say whether an added row has the key of one that the form lists: its cells are there to be filled."""
    if prefix in form.sheet.entries:
        return False
    return any(row.items() >= entry.dims.items() for entry in form.sheet.entries.values())


def messages(form: Form, changed: Sequence[tuple[str, dict[str, Any]]], error: Invalid) -> dict[str, str]:
    """Return the messages of a refusal by the names of their cells."""
    found: dict[str, str] = {}
    for issue in error.issues:
        prefix = changed[issue.row or 0][0]
        measures = [measure.key for measure in form.sheet.measures_of(prefix)]
        key = issue.field if issue.field in measures else measures[0]
        found.setdefault(name_of(prefix, key), issue.message.zh)
    return found


def _same(one: Typed, other: Typed) -> bool:
    if one is None or other is None:
        return one is other
    try:
        return Decimal(one) == Decimal(other)
    except InvalidOperation:
        return False
