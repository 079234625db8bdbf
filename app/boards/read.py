"""From a board and what is asked of it to its view: the one path that every board takes."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.boards.board import Board, Load, Shown
from app.boards.cards import card
from app.boards.view import BoardView, Coverage, ScopeView
from app.domain.book import Book
from app.domain.number import Number
from app.domain.period import DAY, Compare, Grain, Period, compared
from app.domain.roles import Viewer
from app.domain.scope import Scope
from app.domain.tree import Tree, UnitNode
from app.metrics.catalog import CATALOG
from app.metrics.targets import from_steps
from app.queries import as_of, book, channels, coverage, targets, units, version
from app.queries.as_of import Close
from app.queries.settings import limits

DAILY_DAYS = 62
WEEKLY_DAYS = 400
"""Up to these many days a board shows days, then weeks; beyond that, months."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a viewer asks of a board: a unit, a range, perhaps a channel, and the comparison."""

    unit: str
    period: Period
    channel: str | None = None
    how: Compare = Compare.PREVIOUS
    past: Close | None = None
    """The close at which the numbers are wanted; None for now."""


def read(session: Session, viewer: Viewer, board: Board, asked: Asked, today: date) -> BoardView:
    """Return the view of a board; Invalid for an unknown unit or channel, Forbidden out of reach."""
    if asked.past is None:
        return _view(session, viewer, board, asked, today)
    tree, period, then = units.load_tree(session), asked.period, asked.past.day
    unit = units.readable(tree, viewer, asked.unit)
    back = max(load.back for load in board.loads)
    spans = (_reaching(period, back), compared(period, asked.how, then))
    with as_of.opened(session, viewer, tree, unit.id, spans, asked.past) as past:
        return _view(past, viewer, board, asked, then)


def _reaching(period: Period, back: int) -> Period:
    """Return a period that holds at least `back` days before its last one."""
    return Period(min(period.first, period.last - back * DAY), period.last)


def _view(session: Session, viewer: Viewer, board: Board, asked: Asked, today: date) -> BoardView:
    day = None if asked.past is None else asked.past.day
    tree = units.load_tree(session)
    unit = units.readable(tree, viewer, asked.unit)
    known = channels.load(session)
    scope = Scope(unit.id, channels.find(known, asked.channel))
    other = compared(asked.period, asked.how, today)
    books = {load.by: _load(session, viewer, tree, scope, load, asked.period, other, today) for load in board.loads}
    bounds = limits(session)
    again = board.again(books, asked.period, bounds) if board.again and grain_of(asked.period) is Grain.MONTH else None
    shown = Shown(
        scope=scope,
        period=asked.period,
        grain=grain_of(asked.period),
        how=asked.how,
        compared=other,
        today=today,
        books=books,
        channels=known,
        limits=bounds,
        targets=_targets(session, viewer, tree, unit, asked.period),
        days=None if again is None else book.load(session, viewer, tree, scope, again.terms, [again.days], today),
    )
    return BoardView(
        board=board.key,
        title=board.title,
        scope=ScopeView(unit.code, unit.name, asked.period, asked.channel, asked.how, other, today, day),
        coverage=coverage_of(session, viewer, tree, unit.id, asked.period, today),
        cards=tuple(card(shown, key) for key in board.cards),
        panels=tuple(panel(shown) for panel in board.panels),
        version=version.current(session),
    )


def grain_of(period: Period) -> Grain:
    """Return how fine a board shows a range."""
    if len(period) <= DAILY_DAYS:
        return Grain.DAY
    return Grain.WEEK if len(period) <= WEEKLY_DAYS else Grain.MONTH


def _load(
    session: Session, viewer: Viewer, tree: Tree, scope: Scope, load: Load, period: Period, other: Period, today: date
) -> Book:
    split = Scope(scope.unit_id, scope.channel, scope.customer_kind, load.by)
    ranges = [_reaching(period, load.back), period, other, *book.begun(period, other)]
    by_month = grain_of(period) is Grain.MONTH
    days = [_reaching(Period(period.last, period.last), load.back)] if load.back else []
    return book.load(session, viewer, tree, split, load.terms, ranges, today, days if by_month else None)


def _targets(
    session: Session, viewer: Viewer, tree: Tree, unit: UnitNode, period: Period
) -> dict[tuple[str, str | None], Number]:
    found: dict[tuple[str, str | None], Number] = {}
    for row in targets.load(session, viewer, tree, unit.id, period.last.replace(day=1)):
        value = from_steps(CATALOG[row.metric], row.steps)
        if value is not None and row.customer_kind is None:
            found[row.metric, row.channel] = value
    return found


def coverage_of(session: Session, viewer: Viewer, tree: Tree, unit_id: int, period: Period, today: date) -> Coverage:
    """Return how complete a period is for a unit and all below it."""
    days = coverage.load(session, viewer, tree, unit_id, period, today)
    behind = coverage.lacking(session, viewer, tree, unit_id, period, today) if days.missing else []
    missing = behind or [days] if days.missing else []
    return Coverage(
        days.expected, days.present, tuple((tree.nodes[unit.unit_id].name, unit.missing) for unit in missing)
    )
