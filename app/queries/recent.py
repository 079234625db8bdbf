"""What was recorded in the days before a day, for the entry form: sums for means, and the days of one cell."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, and_, func, or_, select
from sqlalchemy.orm import Session

from app.domain.facts import RETENTION, RETENTION_DAYS, FactTable
from app.domain.period import DAY
from app.queries.facts import table_of

WEEK = 7

Dims = tuple[int | str, ...]
"""The key of a row beside its day and unit, as the columns hold it."""


class Recorded(NamedTuple):
    """The recorded values of a measure over some days: how many, and their sum (money in fen)."""

    days: int
    total: int


def week_before(session: Session, facts: FactTable, unit_id: int, day: date) -> dict[Dims, dict[str, Recorded]]:
    """Return for each row of the form of `day` what was recorded on the seven days before; one statement."""
    table = table_of(facts)
    dims = [table.c[dim.column] for dim in facts.dims]
    figures = [figure for m in facts.measures for figure in (func.count(table.c[m.key]), func.sum(table.c[m.key]))]
    query = select(*dims, *figures).where(table.c.unit_id == unit_id, _week(table, facts, day))
    found: dict[Dims, dict[str, Recorded]] = {}
    for row in session.execute(query.group_by(*dims) if dims else query):
        key, values = tuple(row[: len(dims)]), row[len(dims) :]
        found[key] = {
            measure.key: Recorded(int(values[2 * index]), int(values[2 * index + 1] or 0))
            for index, measure in enumerate(facts.measures)
        }
    return found


def _week(table: Table, facts: FactTable, day: date) -> ColumnElement[bool]:
    first, last = day - WEEK * DAY, day - DAY
    if facts is not RETENTION:
        return table.c[facts.day_key].between(first, last)
    # A cohort stands in the form of the day on which it is counted again.
    return or_(
        *(
            and_(table.c.day_n == n, table.c.cohort_day.between(first - timedelta(n), last - timedelta(n)))
            for n in RETENTION_DAYS
        )
    )


def of_cell(
    session: Session, facts: FactTable, unit_id: int, dims: Mapping[str, Any], measure: str, days: Sequence[date]
) -> dict[date, int]:
    """Return the recorded values of one cell on some days (money in fen); `dims` by column."""
    table = table_of(facts)
    day, value = table.c[facts.day_key], table.c[measure]
    query = select(day, value).where(table.c.unit_id == unit_id, day.in_(days), value.is_not(None))
    for column, wanted in dims.items():
        query = query.where(table.c[column] == wanted)
    return {row[0]: int(row[1]) for row in session.execute(query)}
