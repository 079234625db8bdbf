"""GMV in parts, period by period: by touchpoint, new customers by source, old ones by how often they bought."""

from collections.abc import Sequence
from decimal import Decimal

from app.boards.board import Shown
from app.boards.figures import sales as draw
from app.boards.tables import LABELS, channels_with, column, named, told
from app.boards.view import Column, Key, Panel, Plain, Row, Table
from app.domain.facts import ChannelKind, CustomerKind, Unit
from app.domain.period import Grain
from app.domain.scope import GroupBy
from app.domain.text import Text
from app.i18n import period_label, show
from app.queries.channels import ChannelRow

TITLES = {
    Grain.DAY: Text("每日 GMV", "GMV by day"),
    Grain.WEEK: Text("每周 GMV", "GMV by week"),
    Grain.MONTH: Text("每月 GMV", "GMV by month"),
}
_STEPS = {
    CustomerKind.FIRST_REPEAT: "var(--h-3)",
    CustomerKind.SECOND_REPEAT: "var(--h-4)",
    CustomerKind.LOYAL: "var(--h-5)",
}


def gmv(shown: Shown) -> Panel:
    """Return GMV per period, stacked by touchpoint."""
    parts = _by_channel(shown, ChannelKind.TOUCHPOINT, "gmv")
    title = TITLES[shown.grain]
    return _panel(shown, "gmv", title, Text("按成交触点堆叠", "Stacked by touchpoint"), parts)


def new_customers(shown: Shown) -> Panel:
    """Return GMV of new customers, stacked by the channel they came from."""
    parts = _by_channel(shown, ChannelKind.SOURCE, "gmv_new")
    title, how = Text("新客 GMV", "New-customer GMV"), Text("按引流渠道", "By source channel")
    return _panel(shown, "new_customers", title, how, parts, "gmv_new")


def old_customers(shown: Shown) -> Panel:
    """Return GMV of old customers, stacked by how often they have bought."""
    parts = [
        draw.Part(kind, kind.text, color, shown.series("gmv", kind, GroupBy.CUSTOMER_KIND))
        for kind, color in _STEPS.items()
    ]
    parts = [part for part in parts if any(value is not None for value in part.values)]
    title, how = Text("老客 GMV", "Old-customer GMV"), Text("按复购次数", "By repeat step")
    return _panel(shown, "old_customers", title, how, parts, "gmv_old")


def _panel(shown: Shown, key: str, title: Text, how: Text, parts: Sequence[draw.Part], metric: str = "gmv") -> Panel:
    totals = shown.series(metric)
    number, wide = shown.number(metric), metric == "gmv"
    total, most = show(number, Unit.YUAN), _highest(shown, totals)
    said = told(
        [(number, Text(f"合计 {total} 元{most.zh}", f"{total} yuan in total{most.en}"))],
        Text("没有记录", "nothing is recorded"),
    )
    return Panel(
        key,
        "chart",
        title,
        Text(f"{how.zh}，{said.zh}", f"{how.en}; {said.en}"),
        width=8 if wide else 4,
        height=300 if wide else 280,
        figure=draw.stack(shown.periods, shown.grain, parts, totals) if parts else None,
        finding=Text(f"{title.zh}：{said.zh}", f"{title.en}: {said.en}"),
        keys=tuple(Key(part.name, part.color) for part in parts),
        table=_table(shown, parts, metric, totals),
    )


def _highest(shown: Shown, totals: Sequence[Plain]) -> Text:
    """Name the period that brought most; nothing where there is only one."""
    known = [(value, period) for value, period in zip(totals, shown.periods, strict=True) if isinstance(value, Decimal)]
    if len(known) < 2:  # noqa: PLR2004 (of one, none is the highest)
        return Text("", "")
    value, period = max(known, key=lambda pair: pair[0])
    label, amount = period_label(period, shown.grain), show(value, Unit.YUAN)
    return Text(f"，最高 {label.zh} {amount} 元", f", most in {label.en}: {amount}")


def _by_channel(shown: Shown, kind: ChannelKind, key: str) -> list[draw.Part]:
    return [
        draw.Part(channel.code, named(channel), _color(channel), shown.series(key, channel.code, GroupBy.CHANNEL))
        for channel in channels_with(shown, kind, key)
    ]


def _color(channel: ChannelRow) -> str:
    return f"var(--c-{channel.color_slot})" if channel.color_slot else "var(--series-prev)"


def _table(shown: Shown, parts: Sequence[draw.Part], key: str, totals: Sequence[Plain]) -> Table:
    by, metric = (GroupBy.CUSTOMER_KIND, "gmv") if key == "gmv_old" else (GroupBy.CHANNEL, key)
    columns = (
        *(Column(part.key, part.name, Unit.YUAN, metric=metric, group=(by, part.key)) for part in parts),
        column(key),
    )
    rows = tuple(
        Row(
            period_label(period, shown.grain),
            {**{part.key: part.values[index] for part in parts}, key: totals[index]},
            period=period,
        )
        for index, period in enumerate(shown.periods)
    )
    note = Text("金额单位：元，合计为求和", "In yuan; totals are sums")
    return Table(columns, rows, _summed(rows, columns), note, LABELS[shown.grain])


def _summed(rows: Sequence[Row], columns: Sequence[Column]) -> Row:
    values: dict[str, Plain] = {}
    for item in columns:
        known = [value for row in rows if isinstance(value := row.values[item.key], int | Decimal)]
        values[item.key] = sum(known, Decimal(0)) if known else None
    return Row(Text("合计", "Total"), values)
