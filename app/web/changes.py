"""Changes of the history in the words of the pages: kinds, origins, places, and cells old -> new."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.domain.facts import DAILY, TABLES, TARGETS, CustomerKind, FactTable, Unit
from app.domain.text import Text
from app.domain.tree import Tree
from app.i18n import say, show, t
from app.metrics.catalog import CATALOG
from app.metrics.targets import from_steps
from app.queries.channels import ChannelRow
from app.queries.log import RowChange

ORIGINS = {
    "page": Text("页面", "Page"),
    "file": Text("文件", "File"),
    "token": Text("接口", "API"),
    "sync": Text("同步", "Sync"),
    "command": Text("命令行", "Command line"),
}
KINDS = {
    **{kind: table.name for kind, table in TABLES.items()},
    "no-data": Text("当日无数据", "No data that day"),
    "closings": Text("月结", "Month close"),
    "units": Text("组织单元", "Units"),
    "channels": Text("渠道", "Channels"),
    "notes": Text("备注", "Notes"),
}
UNRECORDED = Text("未填", "Empty")

_ROW = Text("整行", "Whole row")
_FIELDS = {
    "name": Text("名称", "Name"),
    "kind": Text("类型", "Kind"),
    "parent": Text("上级", "Parent"),
    "active": Text("在用", "Active"),
    "color_slot": Text("颜色", "Color"),
    "position": Text("顺序", "Order"),
    "closed": Text("已月结", "Closed"),
    "no_data": Text("无数据", "No data"),
    "text": Text("内容", "Text"),
    "by": Text("作者", "Author"),
}


def origin_name(origin: str) -> str:
    """Return where a change came from."""
    return say(ORIGINS[origin]) if origin in ORIGINS else origin


def kind_name(kind: str) -> str:
    """Return what kind of thing was changed."""
    return say(KINDS[kind]) if kind in KINDS else kind


class Named:
    """Turns the codes and steps of the history into names and numbers."""

    def __init__(self, tree: Tree, channels: Mapping[str, ChannelRow]) -> None:
        self.tree = tree
        self.channels = channels

    def cells(self, kind: str, row: RowChange) -> Iterator[dict[str, Any]]:
        """Yield the changed cells of a row: where, what, old and new."""
        place = {
            "unit": self.tree.nodes[row.unit_id].name if row.unit_id is not None else None,
            "unit_code": self.tree.nodes[row.unit_id].code if row.unit_id is not None else None,
            "day": row.day,
            "name": self.name(kind, row.key),
            "href": self._entry(kind, row),
        }
        if not row.cells:
            new = _deleted() if row.went else t("新增，未填", "Added, empty")
            yield {**place, "measure": say(_ROW), "old": "—", "new": new}
        for measure, old, new in row.cells:
            label, unit = self._measure(kind, row.key, measure)
            old_text, new_text = _shown(old, unit), _shown(new, unit)
            yield {**place, "measure": label, "old": old_text, "new": _deleted() if row.went else new_text}

    def in_the_way(self, cell: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
        """Return a cell that keeps a batch from being undone."""
        label = self._measure(cell["kind"], cell["key"], cell["measure"])[0] if cell["measure"] else say(_ROW)
        return {
            "unit": self.tree.by_code[cell["unit"]].name,
            "day": cell["day"],
            "name": self.name(cell["kind"], cell["key"]),
            "measure": label,
            "batch": cell["batch"],
            "actor": cell["actor"],
            "at": cell["at"].astimezone(zone),
        }

    def name(self, kind: str, key: Mapping[str, Any]) -> str:
        """Return what a row is about beside its unit and day: channels, customer kind, metric."""
        if kind not in TABLES:
            return self._master(kind, str(key.get("code", key.get("month", ""))))
        parts = [self._dim(dim.key, key.get(dim.key)) for dim in TABLES[kind].dims]
        return " · ".join(part for part in parts if part)

    def _master(self, kind: str, code: str) -> str:
        known: Mapping[str, Any] = self.tree.by_code if kind == "units" else self.channels if kind == "channels" else {}
        return known[code].name if code in known else code

    def _dim(self, name: str, value: Any) -> str:  # noqa: ANN401 (a code, a number or nothing)
        if value is None:
            return ""
        if name == "customer_kind":
            return say(CustomerKind(value).text)
        if name == "metric":
            return say(CATALOG[value].name) if value in CATALOG else str(value)
        if name == "day_n":
            return t(f"第 {value} 日", f"Day {value}")
        return self.channels[value].name if value in self.channels else str(value)

    def _measure(self, kind: str, key: Mapping[str, Any], measure: str) -> tuple[str, FactTable | str | None]:
        if kind not in TABLES:
            return say(_FIELDS[measure]) if measure in _FIELDS else measure, None
        if kind == TARGETS.kind:
            return t("目标值", "Target"), str(key["metric"])
        return say(TABLES[kind].measure(measure).name), TABLES[kind].measure(measure).unit

    @staticmethod
    def _entry(kind: str, row: RowChange) -> str | None:
        """Return the address of the form of a day, for kinds that have one."""
        if kind not in {table.kind for table in DAILY} or row.day is None:
            return None
        day = row.day if TABLES[kind].day_key == "day" else _counted(row)
        return f"/entry/{kind}?unit={row.key['unit']}&day={day.isoformat()}"


def _counted(row: RowChange) -> date:
    """Return the day on which what was left of a cohort was counted: there it is entered."""
    return row.day + date.resolution * int(row.key["day_n"]) if row.day else date.min


def _deleted() -> str:
    return t("已删除", "Deleted")


def _shown(value: Any, unit: Any) -> str:  # noqa: ANN401 (stored steps, a name or a switch)
    if value is None:
        return say(UNRECORDED)
    if isinstance(value, bool):
        return t("是", "Yes") if value else t("否", "No")
    if not isinstance(value, int) or unit is None:
        return str(value)
    if unit in CATALOG:
        metric = CATALOG[unit]
        return show(from_steps(metric, value), metric.unit)
    return show(Decimal(value).scaleb(-2) if unit is Unit.YUAN else value, unit)
