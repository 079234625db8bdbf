"""What a change of the organisation does to the rollups: a unit's sums leave those above it and join others."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, Table, delete, literal, select
from sqlalchemy.orm import Session

from app.domain.rollups import ROLLUPS, Rollup
from app.domain.tree import Tree
from app.models import SUMS
from app.models.rollups import recorded
from app.queries.contributions import names, of_facts, of_rollup, summed
from app.store.rollups import reporting
from app.store.rollups.deltas import Deltas
from app.store.rollups.upsert import additive


def moved(session: Session, before: Tree, after: Tree, unit_id: int) -> None:
    """Bring the rollups up to a unit that was made, moved, or switched on or off.

    All units must be locked. The cost is that of the unit's own sums, however large the rest is.
    """
    old = before.lineage(unit_id)[1:] if unit_id in before.nodes else ()
    new = after.lineage(unit_id)[1:]
    deltas = Deltas()
    if new and before.is_leaf(new[0]):
        # What it reported itself counts no more, and its days are kept from here on.
        reporting.withdraw(session, deltas, new[0])
        deltas.apply(session, after)
        _build_days(session, new[0])
    _carry(session, before, unit_id, [id_ for id_ in old if id_ not in new], sign=-1)
    _carry(session, before, unit_id, [id_ for id_ in new if id_ not in old], sign=1)
    alone = [old[0]] if old and after.is_leaf(old[0]) else []
    for id_ in alone:
        _drop_days(session, id_)
    if unit_id in before.nodes and before.nodes[unit_id].active != after.nodes[unit_id].active:
        alone.append(unit_id)
    for id_ in alone:
        reporting.settle(session, deltas, after, reporting.all_of(session, id_))
    deltas.apply(session, after)


def _build_days(session: Session, unit_id: int) -> None:
    """Keep the days of a unit that has children from now on; so far they are its own facts."""
    _drop_days(session, unit_id)
    for rollup in (rollup for rollup in ROLLUPS if not rollup.leaves):
        table = SUMS[rollup.name].day
        query = summed(rollup, [of_facts(rollup, lambda column: column == unit_id)])
        session.execute(table.insert().from_select(names(rollup), query))


def _drop_days(session: Session, unit_id: int) -> None:
    """Keep no days of a unit that has no children any more: they are its own facts."""
    for rollup in (rollup for rollup in ROLLUPS if not rollup.leaves):
        table = SUMS[rollup.name].day
        session.execute(delete(table).where(table.c.unit_id == unit_id))


def _carry(session: Session, tree: Tree, unit_id: int, to: Sequence[int], *, sign: int) -> None:
    """Add a unit's sums to other units, or take them away."""
    if unit_id not in tree.nodes:
        return
    dialect = session.get_bind().dialect.name
    for rollup in ROLLUPS:
        kept = SUMS[rollup.name]
        has_days = rollup.leaves or not tree.is_leaf(unit_id)
        days = of_rollup(rollup, kept.day, lambda column: column == unit_id)
        if not has_days:
            days = of_facts(rollup, lambda column: column == unit_id)
        months = of_rollup(rollup, kept.month, lambda column: column == unit_id)
        for table, part in ((kept.day, days), (kept.month, months)):
            sums = summed(rollup, [part], literal(0))
            for id_ in to:
                _add(session, rollup, table, _signed(rollup, sums, id_, sign), dialect)


def _signed(rollup: Rollup, sums: Select[Any], unit_id: int, sign: int) -> Select[Any]:
    found = sums.subquery("sums")
    numbers = (*rollup.measures, *(recorded(measure) for measure in rollup.measures), "facts")
    keys = (literal(unit_id), found.c.day, *(found.c[dim] for dim in rollup.dims))
    # The condition says nothing; without one SQLite takes ON CONFLICT for the condition of a join.
    return select(*keys, *(found.c[name] * sign for name in numbers)).where(found.c.facts != 0)


def _add(session: Session, rollup: Rollup, table: Table, rows: Select[Any], dialect: str) -> None:
    session.execute(additive(rollup, table, dialect).from_select(names(rollup), rows))
