"""What is compared takes turns: a machine that slows down slows all of it down."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import event

from app.db import Database

Call = Callable[[], object]
Turns = list[dict[str, float]]
"""For each turn what each of those compared took."""
Statement = tuple[str, Any]


def alternate(calls: Mapping[str, Call], rounds: int, repeat: int = 1) -> Turns:
    """Return milliseconds, the median of `repeat` calls; the first turn only warms up."""
    turns = [
        {name: median(milliseconds(call) for _ in range(repeat)) for name, call in calls.items()}
        for _ in range(rounds + 1)
    ]
    return turns[1:]


def p50(turns: Turns, name: str) -> float:
    """Return the median of all turns."""
    return median(turn[name] for turn in turns)


def ratio(turns: Turns, one: str, other: str) -> float:
    """Return the median of the ratios within a turn."""
    return median(turn[one] / turn[other] for turn in turns)


def milliseconds(call: Call) -> float:
    """Return how long a call takes."""
    start = perf_counter()
    call()
    return (perf_counter() - start) * 1000


@contextmanager
def heard(database: Database) -> Iterator[list[Statement]]:
    """Give a list of the statements that the database is asked meanwhile, as its driver gets them."""
    statements: list[Statement] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:  # noqa: ANN401
        if not statement.startswith("BEGIN"):
            statements.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", hear)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", hear)


def asking(database: Database, statements: list[Statement]) -> Call:
    """Return what sends statements again and reads all rows, and does nothing else."""

    def ask() -> None:
        with database.engine.connect() as connection:
            for statement, parameters in statements:
                connection.exec_driver_sql(statement, parameters).fetchall()

    return ask
