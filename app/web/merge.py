"""Two people in one form: each cell keeps the change of whoever made one, and asks where both did."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from app.domain.facts import Measure
from app.web.forms import BASE, JOIN, REVISION, Asked, Form, name_of
from app.web.typed import Typed, read, same


@dataclass(frozen=True, slots=True)
class Clash:
    """A cell that both sides changed: what was typed here, and what is stored by now."""

    name: str
    prefix: str
    measure: str
    mine: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Merged:
    """What of a sent form is to be written, and the cells that must be decided first."""

    changed: list[Asked]
    clashes: list[Clash]
    mine: frozenset[str]
    """Names of the cells that were typed in."""


def merge(form: Form) -> Merged:
    """Compare what was typed, what was seen when typing began, and what is stored now, cell by cell.

    A cell in which nobody typed keeps what is stored, even where that is not what its page showed.
    """
    changed: list[Asked] = []
    clashes: list[Clash] = []
    mine: list[str] = []
    measures = form.sheet.measures
    for prefix, entry in form.sheet.entries.items():
        values: dict[str, Typed] = {}
        for measure, seen in zip(measures[prefix], _seen(form, prefix, measures[prefix]), strict=True):
            name = name_of(prefix, measure.key)
            kept, typed = form.text(prefix, measure), form.typed.get(name, seen)
            value, theirs, before = (read(text, measure.unit) for text in (typed, kept, seen))
            if same(value, before):
                continue
            mine.append(name)
            if same(theirs, before):
                values[measure.key] = value
            elif not same(value, theirs):
                clashes.append(Clash(name, prefix, measure.key, typed, kept))
        if values:
            record = form.stored.get(prefix)
            key = {form.sheet.table.day_key: entry.day, "unit": form.unit, **entry.dims}
            changed.append((prefix, {**key, **values, REVISION: record[REVISION] if record else 0}))
    return Merged([*changed, *_added(form)], clashes, frozenset(mine))


def _seen(form: Form, prefix: str, measures: list[Measure]) -> list[str]:
    """Return what the row showed; a form without it, or with a mangled one, takes what is stored."""
    seen = form.typed.get(name_of(prefix, BASE))
    parts = [] if seen is None else seen.split(JOIN)
    return parts if len(parts) == len(measures) else [form.text(prefix, measure) for measure in measures]


def _added(form: Form) -> Iterator[Asked]:
    for adder in form.sheet.adders:
        dims: dict[str, Any] = {key: form.typed.get(name_of(adder.prefix, key)) or None for key in adder.choices}
        texts = {m.key: form.typed.get(name_of(adder.prefix, m.key), "") for m in form.sheet.table.measures}
        if any(text.strip() for text in texts.values()):
            values = {m.key: read(texts[m.key], m.unit) for m in form.sheet.table.measures if texts[m.key].strip()}
            key = {form.sheet.table.day_key: form.sheet.days[0], "unit": form.unit}
            yield adder.prefix, {**key, **dims, **values, REVISION: 0}


def rebased(form: Form, merged: Merged) -> Form:
    """Return the form over what is stored now: typed cells stay, all others show the present values."""
    added = {adder.prefix + "." for adder in form.sheet.adders}
    kept = {
        name: text
        for name, text in form.typed.items()
        if name in merged.mine or any(name.startswith(prefix) for prefix in added)
    }
    return replace(form, typed=kept)
