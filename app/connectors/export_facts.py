"""Fact rows going out under the heads that an import reads again."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.connectors.export import KINDS, Given, Head, Kind, Line, Sheet
from app.connectors.values import NOT_RECORDED
from app.domain.facts import TARGETS, CustomerKind, Dim, FactTable, Unit
from app.domain.number import plain
from app.domain.tree import Tree
from app.metrics.catalog import CATALOG
from app.metrics.targets import from_steps
from app.queries.channels import ChannelRow
from app.queries.facts import yuan

DAYS = {"day": "日期", "month": "月份", "cohort_day": "批次日期"}

Names = dict[int, tuple[str, str]]
"""Code and name by id."""


def heads(table: FactTable) -> list[Head]:
    """Return the heads of a kind of fact: key, then measures."""
    day = Head(DAYS[table.day_key], Kind.MONTH if table.day_key == "month" else Kind.DAY)
    units = [Head("单元代码"), Head("单元", width=20)]
    dims = [head for dim in table.dims for head in _dim_heads(dim)]
    # A target is in the unit of its metric, which each row brings along.
    measures = [Head(measure.name.zh, KINDS[measure.unit]) for measure in table.measures]
    return [day, *units, *dims, *measures]


def _dim_heads(dim: Dim) -> list[Head]:
    if dim.channels or dim.key == "metric":
        return [Head(f"{dim.name.zh}代码", width=20), Head(dim.name.zh)]
    return [Head(dim.name.zh, Kind.COUNT if dim.key == "day_n" else Kind.TEXT)]


def sheet(table: FactTable, tree: Tree, channels: Iterable[ChannelRow], pages: Iterable[Sequence[Any]]) -> Sheet:
    """Return the sheet of some pages of database rows."""
    units: Names = {node.id: (node.code, node.name) for node in tree.nodes.values()}
    named: Names = {row.id: (row.code, row.name) for row in channels}
    lines = (_line(table, units, named, row) for page in pages for row in page)
    return Sheet(table.name.zh, heads(table), lines)


def _line(table: FactTable, units: Names, channels: Names, row: Any) -> Line:  # noqa: ANN401 (a row of a table known at run time)
    line: list[Any] = [getattr(row, table.day_key), *units[row.unit_id]]
    for dim in table.dims:
        line += _dim_cells(dim, getattr(row, dim.column), channels)
    return [*line, *_measures(table, row)]


def _dim_cells(dim: Dim, stored: Any, channels: Names) -> Sequence[Any]:  # noqa: ANN401 (an id, a number or a kind)
    if dim.channels:
        return channels.get(stored, (None, None))
    if dim.key == "metric":
        return (stored, CATALOG[stored].name.zh if stored in CATALOG else None)
    if dim.key == "customer_kind":
        return (CustomerKind(stored).text.zh if stored else None,)
    return (stored,)


def _measures(table: FactTable, row: Any) -> Iterator[Any]:  # noqa: ANN401 (as above)
    stored = [getattr(row, measure.key) for measure in table.measures]
    if all(value is None for value in stored):
        # A line of empty cells would be no row when it is read again.
        yield from (NOT_RECORDED for _ in stored)
    elif table is TARGETS:
        yield target_value(row.metric, stored[0])
    else:
        for measure, value in zip(table.measures, stored, strict=True):
            yield yuan(value) if measure.unit is Unit.YUAN else value


def target_value(key: str, steps: int) -> Any:  # noqa: ANN401 (a number in the unit of its metric)
    """Return the stored steps of a target as a cell in the unit of its metric; a metric that is gone counts steps."""
    metric = CATALOG.get(key)
    if metric is None:
        return steps
    return Given(plain(from_steps(metric, steps), metric.unit), KINDS[metric.unit])
