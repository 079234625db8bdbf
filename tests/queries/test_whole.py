"""A range read as a whole, by its months and the days beside them, against the rows added up one by one."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from app.db import Database
from app.domain.period import Period
from app.domain.roles import SYSTEM
from app.domain.scope import GroupBy, Scope
from app.domain.terms import Fact, Level, Span, Stock, Term, Total
from app.queries import book
from app.queries.units import load_tree
from tests import small
from tests.worlds import write_small

LOST_SINCE_THE_1ST = Total(Fact.LOSSES, span=Span.MONTH_TO_DATE)
ADDS, REACH, BOTH = Total(Fact.ADDS), Total(Fact.REACH), Total(Fact.ADDS, paired=Fact.REACH)
RANGES = [
    (date(2023, 2, 28), date(2024, 3, 20)),  # two cut months and a year of whole ones between them
    (date(2024, 1, 1), date(2024, 2, 29)),  # whole months only
    (date(2024, 2, 1), date(2024, 2, 29)),
    (date(2024, 2, 10), date(2024, 2, 28)),  # days only
    (date(2024, 1, 31), date(2024, 3, 1)),  # one day, a month, one day
    (date(2024, 3, 1), date(2024, 4, 30)),  # runs into the future
    (date(2024, 4, 1), date(2024, 4, 30)),  # nothing of it has begun
]
BELOW = {
    "co": ("co", "north", "east", "west", "empty", "closed"),
    "north": ("north", "east", "west"),
    "east": ("east",),
}


def rows(unit: str, channel: str | None, period: Period) -> Iterator[dict[str, Any]]:
    """Yield the friends rows of a unit and all below it."""
    for row in small.FRIENDS:
        is_there = row["unit"] in BELOW[unit] and date.fromisoformat(row["day"]) in period
        if is_there and channel in (None, row["channel"]):
            yield row


def added(unit: str, channel: str | None, period: Period, key: str, beside: str) -> int | None:
    """Add up a measure of the rows that have another one."""
    known = [row[key] for row in rows(unit, channel, period) if None not in (row.get(key), row.get(beside))]
    return sum(known) if known else None


@pytest.mark.parametrize(("first", "last"), RANGES)
def test_a_whole_range_is_what_its_rows_add_up_to(database: Database, first: date, last: date) -> None:
    write_small(database)
    period = Period(first, last)
    with database.read() as session:
        tree = load_tree(session)
        for unit in BELOW:
            for by, groups in ((None, (None,)), (GroupBy.CHANNEL, ("card", "video", "unattributed_source", "unused"))):
                scope = Scope(tree.by_code[unit].id, by=by)
                found = book.load_whole(session, SYSTEM, tree, scope, (ADDS, REACH, BOTH), period, small.TODAY)
                for group in groups:
                    assert found.answer(ADDS, period, group) == added(unit, group, period, "adds", "adds")
                    assert found.answer(REACH, period, group) == added(unit, group, period, "reach", "reach")
                    assert found.answer(BOTH, period, group) == added(unit, group, period, "adds", "reach")


@pytest.mark.parametrize("term", [LOST_SINCE_THE_1ST, Level(Stock.CURRENT)])
def test_what_looks_beyond_a_range_is_not_loaded_as_a_whole(sqlite_database: Database, term: Term) -> None:
    write_small(sqlite_database)
    with sqlite_database.read() as session:
        tree = load_tree(session)
        scope = Scope(tree.by_code["co"].id)
        with pytest.raises(ValueError, match="only totals"):
            book.load_whole(session, SYSTEM, tree, scope, [ADDS, term], Period(*RANGES[0]), small.TODAY)
