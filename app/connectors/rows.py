"""Rows of a sheet as facts: every row becomes facts, or problems in the words of whoever made the file."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from app.connectors import headers, values
from app.connectors.names import Names
from app.connectors.table import Cell, Row, Table
from app.connectors.values import Refused
from app.domain.facts import FactTable, Unit
from app.domain.text import Text
from app.inputs.facts import ROWS, FactInput
from app.inputs.imports import Parsed, Problem
from app.inputs.problems import issues
from app.metrics.catalog import CATALOG

CHUNK = 500
KNOWN = 20_000
"""Parts of keys that are remembered."""
YEARS = range(2000, 2200)


@dataclass(frozen=True, slots=True)
class Place:
    """A column that is read: where it stands, its header, its field, and what its numbers count in."""

    index: int
    header: str
    field: str
    unit: Unit | None = None
    """What its numbers are; None where another column says so, and for parts of the key."""
    wan: bool = False


@dataclass(slots=True)
class Skipped:
    """Rows that hold no facts: totals, and rows without any number."""

    totals: int = 0
    blank: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """The facts that each row holds once: parts of the key that its columns stand for, and its measures."""

    fixed: Mapping[str, Any]
    measures: tuple[Place, ...]
    columns: Mapping[str, str]
    """Headers by field, for messages."""


@dataclass(slots=True)
class Reader:
    """Reads the rows of one sheet by one mapping; `skipped` grows while it does."""

    table: Table
    facts: FactTable
    header: int
    keys: tuple[Place, ...]
    groups: tuple[Group, ...]
    constants: Mapping[str, Any]
    year: int | None
    names: Mapping[str, Names]
    optional: frozenset[str] = frozenset()
    skipped: Skipped = field(default_factory=Skipped)
    _read: dict[tuple[str, Cell], Any] = field(default_factory=dict)
    """Parts of the key that were read already: there are few, and each stands in many rows."""
    _plain: set[Cell] = field(default_factory=set)
    """Cells that name no row of totals."""

    @property
    def total(self) -> int:
        """Rows below the header."""
        return max(0, self.table.height - self.header)

    def chunks(self) -> Iterator[list[Parsed]]:
        """Yield the rows that hold facts or problems, a few hundred at a time."""
        chunk: list[Parsed] = []
        for number, cells in self.table.rows():
            if number <= self.header:
                continue
            parsed = self._parsed(number, cells)
            if parsed is not None:
                chunk.append(parsed)
            if len(chunk) >= CHUNK or (chunk and number % (CHUNK * 4) == 0):
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    def _parsed(self, number: int, cells: Row) -> Parsed | None:
        if len(cells) < self.table.width:
            cells = [*cells, *[""] * (self.table.width - len(cells))]
        if self._is_total(cells):
            self.skipped.totals += 1
            return None
        problems: list[Problem] = []
        key = self._key(cells, problems)
        facts, columns, blank = [], [], True
        for group in self.groups:
            before = len(problems)
            given = self._given(group, key, cells, problems)
            blank = blank and not given and len(problems) == before
            if given and not problems and (fact := self._fact({**key, **group.fixed, **given}, group, problems)):
                facts.append(fact)
                columns.append(group.columns)
        if blank:
            self.skipped.blank += 1
            return None
        if problems:
            return Parsed(number, problems=tuple(problems))
        return Parsed(number, tuple(facts), tuple(columns))

    def _is_total(self, cells: Row) -> bool:
        """Say whether a part of the key, or the first cell with anything in it, names a row of totals."""
        first = next((cell for cell in cells if cell != ""), "")
        for cell in (first, *(cells[place.index] for place in self.keys)):
            if cell not in self._plain and isinstance(cell, str):
                if headers.is_total(cell.strip()):
                    return True
                if len(self._plain) < KNOWN:
                    self._plain.add(cell)
        return False

    def _key(self, cells: Row, problems: list[Problem]) -> dict[str, Any]:
        key = dict(self.constants)
        for place in self.keys:
            cell = cells[place.index]
            if (known := self._read.get((place.field, cell))) is not None:
                key[place.field] = known
                continue
            if place.field in self.optional and values.is_blank(cell):
                continue
            try:
                key[place.field] = self._key_value(place.field, cell)
                if len(self._read) < KNOWN:
                    self._read[place.field, cell] = key[place.field]
            except Refused as error:
                problems.append(Problem(place.header, error.message))
        return key

    def _key_value(self, name: str, cell: Cell) -> Any:  # noqa: ANN401 (a day, a number or a code)
        if values.is_blank(cell):
            raise Refused("不能为空", "must not be empty")
        if name == "month":
            return values.month(cell, self.year)
        if name == self.facts.day_key:
            return values.day(cell, self.year)
        code = self.names[name].code(values.text_of(cell))
        return int(code) if name == "day_n" else code

    def _given(
        self, group: Group, key: Mapping[str, Any], cells: Row, problems: list[Problem]
    ) -> dict[str, values.Value]:
        """Return the measures of a group that the row says something about."""
        given: dict[str, values.Value] = {}
        for place in group.measures:
            unit = place.unit or _unit_of(group.fixed.get("metric", key.get("metric")))
            try:
                value = values.read(cells[place.index], unit, wan=place.wan)
            except Refused as error:
                problems.append(Problem(place.header, error.message))
                continue
            if value is not values.LEFT_OUT:
                given[place.field] = value
        return given

    def _fact(self, row: dict[str, Any], group: Group, problems: list[Problem]) -> FactInput | None:
        try:
            return ROWS[self.facts.kind].model_validate(row)
        except ValidationError as error:
            problems += [Problem(group.columns[issue.field], issue.message) for issue in issues(error.errors())]
            return None


def optional(facts: FactTable) -> frozenset[str]:
    """Return the parts of the key that may be missing."""
    return frozenset(dim.key for dim in facts.dims if dim.optional or dim.key == "source")


def _unit_of(metric: object) -> Unit:
    known = CATALOG.get(str(metric))
    return known.unit if known else Unit.YUAN


_FIELDS = {
    "unit": Text("单元", "Unit"),
    "day": Text("日期", "Day"),
    "cohort_day": Text("批次日期", "Cohort day"),
    "month": Text("月份", "Month"),
}


def field_name(facts: FactTable, key: str) -> Text:
    """Return what people call a field."""
    named = {dim.key: dim.name for dim in facts.dims} | {measure.key: measure.name for measure in facts.measures}
    return {**_FIELDS, **named}.get(key, Text(key, key))
