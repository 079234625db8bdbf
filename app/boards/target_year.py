"""A year of targets: each metric's twelve months, and the year so far where months may be summed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.boards.figures.targets import Year, year
from app.boards.read import coverage_of
from app.boards.target_rows import Books, Maker, label_of, load_books, ordered, split_of, thresholds_of
from app.boards.targets import TITLE
from app.boards.view import BoardView, Column, Key, Option, Panel, Plain, Row, ScopeView, Table
from app.domain.facts import Unit
from app.domain.number import Number, plain
from app.domain.period import Grain, Period, month_of, split
from app.domain.roles import Viewer
from app.domain.text import Text
from app.i18n import period_label, say, show
from app.metrics.catalog import CATALOG
from app.metrics.compare import Assessment, value
from app.metrics.definition import Metric
from app.metrics.targets import from_steps
from app.queries import as_of, channels, targets, units, version
from app.queries.as_of import Close
from app.queries.targets import TargetRow

DEFAULT = "gmv"
SO_FAR = Text("全年至今", "Year so far")
METRICS = Text("指标", "Metric")
MONTHS = Text("月份", "Month")
NOTE = Text(
    "每格为当月完成率，上限类为用量（实际 ÷ 上限），下面是实际 / 目标。进行中的月按整月目标计。"
    "「全年至今」只用于可累计指标：已开始且目标与实际都有的月份，目标之和对实际之和；存量与比率只看各月。",
    "Each cell is the month's completion, for limits usage (actual ÷ limit); below it actual / target. A running month "
    "counts with its whole target. The year so far exists only where a metric accumulates: the sum of targets beside "
    "the sum of actuals of months that have begun and have both; stocks and ratios stand by month only.",
)

Rows = Mapping[date, TargetRow]
"""The targets of one way of setting them, by the first day of the month."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A month's target beside what was reached."""

    aim: Number | None
    actual: Number | None
    found: Assessment
    maker: Maker

    @property
    def share(self) -> Plain:
        """Completion, or for a limit usage."""
        usage = self.found.usage
        return plain(self.found.completion if usage is None else usage, Unit.RATE)


@dataclass(frozen=True, slots=True)
class Line:
    """One target's year."""

    target: TargetRow
    cells: tuple[Cell, ...]
    whole: Cell | None
    """The year so far; None where months may not be summed, or none has both."""


def read_year(
    session: Session,
    viewer: Viewer,
    unit_code: str,
    number: int,
    today: date,
    past: Close | None = None,
    metric: str = "",
) -> BoardView:
    """Return the view of a unit's targets in a year; `past` as they then stood."""
    span = Period(date(number, 1, 1), date(number, 12, 31))
    if past is None:
        return _view(session, viewer, unit_code, span, today, None, metric)
    tree = units.load_tree(session)
    unit = units.readable(tree, viewer, unit_code)
    with as_of.opened(session, viewer, tree, unit.id, (span,), past) as then:
        return _view(then, viewer, unit_code, span, past.day, past.day, metric)


def _view(
    session: Session, viewer: Viewer, unit_code: str, span: Period, today: date, as_of_day: date | None, metric: str
) -> BoardView:
    tree = units.load_tree(session)
    unit = units.readable(tree, viewer, unit_code)
    by_month = targets.of_months(session, viewer, tree, unit.id, span)
    lines = _lines(session, viewer, tree.by_code[unit.code].id, by_month, span, today)
    months = split(span, Grain.MONTH)
    known = channels.load(session)
    rows = [_row(line, months, *label_of(line.target, known.get(line.target.channel or ""))) for line in lines]
    columns = (*(_column(month) for month in months), Column("total", SO_FAR, Unit.RATE))
    table = Table(columns, tuple(rows), note=NOTE, label=METRICS)
    tracked = Panel("year", "table", Text(f"{span.first.year}年目标", f"Targets of {span.first.year}"), table=table)
    by_key = _by_metric(lines)
    chosen = by_key.get(metric) or by_key.get(DEFAULT) or next(iter(by_key.values()), None)
    return BoardView(
        board="targets",
        title=TITLE,
        scope=ScopeView(unit.code, unit.name, span, None, None, None, today, as_of_day),
        coverage=coverage_of(session, viewer, tree, unit.id, span, today),
        cards=(),
        panels=(tracked, *([_panel(by_key, chosen, months, today)] if chosen else [])),
        version=version.current(session),
    )


def _lines(
    session: Session, viewer: Viewer, unit_id: int, by_month: Mapping[date, list[TargetRow]], span: Period, today: date
) -> list[Line]:
    """Return each target's year, from sums of whole months: a running month's sum is its sum to date."""
    kept: dict[tuple[str, str | None, str | None], dict[date, TargetRow]] = {}
    for month, rows in by_month.items():
        for row in rows:
            if row.steps is not None:
                kept.setdefault((row.metric, row.channel, row.customer_kind), {})[month] = row
    tree, known = units.load_tree(session), channels.load(session)
    ways = {next(iter(rows.values())): rows for rows in kept.values()}
    begun = [month for month in split(span, Grain.MONTH) if month.first <= today]
    close = month_of(today).last
    books = load_books(session, viewer, tree, unit_id, ways, begun, close, by_month=True)
    limits = thresholds_of(session)
    makers = [Maker(month, month, today, limits, known) for month in split(span, Grain.MONTH)]
    return [_line(row, ways[row], books, makers) for row in ordered(ways, known)]


def _line(target: TargetRow, rows: Rows, books: Books, makers: Sequence[Maker]) -> Line:
    metric, where = CATALOG[target.metric], split_of(target)
    cells = []
    for maker in makers:
        row = rows.get(maker.period.first)
        aim = None if row is None else from_steps(metric, row.steps)
        actual = value(metric, books[where.place], maker.period, where.group)
        cells.append(Cell(aim, actual, maker.assess(metric, aim, actual), maker))
    return Line(target, tuple(cells), _whole(target, cells, makers[-1]))


def _whole(target: TargetRow, cells: Sequence[Cell], maker: Maker) -> Cell | None:
    metric = CATALOG[target.metric]
    both = [(cell.aim, cell.actual) for cell in cells if cell.aim is not None and cell.actual is not None]
    if not metric.is_flow or not both:
        return None
    aim, actual = sum(aim for aim, _ in both), sum(actual for _, actual in both)
    return Cell(aim, actual, maker.assess(metric, aim, actual), maker)


def _column(month: Period) -> Column:
    return Column(f"{month.first:%m}", period_label(month, Grain.MONTH), Unit.RATE)


def _row(line: Line, months: Sequence[Period], label: Text, short: Text | None) -> Row:
    metric = CATALOG[line.target.metric]
    cells = {f"{month.first:%m}": cell for month, cell in zip(months, line.cells, strict=True)}
    named = {"channel": line.target.channel, "customer_kind": line.target.customer_kind}
    beside: dict[str, Plain] = {"metric": metric.key, "unit": metric.unit, **named}
    for key, cell in {**cells, "total": line.whole}.items():
        if cell is not None:
            beside[f"{key}.target"] = plain(cell.aim, metric.unit)
            beside[f"{key}.actual"] = plain(cell.actual, metric.unit)
            beside[f"{key}.status"] = cell.found.status
            beside[f"{key}.near"] = cell.maker.near(cell.found.status, cell.share)
    values: dict[str, Plain] = {key: cell.share for key, cell in cells.items()}
    values["total"] = None if line.whole is None else line.whole.share
    return Row(label, values, level=0 if short is None else 1, short=short, beside=beside)


def _by_metric(lines: Sequence[Line]) -> dict[str, Line]:
    """Return the targets whose year can be drawn: those of metrics as a whole, by metric."""
    return {line.target.metric: line for line in lines if not line.target.channel and not line.target.customer_kind}


def _panel(by_key: Mapping[str, Line], line: Line, months: Sequence[Period], today: date) -> Panel:
    metric = CATALOG[line.target.metric]
    rows = [_month(month, cell, metric.unit) for month, cell in zip(months, line.cells, strict=True)]
    total = None if line.whole is None else _month(None, line.whole, metric.unit)
    running = next((index for index, month in enumerate(months) if today in month), None)
    drawn = Year(
        [say(Text(f"{month.first.month}月", f"{month.first:%b}")) for month in months],
        [row.values["target"] for row in rows],
        [row.values["actual"] for row in rows],
        metric.unit,
        running,
        metric.is_limit,
    )
    aimed = Text("上限", "Limit") if metric.is_limit else Text("目标", "Target")
    return Panel(
        "year_metric",
        "chart",
        Text(f"{metric.name.zh}各月", f"{metric.name.en} by month"),
        Text("柱为实际，横线为目标；进行中的月色浅", "Bars are actuals, marks are targets; the running month is paler"),
        figure=year(drawn),
        finding=_finding(line),
        keys=(Key(Text("实际", "Actual"), "var(--series-main)"), Key(aimed, "var(--series-ink)", "line")),
        table=Table(_columns(metric, aimed), tuple(rows), total, label=MONTHS),
        options=tuple(Option("metric", key, CATALOG[key].label, key == metric.key) for key in by_key),
    )


def _columns(metric: Metric, aimed: Text) -> tuple[Column, ...]:
    share = Text("用量", "Usage") if metric.is_limit else Text("完成率", "Completion")
    return (
        Column("target", aimed, metric.unit, metric=metric.key),
        Column("actual", Text("实际", "Actual"), metric.unit, metric=metric.key),
        Column("share", share, Unit.RATE, metric=metric.key),
    )


def _month(month: Period | None, cell: Cell, unit: Unit) -> Row:
    label = SO_FAR if month is None else period_label(month, Grain.MONTH)
    values = {"target": plain(cell.aim, unit), "actual": plain(cell.actual, unit), "share": cell.share}
    status = cell.found.status if month is not None else None
    over = status == "over_limit"
    return Row(label, values, hits=frozenset({"actual"}) if over else frozenset(), period=month)


def _finding(line: Line) -> Text:
    """Say how many months reached their target, and how far the year is where that may be said."""
    metric = CATALOG[line.target.metric]
    told = [cell for cell in line.cells if cell.found.status != "no_data"]
    good = [cell for cell in told if cell.found.status in ("done", "within_limit")]
    found = Text(
        f"{metric.name.zh}：{len(told)} 个月有目标和实际，{len(good)} 个月达到",
        f"{metric.name.en}: {len(good)} of {len(told)} months with target and actual reached it",
    )
    if line.whole is None or line.whole.share is None:
        return found
    shown = show(line.whole.found.completion or line.whole.found.usage, Unit.RATE)
    return Text(
        f"{found.zh}，全年至今{'用了上限的' if metric.is_limit else '完成'} {shown}",
        f"{found.en}; the year so far {'used' if metric.is_limit else 'completes'} {shown}",
    )
