"""The same numbers through the rollups and by grouping the facts: they must be equal, then they are timed."""

from datetime import date
from statistics import median

from sqlalchemy.orm import Session

from app.cli.bench.company import ROOT, say
from app.cli.bench.turns import Statement, asking, heard, milliseconds, p50, ratio
from app.db import Database
from app.domain.book import Book
from app.domain.period import DAY, Period, month_of
from app.domain.roles import SYSTEM
from app.domain.scope import Scope
from app.domain.terms import Fact, Level, Stock, Take, Term, Total
from app.domain.tree import Tree
from app.queries import book
from app.queries.readable import FACTS_ONLY
from app.queries.units import load_tree

TERMS: tuple[Term, ...] = (
    Total(Fact.REACH),
    Total(Fact.ADDS),
    Total(Fact.LOSSES),
    Total(Fact.ADDS, paired=Fact.REACH),
    *(Level(stock, Take.OPENING) for stock in Stock),
)
"""Sums per day, and the stock that the month began with: all days before it."""


REPEAT = 21
"""Readings of the rollups for one of the facts: they take a millisecond."""


def sums_figures(database: Database, name: str, today: date, rounds: int) -> dict[str, float]:
    """Return milliseconds of the last whole month of the root both ways; RuntimeError where they differ."""
    say(f"grouping the facts on {name} ...")
    last = month_of(today - DAY).first - DAY
    month = Period(month_of(last).first, last)
    with database.read() as session:
        tree = load_tree(session)
    kept, ours = _read(database, tree, month, today, facts_only=False)
    summed, theirs = _read(database, tree, month, today, facts_only=True)
    if (kept.flows, kept.levels, kept.recounts) != (summed.flows, summed.levels, summed.recounts):
        raise RuntimeError(f"the rollups on {name} do not say what the facts say")
    rollups, grouping = asking(database, ours), asking(database, theirs)
    turns = [
        {"rollups": median(milliseconds(rollups) for _ in range(REPEAT)), "facts": milliseconds(grouping)}
        for _ in range(rounds + 1)
    ][1:]
    return {
        f"grouping the facts, {name}, p50 ms": p50(turns, "facts"),
        f"through the rollups, {name}, p50 ms": p50(turns, "rollups"),
        f"numbers compared and found equal, {name}": sum(
            len(days) for held in (kept.flows, kept.levels) for groups in held.values() for days in groups.values()
        ),
        f"facts / rollups, {name}": ratio(turns, "facts", "rollups"),
    }


def _read(
    database: Database, tree: Tree, month: Period, today: date, *, facts_only: bool
) -> tuple[Book, list[Statement]]:
    with database.read() as session, heard(database) as statements:
        if facts_only:
            session.info[FACTS_ONLY] = True
        return _book(session, tree, month, today), statements


def _book(session: Session, tree: Tree, month: Period, today: date) -> Book:
    return book.load(session, SYSTEM, tree, Scope(tree.by_code[ROOT].id), TERMS, [month], today)
