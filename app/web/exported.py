"""A board's view as sheets: the same values as on its page and in its JSON, with what they mean."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from app.boards.view import BoardView, Column, Coverage, Panel, Row, Table
from app.connectors.export import KINDS, Given, Head, Kind, Line, Notes, Sheet, Value
from app.domain.errors import Invalid
from app.domain.facts import CustomerKind, Unit
from app.domain.period import Compare, Period
from app.domain.roles import Viewer
from app.domain.text import Text
from app.i18n import listing, month_label, plural, range_label, say, show, t
from app.metrics.catalog import CATALOG, DEFINED
from app.metrics.compare import Status
from app.metrics.definition import Metric
from app.metrics.describe import formula_text
from app.queries.channels import ChannelRow
from app.web.target_rows import TABLES

UNITS = {
    Unit.COUNT: Text("数量", "Count"),
    Unit.YUAN: Text("元", "yuan"),
    Unit.RATE: Text("比率", "Rate"),
    Unit.TIMES: Text("倍", "Times"),
}
METRIC_HEADS = (
    *(Text("列", "Column"), Text("指标代码", "Metric code"), Text("单位", "Unit of measure")),
    *(Text("公式", "Formula"), Text("说明", "Meaning")),
)
ABOUT_HEADS = (Text("工作表", "Sheet"), Text("说明", "Meaning"))
DEFINITIONS = Text("指标口径", "Metrics")
DAY, COMPARED = Text("日期", "Day"), Text("对比", "Compared with")

_TARGET_HEADS: tuple[tuple[Text, Kind, int | None], ...] = (
    (Text("单元代码", "Unit code"), Kind.TEXT, None),
    (Text("单元", "Unit"), Kind.TEXT, 20),
    (Text("指标代码", "Metric code"), Kind.TEXT, 20),
    (Text("指标", "Metric"), Kind.TEXT, 28),
    (Text("渠道代码", "Channel code"), Kind.TEXT, None),
    (Text("渠道", "Channel"), Kind.TEXT, None),
    (Text("客户类型", "Customer kind"), Kind.TEXT, None),
    (Text("单位", "Unit of measure"), Kind.TEXT, 8),
    (Text("目标", "Target"), Kind.YUAN, None),
    (Text("实际", "Actual"), Kind.YUAN, None),
    (Text("完成率", "Completion"), Kind.RATE, None),
    (Text("用量", "Used"), Kind.RATE, None),
    (Text("上月", "Month before"), Kind.YUAN, None),
    (Text("环比", "Change"), Kind.RATE, None),
    (Text("差值", "Difference"), Kind.RATE, None),
    (Text("时间进度", "Time progress"), Kind.RATE, None),
    (Text("进度差", "Ahead of time"), Kind.RATE, None),
    (Text("月末预测", "Month-end forecast"), Kind.YUAN, None),
    (Text("状态", "Status"), Kind.TEXT, None),
)


Tables = Sequence[tuple[str, Sequence[str], Sequence[Sequence[Value]]]]


def board_sheets(view: BoardView, wanted: str = "", choice: str = "") -> list[Sheet]:
    """Return the tables of a board, or only those of one panel, or of it one choice; Invalid where there is none."""
    panels = [panel for panel in view.panels if panel.table is not None and wanted in ("", panel.key)]
    if not panels:
        raise Invalid.one("panel", Text("没有这张表", "no such table"))
    found = [sheet for panel in panels for sheet in _sheets(panel, choice)]
    if not found:
        raise Invalid.one("choice", Text("这张表没有这个选项", "the table has no such choice"))
    return found


def _sheets(panel: Panel, choice: str) -> Iterator[Sheet]:
    """Yield the table of a panel, or each of those that are chosen among."""
    if panel.table is not None and not panel.choices and not choice:
        yield _sheet(say(panel.title), panel.table)
    for item in panel.choices:
        if choice in ("", item.key):
            yield _sheet(f"{say(panel.title)} {say(item.name)}", item.table)


def _sheet(title: str, table: Table) -> Sheet:
    days = _days_of(table.rows)
    notes = any(row.remark for row in table.rows)
    columns = [Head(say(column.name), KINDS[column.unit]) for column in table.columns]
    heads = [*_label_heads(table, days), *columns, *([Head(t("备注", "Note"), width=24)] if notes else [])]
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
        return [Head(say(table.label), width=20)]
    if days == 1:
        return [Head(say(DAY), Kind.DAY)]
    return [Head(t("开始日期", "First day"), Kind.DAY), Head(t("结束日期", "Last day"), Kind.DAY)]


def _line(table: Table, row: Row, days: int, *, notes: bool) -> Line:
    values = [_value(row, column) for column in table.columns]
    return [*_label(row, days), *values, *([say(row.remark) if row.remark else None] if notes else [])]


def _value(row: Row, column: Column) -> Value | Given:
    value = row.values.get(column.key)
    return Given(value, KINDS[Unit(str(row.values["unit"]))]) if column.by_row else value


def _label(row: Row, days: int) -> list[Value]:
    if row.period is None:  # a total, or a row that is no period
        return [say(row.label), *([None] * (days - 1))]
    ends: list[Value] = [row.period.first, row.period.last]
    return ends[:days] if days else [say(row.label)]


def target_sheet(view: BoardView, channels: dict[str, ChannelRow]) -> Sheet:
    """Return the month's targets of a unit and then of those below it, each row in the unit of its metric."""
    tables = [panel.table for panel in view.panels if panel.table is not None and panel.key in TABLES]
    # Without a target the page has no row either: it was cleared.
    rows = [row for table in tables for row in table.rows if row.values["target"] is not None]
    heads = [Head(say(name), kind, width) for name, kind, width in _TARGET_HEADS]
    return Sheet(say(view.title), heads, [_target_line(view, row, channels) for row in rows])


def _target_line(view: BoardView, row: Row, channels: dict[str, ChannelRow]) -> Line:
    values: Any = row.values
    metric, channel = CATALOG[values["metric"]], channels.get(values["channel"] or "")
    kind = say(CustomerKind(values["customer_kind"]).text) if values["customer_kind"] else None
    child = values.get("unit")
    numbers = {key: Given(values[key], KINDS[metric.unit]) for key in ("target", "actual", "previous", "forecast")}
    return [
        *((child, say(row.short)) if child and row.short else (view.scope.unit, view.scope.unit_name)),
        *(metric.key, say(metric.name), values["channel"], channel.name if channel else None, kind),
        *(say(UNITS[metric.unit]), numbers["target"], numbers["actual"], values["completion"], values["usage"]),
        *(numbers["previous"], values["change"], values["points"], values["time_progress"]),
        *(values["pace"], numbers["forecast"], say(Status(values["status"]).text)),
    ]


def board_notes(view: BoardView, viewer: Viewer, now: datetime, channel: ChannelRow | None, wanted: str = "") -> Notes:
    """Return what a board's sheets are about: scope, who and when, coverage, and the meaning of each column."""
    tables = [panel for panel in view.panels if panel.table is not None and wanted in ("", panel.key)]
    metrics = {
        column.metric: (say(column.name), DEFINED[column.metric])
        for panel in tables
        for column in (panel.table.columns if panel.table else ())
        if column.metric is not None and column.period is None and column.group is None
    }
    about: list[tuple[str, str]] = [
        (say(panel.title), say(panel.table.note)) for panel in tables if panel.table is not None and panel.table.note
    ]
    scope = [
        (say(DAY), range_label(view.scope.period)),
        (t("渠道", "Channel"), channel.name if channel else t("全部", "All")),
        *([(t("客户类型", "Customers"), say(view.scope.kind.text))] if view.scope.kind else []),
        (say(COMPARED), _compared(view)),
    ]
    definitions = [_definition(name, metric) for name, metric in metrics.values()]
    explained = (t("各表说明", "Tables"), [*map(say, ABOUT_HEADS)], about)
    return Notes([*_pairs(view, viewer, now, scope)], [_defined(definitions), explained], t("说明", "Notes"))


def target_notes(view: BoardView, viewer: Viewer, now: datetime) -> Notes:
    """Return what the table of targets is about."""
    table = next(panel.table for panel in view.panels if panel.table is not None)
    keys = dict.fromkeys(str(row.values.get("metric") or row.beside["metric"]) for row in table.rows)
    definitions = [_definition(say(CATALOG[key].name), CATALOG[key]) for key in keys]
    first, is_year = view.scope.period.first, view.scope.compared is None
    when = (t("年份", "Year"), f"{first.year}") if is_year else (t("月份", "Month"), month_label(first))
    scope = [when, *([] if is_year else [(say(COMPARED), _compared(view))])]
    notes = [(say(view.title), say(table.note) if table.note else None)]
    tables: Tables = [_defined(definitions), (t("说明", "Notes"), [*map(say, ABOUT_HEADS)], notes)]
    return Notes([*_pairs(view, viewer, now, scope)], tables, t("说明", "Notes"))


def _defined(definitions: list[tuple[str, ...]]) -> tuple[str, list[str], list[tuple[str, ...]]]:
    return say(DEFINITIONS), [*map(say, METRIC_HEADS)], definitions


def _pairs(view: BoardView, viewer: Viewer, now: datetime, scope: list[tuple[str, str]]) -> Iterator[tuple[str, Value]]:
    unit, code = view.scope.unit_name, view.scope.unit
    yield t("内容", "Content"), say(view.title)
    yield t("单元", "Unit"), t(f"{unit}（{code}，含下级）", f"{unit} ({code}, with all below it)")
    yield from scope
    if view.scope.as_of is not None:
        yield t("数据截至", "Data as of"), t(f"{view.scope.as_of} 收盘，之后的改动不计", f"close of {view.scope.as_of}")
    yield t("完整度", "Coverage"), _complete(view.coverage)
    if view.coverage.missing:
        missing = (t(f"{name} {days} 天", f"{name} {plural(days, 'day')}") for name, days in view.coverage.missing)
        yield t("缺少", "Missing"), listing(missing)
    yield from made(viewer, now)


def made(viewer: Viewer, now: datetime) -> Iterator[tuple[str, Value]]:
    """Yield when and by whom a file was made."""
    at = f"{now:%Y-%m-%d %H:%M}"
    yield t("导出时间", "Exported at"), t(f"{at}（{now.tzinfo}）", f"{at} ({now.tzinfo})")
    yield t("导出人", "Exported by"), viewer.name


def _compared(view: BoardView) -> str:
    other = view.scope.compared
    how = say(Compare(view.scope.compare).text) if view.scope.compare else ""
    return how + t("，", ", ") + range_label(other) if isinstance(other, Period) else how


def _complete(coverage: Coverage) -> str:
    if coverage.rate is None:
        return t("没有应填的单元日", "No unit days expected")
    rate, part = show(coverage.rate, Unit.RATE), f"{coverage.present} / {coverage.expected}"
    return t(f"{rate}（{part} 单元日）", f"{rate} ({part} unit days)")


def _definition(name: str, metric: Metric) -> tuple[str, ...]:
    return (name, metric.key, say(UNITS[metric.unit]), formula_text(metric.formula), say(metric.about))
