"""What the page is made from: read once for a unit, in as few statements as there are kinds of numbers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy.orm import Session

from app.boards import targets as target_board
from app.boards.view import BoardView, Row
from app.domain.book import Book
from app.domain.number import Number
from app.domain.period import DAY, Period, month_of
from app.domain.roles import Viewer
from app.domain.scope import GroupBy, Scope
from app.domain.terms import Span, Total
from app.domain.tree import Tree, UnitNode
from app.metrics.anomaly import WEEKS
from app.metrics.catalog import CATALOG
from app.metrics.compare import value
from app.metrics.definition import Metric
from app.queries import book, completeness, coverage, settings, targets
from app.queries.completeness import DayOf
from app.queries.settings import Limits
from app.queries.targets import TargetRow

USUAL = ("friends_added", "friends_current", "churn_rate_mtd", "gmv", "gmv_old", "add_rate")
"""The cards of whoever has chosen none."""
WATCHED = ("friends_added", "friends_lost", "gmv", "refunds", "pushes", "push_loss_rate")
"""Looked at for unusual days, beside the cards."""
OF_CHILDREN = ("friends_added", "friends_lost", "gmv")
"""Looked at for unusual days of each direct child."""
CHURN = "churn_rate_mtd"
MOST_CHILDREN = 50
"""Of more direct children than these none is looked at: the page must not grow with the organisation."""


@dataclass(frozen=True, slots=True)
class Below:
    """The direct children that are looked at: their numbers by unit, and the targets set on them by its code."""

    nodes: tuple[UnitNode, ...]
    unseen: int
    books: Mapping[date, Book] = field(default_factory=dict)
    """By the first of their days: the month, and each of the same weekdays before it."""
    targets: Mapping[str, Sequence[TargetRow]] = field(default_factory=dict)

    def number(self, metric: Metric, period: Period, code: str) -> Number | None:
        """Return a metric of a child in the month, or on one of the weekdays before."""
        first = period.first if period.first in self.books else month_of(period.first).first
        return value(metric, self.books[first], period, code)


@dataclass(frozen=True, slots=True)
class Morning:
    """Everything that cards and notices are made from; `month` is the one that yesterday was in."""

    unit: UnitNode
    tree: Tree
    today: date
    book: Book
    below: Below
    limits: Limits
    board: BoardView
    days: Mapping[int, DayOf]
    missing: Mapping[int, list[date]]

    @property
    def yesterday(self) -> date:
        """The last day that is over."""
        return self.today - DAY

    @property
    def month(self) -> Period:
        """The whole month that yesterday was in."""
        return month_of(self.yesterday)

    @property
    def so_far(self) -> Period:
        """That month up to yesterday."""
        return Period(self.month.first, self.yesterday)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The month's targets of the unit, those that were cleared left out."""
        tables = [panel.table for panel in self.board.panels if panel.key == "targets" and panel.table]
        return tuple(row for table in tables for row in table.rows if row.values["target"] is not None)

    def number(self, metric: Metric, day: date) -> Number | None:
        """Return a metric of the unit on one day."""
        return value(metric, self.book, Period(day, day))

    def target(self, key: str) -> Row | None:
        """Return the target of a metric as a whole, not of a channel or customer kind."""
        whole = (row for row in self.rows if row.values["metric"] == key and not is_split(row))
        return next(whole, None)


def load(session: Session, viewer: Viewer, tree: Tree, unit: UnitNode, keys: Iterable[str], today: date) -> Morning:
    """Return what is known of a unit this morning, with the numbers that some metrics are made of."""
    yesterday = today - DAY
    month = month_of(yesterday)
    metrics = [CATALOG[key] for key in dict.fromkeys((*keys, *WATCHED, "friends_net", CHURN))]
    terms = dict.fromkeys(term for metric in metrics for term in metric.terms)
    span = Period(min(month.first, yesterday - timedelta(weeks=WEEKS)), yesterday)
    return Morning(
        unit=unit,
        tree=tree,
        today=today,
        book=book.load(session, viewer, tree, Scope(unit.id), terms, [span], today),
        below=_below(session, viewer, tree, unit, today),
        limits=settings.limits(session),
        board=target_board.read(session, viewer, unit.code, month.first, today),
        days=completeness.of_units(session, viewer, tree, unit.id, yesterday),
        missing=coverage.missing_days(session, viewer, tree, unit.id, Period(month.first, yesterday), today),
    )


def _below(session: Session, viewer: Viewer, tree: Tree, unit: UnitNode, today: date) -> Below:
    """Read the direct children, grouped: the days of the month, and the same weekdays before yesterday."""
    nodes = tuple(node for node in tree.children.get(unit.id, ()) if node.active)
    if not nodes or len(nodes) > MOST_CHILDREN:
        return Below((), len(nodes))
    yesterday = today - DAY
    month = month_of(yesterday)
    aims = targets.of_children(session, viewer, tree, unit.id, month.first)
    aimed = {row.metric for rows in aims.values() for row in rows if row.metric in CATALOG}
    scope = Scope(unit.id, by=GroupBy.UNIT)

    def read(keys: Iterable[str], period: Period) -> Book:
        terms = dict.fromkeys(term for key in keys for term in CATALOG[key].terms)
        return book.load(session, viewer, tree, scope, terms, [period], today)

    books = {month.first: read(sorted({CHURN, *OF_CHILDREN, *aimed}), month)}
    # Day by day: of stores a database would read all days between them, which costs more than eight statements.
    books |= {day: read(OF_CHILDREN, Period(day, day)) for day in same_weekdays(yesterday) if day < month.first}
    return Below(nodes, 0, books, aims)


def same_weekdays(day: date) -> list[date]:
    """Return the days a week, two weeks and so on before a day."""
    return [day - timedelta(weeks=ago) for ago in range(1, WEEKS + 1)]


def is_split(row: Row) -> bool:
    """Say whether a target is of a channel or a customer kind."""
    return bool(row.values["channel"] or row.values["customer_kind"])


def is_month_to_date(metric: Metric) -> bool:
    """Say whether a metric counts from the 1st of its month, whichever day it is asked for."""
    return any(isinstance(term, Total) and term.span is Span.MONTH_TO_DATE for term in metric.terms)


def lag(metric: Metric) -> int:
    """Return after how many days a metric of a day is known: what is kept of a cohort is counted later."""
    return max((term.day_n or 0 for term in metric.terms if isinstance(term, Total)), default=0)
