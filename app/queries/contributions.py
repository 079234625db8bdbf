"""What facts contribute to the rollups, and what stands in the rollups, as SQL of one shape.

Every part has the columns unit_id, day, the dims, each measure's sum, how many recorded it, and
`facts`. So parts can be united, grouped, inserted and compared without a look at what they are.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    FromClause,
    Select,
    Table,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from app.domain.rollups import COHORT_SUMS, FRIENDS_SUMS, REPORTING_SUMS, STOCK_SUMS, Rollup
from app.models import FACT_MODELS, Friends, NoDataDay, OrgUnit, StockCount
from app.models.rollups import recorded
from app.queries.days import MonthStart, Ordinal

NOTHING = cast(null(), BigInteger)
"""Not recorded, of a type: PostgreSQL takes a bare NULL for a text."""

UnitId = int | BindParameter[int] | None

Where = Callable[[ColumnElement[Any]], ColumnElement[bool]]
"""From the column of a table's units to the condition on them."""
Part = Select[Any]


def of_facts(rollup: Rollup, where: Where) -> Part:
    """Return what the own facts of units contribute; for 完整度 only active units without children do."""
    if rollup is REPORTING_SUMS:
        return _reporting(where)
    table: Table = (StockCount if rollup is STOCK_SUMS else FACT_MODELS[rollup.name]).metadata.tables[_name(rollup)]
    columns: dict[str, Any] = dict(table.c)
    source: FromClause = table
    if rollup is FRIENDS_SUMS:
        columns["adds_reached"] = case((table.c.reach.is_not(None), table.c.adds))
    if rollup is COHORT_SUMS:
        friends = Friends.metadata.tables["friends"]
        of_cohort = and_(
            friends.c.unit_id == table.c.unit_id,
            friends.c.day == table.c.cohort_day,
            friends.c.channel_id == table.c.channel_id,
        )
        source = table.outerjoin(friends, of_cohort)
        columns["day"] = table.c.cohort_day
        # A cohort that lacks either side counts on neither.
        columns["retained"] = case((friends.c.adds.is_not(None), table.c.retained))
        columns["adds"] = case((table.c.retained.is_not(None), friends.c.adds))
    return _part(rollup, columns).select_from(source).where(where(table.c.unit_id))


def of_rollup(rollup: Rollup, table: Table, where: Where) -> Part:
    """Return the rows of a rollup's table."""
    columns = (table.c.unit_id, table.c.day, *(table.c[name] for name in _values(rollup)))
    return select(*columns).where(where(table.c.unit_id))


def summed(
    rollup: Rollup, parts: Sequence[Part], unit: ColumnElement[Any] | None = None, *, by_month: bool = False
) -> Select[Any]:
    """Return the sums of parts in the columns of a rollup's table, those of nothing left out.

    `unit` stands in for the units of the parts, whose sums are then one.
    """
    rows = union_all(*parts).subquery("parts") if len(parts) > 1 else parts[0].subquery("parts")
    id_ = rows.c.unit_id if unit is None else unit
    day = MonthStart(rows.c.day) if by_month else rows.c.day
    keys = (id_, day, *(rows.c[dim] for dim in rollup.dims))
    sums = (func.sum(rows.c[name]) for name in _values(rollup)[len(rollup.dims) :])
    grouped = keys if unit is None else keys[1:]
    named = zip(names(rollup), (*keys, *sums), strict=True)
    return select(*(column.label(name) for name, column in named)).group_by(*grouped).having(func.sum(rows.c.facts) > 0)


def names(rollup: Rollup) -> tuple[str, ...]:
    """Return the columns of a rollup's tables, in the order of all parts."""
    return ("unit_id", "day", *_values(rollup))


def leaf_children(unit_id: UnitId) -> Where:
    """Return the condition that a unit is a child of `unit_id` (None: a root) and has none itself."""
    return lambda column: column.in_(_children(unit_id).where(~_has_children(OrgUnit.id)))


def itself_and_leaves(unit_id: BindParameter[int]) -> Where:
    """Return the condition that a unit is `unit_id`, or a child of it that has none itself.

    One list of units, since SQLite answers "is it, or is it among these" without the day: from all facts ever.
    """
    is_leaf = and_(OrgUnit.parent_id == unit_id, ~_has_children(OrgUnit.id))
    units = select(OrgUnit.id).where(or_(OrgUnit.id == unit_id, is_leaf))
    return lambda column: column.in_(units)


def inner_children(unit_id: UnitId) -> Where:
    """Return the condition that a unit is a child of `unit_id` and has children."""
    return lambda column: column.in_(_children(unit_id).where(_has_children(OrgUnit.id)))


def children(unit_id: UnitId) -> Where:
    """Return the condition that a unit is a child of `unit_id`."""
    return lambda column: column.in_(_children(unit_id))


def _children(unit_id: UnitId) -> Select[int]:
    # Comparing with None says IS NULL.
    return select(OrgUnit.id).where(OrgUnit.parent_id == unit_id)


def _has_children(column: Any) -> ColumnElement[bool]:  # noqa: ANN401 (a column)
    below = aliased(OrgUnit)
    return exists().where(below.parent_id == column)


def _values(rollup: Rollup) -> tuple[str, ...]:
    return (*rollup.dims, *rollup.measures, *(recorded(measure) for measure in rollup.measures), "facts")


def _name(rollup: Rollup) -> str:
    return "stock_counts" if rollup is STOCK_SUMS else rollup.name


def _part(rollup: Rollup, columns: dict[str, Any]) -> Select[Any]:
    counts = (case((columns[m].is_not(None), 1), else_=0).label(recorded(m)) for m in rollup.measures)
    keys = (columns["unit_id"].label("unit_id"), columns["day"].label("day"), *(columns[dim] for dim in rollup.dims))
    return select(*keys, *(columns[m].label(m) for m in rollup.measures), *counts, literal(1).label("facts"))


def _reporting(where: Where) -> Part:
    unit: Any = OrgUnit.metadata.tables["units"]
    reports = and_(unit.c.active, ~_has_children(unit.c.id), where(unit.c.id))
    friends, marks = Friends.metadata.tables["friends"], NoDataDay.metadata.tables["no_data_days"]

    def part(day: Any, source: FromClause, **given: Any) -> Select[Any]:  # noqa: ANN401 (columns)
        columns = {"unit_id": unit.c.id, "day": day, **dict.fromkeys(REPORTING_SUMS.measures, NOTHING), **given}
        return _part(REPORTING_SUMS, columns).select_from(source).where(reports)

    has_row = exists().where(friends.c.unit_id == marks.c.unit_id, friends.c.day == marks.c.day)
    starts = part(unit.c.since, unit, starts=literal(1), start_ordinals=Ordinal(unit.c.since))
    present = part(friends.c.day, unit.join(friends, friends.c.unit_id == unit.c.id), present=literal(1)).distinct()
    excused = part(marks.c.day, unit.join(marks, marks.c.unit_id == unit.c.id), excused=literal(1))
    rows = union_all(
        starts.where(unit.c.since.is_not(None)), present, excused.where(marks.c.day >= unit.c.since, ~has_row)
    ).subquery("reporting")
    sums = (func.sum(rows.c[name]).label(name) for name in _values(REPORTING_SUMS)[:-1])
    keys = (rows.c.unit_id, rows.c.day)
    return select(*keys, *sums, literal(1).label("facts")).group_by(*keys)
