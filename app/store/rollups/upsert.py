"""Adding to the rows of a rollup's table, those that are not there yet being made."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from sqlalchemy import ColumnElement, Insert, Table, case, func, literal_column, null

from app.domain.rollups import Rollup
from app.models.rollups import recorded

ZERO: ColumnElement[int] = literal_column("0")
"""Written out: MariaDB's driver joins many rows into one statement only where nothing is bound behind them."""


@cache
def additive(rollup: Rollup, table: Table, dialect: str) -> Insert:
    """Return an insert whose numbers are added to those of a row that has the key already.

    A measure that nobody recorded any more is NULL again. MySQL assigns from left to right and
    sees what it has assigned: sums come before the counts that decide about them.
    """
    insert = _insert(dialect)
    if dialect in ("mysql", "mariadb"):
        there = insert(table)
        on_duplicate: Insert = there.on_duplicate_key_update(_added(rollup, table, there.inserted))
        return on_duplicate
    made = insert(table)
    adding: Insert = made.on_conflict_do_update(
        index_elements=list(table.primary_key), set_=dict(_added(rollup, table, made.excluded))
    )
    return adding


def _insert(dialect: str) -> Callable[[Table], Any]:
    """Return what makes an insert with the words of a dialect, of which one process needs one."""
    place = "mysql" if dialect == "mariadb" else dialect
    make: Callable[[Table], Any] = import_module(f"sqlalchemy.dialects.{place}").insert
    return make


def _added(rollup: Rollup, table: Table, given: Any) -> list[tuple[str, Any]]:  # noqa: ANN401 (a set of columns)
    sums = []
    for measure in rollup.measures:
        count = table.c[recorded(measure)] + given[recorded(measure)]
        total = func.coalesce(table.c[measure], ZERO) + func.coalesce(given[measure], ZERO)
        sums.append((measure, case((count == ZERO, null()), else_=total)))
    counts = (*(recorded(measure) for measure in rollup.measures), "facts")
    return [*sums, *((name, table.c[name] + given[name]) for name in counts)]
