"""Touchpoints by period as heat tables: of all customers, of new ones and of old ones."""

from collections.abc import Sequence

from app.boards.board import Shown
from app.boards.tables import channels_with, heat, named
from app.boards.view import CHANNELS, Choice, Column, Panel, Plain, Row, Table
from app.domain.book import Group
from app.domain.facts import ChannelKind, Unit
from app.domain.number import plain, ratio
from app.domain.period import Grain, Period, split
from app.domain.scope import GroupBy
from app.domain.text import Text
from app.i18n import period_label
from app.queries.channels import ChannelRow

MAX_COLUMNS = 31

CUSTOMERS = {
    "all": ("gmv", Text("全部", "All")),
    "new": ("gmv_new", Text("新客", "New")),
    "old": ("gmv_old", Text("老客", "Old")),
}
"""Whose GMV the tables hold: the metric and the word of the switch."""

_TITLES = {
    Grain.DAY: Text("触点 × 日", "Touchpoint by day"),
    Grain.WEEK: Text("触点 × 周", "Touchpoint by week"),
    Grain.MONTH: Text("触点 × 月", "Touchpoint by month"),
    Grain.YEAR: Text("触点 × 年", "Touchpoint by year"),
}


def touchpoint_days(shown: Shown) -> Panel:
    """Return GMV by touchpoint and period as heat tables, among which kinds of customers are chosen."""
    grain, periods = _coarse(shown)
    names = [_head(period, grain) for period in periods]
    channels = channels_with(shown, ChannelKind.TOUCHPOINT, "gmv")
    choices = tuple(
        Choice(kind, name, _table(shown, key, channels, periods, names)) for kind, (key, name) in CUSTOMERS.items()
    )
    return Panel(
        "touchpoint_days",
        "table",
        _TITLES[grain],
        Text("色深代表金额，斜纹 0 为无成交，— 为未记录", "Darker is more; a hatched 0 is no sale, — is not recorded"),
        table=choices[0].table,
        choices=choices,
    )


def _head(period: Period, grain: Grain) -> Text:
    """Name a column: a day as 5/1 周一, since thirty of them stand side by side."""
    label = period_label(period, grain)
    if grain is not Grain.DAY:
        return label
    day = f"{period.first.month}/{period.first.day}"
    return Text(f"{day} {label.zh.split()[-1]}", f"{label.en.split()[0]} {day}")


def _coarse(shown: Shown) -> tuple[Grain, tuple[Period, ...]]:
    """Return the board's periods, or coarser ones where they would not stand side by side."""
    grain, periods = shown.grain, shown.periods
    for coarser in (Grain.WEEK, Grain.MONTH, Grain.YEAR):
        if len(periods) <= MAX_COLUMNS:
            break
        grain = coarser
        periods = tuple(period for period in split(shown.period, grain) if period.first <= shown.today)
    return grain, periods


def _table(
    shown: Shown, key: str, channels: Sequence[ChannelRow], periods: Sequence[Period], names: Sequence[Text]
) -> Table:
    columns = [
        Column(period.first.isoformat(), name, Unit.YUAN, metric=key, period=period)
        for period, name in zip(periods, names, strict=True)
    ]
    cells = [_cells(shown, key, periods, channel.code, GroupBy.CHANNEL) for channel in channels]
    steps = iter(heat([value for row in cells for value in row]))
    whole = shown.number(key)
    rows = []
    for channel, row in zip(channels, cells, strict=True):
        amount = shown.number(key, group=channel.code, by=GroupBy.CHANNEL)
        values: dict[str, Plain] = dict(zip([item.key for item in columns], row, strict=True))
        ramp = {item.key: step for item in columns if (step := next(steps)) is not None}
        values["total"], values["share"] = plain(amount, Unit.YUAN), plain(ratio(amount, whole), Unit.RATE)
        place = (GroupBy.CHANNEL, channel.code)
        rows.append(Row(named(channel), values, heat=ramp, slot=channel.color_slot, group=place))
    sums = _cells(shown, key, periods)
    total: dict[str, Plain] = {
        **dict(zip([item.key for item in columns], sums, strict=True)),
        "total": shown.plain(key),
        "share": plain(ratio(whole, whole), Unit.RATE),
    }
    note = Text("占比 = 触点 GMV ÷ 合计 GMV", "Share = GMV of the touchpoint / all GMV")
    tail = (
        Column("total", Text("合计", "Total"), Unit.YUAN, metric=key, period=shown.period),
        Column("share", Text("占比", "Share"), Unit.RATE, metric=key, period=shown.period),
    )
    return Table((*columns, *tail), tuple(rows), Row(Text("合计", "Total"), total), note, CHANNELS)


def _cells(
    shown: Shown, key: str, periods: Sequence[Period], group: Group = None, by: GroupBy | None = None
) -> Sequence[Plain]:
    if periods == shown.periods:
        return shown.series(key, group, by)
    return [plain(number, Unit.YUAN) for number in shown.over(key, periods, group, by)]
