"""What is compared takes turns: a machine that slows down slows all of it down."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from time import perf_counter, process_time
from typing import Any

from sqlalchemy import event

from app.db import Database

Call = Callable[[], object]
Turns = list[dict[str, float]]
"""For each turn what each of those compared took."""
Statement = tuple[str, Any]


def alternate(calls: Mapping[str, Call], rounds: int, repeat: int = 1) -> Turns:
    """Return milliseconds by name, and of CPU by `cpu_of(name)`: medians of `repeat` calls.

    The first turn only warms up.
    """
    turns: Turns = []
    for _ in range(rounds + 1):
        turn: dict[str, float] = {}
        for name, call in calls.items():
            times = [taken(call) for _ in range(repeat)]
            turn[name], turn[cpu_of(name)] = (median(values) for values in zip(*times, strict=True))
        turns.append(turn)
    return turns[1:]


def cpu_of(name: str) -> str:
    """Return the name under which a turn holds what this process worked."""
    return f"{name}, CPU"


def p50(turns: Turns, name: str) -> float:
    """Return the median of all turns."""
    return median(turn[name] for turn in turns)


def ratio(turns: Turns, one: str, other: str) -> float:
    """Return the median of the ratios within a turn."""
    return median(turn[one] / turn[other] for turn in turns)


def taken(call: Call) -> tuple[float, float]:
    """Return the milliseconds that a call takes by the clock, and of CPU in this process."""
    spent, start = process_time(), perf_counter()
    call()
    return (perf_counter() - start) * 1000, (process_time() - spent) * 1000


def milliseconds(call: Call) -> float:
    """Return how long a call takes by the clock."""
    return taken(call)[0]


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
