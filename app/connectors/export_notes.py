"""The sheet 说明 of fact tables and of templates for import."""

from collections.abc import Iterable, Sequence

from app.connectors.export import Notes, Value
from app.connectors.export_facts import DAYS
from app.connectors.values import NOT_RECORDED
from app.domain.facts import RETENTION_DAYS, TARGETS, CustomerKind, FactTable, Unit
from app.domain.tree import UnitNode
from app.metrics.catalog import CATALOG
from app.queries.channels import ChannelRow

_UNITS = {Unit.COUNT: "整数", Unit.YUAN: "元，最多两位小数", Unit.RATE: "比率，0.05 即 5%"}
_COLUMN_HEADS = ("列", "必填", "说明")

Pairs = Sequence[tuple[str, Value]]
Rows = Sequence[tuple[str, ...]]


def fact_notes(table: FactTable, pairs: Pairs) -> Notes:
    """Return what a table of facts is about: its scope, and what each column holds."""
    return Notes([("内容", table.name.zh), *pairs], [("各列", _COLUMN_HEADS, _columns(table))])


def template_notes(table: FactTable, units: Iterable[UnitNode], channels: Iterable[ChannelRow], pairs: Pairs) -> Notes:
    """Return how a template is filled in, and the codes that may stand in it."""
    head = [("内容", f"{table.name.zh}导入模板"), *pairs]
    listed: list[tuple[str, Sequence[str], Rows]] = [
        ("单元", ("单元代码", "单元"), [(unit.code, unit.name) for unit in units])
    ]
    named = [row for row in channels if row.active]
    for dim in table.dims:
        if dim.channels:
            rows: Rows = [(row.code, row.name) for row in named if row.kind in dim.channels]
            listed.append((dim.name.zh, (f"{dim.name.zh}代码", dim.name.zh), rows))
        elif dim.key == "customer_kind":
            listed.append((dim.name.zh, (dim.name.zh, "代码"), [(kind.text.zh, kind.value) for kind in CustomerKind]))
        elif dim.key == "metric":
            metrics = [(metric.key, metric.name.zh, _UNITS[metric.unit]) for metric in CATALOG.values()]
            listed.append((dim.name.zh, ("指标代码", "指标", "目标值"), metrics))
    return Notes(head, [("各列", _COLUMN_HEADS, _columns(table)), *listed])


def _columns(table: FactTable) -> Rows:
    month = table.day_key == "month"
    rows: list[tuple[str, ...]] = [
        (DAYS[table.day_key], "是", "2023-05" if month else "2023-05-04"),
        ("单元代码", "是", "也可只填单元名称"),
    ]
    for dim in table.dims:
        code = f"{dim.name.zh}代码" if dim.channels or dim.key == "metric" else dim.name.zh
        rows.append(
            (code, "否" if dim.optional or dim.key == "source" else "是", _about(dim.key, optional=dim.optional))
        )
    unit = "按指标的单位" if table is TARGETS else ""
    about = "空格为不改；{word}为未记录，与 0 不同"
    rows += [(m.name.zh, "否", f"{unit or _UNITS[m.unit]}，{about.format(word=NOT_RECORDED)}") for m in table.measures]
    return rows


def _about(key: str, *, optional: bool) -> str:
    if key == "day_n":
        return "、".join(map(str, RETENTION_DAYS))
    return "不填为整个单元" if optional else "不填为未区分" if key == "source" else "见下表"


def measures_of(table: FactTable) -> str:
    """Return the names of a table's measures, for a list to choose from."""
    return "、".join(measure.name.zh for measure in table.measures)
