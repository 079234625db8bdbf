"""Boards in process: beside nothing but their own SQL, and with 100 times the rows beside the small set."""

from dataclasses import replace
from datetime import date

from app.api.respond import to_json
from app.boards.catalog import BOARDS
from app.boards.plain import as_plain
from app.boards.read import Asked, read
from app.cli.bench.asking import UNIT
from app.cli.bench.company import INNER, LEAF, ROOT
from app.cli.bench.turns import Call, alternate, asking, cpu_of, heard, p50, ratio
from app.cli.demo.patterns import demo_days
from app.db import Database
from app.domain.period import DAY, Period, month_of
from app.domain.roles import SYSTEM

REPEAT = 5
Figures = dict[str, float]


def periods(today: date) -> dict[str, Period]:
    """Return the ranges that boards are measured over."""
    month = Period(month_of(today - DAY).first, today - DAY)
    return {"18 months": demo_days(today), "month to date": month}


def demo_boards(database: Database, today: date, rounds: int) -> Figures:
    """Return the growth board of the demo beside its own SQL."""
    found: Figures = {}
    for name, period in periods(today).items():
        found |= own_sql(database, f"demo, {name}", "growth", Asked(UNIT, period), today, (rounds, REPEAT))
    return found


def company_boards(large: Database, small: Database, today: date, rounds: int, repeat: int) -> Figures:
    """Return the boards of a company beside their own SQL, and beside those of a hundredth of it."""
    found: Figures = {}
    for name, period in periods(today).items():
        for key in BOARDS:
            board = "company" if key == "growth" else f"company, {key} board"
            found |= own_sql(large, f"{board}, {name}", key, Asked(ROOT, period), today, (rounds, repeat))
        for level, unit in {"root": ROOT, "inner unit": INNER, "leaf": LEAF}.items():
            asked = Asked(unit, period)
            calls = {"100x": board_call(large, "growth", asked, today), "1x": board_call(small, "growth", asked, today)}
            turns = alternate(calls, rounds, repeat)
            for size in calls:
                found[f"board at {size} the rows, {level}, {name}, p50 ms"] = p50(turns, size)
                found[f"board at {size} the rows, {level}, {name}, CPU ms"] = p50(turns, cpu_of(size))
            found[f"board at 100x / 1x, {level}, {name}"] = ratio(turns, "100x", "1x")
    return found


def board_call(database: Database, key: str, asked: Asked, today: date) -> Call:
    """Return what makes the JSON of a board, as a request does that nothing is kept for."""

    def make() -> bytes:
        with database.read() as session:
            return to_json(as_plain(read(session, SYSTEM, BOARDS[key], replace(asked, named=False), today)))

    return make


def own_sql(database: Database, name: str, key: str, asked: Asked, today: date, often: tuple[int, int]) -> Figures:
    """Return a board beside nothing but the statements that it sends, with all of their rows read."""
    board = board_call(database, key, asked, today)
    board()
    with heard(database) as statements:
        board()
    turns = alternate({"board": board, "sql": asking(database, statements)}, *often)
    return {
        f"board, {name}, uncached, p50 ms": p50(turns, "board"),
        f"board, {name}, uncached, CPU ms": p50(turns, cpu_of("board")),
        f"its own SQL, {name}, p50 ms": p50(turns, "sql"),
        f"its own SQL, {name}, CPU ms": p50(turns, cpu_of("sql")),
        f"its own SQL, {name}, statements": len(statements),
        f"board / its own SQL, {name}": ratio(turns, "board", "sql"),
        f"board / its own SQL, {name}, CPU": ratio(turns, cpu_of("board"), cpu_of("sql")),
    }
