"""A board in process, and nothing but its own SQL, in alternating rounds."""

from collections.abc import Callable
from datetime import date
from statistics import median
from time import perf_counter
from typing import Any

from sqlalchemy import event

from app.api.respond import to_json
from app.boards.catalog import BOARDS
from app.boards.plain import as_plain
from app.boards.read import Asked, read
from app.cli.demo.patterns import demo_days
from app.db import Database
from app.domain.period import DAY, Period, month_of
from app.domain.roles import SYSTEM

Statement = tuple[str, Any]


def board_figures(database: Database, today: date, rounds: int) -> dict[str, float]:
    """Return milliseconds and ratios of the growth board: over all days, and over the running month."""
    whole = demo_days(today)
    month = Period(month_of(today - DAY).first, today - DAY)
    figures: dict[str, float] = {}
    for name, period in (("18 months", whole), ("month to date", month)):
        board, sql = _compared(database, Asked("luopan", period), today, rounds)
        figures[f"growth board, {name}, uncached, p50 ms"] = board
        figures[f"its own SQL, {name}, p50 ms"] = sql
        figures[f"board / its own SQL, {name}"] = board / sql
    return figures


def _compared(database: Database, asked: Asked, today: date, rounds: int) -> tuple[float, float]:
    def board() -> bytes:
        with database.read() as session:
            return to_json(as_plain(read(session, SYSTEM, BOARDS["growth"], asked, today)))

    statements = _statements(database, board)

    def sql() -> None:
        with database.engine.connect() as connection:
            for statement, parameters in statements:
                connection.exec_driver_sql(statement, parameters).fetchall()

    times: list[tuple[float, float]] = [(_milliseconds(board), _milliseconds(sql)) for _ in range(rounds + 1)][1:]
    return median(time for time, _ in times), median(time for _, time in times)


def _statements(database: Database, board: Callable[[], object]) -> list[Statement]:
    """Return what a board asks the database, by listening to it once."""
    heard: list[Statement] = []

    def hear(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:  # noqa: ANN401
        if not statement.startswith("BEGIN"):
            heard.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", hear)
    board()
    event.remove(database.engine, "before_cursor_execute", hear)
    return heard


def _milliseconds(call: Callable[[], object]) -> float:
    start = perf_counter()
    call()
    return (perf_counter() - start) * 1000
