"""Cells of a board's tables as a page writes them: a sales board has two thousand, so a template only puts them in."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.boards.view import Column, Plain, Row
from app.domain.facts import Unit
from app.domain.period import Period
from app.domain.scope import GroupBy
from app.i18n import NO_VALUE, show
from app.web.export_links import TargetFiles
from app.web.tools import Links


class Cell(NamedTuple):
    """What stands in a cell: its classes, its text, what stands behind the number, and whether it breaks a limit."""

    css: str
    text: str
    href: str | None
    over: bool


def cells(
    row: Row,
    columns: Sequence[Column],
    links: Links | TargetFiles | None = None,
    total: bool = False,  # noqa: FBT001, FBT002 (a filter's argument)
) -> Iterator[Cell]:
    """Yield the cells of a row under some columns; with `links` its numbers lead to what they are made of."""
    behind: dict[tuple[Period | None, tuple[GroupBy, str] | None], str] = {}
    for column in columns:
        value = row.values.get(column.key)
        unit = _unit(row, column)
        told = value is not None and not isinstance(value, str)
        metric = column.metric or row.metric
        href = None
        if links is not None and told and metric:
            place = (column.period or row.period, column.group or row.group)
            if place not in behind:
                behind[place] = links.told.row(*place)
            href = f"{behind[place]}&metric={metric}"
        over = column.key in row.hits
        css = _css(row, column, value, total=total)
        yield Cell(f"num {css}" if column.unit else css, _text(value, unit, column), href, over and not total)


def _unit(row: Row, column: Column) -> Unit | None:
    """Return the unit of a cell: that of its column, or its row's own where rows count different things."""
    if not column.by_row:
        return column.unit
    own = row.values.get("unit", column.unit)
    return None if own is None else Unit(str(own))


def _text(value: Plain, unit: Unit | None, column: Column) -> str:
    if isinstance(value, str):
        return value  # in a column of numbers it says why there is none
    if unit is None:
        return NO_VALUE if value is None else str(value)
    return show(value, unit, signed=column.signed)


def _css(row: Row, column: Column, value: Plain, *, total: bool) -> str:
    """Return the first class that fits: over a limit, a true zero on the ramp, a step of the ramp, plain."""
    step = row.heat.get(column.key)
    if column.key in row.hits:
        return "hit"
    if step is not None:
        return "h hz" if value == 0 else f"h h{step}"
    if (isinstance(value, str) and column.unit) or (column.share and not total):
        return "mut"
    return "b" if column.key == "total" else ""
