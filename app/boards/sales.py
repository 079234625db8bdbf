"""The sales board: GMV by touchpoint, by kind of customer, and what pushes bring and cost."""

from collections.abc import Sequence
from decimal import Decimal

from app.boards.board import Board, Load, Shown, terms
from app.boards.figures import sales as draw
from app.boards.tables import by_period, column, heat
from app.boards.view import CHANNELS, Column, Key, Panel, Plain, Row, Table
from app.domain.facts import ChannelKind, CustomerKind, Unit
from app.domain.number import half_up, plain, ratio
from app.domain.period import Grain, Period, split
from app.domain.scope import GroupBy
from app.domain.text import Text
from app.i18n import period_label, show
from app.metrics.returns import returns
from app.queries.channels import ChannelRow

MAX_HEAT_COLUMNS = 31
SHARE = Text("占比 = 触点 GMV ÷ 合计 GMV", "Share = GMV of the touchpoint / all GMV")

_DAILY = (
    "gmv",
    "orders",
    "buyers",
    "aov",
    "gmv_per_buyer",
    "gmv_new",
    "gmv_old",
    "new_share",
    "member_gmv",
    "member_share",
    "refunds",
    "refund_rate",
)
_PUSHES = ("pushes", "push_cost", "push_gmv", "push_rpm", "push_cpm", "push_loss_rate")
_STEPS = {
    CustomerKind.FIRST_REPEAT: "var(--h-3)",
    CustomerKind.SECOND_REPEAT: "var(--h-4)",
    CustomerKind.LOYAL: "var(--h-5)",
}


def _channels(shown: Shown, kind: ChannelKind, key: str) -> list[ChannelRow]:
    """Return the channels of a kind that have a value in the range, in their fixed order."""
    return [
        channel
        for channel in shown.channels.values()
        if channel.kind is kind and shown.number(key, group=channel.code, by=GroupBy.CHANNEL) is not None
    ]


def _stacked(shown: Shown, parts: Sequence[draw.Part], key: str) -> tuple[dict[str, object] | None, Table]:
    """Return the stacked figure of some parts and the table behind it."""
    totals = shown.series(key)
    columns = tuple(Column(part.key, Text(part.name, part.name), Unit.YUAN) for part in parts)
    rows = tuple(
        Row(
            period_label(period, shown.grain),
            {**{part.key: part.values[index] for part in parts}, key: totals[index]},
            period=period,
        )
        for index, period in enumerate(shown.periods)
    )
    note = Text("金额单位：元，合计为求和", "In yuan; totals are sums")
    figure = draw.stack(shown.periods, shown.grain, parts, totals) if parts else None
    return figure, Table((*columns, column(key)), rows, _summed(rows, (*columns, column(key))), note)


def _summed(rows: Sequence[Row], columns: Sequence[Column]) -> Row:
    values: dict[str, Plain] = {}
    for item in columns:
        known = [value for row in rows if isinstance(value := row.values[item.key], int | Decimal)]
        values[item.key] = sum(known, Decimal(0)) if known else None
    return Row(Text("合计", "Total"), values)


def _by_channel(shown: Shown, kind: ChannelKind, key: str) -> list[draw.Part]:
    return [
        draw.Part(channel.code, channel.name, _color(channel), shown.series(key, channel.code, GroupBy.CHANNEL))
        for channel in _channels(shown, kind, key)
    ]


def _color(channel: ChannelRow) -> str:
    return f"var(--c-{channel.color_slot})" if channel.color_slot else "var(--series-prev)"


def _keys(parts: Sequence[draw.Part]) -> tuple[Key, ...]:
    return tuple(Key(Text(part.name, part.name), part.color) for part in parts)


def gmv(shown: Shown) -> Panel:
    """Return GMV per period, stacked by touchpoint."""
    parts = _by_channel(shown, ChannelKind.TOUCHPOINT, "gmv")
    figure, table = _stacked(shown, parts, "gmv")
    finding = Text(
        f"合计 {show(shown.number('gmv'), Unit.YUAN)} 元", f"{show(shown.number('gmv'), Unit.YUAN)} yuan in total"
    )
    title = Text("每日 GMV" if shown.grain is Grain.DAY else "GMV", "GMV")
    return Panel(
        "gmv",
        "chart",
        title,
        Text("按成交触点堆叠", "Stacked by touchpoint"),
        width=8,
        figure=figure,
        finding=finding,
        keys=_keys(parts),
        table=table,
        height=300,
    )


def push_efficiency(shown: Shown) -> Panel:
    """Return what 1,000 pushes earn and cost, and how many friends they lose."""
    series = {key: shown.series(key) for key in ("push_rpm", "push_cpm", "push_loss_rate")}
    limit = shown.target("push_loss_rate")
    efficiency = draw.Efficiency(series["push_rpm"], series["push_cpm"], series["push_loss_rate"], limit)
    has_data = any(value is not None for values in series.values() for value in values)
    columns = tuple(column(key) for key in _PUSHES)
    last = show(shown.number("push_loss_rate"), Unit.RATE)
    return Panel(
        "push_efficiency",
        "chart",
        Text("推送效率", "Push efficiency"),
        Text("每千次推送的营收与成本，推送流失率", "Revenue and cost per 1,000 pushes, push churn"),
        width=4,
        height=320,
        figure=draw.push_efficiency(shown.periods, shown.grain, efficiency) if has_data else None,
        finding=Text(f"推送流失率 {last}", f"Push churn {last}"),
        table=by_period(shown, columns, Text("比率按总数重算", "Ratios are recomputed from sums")),
    )


def touchpoint_days(shown: Shown) -> Panel:
    """Return touchpoints by period as a heat table with totals and shares."""
    grain, periods = _coarse(shown)
    names = [period_label(period, grain) for period in periods]
    columns = [Column(period.first.isoformat(), name, Unit.YUAN) for period, name in zip(periods, names, strict=True)]
    channels = _channels(shown, ChannelKind.TOUCHPOINT, "gmv")
    cells = {
        channel.code: [shown.plain("gmv", period, channel.code, GroupBy.CHANNEL) for period in periods]
        for channel in channels
    }
    steps = iter(heat([value for values in cells.values() for value in values]))
    whole = shown.number("gmv")
    rows = []
    for channel in channels:
        amount = shown.number("gmv", group=channel.code, by=GroupBy.CHANNEL)
        values: dict[str, Plain] = dict(zip([item.key for item in columns], cells[channel.code], strict=True))
        ramp = {item.key: step for item in columns if (step := next(steps)) is not None}
        values["total"] = shown.plain("gmv", group=channel.code, by=GroupBy.CHANNEL)
        values["share"] = plain(ratio(amount, whole), Unit.RATE)
        rows.append(Row(Text(channel.name, channel.name), values, heat=ramp, slot=channel.color_slot))
    sums: dict[str, Plain] = {period.first.isoformat(): shown.plain("gmv", period) for period in periods}
    total = Row(Text("合计", "Total"), {**sums, "total": shown.plain("gmv"), "share": Decimal(1) if whole else None})
    tail = (Column("total", Text("合计", "Total"), Unit.YUAN), Column("share", Text("占比", "Share"), Unit.RATE))
    note = Text("色深代表金额，0 为当日无成交，— 为未记录", "Darker is more; 0 is no sale, — is not recorded")
    return Panel(
        "touchpoint_days",
        "table",
        Text("触点 × 日", "Touchpoint by day"),
        note,
        table=Table(
            (*columns, *tail), tuple(rows), total, Text("占比 = 触点 GMV ÷ 合计 GMV", "Share of all GMV"), CHANNELS
        ),
    )


def _coarse(shown: Shown) -> tuple[Grain, tuple[Period, ...]]:
    for grain in (shown.grain, Grain.WEEK, Grain.MONTH, Grain.YEAR):
        periods = tuple(period for period in split(shown.period, grain) if period.first <= shown.today)
        if len(periods) <= MAX_HEAT_COLUMNS:
            break
    return grain, periods


def new_customers(shown: Shown) -> Panel:
    """Return GMV of new customers, stacked by the channel they came from."""
    parts = _by_channel(shown, ChannelKind.SOURCE, "gmv_new")
    figure, table = _stacked(shown, parts, "gmv_new")
    total = show(shown.number("gmv_new"), Unit.YUAN)
    return Panel(
        "new_customers",
        "chart",
        Text("新客 GMV", "New-customer GMV"),
        Text(f"按引流渠道，合计 {total} 元", f"By source channel, {total} yuan"),
        width=4,
        figure=figure,
        finding=Text(f"新客营收合计 {total} 元", f"{total} yuan from new customers"),
        keys=_keys(parts),
        table=table,
    )


def old_customers(shown: Shown) -> Panel:
    """Return GMV of old customers, stacked by how often they have bought."""
    parts = [
        draw.Part(kind, kind.text.zh, color, shown.series("gmv", kind, GroupBy.CUSTOMER_KIND))
        for kind, color in _STEPS.items()
    ]
    parts = [part for part in parts if any(value is not None for value in part.values)]
    figure, table = _stacked(shown, parts, "gmv_old")
    total = show(shown.number("gmv_old"), Unit.YUAN)
    return Panel(
        "old_customers",
        "chart",
        Text("老客 GMV", "Old-customer GMV"),
        Text(f"按复购次数，合计 {total} 元", f"By repeat step, {total} yuan"),
        width=4,
        figure=figure,
        finding=Text(f"老客营收合计 {total} 元", f"{total} yuan from old customers"),
        keys=_keys(parts),
        table=table,
    )


def member_share(shown: Shown) -> Panel:
    """Return the share of GMV that members pay."""
    values = shown.series("member_share")
    now = show(shown.number("member_share"), Unit.RATE)
    return Panel(
        "member_share",
        "chart",
        Text("会员 GMV 占比", "Member share"),
        Text("会员 GMV ÷ GMV，纵轴不从 0 起", "Member GMV / GMV; the axis does not start at 0"),
        width=4,
        figure=draw.share(shown.periods, shown.grain, "会员GMV占比", values)
        if any(v is not None for v in values)
        else None,
        finding=Text(f"会员 GMV 占比 {now}", f"Members pay {now} of GMV"),
        table=by_period(
            shown,
            (column("gmv"), column("member_gmv"), column("member_share")),
            Text("占比按总数重算", "The share is recomputed from sums"),
        ),
    )


def push_returns(shown: Shown) -> Panel:
    """Return what pushes returned on their cost, in the three ways people count it."""
    cost, earned = shown.number("push_cost"), shown.number("push_gmv")
    found = returns(cost, earned)
    quotients = {
        "article": found.article,
        "gmv_over_cost": found.gmv_over_cost,
        "profit_over_cost": found.profit_over_cost,
    }
    values: dict[str, Plain] = {key: None if value is None else half_up(value, 2) for key, value in quotients.items()}
    values |= {"push_cost": shown.plain("push_cost"), "push_gmv": shown.plain("push_gmv")}
    values["profit"] = None if found.profit is None else half_up(found.profit, 2)
    columns = (
        column("push_cost"),
        column("push_gmv"),
        Column("profit", Text("推送利润", "Profit"), Unit.YUAN, signed=True),
        Column("article", Text("投入产出比(文章口径)", "Return, as in the article"), Unit.YUAN),
        Column("gmv_over_cost", Text("GMV ÷ 成本", "GMV / cost"), Unit.YUAN),
        Column("profit_over_cost", Text("(GMV − 成本) ÷ 成本", "(GMV − cost) / cost"), Unit.YUAN),
    )
    note = Text(
        "文章口径 = (成本 + GMV) ÷ 成本，比 GMV ÷ 成本多 1",
        "The article's figure is (cost + GMV) / cost, one more than GMV / cost",
    )
    return Panel(
        "push_returns",
        "table",
        Text("推送投入产出", "Returns on pushes"),
        table=Table(columns, (Row(Text("期内", "Period"), values),), note=note, label=Text("范围", "Range")),
    )


def daily(shown: Shown) -> Panel:
    """Return the sales report by period."""
    note = Text(
        "客单价 = GMV ÷ 订单数。金额与订单求和，客单价、占比和退款率按总数重算。",
        "Sums are summed; order value, shares and refund rate are recomputed from sums.",
    )
    return Panel(
        "daily",
        "table",
        Text("销售日报", "Daily sales report"),
        table=by_period(shown, [column(key) for key in _DAILY], note),
    )


SALES = Board(
    "sales",
    Text("销售", "Sales"),
    cards=("gmv", "orders", "aov", "new_share", "member_share", "gmv_old"),
    loads=(
        Load(None, terms(*_DAILY, *_PUSHES)),
        Load(GroupBy.CHANNEL, terms("gmv", "gmv_new")),
        Load(GroupBy.CUSTOMER_KIND, terms("gmv")),
    ),
    panels=(gmv, push_efficiency, touchpoint_days, new_customers, old_customers, member_share, push_returns, daily),
)
