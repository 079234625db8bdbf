"""What stands behind a number: its terms with their values, its comparison and limit, its parts and its rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from app.boards import aims, explain_goal, words
from app.boards.cards import compare_label, delta
from app.boards.explain_goal import Goal
from app.boards.read import Asked
from app.boards.view import Aim, Delta, Plain
from app.domain.book import Book, Group
from app.domain.facts import STOCK_COUNTS, CustomerKind, FactTable, Measure, Unit
from app.domain.number import Number, plain
from app.domain.period import Period, compared, month_of
from app.domain.roles import Viewer
from app.domain.scope import GroupBy, Scope
from app.domain.terms import Fact, Level, Term, Total
from app.domain.text import Text
from app.domain.tree import Tree, UnitNode
from app.metrics.compare import compare, value
from app.metrics.definition import Metric
from app.queries import as_of, behind, book, channels, targets, units
from app.queries.settings import Limits, limits

MOST = 200
"""Rows and parts that are shown."""
STOCK_FLOWS = (Total(Fact.ADDS), Total(Fact.LOSSES))
"""What moves a stock between its counts."""


@dataclass(frozen=True, slots=True)
class Part:
    """A term of the formula: what it counts, how it is taken, and its exact value in the unit it is shown in."""

    name: Text
    taken: Text
    unit: Unit
    value: Plain


@dataclass(frozen=True, slots=True)
class Share:
    """One of the units that a number is made of, with the terms and the value that it has there."""

    unit: UnitNode
    is_self: bool
    terms: tuple[Plain, ...]
    value: Plain


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table of facts, the newest first; `more` when there are others that are not shown."""

    table: FactTable
    days: Period
    measures: tuple[Measure, ...]
    rows: Sequence[Any]
    more: bool
    kinds: frozenset[CustomerKind] = frozenset()
    """The kinds of customers that all of the sums keep to; empty where one takes all of them."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A number with everything behind it."""

    metric: Metric
    unit: UnitNode
    period: Period
    value: Plain
    parts: tuple[Part, ...]
    compare: Delta | None
    compare_label: Text
    limit: Plain
    shares: tuple[Share, ...]
    more_shares: int
    rows: tuple[Rows, ...]
    goal: Goal | None
    """What is aimed for, where the period is made of whole months."""
    aim: Aim | None
    """The target, where it was asked for and there is one."""
    aim_gap: Plain
    """How far the number lies above the target, as it is given out."""
    aim_note: Text | None
    """How the number stands beside its target, or why there is none; None where no target was asked for."""


def read(
    session: Session, viewer: Viewer, asked: Asked, metric: Metric, kind: CustomerKind | None, today: date
) -> Explained:
    """Return what stands behind a metric, as what is asked of a board names it; Invalid, Forbidden as a board."""
    tree = units.load_tree(session)
    unit = units.readable(tree, viewer, asked.unit)
    scope = Scope(unit.id, channels.find(channels.load(session), asked.channel), kind)
    if asked.past is None:
        return _Reader(session, viewer, tree, scope, today).explain(asked, metric, unit)
    day = asked.past.day
    spans = (asked.period, compared(asked.period, asked.how, day), *explain_goal.spans_of(asked.period, day))
    with as_of.opened(session, viewer, tree, unit.id, spans, asked.past) as then:
        return _Reader(then, viewer, tree, scope, day).explain(asked, metric, unit)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads everything behind a number of a scope."""

    session: Session
    viewer: Viewer
    tree: Tree
    scope: Scope
    today: date

    def explain(self, asked: Asked, metric: Metric, unit: UnitNode) -> Explained:
        """Return all of it."""
        period, other = asked.period, compared(asked.period, asked.how, self.today)
        whole = self._book(metric, (period, other), None)
        now = value(metric, whole, period)
        shares = self._shares(metric, period)
        shown = period.until(self.today)
        bounds = limits(self.session)
        aim, note = self._aim(metric, now, period, bounds) if asked.aim else (None, None)
        return Explained(
            metric,
            unit,
            period,
            plain(now, metric.unit),
            tuple(_part(term, whole, shown) for term in metric.terms),
            delta(metric, compare(metric, now, value(metric, whole, other))),
            compare_label(asked.how, other),
            bounds.churn_limit if metric.limit is not None else None,
            shares[:MOST],
            max(len(shares) - MOST, 0),
            tuple(self._rows(metric, shown)) if period.first <= self.today else (),
            explain_goal.Reader(self.session, self.viewer, self.tree, self.scope, self.today).read(metric, period),
            aim,
            _gap(metric, now, aim),
            note,
        )

    def _aim(
        self, metric: Metric, now: Number | None, period: Period, bounds: Limits
    ) -> tuple[Aim | None, Text | None]:
        """Return the target of a number as its card does."""
        months = aims.months_of(period, self.today)
        found = targets.of_months(self.session, self.viewer, self.tree, self.scope.unit_id, period)
        rows = {month: found.get(month.first, []) for month in months}
        return aims.stand(aims.Reached(metric, now, self.scope, period, self.today, bounds), rows)

    def _book(self, metric: Metric, periods: tuple[Period, ...], by: GroupBy | None) -> Book:
        scope = Scope(self.scope.unit_id, self.scope.channel, self.scope.customer_kind, by)
        spans = [*periods, *book.begun(*periods)]
        return book.load(self.session, self.viewer, self.tree, scope, metric.terms, spans, self.today, ())

    def _shares(self, metric: Metric, period: Period) -> tuple[Share, ...]:
        """Return what each direct child, and the unit itself, has of the number; nothing without children."""
        own = self.scope.unit_id
        if self.tree.is_leaf(own):
            return ()
        split = self._book(metric, (period,), GroupBy.UNIT)
        nodes = (*self.tree.children[own], self.tree.nodes[own])
        shares = [_share(metric, split, period, node, own) for node in nodes if node.code in split.groups]
        return tuple(share for share in shares if any(term is not None for term in share.terms))

    def _rows(self, metric: Metric, period: Period) -> Iterable[Rows]:
        totals = [term for term in metric.terms if isinstance(term, Total)]
        has_levels = any(isinstance(term, Level) for term in metric.terms)
        wanted: dict[FactTable, dict[Total, None]] = {}
        for term in (*totals, *(STOCK_FLOWS if has_levels and self.scope.channel is None else ())):
            wanted.setdefault(words.TABLES[term.fact.source], {})[term] = None
        for table, terms in wanted.items():
            days = _hull(terms, period)
            found = behind.rows(self.session, self.viewer, self.tree, table, self.scope, list(terms), days, MOST + 1)
            measures = {term.fact.column: words.measure(term) for term in terms}
            kept = [term.kinds for term in terms]
            kinds = frozenset[CustomerKind]().union(*filter(None, kept)) if all(kept) else frozenset()
            yield Rows(table, days, tuple(measures.values()), found[:MOST], len(found) > MOST, kinds)
        if has_levels and self.scope.channel is None:
            days = Period(month_of(period.first).first, period.last)
            found = behind.counts(self.session, self.viewer, self.tree, self.scope, period.last, MOST + 1)
            yield Rows(STOCK_COUNTS, days, STOCK_COUNTS.measures, found[:MOST], len(found) > MOST)


def _gap(metric: Metric, now: Number | None, aim: Aim | None) -> Plain:
    """Return what a number has more than its target; a limit tells that in its words."""
    if aim is None or now is None or metric.is_limit or not isinstance(aim.target, int | Decimal):
        return None
    return plain(Fraction(now) - Fraction(aim.target), metric.unit)


def _hull(terms: Iterable[Total], period: Period) -> Period:
    spans = [words.days_of(term, period) for term in terms]
    return Period(min(span.first for span in spans), max(span.last for span in spans))


def _part(term: Term, loaded: Book, period: Period) -> Part:
    return Part(words.name(term), words.taken(term, period), words.unit(term), _answer(term, loaded, period, None))


def _share(metric: Metric, split: Book, period: Period, node: UnitNode, own: int) -> Share:
    terms = tuple(_answer(term, split, period, node.code) for term in metric.terms)
    return Share(node, node.id == own, terms, plain(value(metric, split, period, node.code), metric.unit))


def _answer(term: Term, loaded: Book, period: Period, group: Group) -> Plain:
    """Return a term's value as it is shown: money in yuan, exactly."""
    found = loaded.answer(term, period, group)
    if found is None or words.unit(term) is not Unit.YUAN:
        return found
    return plain(Fraction(found, 100), Unit.YUAN)
