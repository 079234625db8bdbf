"""Many rows of one table, written without what SQLAlchemy would do for each of them alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, Table, insert

Row = tuple[Any, ...]


def insert_rows(connection: Connection, statement: Insert, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows whose values stand in the order of `names`; columns left out become NULL.

    A statement is to be made once and kept, as `plain` does: what it compiles to is kept with it.
    """
    prepared = _prepared(statement, tuple(names), connection.dialect)
    connection.exec_driver_sql(prepared.sql, prepared.parameters(rows))


@cache
def plain(table: Table) -> Insert:
    """Return the insert into a table that does nothing else."""
    return insert(table)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A statement in the words of a driver, and how its parameters are made."""

    sql: str
    names: tuple[str, ...]
    order: tuple[int, ...] | None
    """Which value stands at each mark; None where marks are names."""
    binds: tuple[Callable[[Any], Any] | None, ...]

    def parameters(self, rows: Sequence[Row]) -> list[Any]:
        """Return rows as the driver takes them; equal values of a column, as days are, are made only once."""
        columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
        for place, bind in enumerate(self.binds):
            if bind is not None:
                bound = {value: bind(value) for value in set(columns[place])}
                columns[place] = [bound[value] for value in columns[place]]
        if self.order is None:
            return [dict(zip(self.names, row, strict=True)) for row in zip(*columns, strict=True)]
        return list(zip(*(columns[place] for place in self.order), strict=True))


@lru_cache(maxsize=256)
def _prepared(statement: Insert, names: tuple[str, ...], dialect: Dialect) -> _Prepared:
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    marks = compiled.positiontup
    types = [statement.table.c[name].type.dialect_impl(dialect) for name in names]
    return _Prepared(
        compiled.string,
        names,
        None if marks is None else tuple(map(names.index, marks)),
        tuple(type_.bind_processor(dialect) for type_ in types),
    )
