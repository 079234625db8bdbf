"""The metric query: any metrics for a unit and a range, by period and group, compared and totalled."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.boards.read import coverage_of
from app.domain.book import Book, Group
from app.domain.errors import Invalid
from app.domain.facts import Unit
from app.domain.number import plain
from app.domain.period import Compare, Grain, Period, compared, split
from app.domain.roles import Viewer
from app.domain.scope import GroupBy, Scope
from app.domain.text import Text
from app.domain.tree import Tree
from app.metrics.compare import compare, value
from app.metrics.definition import Metric
from app.queries import book
from app.queries import groups as present

MAX_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: metrics of a scope over a range, cut into periods of a grain."""

    scope: Scope
    metrics: tuple[Metric, ...]
    period: Period
    grain: Grain
    how: Compare | None
    today: date


def answer(session: Session, viewer: Viewer, tree: Tree, question: Question) -> dict[str, Any]:
    """Return coverage, rows and total of a question, values as the API gives them.

    Invalid for more than 20,000 rows; Forbidden for a unit out of reach.
    """
    periods = split(question.period, question.grain)
    _refuse_many(len(periods))
    whole = _load(session, viewer, tree, question, periods, by=None)
    split_up = (
        whole if question.scope.by is None else _load(session, viewer, tree, question, periods, question.scope.by)
    )
    groups: Sequence[Group] = (None,)
    if question.scope.by is not None:
        with_rows = present.load(session, viewer, tree, question.scope, question.period)
        groups = sorted(with_rows | _valued(question, split_up, periods, split_up.groups - with_rows))
    _refuse_many(len(periods) * len(groups))
    rows = [_row(question, split_up, period, group) for period in periods for group in groups]
    return {
        "coverage": _coverage(session, viewer, tree, question),
        "rows": rows,
        "total": _values(question, whole, question.period, None),
    }


def _coverage(session: Session, viewer: Viewer, tree: Tree, question: Question) -> Decimal | None:
    unit_id, period, today = question.scope.unit_id, question.period, question.today
    return coverage_of(session, viewer, tree, unit_id, period, today, named=False).rate


def _valued(question: Question, loaded: Book, periods: Sequence[Period], codes: AbstractSet[str]) -> set[str]:
    """Return the codes with a value though without a row: a store whose last stock count was before the range."""
    return {
        code
        for code in codes
        if any(value(metric, loaded, period, code) is not None for period in periods for metric in question.metrics)
    }


def _refuse_many(rows: int) -> None:
    if rows > MAX_ROWS:
        message = Text(
            "结果超过 20,000 行，请缩短日期或加大粒度", "more than 20,000 rows; shorten the range or coarsen the grain"
        )
        raise Invalid.one("grain", message)


def _load(
    session: Session, viewer: Viewer, tree: Tree, question: Question, periods: Sequence[Period], by: GroupBy | None
) -> Book:
    scope = Scope(question.scope.unit_id, question.scope.channel, question.scope.customer_kind, by)
    spans = [[question.period, *periods]]
    if question.how is not None:
        spans += [[compared(period, question.how, question.today, question.grain) for period in spans[0]]]
    terms = [term for metric in question.metrics for term in metric.terms]
    if question.grain in (Grain.DAY, Grain.WEEK):
        # Days follow each other: what holds them all need not name each.
        hulls = [Period(min(span.first for span in part), max(span.last for span in part)) for part in spans]
        ranges, days = [*hulls, *(span for part in spans for span in part[:2])], None
    else:
        ranges, days = [span for part in spans for span in part], ()
    return book.load(session, viewer, tree, scope, terms, [*ranges, *book.begun(*ranges)], question.today, days)


def _row(question: Question, split_up: Book, period: Period, group: Group) -> dict[str, Any]:
    row = {"period": period.first, "end": period.last, "group": group}
    return {**row, **_values(question, split_up, period, group)}


def _values(question: Question, loaded: Book, period: Period, group: Group) -> dict[str, Any]:
    found = {metric: value(metric, loaded, period, group) for metric in question.metrics}
    comparison = None
    if question.how is not None:
        other = compared(period, question.how, question.today, question.grain)
        comparison = {}
        for metric, now in found.items():
            beside = compare(metric, now, value(metric, loaded, other, group))
            comparison[metric.key] = {
                "value": plain(beside.value, metric.unit),
                "change": plain(beside.change, Unit.RATE),
                "points": plain(beside.points, Unit.RATE),
            }
    return {"values": {metric.key: plain(now, metric.unit) for metric, now in found.items()}, "compare": comparison}
