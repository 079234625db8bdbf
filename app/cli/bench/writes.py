"""Writes with their rollups and without, by the same `put` into the same database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, product
from statistics import median
from unittest.mock import patch

from app.cli.bench.company import LEAF, Size, say
from app.cli.bench.turns import Call, Turns, cpu_of, p50, ratio, taken
from app.db import Database
from app.domain.facts import FRIENDS
from app.domain.period import DAY
from app.domain.roles import SYSTEM
from app.inputs.facts import FriendsRow
from app.queries import version
from app.queries.units import load_tree
from app.store import facts
from app.store.batch import Batch
from app.store.rows import Write
from app.store.version import bump

FAR = timedelta(days=10_000)
"""Later than any day that is written here."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many writes of one row make a turn, and how many rows a batch has."""

    singles: int
    rows: int


class Bare(Batch):
    """A write that leaves the rollups as they are; all else of it is the same."""

    def _roll(self, writes: Sequence[Write]) -> None:
        del writes

    def close(self) -> int:
        """Return the data version after it."""
        return version.current(self._session) if self.id is None else bump(self._session)


def write_figures(database: Database, size: Size, today: date, rounds: int, amounts: Amounts) -> dict[str, float]:
    """Return milliseconds of a row and of a batch of new rows; afterwards the rollups are not right any more."""
    rows = amounts.rows
    say(f"writing single rows and batches of {rows:,} rows ...")
    numbers, days = count(), count()
    stores = _stores(database)
    yesterday = today - DAY

    def single() -> Call:
        written = _row(LEAF, "c1", yesterday, 1000 + next(numbers))
        return lambda: _put(database, [written], today)

    def batch() -> Call:
        # The days that come next, as in a company that sends its numbers each morning.
        written: list[FriendsRow] = []
        while len(written) < rows:
            day = today + next(days) * DAY
            kinds = product(stores, range(1, size.channels + 1))
            written += [_row(store, f"c{channel}", day, 1000) for store, channel in kinds]
        return lambda: _put(database, written[:rows], today + FAR)

    found = {}
    for name, make, times in (("one row", single, amounts.singles), (f"{rows} rows", batch, 1)):
        turns = _turns(make, rounds, times)
        for how in ("with", "without"):
            found[f"write of {name} {how} rollups, p50 ms"] = p50(turns, how)
            found[f"write of {name} {how} rollups, CPU ms"] = p50(turns, cpu_of(how))
        label = "one row" if name == "one row" else "a batch"
        found[f"write with / without rollups, {label}"] = ratio(turns, "with", "without")
        found[f"write with / without rollups, {label}, CPU"] = ratio(turns, cpu_of("with"), cpu_of("without"))
    return found


def _turns(make: Callable[[], Call], rounds: int, times: int) -> Turns:
    """Return what a write takes with and without rollups; each is of other rows, the first turn only warms up."""
    turns: Turns = []
    for _ in range(rounds + 1):
        turn: dict[str, float] = {}
        for how, batch in (("with", Batch), ("without", Bare)):
            with patch.object(facts, "Batch", batch):
                found = [taken(make()) for _ in range(times)]
            turn[how], turn[cpu_of(how)] = (median(values) for values in zip(*found, strict=True))
        turns.append(turn)
    return turns[1:]


def _put(database: Database, rows: list[FriendsRow], today: date) -> None:
    with database.write() as session:
        facts.put(session, SYSTEM, FRIENDS, rows, today)


def _row(unit: str, channel: str, day: date, reach: int) -> FriendsRow:
    return FriendsRow(day=day, unit=unit, channel=channel, reach=reach, adds=50, losses=20)


def _stores(database: Database) -> list[str]:
    with database.read() as session:
        tree = load_tree(session)
    return [node.code for node in tree.nodes.values() if tree.is_leaf(node.id)]
