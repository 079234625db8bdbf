"""Levels per day: all adds, losses and steps of stock counts up to it (metrics.md, section 1).

A stock count is a step from the computed stock to the counted one, so a stock is a plain sum: whole
months before a span, then day by day.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Date, Select, bindparam, case, func, select, union_all
from sqlalchemy.orm import Session

from app.domain.book import Group
from app.domain.period import DAY, Period, month_of
from app.domain.scope import GroupBy, Scope
from app.domain.terms import Fact, Source, Stock, Total
from app.domain.tree import Tree
from app.models.rollups import recorded
from app.queries.readable import FACTS_ONLY, MONTHS_OF_BOTH, MONTHS_SUMMED, ZERO, Readable, Reading, readings
from app.queries.sums import ByGroup

ADDS, LOSSES = Total(Fact.ADDS), Total(Fact.LOSSES)
STEPS = (Total(Fact.CUMULATIVE_STEP), Total(Fact.CURRENT_STEP))
RECOUNTS = (Total(Fact.CUMULATIVE_RECOUNT), Total(Fact.CURRENT_RECOUNT))
FLOWS = (ADDS, LOSSES, *STEPS, *RECOUNTS)
"""What a stock is the sum of; they must be among the sums handed to `levels`."""

Recounts = dict[date, tuple[int, int]]
"""对账差异: counted less computed, by the day of the count."""


@dataclass(frozen=True, slots=True)
class Moves:
    """The sums that move stocks: by day, or by the first day of those `months` of which no day is known."""

    flows: Mapping[Total, ByGroup]
    months: frozenset[date]

    def of(self, total: Total, group: Group) -> Mapping[date, int]:
        """Return a group's sums."""
        return self.flows[total].get(group, {})

    @property
    def groups(self) -> set[Group]:
        """Every group that anything moved."""
        return {group for flow in FLOWS for group in self.flows[flow]}


@dataclass(slots=True)
class Running:
    """A group's stock while it is walked over the days; `records` counts what it was made from."""

    cumulative: int = 0
    current: int = 0
    records: int = 0

    def add(self, cumulative: int | None, current: int | None, records: int = 1) -> None:
        """Move the stock; None contributes nothing."""
        self.cumulative += cumulative or 0
        self.current += current or 0
        self.records += records


def levels(
    session: Session, tree: Tree, scope: Scope, spans: tuple[Period, ...], moves: Moves
) -> tuple[dict[Stock, ByGroup], Recounts]:
    """Return both stocks at the close of each day of the spans, or of a month of which no day is known.

    The close of the day before each span is there, too. Spans begin with a month. Only for a scope
    without channel or customer kind, as a whole or by unit; else nothing. Beside them stand the
    differences that later stock counts made, summed over units.
    """
    answers: dict[Stock, ByGroup] = {stock: {} for stock in Stock}
    if scope.channel or scope.customer_kind or scope.by not in (None, GroupBy.UNIT):
        return answers, {}
    openings = _openings(session, tree, scope, [span.first for span in spans])
    groups = moves.groups.union(*openings)
    for group in groups:
        known = [moves.of(total, group) for total in (ADDS, LOSSES, *STEPS)]
        for span, opening in zip(spans, openings, strict=True):
            closes = _walk(opening.get(group, Running()), span, moves.months, *known)
            for stock, by_day in zip((Stock.CUMULATIVE, Stock.CURRENT), closes, strict=True):
                answers[stock].setdefault(group, {}).update(by_day)
    return answers, _recounts(moves, groups)


Closes = dict[date, int]
Moved = Mapping[date, int]


def _walk(
    stock: Running, span: Period, months: frozenset[date], adds: Moved, losses: Moved, ups: Moved, nets: Moved
) -> tuple[Closes, Closes]:
    """Return cumulative and current friends at each close of a span that begins with a stock."""
    cumulative: Closes = {}
    current: Closes = {}
    close = span.first - DAY
    while True:
        if stock.records:
            cumulative[close], current[close] = stock.cumulative, stock.current
        day = close + DAY
        if day > span.last:
            return cumulative, current
        gain, loss = adds.get(day), losses.get(day)
        if gain is not None or loss is not None:
            stock.add(gain, (gain or 0) - (loss or 0))
        if day in ups:
            stock.add(ups[day], nets[day])
        close = month_of(day).last if day in months else day


def _recounts(moves: Moves, groups: Iterable[Group]) -> Recounts:
    found: Recounts = {}
    for group in groups:
        cumulative, current = (moves.of(total, group) for total in RECOUNTS)
        for day in cumulative:
            close = month_of(day).last if day in moves.months else day
            known = found.get(close, (0, 0))
            found[close] = (known[0] + cumulative[day], known[1] + current[day])
    return found


def _openings(session: Session, tree: Tree, scope: Scope, firsts: Sequence[date]) -> list[dict[Group, Running]]:
    """Return the stocks at the opening of each of these days, which are firsts of months, by group."""
    found: list[dict[Group, Running]] = [{} for _ in firsts]
    by_unit = scope.by is GroupBy.UNIT
    reading = MONTHS_OF_BOTH if by_unit else MONTHS_SUMMED
    if is_copy := bool(session.info.get(FACTS_ONLY)):
        (reading,) = readings(session, tree, scope)
    given = {"unit": scope.unit_id, "before": max(firsts), **{f"first_{i}": day for i, day in enumerate(firsts)}}
    statement = _opening(reading, len(firsts), is_month=not is_copy, by_unit=by_unit)
    rows = session.connection().execute(statement, given).all()
    _take(found, rows, tree, scope, own=by_unit and not is_copy)
    return found


@lru_cache(maxsize=256)
def _opening(reading: Reading, firsts: int, *, is_month: bool, by_unit: bool) -> CompoundSelect[Any]:
    """Return for each day what cumulative and current friends are made of before it, and of how many records.

    Friends and stock counts stand in rows of their own, which are added: one way to the server and back.
    """
    sources = (Source.FRIENDS, Source.STOCK)
    return union_all(*(_before(reading, source, firsts, is_month=is_month, by_unit=by_unit) for source in sources))


def _before(reading: Reading, source: Source, firsts: int, *, is_month: bool, by_unit: bool) -> Select[Any]:
    readable = reading.readables[source]
    parts = _parts(readable, source, is_month=is_month)
    days = [bindparam(f"first_{number}", type_=Date()) for number in range(firsts)]
    sums = (func.sum(case((readable.day < day, column), else_=ZERO)) for day in days for column in parts)
    query = select(*sums).select_from(readable.table).where(readable.day < bindparam("before", type_=Date()))
    if by_unit:
        branch = reading.branch(readable.unit)
        query = query.add_columns(branch).group_by(branch)
    return reading.narrow(query, readable.unit)


def _parts(readable: Readable, source: Source, *, is_month: bool) -> tuple[ColumnElement[Any], ...]:
    one, other = ("adds", "losses") if source is Source.FRIENDS else ("cumulative_step", "current_step")
    first, second = (func.coalesce(readable.measures[name], ZERO) for name in (one, other))
    counts: list[ColumnElement[Any]] = [
        readable.table.c[recorded(name)] if is_month else case((readable.measures[name].is_not(None), 1), else_=0)
        for name in (one, other)
    ]
    return first, first - second if source is Source.FRIENDS else second, counts[0] + counts[1]


def _take(found: list[dict[Group, Running]], rows: Sequence[Any], tree: Tree, scope: Scope, *, own: bool) -> None:
    """Add what was read to the openings; `own` where a unit's row holds its children's, too."""
    for row in rows:
        id_ = row[-1] if scope.by is GroupBy.UNIT else None
        for place, opening in enumerate(found):
            numbers = [int(number or 0) for number in row[place * 3 : place * 3 + 3]]
            group = None if id_ is None else tree.nodes[id_].code
            opening.setdefault(group, Running()).add(*numbers)
            if own and id_ != scope.unit_id:
                opening.setdefault(tree.nodes[scope.unit_id].code, Running()).add(*(-number for number in numbers))
