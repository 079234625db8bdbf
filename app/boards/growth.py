"""The growth board: friends won and lost, churn against its limit, stock, add rates and retention."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from app.boards.board import Board, Load, Shown, terms
from app.boards.churn import HIT, NO_COUNT, NO_STOCK, breach_days, churn_panel, churn_points
from app.boards.figures import growth as draw
from app.boards.tables import REPORTS, by_period, column, heat, joined, named, told
from app.boards.view import CHANNELS, Column, Key, Panel, Plain, Remedy, Row, Table
from app.domain.facts import RETENTION_DAYS, ChannelKind, Unit
from app.domain.number import plains
from app.domain.period import DAY, Grain, Period, month_of, split
from app.domain.scope import GroupBy
from app.domain.text import Text
from app.i18n import say, show, t
from app.metrics import churn
from app.metrics.catalog import CATALOG
from app.queries.channels import ChannelRow

COHORT_WEEKS = 8
TWO_PANELS = Text("两项量级不同，分面显示，纵轴不从 0 起", "Two panels for two sizes; axes do not start at 0")

_DAILY = (
    "friends_added",
    "friends_lost",
    "friends_net",
    "friends_cumulative",
    "friends_current",
    "retention_total",
    "churn_rate_mtd",
    "reach",
    "add_rate",
)
_RATES = ("friends_added", "reach", "add_rate")
_RETENTION = {
    f"retention_d{day_n}": Text("次日", "Day 1") if day_n == 1 else Text(f"{day_n}日", f"Day {day_n}")
    for day_n in RETENTION_DAYS
}


def adds_and_losses(shown: Shown) -> Panel:
    """Return adds, losses and net per period."""
    adds, losses, net = (shown.series(key) for key in ("friends_added", "friends_lost", "friends_net"))
    columns = (column("friends_added"), column("friends_lost"), column("friends_net", signed=True))
    added, lost, more = (show(shown.number(item.key), Unit.COUNT, signed=item.signed) for item in columns)
    words = (Text(f"共新增 {added}", f"{added} added"), Text(f"流失 {lost}", f"{lost} lost"))
    numbers = [shown.number(item.key) for item in columns]
    finding = told(
        zip(numbers, (*words, Text(f"净增 {more}", f"net {more}")), strict=True),
        Text("没有新增和流失的记录", "Nothing is recorded as added or lost"),
    )
    return Panel(
        "adds_losses",
        "chart",
        Text("日增与流失", "Adds and losses"),
        finding,
        width=6,
        finding=finding,
        figure=draw.adds_and_losses(shown.periods, shown.grain, adds, losses, net),
        keys=(
            Key(Text("新增", "Added"), "var(--series-add)"),
            Key(Text("流失", "Lost"), "var(--series-loss)"),
            Key(Text("净增", "Net"), "var(--series-ink)", "line"),
        ),
        table=by_period(shown, columns, Text("净增 = 新增 − 流失", "Net = added − lost")),
    )


def stocks(shown: Shown) -> Panel:
    """Return cumulative and current friends on two panels."""
    cumulative, current = shown.series("friends_cumulative"), shown.series("friends_current")
    uncounted = not shown.scope.channel and shown.periods and all(value is None for value in current)
    ends = [shown.number(key) for key in ("friends_cumulative", "friends_current")]
    held, left = (show(end, Unit.COUNT) for end in ends)
    columns = (column("friends_cumulative"), column("friends_current"))
    return Panel(
        "stocks",
        "chart",
        Text("累计好友与现好友数", "Cumulative and current friends"),
        NO_STOCK if shown.scope.channel else TWO_PANELS,
        width=4,
        height=320,
        figure=draw.stocks(shown.periods, shown.grain, cumulative, current)
        if any(value is not None for value in current)
        else None,
        finding=told(
            (
                (ends[0], Text(f"期末累计好友 {held}", f"{held} cumulative at the close")),
                (ends[1], Text(f"期末现好友 {left}", f"{left} current at the close")),
            ),
            Text("还算不出期末好友", "No friends are known at the close"),
        ),
        table=by_period(shown, columns, Text("存量取期末值", "Stocks are taken at the close")),
        empty=NO_COUNT if uncounted else None,
        remedy=Remedy.COUNT if uncounted else None,
    )


def add_rates(shown: Shown) -> Panel:
    """Return each source channel's add rate beside its target of the month."""
    rows = [_rate_row(shown, channel) for channel in shown.channels.values() if channel.kind is ChannelKind.SOURCE]
    known = [row for row in rows if any(row.values[key] is not None for key in _RATES)]
    drawn = [
        draw.AddRate(say(row.label), rate, row.values["friends_added"], row.values["reach"], target)
        for row in known
        if isinstance(rate := row.values["add_rate"], Decimal)
        and (isinstance(target := row.values["target"], Decimal) or target is None)
    ]
    best = max(drawn, key=lambda row: row.rate).name if drawn else None
    return Panel(
        "add_rates",
        "chart",
        Text("渠道加粉率", "Add rate by channel"),
        CATALOG["add_rate"].about,
        width=4,
        height=320,
        figure=draw.add_rates(drawn) if drawn else None,
        finding=told(
            [(best, Text(f"加粉率最高的渠道是{best}", f"The best add rate is that of {best}"))],
            Text("没有算得出加粉率的渠道", "No channel has an add rate"),
        ),
        keys=(
            Key(Text("加粉率", "Add rate"), "var(--series-main)"),
            Key(Text("目标", "Target"), "var(--series-ink)", "line"),
        ),
        table=Table(
            (*(column(key) for key in _RATES), Column("target", Text("目标", "Target"), Unit.RATE, metric="add_rate")),
            tuple(known),
            Row(Text("合计", "Total"), {key: shown.plain(key) for key in _RATES}),
            Text("合计按总数重算，只计有触达记录的行", "The total is recomputed from sums of rows with reach"),
            label=CHANNELS,
        ),
    )


def _rate_row(shown: Shown, channel: ChannelRow) -> Row:
    values = {key: shown.plain(key, group=channel.code, by=GroupBy.CHANNEL) for key in _RATES}
    of_month = shown.period in month_of(shown.period.first)
    values["target"] = shown.target("add_rate", channel.code) if of_month else None
    return Row(named(channel), values, slot=channel.color_slot, group=(GroupBy.CHANNEL, channel.code))


def cohorts(shown: Shown) -> Panel:
    """Return retention of the last eight weeks' adds as a heat table."""
    weeks = split(Period(_first_week(shown.period), shown.period.last), Grain.WEEK)
    columns = [plains(shown.over(key, weeks), Unit.RATE) for key in _RETENTION]
    rows = [
        (week, {key: _observed(shown, key, week, value) for key, value in zip(_RETENTION, values, strict=True)})
        for week, values in zip(weeks, zip(*columns, strict=True), strict=True)
    ][::-1]
    steps = heat([value for _, values in rows for value in values.values()])
    keyed = iter(steps)
    table_rows = tuple(
        Row(
            _week(week),
            values,
            heat={key: step for key in values if (step := next(keyed)) is not None},
            period=week,
        )
        for week, values in rows
    )
    return Panel(
        "cohorts",
        "table",
        Text("新增好友留存", "Retention of new friends"),
        Text("按添加周，次日 / 7日 / 30日", "By week of adding, day 1, 7 and 30"),
        width=4,
        table=Table(
            label=Text("添加周", "Added"),
            columns=tuple(Column(key, name, Unit.RATE, metric=key) for key, name in _RETENTION.items()),
            rows=table_rows,
            note=Text("留存人数 ÷ 这些批次的新增好友", "Retained / adds of the cohorts recorded"),
        ),
    )


def _week(week: Period) -> Text:
    day = f"{week.first.month}/{week.first.day}"
    return Text(f"{day} 周", f"from {day}")


def _observed(shown: Shown, key: str, week: Period, value: Plain) -> Plain:
    day_n = int(key.removeprefix("retention_d"))
    if value is None and week.first + timedelta(days=day_n) > shown.today - DAY:
        return t("未到观察期", "Not yet due")
    return value


def _first_week(period: Period) -> date:
    monday = period.last - timedelta(days=period.last.weekday())
    return monday - timedelta(weeks=COHORT_WEEKS - 1)


def daily(shown: Shown) -> Panel:
    """Return the daily report, its churn marked where it is over the limit."""
    limit, report = shown.limits.churn_limit, REPORTS[shown.grain]
    points = churn_points(shown)
    firsts = {breach.day for breach in churn.breaches(points, limit)}
    hits: dict[Period, frozenset[str]] = {}
    words = _recounted(shown)
    for period, (last, _), is_over in zip(shown.periods, points, churn.above(points, limit), strict=True):
        if is_over:
            hits[period] = HIT
            if last in firsts:
                words[period] = [Text("首次超阈值", "First over the limit"), *words.get(period, ())]
    notes = {period: joined(said, Text("；", "; ")) for period, said in words.items()}
    columns = [column(key, signed=key == "friends_net") for key in _DAILY]
    note = Text(
        "月流失率 = 当月 1 日起累计流失 ÷ 上月末现好友数。总留存率 = 现好友数 ÷ 累计好友数。"
        "累计、现好友、留存率和月流失率取期末值，加粉率按总数重算，其余求和。",
        "Churn = losses since the 1st / current friends at the close of the month before. Stocks, retention and churn "
        "are taken at the close, the add rate is recomputed from sums, the rest is summed.",
    )
    return Panel(
        "daily",
        "table",
        Text(f"用户增长{report.zh}", f"{report.en} growth report"),
        table=by_period(shown, columns, note, hits, notes),
    )


def _recounted(shown: Shown) -> dict[Period, list[Text]]:
    """Return what stock counts differ from the computed stock, for each period with such a count."""
    found: dict[Period, list[tuple[int, int]]] = {}
    for day, pair in shown.books[None].recounts.items():
        for period in shown.periods:
            if day in period:
                found.setdefault(period, []).append(pair)
    return {period: [_difference(pairs)] for period, pairs in found.items()}


def _difference(pairs: Sequence[tuple[int, int]]) -> Text:
    cumulative, current = (show(sum(side), Unit.COUNT, signed=True) for side in zip(*pairs, strict=True))
    return Text(f"对账差异 累计 {cumulative}，现好友 {current}", f"Recount: cumulative {cumulative}, current {current}")


GROWTH = Board(
    "growth",
    Text("用户增长", "Growth"),
    cards=("friends_added", "friends_cumulative", "friends_current", "retention_total", "churn_rate_mtd", "add_rate"),
    loads=(
        Load(None, terms(*_DAILY, *_RETENTION), back=7 * COHORT_WEEKS),
        Load(GroupBy.CHANNEL, terms(*_RATES), whole=True),
    ),
    panels=(adds_and_losses, churn_panel, stocks, add_rates, cohorts, daily),
    again=breach_days,
)
