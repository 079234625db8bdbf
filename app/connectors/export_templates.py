"""Templates for import: the heads, and perhaps a month's keys with nothing filled in yet."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

from app.connectors.export import Line, Sheet
from app.connectors.export_facts import heads
from app.domain.facts import RETENTION_DAYS, UNATTRIBUTED, ChannelKind, CustomerKind, Dim, FactTable
from app.domain.period import Period
from app.domain.tree import UnitNode
from app.metrics.catalog import CATALOG
from app.queries.channels import ChannelRow


def template(table: FactTable, unit: UnitNode | None, month: Period, channels: Sequence[ChannelRow]) -> Sheet:
    """Return the template of a kind of fact; with a unit, each key of its month has a line."""
    lines = () if unit is None else _lines(table, unit, month, [row for row in channels if row.active])
    return Sheet(table.name.zh, heads(table), lines)


def _lines(table: FactTable, unit: UnitNode, month: Period, channels: Sequence[ChannelRow]) -> Iterator[Line]:
    days = (month.first,) if table.day_key == "month" else tuple(month)
    choices = [list(_choices(dim, channels)) for dim in table.dims]
    for day, *dims in product(days, *choices):
        cells: list[Any] = [day, unit.code, unit.name]
        yield [*cells, *(cell for part in dims for cell in part), *(None for _ in table.measures)]


def _choices(dim: Dim, channels: Iterable[ChannelRow]) -> Iterable[tuple[Any, ...]]:
    """Return the cells of a dim for each of its values that people fill in."""
    if dim.optional:
        return [(None, None) if dim.channels else (None,)]
    if dim.channels:
        nowhere = UNATTRIBUTED[ChannelKind.SOURCE]
        # A sale is filled in per touchpoint; where its customer came from is seldom known.
        kept = [row for row in channels if row.kind in dim.channels and (dim.key != "source" or row.code == nowhere)]
        return [(row.code, row.name) for row in kept]
    if dim.key == "metric":
        return [(metric.key, metric.name.zh) for metric in CATALOG.values()]
    return [(kind.text.zh,) for kind in CustomerKind] if dim.key == "customer_kind" else [(n,) for n in RETENTION_DAYS]
