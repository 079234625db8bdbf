"""Levels per day: the latest stock count of each unit, carried on by adds and losses."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, func, or_, select
from sqlalchemy.orm import Session

from app.domain.book import Group
from app.domain.period import DAY, Period
from app.domain.scope import GroupBy, Scope
from app.domain.terms import Fact, Stock, Total
from app.domain.tree import Tree
from app.models import Friends, StockCount
from app.queries.sums import ByGroup, in_scope
from app.queries.units import subtree

ADDS, LOSSES = Total(Fact.ADDS), Total(Fact.LOSSES)
"""The flows that carry a stock; they must be among the sums handed to `levels`."""

Pair = tuple[int, int]
"""Cumulative and current."""

Recounts = dict[date, Pair]
"""对账差异: counted less computed, by the day of the count."""


@dataclass(slots=True)
class Running:
    """A group's stock while it is walked over the days; `known` once anything was recorded."""

    cumulative: int = 0
    current: int = 0
    known: bool = False
    steps: dict[date, Pair] = field(default_factory=lambda: defaultdict(lambda: (0, 0)))
    """What stock counts of the span add to the computed stock: 对账差异."""

    def add(self, cumulative: int | None, current: int | None) -> None:
        """Move the stock; None contributes nothing and is not a record."""
        self.known = self.known or cumulative is not None or current is not None
        self.cumulative += cumulative or 0
        self.current += current or 0


def levels(
    session: Session, tree: Tree, scope: Scope, spans: tuple[Period, ...], flows: Mapping[Total, ByGroup]
) -> tuple[dict[Stock, ByGroup], Recounts]:
    """Return both stocks at the close of each day of the spans and of the day before each.

    Only for a scope without channel or customer kind, as a whole or by unit; else nothing. Beside
    them stand the differences that later stock counts of the spans made, summed over units.
    """
    answers: dict[Stock, ByGroup] = {stock: {} for stock in Stock}
    recounts: Recounts = {}
    if scope.channel or scope.customer_kind or scope.by not in (None, GroupBy.UNIT):
        return answers, recounts
    for span in spans:
        running = _openings(session, tree, scope, span.first - DAY)
        _count_steps(session, tree, scope, span, running, recounts)
        groups = {*running, *flows[ADDS], *flows[LOSSES]}
        for group in groups:
            _walk(answers, group, running.get(group, Running()), span, flows)
    return answers, recounts


def _walk(
    answers: dict[Stock, ByGroup], group: Group, stock: Running, span: Period, flows: Mapping[Total, ByGroup]
) -> None:
    adds, losses = flows[ADDS].get(group, {}), flows[LOSSES].get(group, {})
    cumulative = answers[Stock.CUMULATIVE].setdefault(group, {})
    current = answers[Stock.CURRENT].setdefault(group, {})
    day = span.first - DAY
    while day <= span.last:
        if day >= span.first:
            gain, loss = adds.get(day), losses.get(day)
            if gain is not None or loss is not None:
                stock.add(gain, (gain or 0) - (loss or 0))
            if day in stock.steps:
                stock.add(*stock.steps[day])
        if stock.known:
            cumulative[day], current[day] = stock.cumulative, stock.current
        day += DAY


def _openings(session: Session, tree: Tree, scope: Scope, day: date) -> dict[Group, Running]:
    """Return the stocks at the close of `day`, by group."""
    latest = _latest(day)
    found: dict[Group, Running] = defaultdict(Running)
    counts = select(func.sum(StockCount.cumulative), func.sum(StockCount.current)).join(
        latest, and_(latest.c.unit_id == StockCount.unit_id, latest.c.day == StockCount.day)
    )
    net = func.coalesce(func.sum(Friends.adds), 0) - func.coalesce(func.sum(Friends.losses), 0)
    recorded = func.count(Friends.adds) + func.count(Friends.losses)
    since = (
        select(func.coalesce(func.sum(Friends.adds), 0), net)
        .join(latest, latest.c.unit_id == Friends.unit_id, isouter=True)
        .where(Friends.day <= day, or_(latest.c.day.is_(None), Friends.day > latest.c.day))
        .having(recorded > 0)
    )
    for query, unit in ((counts, StockCount.unit_id), (since, Friends.unit_id)):
        for row in session.execute(_scoped(query, unit, tree, scope)):
            code = None if scope.by is None else tree.nodes[row[2]].code
            if row[0] is not None:
                found[code].add(int(row[0]), int(row[1]))
    return found


def _latest(day: date) -> Subquery:
    """Return the day of each unit's latest stock count up to `day`."""
    query = select(StockCount.unit_id, func.max(StockCount.day).label("day")).where(StockCount.day <= day)
    return query.group_by(StockCount.unit_id).subquery("latest")


def _scoped(query: Any, unit: Any, tree: Tree, scope: Scope) -> Any:  # noqa: ANN401 (statements of varying columns)
    if scope.by is GroupBy.UNIT:
        below = subtree(scope.unit_id)
        return query.add_columns(below.c.branch).join(below, below.c.id == unit).group_by(below.c.branch)
    condition: ColumnElement[bool] | None = in_scope(unit, tree, scope.unit_id)
    return query if condition is None else query.where(condition)


def _count_steps(
    session: Session, tree: Tree, scope: Scope, span: Period, running: dict[Group, Running], recounts: Recounts
) -> None:
    """Note for each stock count in the span how far it moves its unit away from the computed stock.

    A unit's first count is its opening balance; only a later one is a difference to be shown.
    """
    columns = (StockCount.unit_id, StockCount.day, StockCount.cumulative, StockCount.current)
    query = select(*columns).where(StockCount.day >= span.first, StockCount.day <= span.last)
    condition = in_scope(StockCount.unit_id, tree, scope.unit_id)
    rows = session.execute((query if condition is None else query.where(condition)).order_by(*columns[:2])).all()
    counted: dict[int, list[tuple[date, Pair]]] = defaultdict(list)
    for unit_id, day, cumulative, current in rows:
        counted[unit_id].append((day, (int(cumulative or 0), int(current or 0))))
    firsts = _first_counts(session, list(counted))
    for unit_id, counts in counted.items():
        group = None if scope.by is None else _branch(tree, scope.unit_id, unit_id)
        steps = running.setdefault(group, Running()).steps
        for day, moved in _differences(session, tree, unit_id, span, counts):
            steps[day] = _sum(steps[day], moved)
            if day > firsts[unit_id] and any(moved):
                recounts[day] = _sum(recounts.get(day, (0, 0)), moved)


def _first_counts(session: Session, unit_ids: list[int]) -> dict[int, date]:
    query = select(StockCount.unit_id, func.min(StockCount.day).label("day")).where(StockCount.unit_id.in_(unit_ids))
    return {row.unit_id: row.day for row in session.execute(query.group_by(StockCount.unit_id))} if unit_ids else {}


def _sum(one: Pair, other: Pair) -> Pair:
    return one[0] + other[0], one[1] + other[1]


def _branch(tree: Tree, top: int, unit_id: int) -> str:
    lineage = tree.lineage(unit_id)
    return tree.nodes[lineage[max(lineage.index(top) - 1, 0)]].code


def _differences(
    session: Session, tree: Tree, unit_id: int, span: Period, counts: list[tuple[date, Pair]]
) -> list[tuple[date, Pair]]:
    """Return counted less computed, for each count of one unit's own facts."""
    alone = Tree.of([tree.nodes[unit_id]])
    stock = _openings(session, alone, Scope(unit_id), span.first - DAY).get(None, Running())
    computed = (stock.cumulative, stock.current)
    query = select(Friends.day, func.sum(Friends.adds), func.sum(Friends.losses)).where(
        Friends.unit_id == unit_id, Friends.day >= span.first, Friends.day <= counts[-1][0]
    )
    flows = {
        day: (int(adds or 0), int(losses or 0)) for day, adds, losses in session.execute(query.group_by(Friends.day))
    }
    found = []
    day = span.first
    for counted_day, (cumulative, current) in counts:
        while day <= counted_day:
            adds, losses = flows.get(day, (0, 0))
            computed = (computed[0] + adds, computed[1] + adds - losses)
            day += DAY
        found.append((counted_day, (cumulative - computed[0], current - computed[1])))
        computed = (cumulative, current)
    return found
