"""A year of targets as a sheet: by month what was reached of each target, beside target and actual."""

from app.boards.view import BoardView, Row
from app.connectors.export import KINDS, Given, Head, Kind, Line, Sheet
from app.i18n import say, t
from app.metrics.catalog import CATALOG
from app.web.exported import UNITS


def year_sheet(view: BoardView) -> Sheet:
    """Return the table of a year, each row in the unit of its metric."""
    panel = next(panel for panel in view.panels if panel.table is not None)
    columns = panel.table.columns if panel.table else ()
    words = (
        (t("完成率或用量", "Completion or usage"), Kind.RATE),
        (t("目标", "Target"), Kind.YUAN),
        (t("实际", "Actual"), Kind.YUAN),
    )
    heads = [
        Head(t("指标代码", "Metric code"), width=20),
        Head(t("指标", "Metric"), width=28),
        Head(t("单位", "Unit of measure"), width=8),
        *(Head(f"{say(column.name)} {word}", kind) for column in columns for word, kind in words),
    ]
    lines = [_line(row, [column.key for column in columns]) for row in (panel.table.rows if panel.table else ())]
    return Sheet(say(panel.title), heads, lines)


def _line(row: Row, keys: list[str]) -> Line:
    metric = CATALOG[str(row.beside["metric"])]
    kind = KINDS[metric.unit]
    line: list[str | Given] = [metric.key, say(row.label), say(UNITS[metric.unit])]
    for key in keys:
        line.append(Given(row.values[key], Kind.RATE))
        line += [Given(row.beside.get(f"{key}.{name}"), kind) for name in ("target", "actual")]
    return line
