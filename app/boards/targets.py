"""The target board: a month's targets beside what was reached, the gap by its parts, and the units below."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.boards.read import coverage_of
from app.boards.target_gap import gap
from app.boards.target_rows import COLUMNS, Maker, load_books, ordered, patterns, split_of, thresholds_of
from app.boards.target_units import Below, heat, load_below
from app.boards.view import BoardView, Panel, Row, ScopeView, Table
from app.domain.number import Number
from app.domain.period import Compare, Grain, compared, month_of
from app.domain.roles import Viewer
from app.domain.text import Text
from app.metrics.catalog import CATALOG
from app.metrics.compare import value
from app.queries import as_of, channels, targets, units, version
from app.queries.as_of import Close
from app.queries.targets import TargetRow

TITLE = Text("目标完成", "Targets")
NOTE = Text(
    "完成率、环比按未舍入值计算，与表面值相除可能差 0.01。竖线为时间进度，只用于可累计指标。"
    "月末预测：累计类按近 8 周星期规律外推，存量按本月日均净增外推，比率由预测的分子分母相除。"
    "需日均 =（目标 − 实际）÷ 剩余天数，从明天算起，今天算已过；只用于可累计指标，上限类与比率没有。",
    "Completion and change are computed from unrounded values. The tick is time progress, only where a metric "
    "accumulates. Forecasts: flows by the weekday pattern of eight weeks, stocks by the mean daily net of the month, "
    "ratios from forecast numerator and denominator. Needed per day = (target − actual) ÷ days left, from tomorrow on "
    "(today counts as elapsed); only where a metric accumulates, not for limits or ratios.",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose gap is shown: a metric, and what its parts are; empty ones fall to a default."""

    metric: str = ""
    by: str = ""


def read(
    session: Session,
    viewer: Viewer,
    unit_code: str,
    month: date,
    today: date,
    past: Close | None = None,
    choice: Choice = Choice(),
) -> BoardView:
    """Return the view of a unit's targets in a month, which is named by any of its days; `past` as they then stood."""
    if past is None:
        return _view(session, viewer, unit_code, month, today, None, choice)
    tree, period = units.load_tree(session), month_of(month)
    unit = units.readable(tree, viewer, unit_code)
    spans = (period, compared(period, Compare.PREVIOUS, past.day, Grain.MONTH), *patterns(period, past.day))
    with as_of.opened(session, viewer, tree, unit.id, spans, past) as then:
        return _view(then, viewer, unit_code, month, past.day, past.day, choice)


def _view(
    session: Session,
    viewer: Viewer,
    unit_code: str,
    month: date,
    today: date,
    as_of_day: date | None,
    choice: Choice,
) -> BoardView:
    tree = units.load_tree(session)
    unit = units.readable(tree, viewer, unit_code)
    period = month_of(month)
    other = compared(period, Compare.PREVIOUS, today, Grain.MONTH)
    known = channels.load(session)
    rows = ordered(targets.load(session, viewer, tree, unit.id, period.first), known)
    spans = (period, other, *patterns(period, today))
    books = load_books(session, viewer, tree, unit.id, rows, spans, today)
    maker = Maker(period, other, today, thresholds_of(session), known)
    own = tuple(maker.row(row, books[split_of(row).place]) for row in rows)
    below = load_below(session, viewer, tree, unit.id, maker)
    return BoardView(
        board="targets",
        title=TITLE,
        scope=ScopeView(unit.code, unit.name, period, None, Compare.PREVIOUS, other, today, as_of_day),
        coverage=coverage_of(session, viewer, tree, unit.id, period, today),
        cards=(),
        panels=_panels(unit.name, own, below, maker, choice),
        version=version.current(session),
    )


def _panels(name: str, own: tuple[Row, ...], below: Below, maker: Maker, choice: Choice) -> tuple[Panel, ...]:
    """Return the table, and beside it what there is to show of parts and of the units below."""
    tracked = Panel("targets", "table", Text("指标跟踪", "Targets"), table=Table(COLUMNS, own, note=NOTE))
    found = (gap(own, below.rows, maker, choice.metric, choice.by), heat(name, own, below, maker), below.panel)
    return (tracked, *(panel for panel in found if panel is not None))


def reached(
    session: Session, viewer: Viewer, unit_code: str, rows: Iterable[TargetRow], month: date, today: date
) -> dict[TargetRow, Number | None]:
    """Return what a unit reached in a whole month, for each way of setting a target."""
    tree = units.load_tree(session)
    unit = units.readable(tree, viewer, unit_code)
    period = month_of(month)
    asked = list(rows)
    spans = (period, *patterns(period, today))
    books = load_books(session, viewer, tree, unit.id, asked, spans, today)
    splits = {row: split_of(row) for row in asked}
    return {row: value(CATALOG[row.metric], books[split.place], period, split.group) for row, split in splits.items()}
