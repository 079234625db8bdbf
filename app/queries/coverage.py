"""How complete a period is: unit-days with a friends row among those expected (metrics.md, section 4)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from app.domain.facts import DAILY
from app.domain.period import DAY, Period
from app.domain.roles import Action, Viewer
from app.domain.tree import Tree
from app.models import Friends, NoDataDay, OrgUnit
from app.queries.facts import table_of


@dataclass(frozen=True, slots=True)
class UnitDays:
    """Days of one unit that should have a friends row, and those that have."""

    unit_id: int
    expected: int
    present: int


def load(session: Session, viewer: Viewer, tree: Tree, unit_id: int, period: Period, today: date) -> list[UnitDays]:
    """Return the expected and present days of each active unit without children below `unit_id`.

    A unit is expected from the day of its first fact or stock count until yesterday; a day that it
    marked 当日无数据 is not.
    """
    viewer.require(Action.READ, tree.lineage(unit_id))
    last = min(period.last, today - DAY)
    leaves = [node.id for node in tree.subtree(unit_id) if node.active and tree.is_leaf(node.id)]
    firsts = _first_days(session, leaves)
    expected = {
        id_: Period(max(first, period.first), last) for id_, first in firsts.items() if max(first, period.first) <= last
    }
    if not expected:
        return []
    query = (
        select(Friends.unit_id, func.count(Friends.day.distinct()).label("days"))
        .where(Friends.unit_id.in_(expected), Friends.day >= period.first, Friends.day <= last)
        .group_by(Friends.unit_id)
    )
    present = {row.unit_id: row.days for row in session.execute(query)}
    excused = _excused(session, expected)
    return [UnitDays(id_, len(days) - excused.get(id_, 0), present.get(id_, 0)) for id_, days in expected.items()]


def missing_days(
    session: Session, viewer: Viewer, tree: Tree, unit_id: int, period: Period, today: date, limit: int = 20
) -> dict[int, list[date]]:
    """Return the days without a friends row of the units that lack most, at most `limit` units."""
    found = load(session, viewer, tree, unit_id, period, today)
    behind = sorted(
        (unit for unit in found if unit.present < unit.expected), key=lambda unit: unit.present - unit.expected
    )
    ids = [unit.unit_id for unit in behind[:limit]]
    firsts = _first_days(session, ids)
    done = select(Friends.unit_id, Friends.day).where(Friends.unit_id.in_(ids))
    marked = select(NoDataDay.unit_id, NoDataDay.day).where(NoDataDay.unit_id.in_(ids))
    present = {
        (row.unit_id, row.day)
        for query, day in ((done, Friends.day), (marked, NoDataDay.day))
        for row in session.execute(query.where(day.between(period.first, period.last)).distinct())
    }
    last = min(period.last, today - DAY)
    return {
        id_: [day for day in Period(max(firsts[id_], period.first), last) if (id_, day) not in present] for id_ in ids
    }


def _excused(session: Session, expected: Mapping[int, Period]) -> Counter[int]:
    """Return how many days of each unit are marked 当日无数据, and indeed have no row."""
    first, last = min(days.first for days in expected.values()), max(days.last for days in expected.values())
    row = exists().where(Friends.unit_id == NoDataDay.unit_id, Friends.day == NoDataDay.day)
    query = select(NoDataDay.unit_id, NoDataDay.day).where(NoDataDay.day.between(first, last), ~row)
    return Counter(
        unit_id for unit_id, day in session.execute(query) if unit_id in expected and day in expected[unit_id]
    )


def _first_days(session: Session, unit_ids: list[int]) -> dict[int, date]:
    """Return the day of each unit's first fact; units without any are left out.

    One look-up in the key of each table per unit: grouping the tables would read all of them.
    """
    firsts = []
    for facts in DAILY:
        table = table_of(facts)
        day = select(func.min(table.c[facts.day_key])).where(table.c.unit_id == OrgUnit.id)
        firsts.append(day.correlate(OrgUnit).scalar_subquery())
    rows = session.execute(select(OrgUnit.id, *firsts).where(OrgUnit.id.in_(unit_ids)))
    known = {row[0]: [day for day in row[1:] if day is not None] for row in rows}
    return {unit_id: min(days) for unit_id, days in known.items() if days}
