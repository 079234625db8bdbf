"""Short statements to an embedded file, for the event loop: written once, over a connection that stays open."""

import sqlite3
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, NamedTuple, cast

from sqlalchemy import Engine, PoolProxiedConnection, Row, Select
from sqlalchemy.engine import result_tuple

AnyRow = Row[*tuple[Any, ...]]


class Found(list[AnyRow]):
    """The rows that a statement found, all of them read already."""

    def all(self) -> "Found":
        """Return the rows, as a result of SQLAlchemy does."""
        return self

    def one(self) -> AnyRow:
        """Return the only row."""
        (row,) = self
        return row


class _Written(NamedTuple):
    """A statement as the driver takes it, and what makes rows of what the driver returns."""

    sql: str
    row: Callable[[list[Any]], AnyRow]
    read: tuple[tuple[int, Callable[[Any], Any]], ...]
    """How values of a type are read that the file does not have, such as moments, by their place."""


class AtHand:
    """Asks an embedded file for a sixth of what a connection of SQLAlchemy costs.

    Nothing is ever begun: a statement sees what is committed when it is asked, and has ended when its rows are
    returned. So the connection may stay open without showing what was, or holding up a checkpoint.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: PoolProxiedConnection | None = None
        self._written: dict[Select[Any], _Written] = {}
        # Of two statements that overlap on one connection, the later one would see what the earlier one sees.
        self._lock = Lock()

    def execute(self, statement: Select[Any], values: Mapping[str, str | int] | None = None) -> Found:
        """Return what a statement finds.

        It is remembered, so it must be one of those that are made once; `values` are all that it depends on.
        """
        written = self._written.get(statement)
        if written is None:
            written = self._written[statement] = self._write(statement)
        with self._lock:
            try:
                found = self._driver().execute(written.sql, values or {}).fetchall()
            except sqlite3.Error:
                self._leave()
                raise
        return Found(_row(written, values) for values in found)

    def close(self) -> None:
        """Give the connection back; the next statement opens another one."""
        with self._lock:
            self._leave()
        self._engine.dispose()

    def _driver(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = self._engine.raw_connection()
        return cast("sqlite3.Connection", self._connection.driver_connection)

    def _leave(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()

    def _write(self, statement: Select[Any]) -> _Written:
        """Compile a statement, with names for its values."""
        kind: Any = type(self._engine.dialect)
        dialect = kind(paramstyle="named")
        columns = list(statement.selected_columns)
        readers = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        return _Written(
            str(statement.compile(dialect=dialect)),
            result_tuple([str(column.key) for column in columns]),
            tuple((place, read) for place, read in enumerate(readers) if read is not None),
        )


def _row(written: _Written, stored: tuple[Any, ...]) -> AnyRow:
    values = list(stored)
    for place, read in written.read:
        values[place] = read(values[place])
    return written.row(values)
