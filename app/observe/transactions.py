"""What the engine does, counted: connections, transactions, and the rows of those that were committed."""

from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, event
from sqlalchemy.exc import StatementError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from app.observe import tally
from app.observe.figures import Figures

_COMMITTING = "luopan_committing"
"""Where a connection keeps what becomes true when its commit has not failed."""


def watch(engine: Engine, figures: Figures) -> None:
    """Count what happens on an engine and on all made from it, and keep values out of the errors they raise."""
    event.listen(engine, "begin", lambda connection: _settle(figures, connection.info))
    event.listen(engine, "commit", _committing)
    event.listen(engine, "rollback", lambda connection: _rolled_back(figures, connection))
    event.listen(engine, "checkin", lambda _driver, entry: _returned(figures, entry))
    event.listen(engine, "handle_error", lambda context: _failed(figures, context))
    figures.gauge("luopan_database_connections_in_use", "Connections in use", lambda: _pool(engine)[0])
    figures.gauge("luopan_database_connections_idle", "Open connections that wait for use", lambda: _pool(engine)[1])
    figures.gauge("luopan_database_pool_size", "Connections that are kept open", lambda: _pool(engine)[2])


def _kind(connection: Connection) -> str:
    return "write" if connection.get_execution_options().get("luopan_write") else "read"


def _committing(connection: Connection) -> None:
    # SQLAlchemy tells before it commits: a full disk may still refuse. What is told next decides.
    connection.info[_COMMITTING] = (_kind(connection), tally.taken(connection.info))


def _settle(figures: Figures, info: dict[Any, Any]) -> None:
    """Count what has been committed on a connection since it was last looked at."""
    tally.taken(info)
    if _COMMITTING not in info:
        return
    kind, written = info.pop(_COMMITTING)
    figures.ended(kind, "committed")
    for (table, what), count in written.items():
        if what == tally.BATCHES:
            figures.batches(table, count)
        else:
            figures.wrote(table, what, count)


def _returned(figures: Figures, entry: ConnectionPoolEntry) -> None:
    _settle(figures, entry.info)


def _rolled_back(figures: Figures, connection: Connection) -> None:
    tally.taken(connection.info)
    figures.ended(_kind(connection), "rolled_back")


def _failed(figures: Figures, context: ExceptionContext) -> None:
    # Errors are logged, and the values of a statement may be hashes of passwords and tokens.
    if isinstance(context.sqlalchemy_exception, StatementError):
        context.sqlalchemy_exception.hide_parameters = True
    connection = context.connection
    if connection is not None and not connection.invalidated and connection.info.pop(_COMMITTING, None):
        figures.ended(_kind(connection), "rolled_back")


def _pool(engine: Engine) -> tuple[int, int, int]:
    """Return connections in use, idle, and kept at most; a database in memory has no such pool."""
    pool = engine.pool
    if not isinstance(pool, QueuePool):
        return 0, 0, 0
    return pool.checkedout(), pool.checkedin(), pool.size()
