"""What the writes of one transaction change in the rollups, gathered and written once, at its end.

At the end and in one order (table, unit, day, dims): writers that lock the same rows meet them in the
same order, whatever order their facts came in, so none waits for one that waits for it.
"""

from collections.abc import Sequence
from datetime import date
from operator import add
from typing import Any

from sqlalchemy.orm import Session

from app.domain.rollups import ROLLUPS, Rollup
from app.domain.tree import Tree
from app.models import SUMS
from app.queries.contributions import names
from app.store.bulk import insert_rows
from app.store.rollups.upsert import additive

Numbers = Sequence[int | None]
"""Measures of a rollup, in their order; None is not recorded."""
Place = tuple[Any, ...]
"""A day and the dims."""
Cells = dict[Place, list[int]]
"""By place: what is added to each sum, to each count of those that recorded it, and to `facts`."""
ByUnit = dict[int, Cells]


class Deltas:
    """What units' own contributions changed by, in one transaction.

    What it holds grows with the days, months and dims that changed, not with the rows: a file of a million
    rows of a thousand units is one of a thousand days to the unit above them.
    """

    def __init__(self) -> None:
        self._own: dict[str, ByUnit] = {}
        """By rollup: what moved since the last `fold`."""
        self._days: dict[str, ByUnit] = {}
        """By rollup: what is folded, at the units whose days are kept."""
        self._months: dict[str, ByUnit] = {}

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

    def fold(self, tree: Tree) -> None:
        """Add what moved to the months of its units, and to the days of these or, where none are kept, of those above.

        Between the first fold and `apply` units must stay where they are.
        """
        own, self._own = self._own, {}
        for rollup in (rollup for rollup in ROLLUPS if rollup.name in own):
            days, months = (held.setdefault(rollup.name, {}) for held in (self._days, self._months))
            for unit_id, cells in own[rollup.name].items():
                _add(months.setdefault(unit_id, {}), _months(cells))
                keeper = unit_id if rollup.leaves or not tree.is_leaf(unit_id) else tree.nodes[unit_id].parent_id
                if keeper is not None:
                    _add(days.setdefault(keeper, {}), cells)

    def apply(self, session: Session, tree: Tree) -> None:
        """Write everything down for the units themselves and those above them; nothing is left."""
        self.fold(tree)
        dialect = session.get_bind().dialect.name
        for rollup in ROLLUPS:
            kept = SUMS[rollup.name]
            for table, held in ((kept.day, self._days), (kept.month, self._months)):
                if rows := _rows(rollup, _upwards(held.pop(rollup.name, {}), tree)):
                    insert_rows(session.connection(), additive(rollup, table, dialect), names(rollup), rows)


def _upwards(own: ByUnit, tree: Tree) -> Cells:
    """Return what units and those above them change by; (unit, day, dims) is the place."""
    found: Cells = {}
    levels: dict[int, ByUnit] = {}
    for unit_id, cells in own.items():
        levels.setdefault(len(tree.lineage(unit_id)), {})[unit_id] = cells
    for level in range(max(levels, default=0), 0, -1):
        for unit_id, cells in levels.get(level, {}).items():
            found.update({(unit_id, *place): cell for place, cell in cells.items()})
            parent = tree.nodes[unit_id].parent_id
            if parent is not None:
                _add(levels.setdefault(level - 1, {}).setdefault(parent, {}), cells)
    return found


def _add(total: Cells, part: Cells) -> None:
    """Add cells to others; a cell itself is never changed, since several hold it."""
    for place, cell in part.items():
        known = total.get(place)
        total[place] = cell if known is None else list(map(add, known, cell))


def _months(cells: Cells) -> Cells:
    """Add days up by the first of their month."""
    firsts: dict[date, date] = {}
    found: Cells = {}
    for (day, *dims), cell in cells.items():
        place = (firsts.get(day) or firsts.setdefault(day, day.replace(day=1)), *dims)
        known = found.get(place)
        found[place] = cell if known is None else list(map(add, known, cell))
    return found


def _rows(rollup: Rollup, cells: Cells) -> list[tuple[Any, ...]]:
    width = len(rollup.measures)
    rows = []
    for place in sorted(cells):
        cell = cells[place]
        if any(cell):
            # A sum of nothing is NULL, unless it is taken from one of something.
            sums = [cell[i] if cell[i] or cell[width + i] else None for i in range(width)]
            rows.append((*place, *sums, *cell[width:]))
    return rows
