"""The gap of a metric between its target and what was reached, told by the parts that have targets of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.boards.figures.targets import Amount, Bar, size, waterfall
from app.boards.target_rows import Maker
from app.boards.view import Column, Option, Panel, Row, Table
from app.domain.facts import ChannelKind
from app.domain.scope import GroupBy
from app.domain.text import Text
from app.i18n import show
from app.metrics.catalog import CATALOG
from app.metrics.definition import Metric

DEFAULT = "gmv"
MOST = 12
"""Parts that have a bar of their own."""
PARTS = {
    "touchpoint": Text("成交触点", "Touchpoint"),
    "source": Text("引流渠道", "Source channel"),
    "customer_kind": Text("客户类型", "Customer kind"),
    "unit": Text("下级单元", "Unit below"),
}
FIELDS = {GroupBy.UNIT: "unit", GroupBy.CHANNEL: "channel", GroupBy.CUSTOMER_KIND: "customer_kind"}
"""Where a row names what part it is."""
REST = Text("其余（未分配）", "Rest (unassigned)")
SO_FAR = Text("至今缺口", "Gap so far")
CLOSED = Text("缺口合计", "Gap")
COMING = Text("剩余天数预计（预测）", "Days left (forecast)")
EXPECTED = Text("月末缺口（预测）", "Gap at month end (forecast)")
OTHERS = Text("另 {n} 项", "{n} others")
UNRECORDED = Text("没有数据，目标全额计入缺口", "nothing recorded: the whole target counts")
NOTE = Text(
    "缺口 = 实际 − 目标，0 为目标。「其余（未分配）」= 总缺口 − 各部分缺口，是没有分下去的目标和没有目标的部分的实际。"
    "「剩余天数预计」= 月末预测 − 实际。",
    "Gap = actual − target, 0 is the target. Rest = whole gap − gaps of the parts: what no part has a target for, and "
    "what parts without a target brought. Days left = month-end forecast − actual.",
)


@dataclass(frozen=True, slots=True)
class Gap:
    """What can be told of: for each metric its own row, and for each kind of part the rows of its parts."""

    whole: Row
    parts: Mapping[str, Sequence[Row]]


def gap(own: Sequence[Row], below: Sequence[Row], maker: Maker, wanted: str, by: str) -> Panel | None:
    """Return the waterfall of a metric; None where no metric that accumulates has targets on its parts."""
    found = _gaps(own, below, maker)
    if not found:
        return None
    key = wanted if wanted in found else DEFAULT if DEFAULT in found else next(iter(found))
    whole, parts = found[key].whole, found[key].parts
    kind = by if by in parts else next(iter(parts))
    metric, rows = CATALOG[key], _rows(whole, parts[kind], maker)
    table = Table(
        tuple(Column(name, text, metric.unit, signed=name == "gap", metric=key) for name, text in _COLUMNS.items()),
        tuple(rows),
        note=NOTE,
        label=PARTS[kind],
    )
    return Panel(
        "gap",
        "chart",
        Text(f"{metric.name.zh}缺口构成", f"Gap of {metric.name.en}"),
        Text(
            f"按{PARTS[kind].zh}；目标 {_said(metric, whole, 'target')}，实际 {_said(metric, whole, 'actual')}",
            f"by {PARTS[kind].en.lower()}; target {_said(metric, whole, 'target')}, "
            f"actual {_said(metric, whole, 'actual')}",
        ),
        width=5,
        height=max(240, 48 + 30 * len(rows)),
        figure=waterfall([_bar(row) for row in rows], metric.unit),
        finding=_finding(metric, rows, kind),
        table=table,
        options=_options(found, key, kind),
    )


_COLUMNS = {"target": Text("目标", "Target"), "actual": Text("实际", "Actual"), "gap": Text("缺口", "Gap")}


def _options(found: Mapping[str, Gap], key: str, kind: str) -> tuple[Option, ...]:
    metrics = [Option("metric", other, CATALOG[other].label, other == key) for other in found]
    kinds = [Option("by", other, PARTS[other], other == kind) for other in found[key].parts]
    return (*metrics, *kinds)


def _gaps(own: Sequence[Row], below: Sequence[Row], maker: Maker) -> dict[str, Gap]:
    found: dict[str, Gap] = {}
    for whole in own:
        key = str(whole.values["metric"])
        metric = CATALOG[key]
        missing = whole.values["target"] is None or whole.values["actual"] is None
        if whole.level or missing or metric.is_limit or not metric.is_flow:
            continue
        parts: dict[str, list[Row]] = {kind: [] for kind in PARTS}
        for row in (*own, *below):
            kind = _kind(row, maker) if row.values["metric"] == key else None
            if kind and row.values["target"] is not None:
                parts[kind].append(row)
        told = {kind: rows for kind, rows in parts.items() if rows}
        if told:
            found[key] = Gap(whole, told)
    return found


def _kind(row: Row, maker: Maker) -> str | None:
    """Return what kind of part of its metric a row is; None for all of it, and for a part of a part."""
    if "unit" in row.values:
        return "unit"
    channel, kind = row.values["channel"], row.values["customer_kind"]
    if channel and not kind:
        return "source" if maker.channels[str(channel)].kind is ChannelKind.SOURCE else "touchpoint"
    return "customer_kind" if kind and not channel else None


def _rows(whole: Row, parts: Sequence[Row], maker: Maker) -> list[Row]:
    """Return each part's share of the gap, the rest, the whole and, while the month runs, what is expected of it."""
    target, actual = _amount(whole, "target"), _amount(whole, "actual")
    known = sorted((_part(row) for row in parts), key=lambda row: size(_amount(row, "gap")), reverse=True)
    shown = sorted(known[:MOST], key=lambda row: _amount(row, "gap"), reverse=True)
    if len(known) > MOST:
        shown.append(_sum(OTHERS.fill(n=len(known) - MOST), known[MOST:]))
    told = _sum(REST, known)
    rest = _line(REST, target - _amount(told, "target"), actual - _amount(told, "actual"))
    if any(rest.values[name] for name in _COLUMNS):
        shown.append(rest)
    shown.append(_line(CLOSED if maker.over else SO_FAR, target, actual, "total")._replace(period=maker.period))
    expected = whole.values["forecast"]
    if isinstance(expected, int | Decimal):
        coming = {"target": None, "actual": None, "gap": expected - actual}
        shown.append(Row(COMING, coming, beside={"kind": "forecast"}, period=maker.period))
        last = {"target": target, "actual": expected, "gap": expected - target}
        shown.append(Row(EXPECTED, last, beside={"kind": "expected"}, period=maker.period))
    return shown


def _part(row: Row) -> Row:
    """Return a part; where nothing was recorded, nothing of its target was reached."""
    target, actual = _amount(row, "target"), row.values["actual"]
    made = {"target": target, "actual": actual, "gap": _amount(row, "actual") - target}
    note = UNRECORDED if actual is None else None
    return Row(row.short or row.label, made, note=note, slot=row.slot, group=_group(row))


def _group(row: Row) -> tuple[GroupBy, str] | None:
    """Return which unit, channel or kind of customers a part is."""
    for by, key in FIELDS.items():
        if code := row.values.get(key):
            return by, str(code)
    return None


def _sum(name: Text, rows: Sequence[Row]) -> Row:
    return _line(name, sum(_amount(row, "target") for row in rows), sum(_amount(row, "actual") for row in rows))


def _line(name: Text, target: Amount, actual: Amount, kind: str = "part") -> Row:
    return Row(name, {"target": target, "actual": actual, "gap": actual - target}, beside={"kind": kind})


def _amount(row: Row, key: str) -> Amount:
    found = row.values[key]
    return found if isinstance(found, int | Decimal) else 0


def _bar(row: Row) -> Bar:
    return Bar(row.label, _amount(row, "gap"), str(row.beside.get("kind", "part")))


def _said(metric: Metric, row: Row, key: str) -> str:
    return show(_amount(row, key), metric.unit)


def _finding(metric: Metric, rows: Sequence[Row], kind: str) -> Text:
    """Say how large the gap is and which part makes most of it."""
    whole = next(row for row in rows if row.beside.get("kind") == "total")
    parts = [row for row in rows if row.beside.get("kind", "part") == "part"]
    total = _amount(whole, "gap")
    worst = min(parts, key=lambda row: _amount(row, "gap"))
    much, most = (show(size(number), metric.unit) for number in (total, _amount(worst, "gap")))
    found = Text(
        f"{metric.name.zh}比目标{'少' if total < 0 else '多'} {much}",
        f"{metric.name.en} is {much} {'below' if total < 0 else 'above'} its target",
    )
    if _amount(worst, "gap") >= 0:
        return found
    return Text(
        f"{found.zh}，{PARTS[kind].zh}中差得最多的是{worst.label.zh}，差 {most}",
        f"{found.en}; by {PARTS[kind].en.lower()} {worst.label.en} lacks most, {most}",
    )
