"""What the writes of one transaction change in the rollups, gathered and written once, at its end.

At the end and in one order (table, unit, day, dims): writers that lock the same rows meet them in the
same order, whatever order their facts came in, so none waits for one that waits for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from operator import add
from typing import Any

from sqlalchemy.orm import Session

from app.domain.rollups import ROLLUPS, Rollup
from app.domain.tree import Tree
from app.models import SUMS
from app.queries.contributions import names
from app.store.rollups.upsert import additive

Numbers = Sequence[int | None]
"""Measures of a rollup, in their order; None is not recorded."""
Place = tuple[Any, ...]
"""A day and the dims."""
Cells = dict[Place, list[int]]
"""By place: what is added to each sum, to each count of those that recorded it, and to `facts`."""


class Deltas:
    """What units' own contributions changed by, in one transaction."""

    def __init__(self) -> None:
        self._own: dict[str, dict[int, Cells]] = {}

    def move(self, rollup: Rollup, unit_id: int, place: Place, before: Numbers | None, after: Numbers | None) -> None:
        """Take note that what stood at a place became something else; None for no row."""
        if before is None and after is None:
            return
        if before is None or after is None:
            sign = 1 if before is None else -1
            numbers = after if before is None else before
            cell = [sign * (number or 0) for number in numbers or ()]
            cell += [0 if number is None else sign for number in numbers or ()]
            cell.append(sign)
        else:
            cell = [(new or 0) - (old or 0) for old, new in zip(before, after, strict=True)]
            cell += [(new is not None) - (old is not None) for old, new in zip(before, after, strict=True)]
            cell.append(0)
        cells = self._own.setdefault(rollup.name, {}).setdefault(unit_id, {})
        known = cells.get(place)
        cells[place] = cell if known is None else list(map(add, known, cell))

    def apply(self, session: Session, tree: Tree) -> None:
        """Write everything down for the units themselves and those above them; nothing is left."""
        own, self._own = self._own, {}
        dialect = session.get_bind().dialect.name
        for rollup in ROLLUPS:
            if rollup.name not in own:
                continue
            days, months = _spread(rollup, own[rollup.name], tree)
            for table, cells in ((SUMS[rollup.name].day, days), (SUMS[rollup.name].month, months)):
                if rows := _rows(rollup, cells):
                    session.connection().execute(additive(rollup, table, dialect), rows)


def _spread(rollup: Rollup, own: Mapping[int, Cells], tree: Tree) -> tuple[Cells, Cells]:
    """Return what days and months of units change by, (unit, day, dims) being the place."""
    by_month = {unit_id: _months(cells) for unit_id, cells in own.items()}
    days: Cells = {}
    months: Cells = {}
    for unit_id, cells in _upwards(own, tree):
        if rollup.leaves or not tree.is_leaf(unit_id):
            days.update({(unit_id, *place): cell for place, cell in cells.items()})
    for unit_id, cells in _upwards(by_month, tree):
        months.update({(unit_id, *place): cell for place, cell in cells.items()})
    return days, months


def _upwards(own: Mapping[int, Cells], tree: Tree) -> Iterator[tuple[int, Cells]]:
    """Yield units and those above them with what they and all below them change by, from below."""
    levels: dict[int, dict[int, list[Cells]]] = {}
    for unit_id, cells in own.items():
        levels.setdefault(len(tree.lineage(unit_id)), {})[unit_id] = [cells]
    for level in range(max(levels), 0, -1):
        for unit_id, parts in levels.get(level, {}).items():
            cells = _merged(parts)
            yield unit_id, cells
            parent = tree.nodes[unit_id].parent_id
            if parent is not None:
                levels.setdefault(level - 1, {}).setdefault(parent, []).append(cells)


def _merged(parts: Sequence[Cells]) -> Cells:
    """Add cells up; those of one part are given back as they are."""
    if len(parts) == 1:
        return parts[0]
    found = dict(parts[0])
    for part in parts[1:]:
        for place, cell in part.items():
            known = found.get(place)
            found[place] = cell if known is None else list(map(add, known, cell))
    return found


def _months(cells: Cells) -> Cells:
    """Add days up by the first of their month."""
    firsts: dict[date, date] = {}
    found: Cells = {}
    for (day, *dims), cell in cells.items():
        place = (firsts.get(day) or firsts.setdefault(day, day.replace(day=1)), *dims)
        known = found.get(place)
        found[place] = cell if known is None else list(map(add, known, cell))
    return found


def _rows(rollup: Rollup, cells: Cells) -> list[dict[str, Any]]:
    columns, width = names(rollup), len(rollup.measures)
    rows = []
    for place in sorted(cells):
        cell = cells[place]
        if any(cell):
            # A sum of nothing is NULL, unless it is taken from one of something.
            sums = [
                total if total or count else None for total, count in zip(cell[:width], cell[width:-1], strict=True)
            ]
            rows.append(dict(zip(columns, (*place, *sums, *cell[width:]), strict=True)))
    return rows
