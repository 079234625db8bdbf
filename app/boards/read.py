"""From a board and what is asked of it to its view: the one path that every board takes."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from app.boards import aims, groups
from app.boards.board import Board, Load, Shown
from app.boards.cards import card
from app.boards.marks import pinned
from app.boards.partial import marked
from app.boards.view import BoardView, Card, Coverage, Panel, Remedy, ScopeView
from app.domain.book import Book
from app.domain.errors import Invalid
from app.domain.facts import CustomerKind
from app.domain.number import Number
from app.domain.period import DAY, Compare, Grain, Period, compared
from app.domain.roles import Viewer
from app.domain.scope import GroupBy, Scope
from app.domain.text import Text
from app.domain.tree import Tree, UnitNode
from app.metrics.catalog import CATALOG
from app.metrics.targets import from_steps
from app.queries import as_of, book, channels, coverage, notes, targets, units, version
from app.queries.as_of import Close
from app.queries.channels import ChannelRow
from app.queries.settings import limits

DAILY_DAYS = 62
WEEKLY_DAYS = 400
"""Up to these many days a board shows days, then weeks; beyond that, months."""
MOST_PERIODS = 400
"""Rows that a grain may give; one that gives more is made coarser."""
GRAINS = {Grain.DAY: 1, Grain.WEEK: 7, Grain.MONTH: 28}
"""The grains that may be asked for, and how many days their periods have at least."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a viewer asks of a board: a unit, a range, perhaps a channel, and the comparison."""

    unit: str
    period: Period
    channel: str | None = None
    how: Compare = Compare.PREVIOUS
    past: Close | None = None
    """The close at which the numbers are wanted; None for now."""
    kind: CustomerKind | None = None
    grain: Grain | None = None
    """How fine the range is shown; None leaves that to its length."""
    by: GroupBy | None = None
    """What the numbers of the KPI strip are split by, in a table of their own."""
    aim: bool = False
    """Whether they are compared with their targets."""
    named: bool = True
    """Whether it is said who lacks days; the JSON of a board does not say it."""

    @property
    def shown_grain(self) -> Grain:
        """How fine the range is shown."""
        return grain_of(self.period, self.grain)


def read(session: Session, viewer: Viewer, board: Board, asked: Asked, today: date) -> BoardView:
    """Return the view of a board; Invalid for an unknown unit or channel, Forbidden out of reach."""
    if asked.by is not None and asked.by not in board.splits:
        raise Invalid.one("by", Text("这个看板不能这样拆分", "this board cannot be split by that"))
    tree, period = units.load_tree(session), asked.period
    unit = units.readable(tree, viewer, asked.unit)
    return pinned(_read(session, viewer, board, asked, today), notes.load(session, viewer, tree, unit.id, period))


def _read(session: Session, viewer: Viewer, board: Board, asked: Asked, today: date) -> BoardView:
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
    scope = Scope(unit.id, channels.find(known, asked.channel), asked.kind)
    shown = _shown(session, viewer, tree, unit, board, asked, known, scope, today)
    return BoardView(
        board=board.key,
        title=board.title,
        scope=ScopeView(
            *(unit.code, unit.name, asked.period, asked.channel, asked.how, shown.compared, today, day),
            kind=asked.kind,
            grain=shown.grain,
            aim=asked.aim,
        ),
        coverage=coverage_of(session, viewer, tree, unit.id, asked.period, today, named=asked.named),
        cards=_cards(session, viewer, tree, unit, board, asked, shown),
        panels=_panels(session, viewer, tree, unit, board, asked, shown),
        version=version.current(session),
    )


def _shown(
    session: Session,
    viewer: Viewer,
    tree: Tree,
    unit: UnitNode,
    board: Board,
    asked: Asked,
    known: dict[str, ChannelRow],
    scope: Scope,
    today: date,
) -> Shown:
    other = compared(asked.period, asked.how, today)
    books = {load.by: _load(session, viewer, tree, scope, load, asked, other, today) for load in board.loads}
    bounds, grain = limits(session), asked.shown_grain
    again = board.again(books, asked.period, bounds) if board.again and grain is Grain.MONTH else None
    return Shown(
        scope=scope,
        period=asked.period,
        grain=grain,
        how=asked.how,
        compared=other,
        today=today,
        books=books,
        channels=known,
        limits=bounds,
        aim=asked.aim,
        targets=_targets(session, viewer, tree, unit, asked.period),
        days=None if again is None else book.load(session, viewer, tree, scope, again.terms, [again.days], today),
    )


def _cards(
    session: Session, viewer: Viewer, tree: Tree, unit: UnitNode, board: Board, asked: Asked, shown: Shown
) -> tuple[Card, ...]:
    cards = tuple(card(shown, key) for key in board.cards)
    if not asked.aim:
        return cards
    months = aims.months_of(shown.period, shown.today)
    rows = {month: targets.load(session, viewer, tree, unit.id, month.first) for month in months}
    return tuple(aims.beside(shown, one, rows) for one in cards)


def _panels(
    session: Session, viewer: Viewer, tree: Tree, unit: UnitNode, board: Board, asked: Asked, shown: Shown
) -> tuple[Panel, ...]:
    panels = marked(shown, (panel(shown) for panel in board.panels))
    if asked.by is not None:
        found = groups.load(session, viewer, tree, board, shown, asked.by)
        panels = (groups.panel(board, shown, found, asked.by, tree, unit), *panels)
    return panels if asked.past is None else tuple(_of_then(panel, asked, asked.past) for panel in panels)


def _of_then(panel: Panel, asked: Asked, past: Close) -> Panel:
    """Return a panel that, where it is empty, names the day it is of: what came later may well fill it."""
    if panel.empty is not None:
        return replace(panel, remedy=panel.remedy and Remedy.LATEST)
    if asked.channel or asked.kind:
        return panel
    why = Text(f"截至 {past.day} 还没有这段日期的数据", f"As of {past.day} there are no numbers of these days")
    return replace(panel, empty=why, remedy=Remedy.LATEST)


def grain_of(period: Period, asked: Grain | None = None) -> Grain:
    """Return how fine a board shows a range: as asked, made coarser where that gives too many rows."""
    if asked is not None:
        fine = (grain for grain, days in GRAINS.items() if days >= GRAINS[asked] and len(period) <= days * MOST_PERIODS)
        return next(fine, Grain.MONTH)
    if len(period) <= DAILY_DAYS:
        return Grain.DAY
    return Grain.WEEK if len(period) <= WEEKLY_DAYS else Grain.MONTH


def _load(
    session: Session, viewer: Viewer, tree: Tree, scope: Scope, load: Load, asked: Asked, other: Period, today: date
) -> Book:
    period, split = asked.period, Scope(scope.unit_id, scope.channel, scope.customer_kind, load.by)
    if load.whole:
        return book.load_whole(session, viewer, tree, split, load.terms, period, today)
    ranges = [_reaching(period, load.back), period, other, *book.begun(period, other)]
    by_month = asked.shown_grain is Grain.MONTH
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


def coverage_of(
    session: Session, viewer: Viewer, tree: Tree, unit_id: int, period: Period, today: date, *, named: bool = True
) -> Coverage:
    """Return how complete a period is for a unit and all below it, and if they are to be `named`, who lacks days."""
    days = coverage.load(session, viewer, tree, unit_id, period, today)
    if not (named and days.missing):
        return Coverage(days.expected, days.present)
    missing = coverage.lacking(session, viewer, tree, unit_id, period, today) or [days]
    return Coverage(
        days.expected, days.present, tuple((tree.nodes[unit.unit_id].name, unit.missing) for unit in missing)
    )
