"""The target board: a month's targets beside what was reached, with pace, forecast and status."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.boards.read import coverage_of
from app.boards.view import BoardView, Column, Panel, Row, ScopeView, Table
from app.domain.book import Book, Group
from app.domain.facts import Unit
from app.domain.number import Number, plain
from app.domain.period import Compare, Grain, Period, compared, month_of
from app.domain.roles import Viewer
from app.domain.scope import GroupBy, Scope
from app.domain.text import Text
from app.domain.tree import Tree
from app.metrics.catalog import CATALOG
from app.metrics.compare import Assessment, Progress, Thresholds, assess, compare, value
from app.metrics.definition import Metric
from app.metrics.forecast import forecast, needed_terms, pattern_days
from app.metrics.targets import from_steps
from app.queries import as_of, book, channels, settings, targets, units, version
from app.queries.as_of import Close
from app.queries.channels import ChannelRow
from app.queries.targets import TargetRow

TITLE = Text("目标完成", "Targets")

COLUMNS = (
    Column("target", Text("目标", "Target")),
    Column("actual", Text("实际", "Actual")),
    Column("completion", Text("完成率", "Completion"), Unit.RATE),
    Column("usage", Text("用量", "Usage"), Unit.RATE),
    Column("previous", Text("上月", "Previous")),
    Column("change", Text("环比", "Change"), Unit.RATE),
    Column("points", Text("差值", "Points"), Unit.RATE),
    Column("time_progress", Text("时间进度", "Time progress"), Unit.RATE),
    Column("pace", Text("进度差", "Pace"), Unit.RATE),
    Column("forecast", Text("月末预测", "Forecast")),
    Column("status", Text("状态", "Status")),
)


@dataclass(frozen=True, slots=True)
class Split:
    """How the numbers of a target are loaded: grouped, within a channel or not; and its group there."""

    by: GroupBy | None
    channel: str | None
    group: Group


def split_of(row: TargetRow) -> Split:
    """Return where a target's numbers stand: one load serves all rows that are split alike."""
    if row.channel and row.customer_kind:
        return Split(GroupBy.CUSTOMER_KIND, row.channel, row.customer_kind)
    if row.channel:
        return Split(GroupBy.CHANNEL, None, row.channel)
    if row.customer_kind:
        return Split(GroupBy.CUSTOMER_KIND, None, row.customer_kind)
    return Split(None, None, None)


def read(
    session: Session, viewer: Viewer, unit_code: str, month: date, today: date, past: Close | None = None
) -> BoardView:
    """Return the view of a unit's targets in a month, which is named by any of its days; `past` as they then stood."""
    if past is None:
        return _view(session, viewer, unit_code, month, today, None)
    tree, period = units.load_tree(session), month_of(month)
    unit = units.readable(tree, viewer, unit_code)
    spans = (period, compared(period, Compare.PREVIOUS, past.day, Grain.MONTH), *_patterns(period, past.day))
    with as_of.opened(session, viewer, tree, unit.id, spans, past) as then:
        return _view(then, viewer, unit_code, month, past.day, past.day)


def _view(
    session: Session, viewer: Viewer, unit_code: str, month: date, today: date, as_of_day: date | None
) -> BoardView:
    tree = units.load_tree(session)
    unit = units.readable(tree, viewer, unit_code)
    period = month_of(month)
    other = compared(period, Compare.PREVIOUS, today, Grain.MONTH)
    known = channels.load(session)
    rows = _ordered(targets.load(session, viewer, tree, unit.id, period.first), known)
    books = _books(session, viewer, tree, unit.id, rows, (period, other), today)
    thresholds = settings.limits(session)
    maker = _Maker(
        period, other, today, Thresholds(*(getattr(thresholds, name) for name in Thresholds.__slots__)), known
    )
    table = Table(COLUMNS, tuple(maker.row(row, books[_place(split_of(row))]) for row in rows), note=NOTE)
    return BoardView(
        board="targets",
        title=TITLE,
        scope=ScopeView(unit.code, unit.name, period, None, Compare.PREVIOUS, other, today, as_of_day),
        coverage=coverage_of(session, viewer, tree, unit.id, period, today),
        cards=(),
        panels=(Panel("targets", "table", Text("指标跟踪", "Targets"), table=table),),
        version=version.current(session),
    )


def reached(
    session: Session, viewer: Viewer, unit_code: str, rows: Iterable[TargetRow], month: date, today: date
) -> dict[TargetRow, Number | None]:
    """Return what a unit reached in a whole month, for each way of setting a target."""
    tree = units.load_tree(session)
    unit = units.readable(tree, viewer, unit_code)
    period = month_of(month)
    asked = list(rows)
    books = _books(session, viewer, tree, unit.id, asked, (period, period), today)
    return {row: value(CATALOG[row.metric], books[_place(split_of(row))], period, split_of(row).group) for row in asked}


NOTE = Text(
    "完成率、环比按未舍入值计算，与表面值相除可能差 0.01。竖线为时间进度，只用于可累计指标。"
    "月末预测：累计类按近 8 周星期规律外推，存量按本月日均净增外推，比率由预测的分子分母相除。",
    "Completion and change are computed from unrounded values. Forecasts: flows by the weekday pattern of eight weeks, "
    "stocks by the mean daily net of the month, ratios from forecast numerator and denominator.",
)


def _ordered(rows: Iterable[TargetRow], known: Mapping[str, ChannelRow]) -> list[TargetRow]:
    order = {key: index for index, key in enumerate(CATALOG)}
    places = {code: index for index, code in enumerate(known, 1)}
    kept = [row for row in rows if row.metric in order]
    return sorted(kept, key=lambda row: (order[row.metric], places.get(row.channel or "", 0), row.customer_kind or ""))


def _place(split: Split) -> tuple[GroupBy | None, str | None]:
    return split.by, split.channel


def _books(
    session: Session,
    viewer: Viewer,
    tree: Tree,
    unit_id: int,
    rows: Iterable[TargetRow],
    periods: tuple[Period, Period],
    today: date,
) -> dict[tuple[GroupBy | None, str | None], Book]:
    """Load one book for each way in which the rows are split."""
    wanted: dict[tuple[GroupBy | None, str | None], dict[Any, None]] = {}
    for row in rows:
        metric = CATALOG[row.metric]
        terms = wanted.setdefault(_place(split_of(row)), {})
        terms.update(dict.fromkeys((*metric.terms, *needed_terms(metric))))
    known = channels.load(session)
    spans = (*periods, *_patterns(periods[0], today))
    return {
        (by, channel): book.load(
            session, viewer, tree, Scope(unit_id, channels.find(known, channel), None, by), terms, spans, today
        )
        for (by, channel), terms in wanted.items()
    }


def _patterns(period: Period, today: date) -> tuple[Period, ...]:
    """Return the days that forecast a running month."""
    return (pattern_days(today),) if today in period else ()


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the row of a target from the book that its numbers stand in."""

    period: Period
    other: Period
    today: date
    thresholds: Thresholds
    channels: Mapping[str, ChannelRow]

    def row(self, target: TargetRow, loaded: Book) -> Row:
        metric, group = CATALOG[target.metric], split_of(target).group
        aim = from_steps(metric, target.steps)
        actual = value(metric, loaded, self.period, group)
        progress = Progress.of(self.period, self.today)
        found = self._assess(metric, aim, actual, progress)
        beside = compare(metric, actual, value(metric, loaded, self.other, group))
        expected = forecast(metric, loaded, self.period, group)
        rates = {
            "completion": found.completion,
            "usage": found.usage,
            "change": beside.change,
            "points": beside.points,
            "time_progress": progress.share,
            "pace": found.pace,
        }
        numbers = {"target": aim, "actual": actual, "previous": beside.value, "forecast": expected}
        values = {
            "metric": metric.key,
            "channel": target.channel,
            "customer_kind": target.customer_kind,
            **{key: plain(number, metric.unit) for key, number in numbers.items()},
            **{key: plain(rate, Unit.RATE) for key, rate in rates.items()},
            "status": found.status,
        }
        channel = self.channels.get(target.channel or "")
        return Row(
            self._label(metric, target, channel),
            values,
            hits=frozenset({"actual"}) if found.status == "over_limit" else frozenset(),
            slot=channel.color_slot if channel else None,
            level=1 if target.channel or target.customer_kind else 0,
        )

    def _assess(self, metric: Metric, aim: Number | None, actual: Number | None, progress: Progress) -> Assessment:
        over = self.today > self.period.last
        return assess(metric, aim, actual, progress, over=over, thresholds=self.thresholds)

    @staticmethod
    def _label(metric: Metric, target: TargetRow, channel: ChannelRow | None) -> Text:
        parts = [channel.name] if channel else []
        zh = [*parts, *([target.customer_kind.text.zh] if target.customer_kind else []), metric.name.zh]
        en = [*parts, *([target.customer_kind.text.en] if target.customer_kind else []), metric.name.en]
        return Text("·".join(zh), " · ".join(en))
