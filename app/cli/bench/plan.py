"""What a run measures, in order; each part says on standard error where it is."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.cli.bench.answers import answer_figures
from app.cli.bench.board import REPEAT, company_boards, demo_boards
from app.cli.bench.company import Size, made, say
from app.cli.bench.grid import grid_figures
from app.cli.bench.imports import import_figures
from app.cli.bench.million import million_figures
from app.cli.bench.puts import put_figures
from app.cli.bench.rivals import rival_figures
from app.cli.bench.starts import start_figures
from app.cli.bench.sums import sums_figures
from app.cli.bench.writes import Amounts, write_figures
from app.cli.demo.load import load_demo
from app.cli.migrate import upgrade
from app.db import Database

FEWEST = 5
"""Rounds of what takes seconds; a median needs no more of them."""
LARGE = Amounts(singles=40, rows=50_000)
QUICK = Amounts(singles=2, rows=200)
Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Plan:
    """The size of the data, how often, and whether to serve anything, or a million rows more."""

    size: Size
    rounds: int
    quick: bool
    million: bool


def measured(plan: Plan, today: date) -> Figures:
    """Return all figures of a run on SQLite, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="luopan-bench-") as name:
        folder = Path(name)
        found = _company(plan, folder, today)
        if not plan.quick:
            found |= _demo(plan, folder, today) | _empty(plan, folder, today)
        return found


def _company(plan: Plan, folder: Path, today: date) -> Figures:
    few = min(plan.rounds, FEWEST)
    small, large = made(folder / "small.db", plan.size.small, today), made(folder / "large.db", plan.size, today)
    with small as (hundredth, _), large as (database, url):
        say("making boards ...")
        found = company_boards(database, hundredth, today, plan.rounds, 1 if plan.quick else REPEAT)
        found |= sums_figures(database, "SQLite", today, few)
        if not plan.quick:
            found |= answer_figures(database, url, today, plan.rounds) | start_figures(url, few)
        # The last: what is written without rollups makes them wrong.
        found |= write_figures(database, plan.size, today, few, QUICK if plan.quick else LARGE)
    for file in folder.iterdir():
        file.unlink()
    return found


def _demo(plan: Plan, folder: Path, today: date) -> Figures:
    with _filled(folder / "demo.db", today) as (database, url):
        found = demo_boards(database, today, plan.rounds)
        # Before the large writes: both boards are compared on the demo's numbers alone.
        say("the same board as a Dash app ...")
        found |= rival_figures(database, url, today, plan.rounds)
        say("a file of 100,000 rows, and the entry form ...")
        found |= import_figures(database, url)
        return found | grid_figures(database, url, today, plan.rounds)


@contextmanager
def _filled(path: Path, today: date) -> Iterator[tuple[Database, str]]:
    url = f"sqlite:///{path}"
    database = Database(url)
    upgrade(database)
    say("writing the demo, 4 units x 18 months ...")
    load_demo(database, today, lambda _line: None)
    try:
        yield database, url
    finally:
        database.close()


def _empty(plan: Plan, folder: Path, today: date) -> Figures:
    size = Size(plan.size.units, 0, plan.size.channels)
    with made(folder / "puts.db", size, today) as (database, url):
        found = put_figures(database, url, size, today)
    if plan.million:
        with made(folder / "million.db", size, today) as (database, url):
            found |= million_figures(database, url, size, folder)
    return found
