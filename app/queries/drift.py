"""Where the rollups are not what the facts say: every table compared with what it should hold."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, except_, func, or_, select
from sqlalchemy.orm import Session

from app.domain.rollups import ROLLUPS, Rollup
from app.domain.tree import Tree
from app.models import SUMS, OrgUnit, StockCount
from app.queries import starts, steps
from app.queries.contributions import (
    Where,
    children,
    inner_children,
    leaf_children,
    of_facts,
    of_rollup,
    summed,
)
from app.queries.readable import UNIT, is_unit
from app.queries.units import load_tree

Place = int | None
"""A unit with children, or None for the units without that stand at the top."""


@dataclass(frozen=True, eq=False)
class Compared:
    """Some units' rows of a rollup's table, and what they should be; UNIT is the place."""

    rollup: Rollup
    table: Table
    where: Where
    expected: Select[Any]

    @cached_property
    def differing(self) -> tuple[Select[Any], Select[Any]]:
        """Count rows that are there and should not be, and those that should be there and are not.

        Rows that were emptied say nothing.
        """
        stored = of_rollup(self.rollup, self.table, self.where).where(self.table.c.facts != 0)
        sides = except_(stored, self.expected), except_(self.expected, stored)
        return tuple(select(func.count()).select_from(side.subquery("rows_")) for side in sides)  # type: ignore[return-value]


def places(tree: Tree) -> Sequence[Place]:
    """Return all places, those below before those above them: what is found right is built upon."""
    depths = _depths(tree)
    inner = sorted((id_ for id_ in depths if not tree.is_leaf(id_)), key=lambda id_: -depths[id_])
    return [*inner, None] if any(tree.is_leaf(node.id) for node in tree.children.get(None, ())) else inner


def _depths(tree: Tree) -> dict[int, int]:
    """Return how far below a root each unit stands; those of a circle stand below none."""
    found: dict[int, int] = {}
    depth, level = 0, [node.id for node in tree.children.get(None, ())]
    while level:
        found |= dict.fromkeys(level, depth)
        depth += 1
        level = [child.id for id_ in level for child in tree.children.get(id_, ())]
    return found


def tables(place: Place) -> tuple[Compared, ...]:
    """Return what is to be compared at a place: its children without children, then itself."""
    return _tables(is_unit=place is not None)


@cache
def _tables(*, is_unit: bool) -> tuple[Compared, ...]:
    found: list[Compared] = []
    below = leaf_children(UNIT if is_unit else None)
    for rollup in ROLLUPS:
        kept, own = SUMS[rollup.name], of_facts(rollup, below)
        if rollup.leaves:
            found.append(Compared(rollup, kept.day, below, summed(rollup, [own])))
        found.append(Compared(rollup, kept.month, below, summed(rollup, [own], by_month=True)))
    if is_unit:
        found += [compared for rollup in ROLLUPS for compared in _of_unit(rollup)]
    return tuple(found)


def _of_unit(rollup: Rollup) -> tuple[Compared, Compared]:
    kept = SUMS[rollup.name]

    def without_rollup(column: ColumnElement[Any]) -> ColumnElement[bool]:
        return or_(is_unit(column), leaf_children(UNIT)(column))

    parts = [of_facts(rollup, without_rollup), of_rollup(rollup, kept.day, inner_children(UNIT))]
    if rollup.leaves:
        parts = [of_rollup(rollup, kept.day, children(UNIT))]
    days = of_rollup(rollup, kept.day, is_unit)
    return (
        Compared(rollup, kept.day, is_unit, summed(rollup, parts, UNIT)),
        Compared(rollup, kept.month, is_unit, summed(rollup, [days], UNIT, by_month=True)),
    )


def check(session: Session, step: Callable[[int, int], None]) -> dict[str, int]:
    """Return for each rollup how many of its rows are not what the facts say, and what is derived beside them.

    `step` is told how many places of the organisation are done, of how many.
    """
    found = {
        "stock counts: steps from the computed stock": len(wrong_steps(session)),
        "units: day of the first fact": len(wrong_starts(session)),
        **{_rule(rollup): 0 for rollup in ROLLUPS},
    }
    tree = load_tree(session, fresh=True)
    if len(_depths(tree)) < len(tree.nodes):
        return {"rollups: looked at, no unit standing below itself": 1}
    all_ = places(tree)
    for number, place in enumerate(all_, 1):
        for compared in tables(place):
            found[_rule(compared.rollup)] += differing(session, compared, place)
        step(number, len(all_))
    return found


def _rule(rollup: Rollup) -> str:
    return f"{rollup.name}: sums of days and months"


def differing(session: Session, compared: Compared, place: Place) -> int:
    """Return how many rows are missing, too many, or other than they should be."""
    connection, given = session.connection(), {} if place is None else {"unit": place}
    counts: list[int] = [connection.execute(side, given).scalar_one() for side in compared.differing]
    return max(counts)


def wrong_steps(session: Session) -> dict[int, list[int | None]]:
    """Return the steps that stock counts should have, by id, where they have others."""
    columns = (getattr(StockCount, name) for name in steps.MEASURES)
    stored = {id_: numbers for id_, *numbers in session.execute(select(StockCount.id, *columns))}
    found = {}
    for id_, _unit, _day, *numbers in session.execute(steps.computed()):
        right = [None if number is None else int(number) for number in numbers]
        if stored[id_] != right:
            found[id_] = right
    return found


def wrong_starts(session: Session) -> dict[int, date | None]:
    """Return the day of the first fact of each unit that is kept with another one."""
    stored = dict(session.execute(select(OrgUnit.id, OrgUnit.since)).all())
    return {id_: day for id_, day in starts.first_days(session, list(stored)).items() if day != stored[id_]}
