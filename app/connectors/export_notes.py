"""The sheet 说明 of fact tables and of templates for import."""

from collections.abc import Iterable, Sequence

from app.connectors.export import Notes, Value
from app.connectors.export_facts import DAYS
from app.connectors.values import NOT_RECORDED
from app.domain.facts import RETENTION_DAYS, TARGETS, CustomerKind, FactTable, Unit
from app.domain.text import Text
from app.domain.tree import UnitNode
from app.i18n import listing, say, t
from app.metrics.catalog import CATALOG
from app.queries.channels import ChannelRow

_UNITS = {
    Unit.COUNT: Text("整数", "Integer"),
    Unit.YUAN: Text("元，最多两位小数", "Yuan, at most two decimals"),
    Unit.RATE: Text("比率，0.05 即 5%", "Rate: 0.05 is 5%"),
}
_COLUMNS, _MEANING = Text("各列", "Columns"), Text("说明", "Notes")
_EMPTY = Text("空格为不改；{word}为未记录，与 0 不同", "empty changes nothing; {word} is not recorded, which is not 0")

Pairs = Sequence[tuple[str, Value]]
Rows = Sequence[tuple[str, ...]]


def fact_notes(table: FactTable, pairs: Pairs) -> Notes:
    """Return what a table of facts is about: its scope, and what each column holds."""
    return Notes([(t("内容", "Content"), say(table.name)), *pairs], [_described(table)], say(_MEANING))


def template_notes(table: FactTable, units: Iterable[UnitNode], channels: Iterable[ChannelRow], pairs: Pairs) -> Notes:
    """Return how a template is filled in, and the codes that may stand in it."""
    kind = say(table.name)
    head = [(t("内容", "Content"), t(f"{kind}导入模板", f"{kind} template")), *pairs]
    listed: list[tuple[str, Sequence[str], Rows]] = [
        (
            t("单元", "Units"),
            (t("单元代码", "Unit code"), t("单元", "Unit")),
            [(unit.code, unit.name) for unit in units],
        )
    ]
    named = [row for row in channels if row.active]
    for dim in table.dims:
        name = say(dim.name)
        if dim.channels:
            rows: Rows = [(row.code, row.name) for row in named if row.kind in dim.channels]
            listed.append((name, (t(f"{name}代码", f"{name} code"), name), rows))
        elif dim.key == "customer_kind":
            kinds = [(say(each.text), each.value) for each in CustomerKind]
            listed.append((name, (name, t("代码", "Code")), kinds))
        elif dim.key == "metric":
            metrics = [(metric.key, say(metric.name), say(_UNITS[metric.unit])) for metric in CATALOG.values()]
            listed.append((name, (t("指标代码", "Metric code"), name, t("目标值", "Target")), metrics))
    return Notes(head, [_described(table), *listed], say(_MEANING))


def _described(table: FactTable) -> tuple[str, Sequence[str], Rows]:
    return say(_COLUMNS), (t("列", "Column"), t("必填", "Required"), say(_MEANING)), _columns(table)


def _columns(table: FactTable) -> Rows:
    month, yes, no = table.day_key == "month", t("是", "Yes"), t("否", "No")
    rows: list[tuple[str, ...]] = [
        (DAYS[table.day_key], yes, "2023-05" if month else "2023-05-04"),
        ("单元代码", yes, t("也可只填单元名称", "or only the name of the unit, in the next column")),
    ]
    for dim in table.dims:
        code = f"{dim.name.zh}代码" if dim.channels or dim.key == "metric" else dim.name.zh
        rows.append((code, no if dim.optional or dim.key == "source" else yes, _about(dim.key, optional=dim.optional)))
    unit = t("按指标的单位", "In the unit of the metric") if table is TARGETS else ""
    about = say(_EMPTY.fill(word=NOT_RECORDED))
    rows += [(m.name.zh, no, (unit or say(_UNITS[m.unit])) + t("，", "; ") + about) for m in table.measures]
    return rows


def _about(key: str, *, optional: bool) -> str:
    if key == "day_n":
        return listing(map(str, RETENTION_DAYS))
    if optional:
        return t("不填为整个单元", "Empty: the whole unit")
    return t("不填为未区分", "Empty: not told apart") if key == "source" else t("见下表", "See the list below")


def measures_of(table: FactTable) -> str:
    """Return the names of a table's measures, for a list to choose from."""
    return listing(say(measure.name) for measure in table.measures)
