"""A board's view as sheets: the same values as on its page and in its JSON, with what they mean."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from app.boards.view import BoardView, Coverage, Row, Table
from app.connectors.export import KINDS, Given, Head, Kind, Line, Notes, Sheet, Value
from app.domain.errors import Invalid
from app.domain.facts import CustomerKind, Unit
from app.domain.period import Compare, Period
from app.domain.roles import Viewer
from app.domain.text import Text
from app.i18n import month_label, range_label, show
from app.metrics.catalog import CATALOG
from app.metrics.compare import Status
from app.metrics.definition import Metric
from app.metrics.describe import formula_text
from app.queries.channels import ChannelRow

UNITS = {Unit.COUNT: "数量", Unit.YUAN: "元", Unit.RATE: "比率"}
METRIC_HEADS = ("列", "指标代码", "单位", "公式", "说明")

_TARGET_HEADS = (
    *(
        Head("指标代码", width=20),
        Head("指标", width=28),
        Head("渠道代码"),
        Head("渠道"),
        Head("客户类型"),
        Head("单位", width=8),
    ),
    *(Head("目标", Kind.YUAN), Head("实际", Kind.YUAN), Head("完成率", Kind.RATE), Head("用量", Kind.RATE)),
    *(Head("上月", Kind.YUAN), Head("环比", Kind.RATE), Head("差值", Kind.RATE), Head("时间进度", Kind.RATE)),
    *(Head("进度差", Kind.RATE), Head("月末预测", Kind.YUAN), Head("状态")),
)


def board_sheets(view: BoardView, wanted: str = "") -> list[Sheet]:
    """Return the tables of a board, or only that of one panel; Invalid for a panel that has none."""
    found = [
        _sheet(panel.title.zh, panel.table)
        for panel in view.panels
        if panel.table is not None and wanted in ("", panel.key)
    ]
    if not found:
        raise Invalid.one("panel", Text("没有这张表", "no such table"))
    return found


def _sheet(title: str, table: Table) -> Sheet:
    days = _days_of(table.rows)
    notes = any(row.note for row in table.rows)
    columns = [Head(column.name.zh, KINDS[column.unit]) for column in table.columns]
    heads = [*_label_heads(table, days), *columns, *([Head("备注", width=24)] if notes else [])]
    lines = [_line(table, row, days, notes=notes) for row in table.rows]
    return Sheet(title, heads, lines, None if table.total is None else _line(table, table.total, days, notes=notes))


def _days_of(rows: Collection[Row]) -> int:
    """Return how many columns the days of rows take: one for single days, two for longer periods, none."""
    periods = [row.period for row in rows]
    if not periods or None in periods:
        return 0
    return 1 if all(period is not None and len(period) == 1 for period in periods) else 2


def _label_heads(table: Table, days: int) -> list[Head]:
    if days == 0:
        return [Head(table.label.zh, width=20)]
    return [Head("日期", Kind.DAY)] if days == 1 else [Head("开始日期", Kind.DAY), Head("结束日期", Kind.DAY)]


def _line(table: Table, row: Row, days: int, *, notes: bool) -> Line:
    values = [row.values.get(column.key) for column in table.columns]
    return [*_label(row, days), *values, *([row.note.zh if row.note else None] if notes else [])]


def _label(row: Row, days: int) -> list[Value]:
    if row.period is None:  # a total, or a row that is no period
        return [row.label.zh, *([None] * (days - 1))]
    ends: list[Value] = [row.period.first, row.period.last]
    return ends[:days] if days else [row.label.zh]


def target_sheet(view: BoardView, channels: dict[str, ChannelRow]) -> Sheet:
    """Return the month's table of targets, each row in the unit of its metric."""
    table = next(panel.table for panel in view.panels if panel.table is not None)
    # Without a target the page has no row either: it was cleared.
    rows = [row for row in table.rows if row.values["target"] is not None]
    return Sheet(view.title.zh, _TARGET_HEADS, [_target_line(row, channels) for row in rows])


def _target_line(row: Row, channels: dict[str, ChannelRow]) -> Line:
    values: Any = row.values
    metric, channel = CATALOG[values["metric"]], channels.get(values["channel"] or "")
    kind = CustomerKind(values["customer_kind"]).text.zh if values["customer_kind"] else None
    numbers = {key: Given(values[key], KINDS[metric.unit]) for key in ("target", "actual", "previous", "forecast")}
    return [
        *(metric.key, metric.name.zh, values["channel"], channel.name if channel else None, kind, UNITS[metric.unit]),
        *(numbers["target"], numbers["actual"], values["completion"], values["usage"]),
        *(numbers["previous"], values["change"], values["points"], values["time_progress"]),
        *(values["pace"], numbers["forecast"], Status(values["status"]).text.zh),
    ]


def board_notes(view: BoardView, viewer: Viewer, now: datetime, channel: ChannelRow | None, wanted: str = "") -> Notes:
    """Return what a board's sheets are about: scope, who and when, coverage, and the meaning of each column."""
    tables = [panel for panel in view.panels if panel.table is not None and wanted in ("", panel.key)]
    metrics = {
        column.metric: (column.name.zh, CATALOG[column.metric])
        for panel in tables
        for column in (panel.table.columns if panel.table else ())
        if column.metric is not None
    }
    about = [(panel.title.zh, panel.table.note.zh) for panel in tables if panel.table is not None and panel.table.note]
    scope = [
        ("日期", range_label(view.scope.period)),
        ("渠道", channel.name if channel else "全部"),
        ("对比", _compared(view)),
    ]
    definitions = ("指标口径", METRIC_HEADS, [_definition(name, metric) for name, metric in metrics.values()])
    return Notes([*_pairs(view, viewer, now, scope)], [definitions, ("各表说明", ("工作表", "说明"), about)])


def target_notes(view: BoardView, viewer: Viewer, now: datetime) -> Notes:
    """Return what the table of targets is about."""
    table = next(panel.table for panel in view.panels if panel.table is not None)
    keys = dict.fromkeys(str(row.values["metric"]) for row in table.rows)
    definitions = [_definition(CATALOG[key].name.zh, CATALOG[key]) for key in keys]
    pairs = _pairs(view, viewer, now, [("月份", month_label(view.scope.period.first)), ("对比", _compared(view))])
    notes = [("指标跟踪", table.note.zh if table.note else None)]
    return Notes([*pairs], [("指标口径", METRIC_HEADS, definitions), ("说明", ("工作表", "说明"), notes)])


def _pairs(view: BoardView, viewer: Viewer, now: datetime, scope: list[tuple[str, str]]) -> Iterator[tuple[str, Value]]:
    yield "内容", view.title.zh
    yield "单元", f"{view.scope.unit_name}（{view.scope.unit}，含下级）"
    yield from scope
    if view.scope.as_of is not None:
        yield "数据截至", f"{view.scope.as_of} 收盘，之后的改动不计"
    yield "完整度", _complete(view.coverage)
    if view.coverage.missing:
        yield "缺少", "、".join(f"{name} {days} 天" for name, days in view.coverage.missing)
    yield from made(viewer, now)


def made(viewer: Viewer, now: datetime) -> Iterator[tuple[str, Value]]:
    """Yield when and by whom a file was made."""
    yield "导出时间", f"{now:%Y-%m-%d %H:%M}（{now.tzinfo}）"
    yield "导出人", viewer.name


def _compared(view: BoardView) -> str:
    other = view.scope.compared
    how = Compare(view.scope.compare).text.zh if view.scope.compare else ""
    return f"{how}，{range_label(other)}" if isinstance(other, Period) else how


def _complete(coverage: Coverage) -> str:
    if coverage.rate is None:
        return "没有应填的单元日"
    return f"{show(coverage.rate, Unit.RATE)}（{coverage.present} / {coverage.expected} 单元日）"


def _definition(name: str, metric: Metric) -> tuple[str, ...]:
    return (name, metric.key, UNITS[metric.unit], formula_text(metric.formula), metric.about.zh)
