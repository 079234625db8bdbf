"""A mapping checked against its sheet: everything that a row needs comes from somewhere, and only once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.connectors import values
from app.connectors.names import Names
from app.connectors.rows import Group, Place, Reader, field_name, optional
from app.connectors.table import Table
from app.connectors.values import Refused
from app.domain.errors import Invalid, Issue
from app.domain.facts import TABLES, TARGETS, FactTable
from app.domain.text import Text
from app.i18n import say, t
from app.inputs import imports
from app.inputs.types import parse_day, parse_month

YEARS = range(2000, 2200)
UNKNOWN = Text("这一列对应的内容不适用", "has an unknown field")


def reader(table: Table, mapping: imports.Reading, names: Mapping[str, Names]) -> Reader:
    """Return what reads a sheet by a mapping; Invalid says what the mapping lacks."""
    facts = TABLES[mapping.kind]
    texts = next((list(map(values.text_of, cells)) for row, cells in table.rows() if row == mapping.header), [])
    units = {measure.key: measure.unit for measure in facts.measures}
    problems: list[Issue] = []
    keys: dict[str, Place] = {}
    groups: dict[str, dict[str, Place]] = {}
    for index, column in enumerate(mapping.columns):
        if not column.field:
            continue
        unit = units.get(column.field) if facts is not TARGETS else None
        place = Place(index, _header(texts, index), column.field, unit, column.wan)
        target = keys if column.field in facts.key else groups.setdefault(column.at, {})
        if column.field not in facts.key and column.field not in units:
            problems.append(Issue(place.header, UNKNOWN))
        elif column.field in target:
            problems.append(Issue(place.header, Text("与另一列对应了同一项", "names the same field as another column")))
        target.setdefault(column.field, place)
    constants, year = _constants(facts, mapping.constants, names, problems)
    made = [
        Group(_fixed(at, facts, names, problems), tuple(group.values()), _columns(facts, {**keys, **group}))
        for at, group in groups.items()
    ]
    if not made:
        problems.append(Issue("columns", Text("请至少给一列选择对应的数字", "at least one column must hold a measure")))
    for key in facts.key:
        everywhere = made and all(key in group.fixed for group in made)
        if key not in keys and key not in constants and not everywhere and key not in optional(facts):
            sentence = Text(
                "请选择「{zh}」所在的列，或给全部行指定一个", "choose the column of “{en}”, or one value for all rows"
            )
            named = field_name(facts, key)
            problems.append(Issue(key, sentence.fill(zh=named.zh, en=named.en)))
    if problems:
        raise Invalid(problems)
    spare = optional(facts)
    return Reader(table, facts, mapping.header, tuple(keys.values()), tuple(made), constants, year, names, spare)


def _constants(
    facts: FactTable, given: Mapping[str, str], names: Mapping[str, Names], problems: list[Issue]
) -> tuple[dict[str, Any], int | None]:
    found: dict[str, Any] = {}
    year = given.get("year", "").strip()
    for key in facts.key:
        text = given.get(key, "").strip()
        try:
            if text and key == facts.day_key:
                found[key] = _constant_day(key, text)
            elif text:
                code = names[key].code(text)
                found[key] = int(code) if key == "day_n" else code
        except (Refused, ValueError) as error:
            message = error.message if isinstance(error, Refused) else Text("日期填写有误", "is not a day")
            problems.append(Issue(key, message))
    if year and not (year.isascii() and year.isdecimal() and len(year) == 4 and int(year) in YEARS):  # noqa: PLR2004
        problems.append(Issue("year", Text("年份应在 2000 至 2199 之间", "must lie between 2000 and 2199")))
        return found, None
    return found, int(year) if year else None


def _constant_day(key: str, text: str) -> date:
    return parse_month(text) if key == "month" else parse_day(text)


def _fixed(at: str, facts: FactTable, names: Mapping[str, Names], problems: list[Issue]) -> dict[str, Any]:
    """Return the part of the key that a column stands for."""
    key, _, text = at.partition(":")
    if not at:
        return {}
    if key not in {dim.key for dim in facts.dims}:
        problems.append(Issue("columns", UNKNOWN))
        return {}
    try:
        code = names[key].code(text)
    except Refused as error:
        problems.append(Issue("columns", error.message))
        return {}
    return {key: int(code) if key == "day_n" else code}


def _columns(facts: FactTable, places: Mapping[str, Place]) -> dict[str, str]:
    """Return the header of every field, or what people call it where no column holds it."""
    fields = (*facts.key, *(measure.key for measure in facts.measures))
    return {key: places[key].header if key in places else say(field_name(facts, key)) for key in fields}


def _header(texts: Sequence[str], index: int) -> str:
    return (texts[index] if index < len(texts) else "") or t(f"第 {index + 1} 列", f"column {index + 1}")
