"""How complete a period is: unit-days with a friends row among those expected (metrics.md, section 4).

A unit is expected from the day of its first fact or stock count until yesterday; a day that it marked
当日无数据 is not. What units report is summed like any fact, so a whole chain costs what one store does.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from heapq import heappop, heappush
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    FromClause,
    Select,
    Table,
    bindparam,
    case,
    func,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from app.domain.period import DAY, Period, month_of
from app.domain.roles import Action, Viewer
from app.domain.rollups import REPORTING_SUMS
from app.domain.tree import Tree
from app.models import SUMS, Friends, NoDataDay, OrgUnit
from app.queries.contributions import children, of_facts
from app.queries.readable import FACTS_ONLY, UNIT, ZERO, in_scope


@dataclass(frozen=True, slots=True)
class UnitDays:
    """Unit-days that should have a friends row, and those that have, of a unit and all below it."""

    unit_id: int
    expected: int
    present: int

    @property
    def missing(self) -> int:
        """Unit-days without a row."""
        return self.expected - self.present


def load(session: Session, viewer: Viewer, tree: Tree, unit_id: int, period: Period, today: date) -> UnitDays:
    """Return the expected and present days of all active units without children from `unit_id` down."""
    viewer.require(Action.READ, tree.lineage(unit_id))
    found = _summed(session, tree, unit_id, period, today)
    return UnitDays(unit_id, sum(days.expected for days in found), sum(days.present for days in found))


def lacking(session: Session, viewer: Viewer, tree: Tree, unit_id: int, period: Period, today: date) -> list[UnitDays]:
    """Return the children of a unit that lack days, with all below them, those that lack most first."""
    viewer.require(Action.READ, tree.lineage(unit_id))
    by_child: dict[int, UnitDays] = {}
    for days in _summed(session, tree, unit_id, period, today, of_children=True):
        line = tree.lineage(days.unit_id)
        child = line[max(line.index(unit_id) - 1, 0)]
        known = by_child.get(child, UnitDays(child, 0, 0))
        by_child[child] = UnitDays(child, known.expected + days.expected, known.present + days.present)
    found = (days for days in by_child.values() if days.missing > 0)
    return sorted(found, key=lambda days: (-days.missing, days.unit_id))


def missing_days(
    session: Session, viewer: Viewer, tree: Tree, unit_id: int, period: Period, today: date, limit: int = 20
) -> dict[int, list[date]]:
    """Return the days without a friends row of the units without children that lack most, at most `limit` units."""
    behind = _furthest_behind(session, viewer, tree, load(session, viewer, tree, unit_id, period, today), period, today)
    ids = [days.unit_id for days, _ in zip(behind, range(limit), strict=False)]
    done = select(Friends.unit_id, Friends.day).where(Friends.unit_id.in_(ids))
    marked = select(NoDataDay.unit_id, NoDataDay.day).where(NoDataDay.unit_id.in_(ids))
    present = {
        (row.unit_id, row.day)
        for query, day in ((done, Friends.day), (marked, NoDataDay.day))
        for row in session.execute(query.where(day.between(period.first, period.last)).distinct())
    }
    since = dict(session.execute(select(OrgUnit.id, OrgUnit.since).where(OrgUnit.id.in_(ids))).all())
    last = min(period.last, today - DAY)
    return {
        id_: [day for day in Period(max(since[id_] or last, period.first), last) if (id_, day) not in present]
        for id_ in ids
    }


def _furthest_behind(
    session: Session, viewer: Viewer, tree: Tree, top: UnitDays, period: Period, today: date
) -> Iterator[UnitDays]:
    """Yield units without children that lack days, those that lack most first.

    None below a unit lacks more than all of them together: what lies below those that lack less is not read.
    """
    open_: list[tuple[int, int]] = []
    heappush(open_, (-top.missing, top.unit_id))
    while open_ and open_[0][0] < 0:
        missing, unit_id = heappop(open_)
        if tree.is_leaf(unit_id):
            yield UnitDays(unit_id, -missing, 0)
            continue
        for days in lacking(session, viewer, tree, unit_id, period, today):
            heappush(open_, (-days.missing, days.unit_id))


def _summed(
    session: Session, tree: Tree, unit_id: int, period: Period, today: date, *, of_children: bool = False
) -> Iterable[UnitDays]:
    """Return what a unit or its children report; in a copy of facts each unit from it down on its own."""
    last = min(period.last, today - DAY)
    if last < period.first:
        return []
    shown = Period(period.first, last)
    sums: dict[int, list[int]] = {}
    statement, given = _statement(session, tree, unit_id, shown, of_children=of_children)
    for id_, *numbers in session.connection().execute(statement, {"first": shown.first, "last": last, **given}).all():
        known = sums.get(id_, [0] * len(numbers))
        sums[id_] = [one + int(other or 0) for one, other in zip(known, numbers, strict=True)]
    return [_days(id_, numbers, shown) for id_, numbers in sums.items()]


def _days(unit_id: int, sums: Sequence[int], shown: Period) -> UnitDays:
    """Count: those that started before are expected on every day, the others from their start to the last day."""
    before, starts, ordinals, present, excused = sums
    expected = before * len(shown) + starts * (shown.last.toordinal() + 1) - ordinals
    return UnitDays(unit_id, expected - excused, present)


def _statement(
    session: Session, tree: Tree, unit_id: int, shown: Period, *, of_children: bool
) -> tuple[Select[Any] | CompoundSelect[Any], dict[str, Any]]:
    """Return what is to be read, and with what: months that are over or wholly shown, and the days of cut ones."""
    if session.info.get(FACTS_ONLY):
        rows = of_facts(REPORTING_SUMS, lambda column: _or_all(in_scope(column, tree, unit_id))).subquery("reported")
        return _counted(rows).where(rows.c.day <= LAST), {}
    cut = [month for month in dict.fromkeys(map(month_of, (shown.first, shown.last))) if month not in shown]
    # A month that is not there stands for none that is cut.
    heads = {f"cut_{number}": month.first for number, month in enumerate((*cut, *_NONE)[:2])}
    ends = {f"end_{number}": min(month.last, shown.last) for number, month in enumerate(cut)}
    return _of_rollups(len(cut), of_children=of_children), {"unit": unit_id, **heads, **ends}


_NONE = (Period(date.min, date.min),) * 2
FIRST, LAST, *CUTS = (bindparam(name, type_=Date()) for name in ("first", "last", "cut_0", "cut_1"))
ENDS = tuple(bindparam(f"end_{number}", type_=Date()) for number in range(2))


@cache
def _of_rollups(cut: int, *, of_children: bool) -> CompoundSelect[Any]:
    """Return the sums of months and of the days of so many cut ones; each is one range of an index."""
    month, day = SUMS[REPORTING_SUMS.name].month, SUMS[REPORTING_SUMS.name].day
    months = _counted(month).where(month.c.day <= LAST, month.c.day.not_in(CUTS))
    days = (_counted(day).where(day.c.day.between(*ends)) for ends in list(zip(CUTS, ENDS, strict=True))[:cut])
    return union_all(
        months.where(_units(month, of_children=of_children)),
        *(part.where(_units(day, of_children=of_children)) for part in days),
    )


def _units(rows: Table, *, of_children: bool) -> ColumnElement[bool]:
    return children(UNIT)(rows.c.unit_id) if of_children else rows.c.unit_id == UNIT


def _counted(rows: FromClause) -> Select[Any]:
    """Return by unit: starts before FIRST, and from it on starts, their ordinals, present and excused."""
    inside = rows.c.day >= FIRST
    before = case((inside, ZERO), else_=func.coalesce(rows.c.starts, ZERO))
    measures = (case((inside, func.coalesce(rows.c[name], ZERO)), else_=ZERO) for name in REPORTING_SUMS.measures)
    return select(rows.c.unit_id, func.sum(before), *map(func.sum, measures)).group_by(rows.c.unit_id)


def _or_all(condition: Any) -> ColumnElement[bool]:  # noqa: ANN401 (a condition or None)
    return true() if condition is None else condition
