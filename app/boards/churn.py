"""The churn panel of the growth board: month to date against the limit."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from app.boards.board import Again, Shown, terms
from app.boards.figures import churn as draw
from app.boards.tables import column
from app.boards.view import NO_HIT, Key, Panel, Remedy, Row, Table
from app.domain.book import Book
from app.domain.facts import Unit
from app.domain.number import DECIMALS, Number, half_up
from app.domain.period import Compare, Grain, Period, month_of, split
from app.domain.scope import GroupBy
from app.domain.text import Text
from app.i18n import month_label, period_label, short_range, show, t
from app.metrics import churn
from app.metrics.catalog import CATALOG
from app.metrics.catalog.growth import LOSSES_MTD, MONTH_OPENING
from app.metrics.compare import Status
from app.queries.settings import Limits

NO_STOCK = Text("现好友只按单元统计，不分渠道", "Current friends exist per unit, not per channel")

NO_COUNT = Text(
    "该单元到这段日期还没有期初存量，也没有增减，算不出现好友",
    "The unit has no opening stock, and nothing was added or lost up to these days",
)
_NO_OPENING = Text(
    "该单元上月末没有期初存量，算不出月流失率", "The unit has no stock at the close of the month before: no churn rate"
)

_CALENDAR = Text(
    "超限天数按日历天计：没有填报的日子沿用之前累计的流失",
    "Days over are calendar days: one without entries keeps the losses of those before it",
)

Points = Sequence[tuple[date, Number | None]]

HIT = frozenset({"churn_rate_mtd"})

MAX_DAYS = 62
"""A board of weeks up to this long shows the days of the line, too: it is one that grows from day to day."""


def churn_panel(shown: Shown) -> Panel:
    """Return month-to-date churn with its limit, the first day above it and the compared days."""
    points = churn_points(shown) if _grain(shown) is shown.grain else _series(shown, shown.period)
    limit = shown.limits.churn_limit
    breaches = churn.breaches(points, limit)
    values = [None if rate is None else half_up(rate, DECIMALS[Unit.RATE]) for _, rate in points]
    beside = short_range(shown.compared)
    before = _before(shown, points)
    series = draw.Churn(points, before, values, _by_day(shown), limit, breaches, beside, _short(shown))
    first = _first_day(shown, breaches[0]) if breaches else None
    last = points[-1][1] if points else None
    uncounted = bool(points) and _is_uncounted(shown, points)
    return Panel(
        "churn",
        "chart",
        Text("月流失率", "Monthly churn"),
        _explained(shown),
        width=6,
        figure=draw.churn(series) if any(rate is not None for _, rate in points) else None,
        finding=_finding(first, points),
        keys=_keys(beside, series),
        table=_table(shown, points, values),
        status=None if last is None else Status.OVER_LIMIT if last > limit else Status.WITHIN_LIMIT,
        badge=None if first is None else _badge(shown, sum(churn.above(points, limit))),
        note=_CALENDAR if breaches and _by_day(shown) else None,
        empty=_NO_OPENING if uncounted else None,
        remedy=Remedy.COUNT if uncounted else None,
    )


def _is_uncounted(shown: Shown, points: Points) -> bool:
    """Say whether no month of a unit has a stock to begin with: then there is no rate, whatever was lost."""
    ends = [Period(day, day) for day, _ in points]
    return not shown.scope.channel and all(
        found is None for found in shown.books[None].answers(MONTH_OPENING, ends, None)
    )


def churn_points(shown: Shown) -> list[tuple[date, Number | None]]:
    """Return the month-to-date churn at the last day shown of each period of the board's grain."""
    lasts = (period.until(shown.today).last for period in shown.periods)
    return list(zip(lasts, shown.numbers("churn_rate_mtd"), strict=True))


def _series(shown: Shown, period: Period) -> list[tuple[date, Number | None]]:
    return churn.series(shown.books[None], split(period, _grain(shown)))


def _by_day(shown: Shown) -> bool:
    return shown.grain is Grain.DAY or (shown.grain is Grain.WEEK and len(shown.period) <= MAX_DAYS)


def _grain(shown: Shown) -> Grain:
    return Grain.DAY if _by_day(shown) else Grain.MONTH


def _short(shown: Shown) -> str:
    """Name the compared period where there is little room: its month, or how it is compared."""
    other = shown.compared
    if other in month_of(other.first):
        return month_label(other.first)
    return t("上期", "before") if shown.how is Compare.PREVIOUS else t("去年", "last year")


def _first_day(shown: Shown, breach: churn.Breach) -> churn.Breach:
    """Return the first day above the limit; where points are months, it is looked up day by day."""
    if _by_day(shown):
        return breach
    points = churn.series(shown.days or shown.books[None], split(_days_of(breach, shown.period), Grain.DAY))
    return churn.breaches(points, shown.limits.churn_limit)[0]


def _days_of(breach: churn.Breach, period: Period) -> Period:
    return Period(max(month_of(breach.day).first, period.first), breach.day)


def breach_days(books: Mapping[GroupBy | None, Book], period: Period, limits: Limits) -> Again | None:
    """Return the days of the first month above the limit: which of them was the first is to be told."""
    breaches = churn.breaches(churn.series(books[None], split(period, Grain.MONTH)), limits.churn_limit)
    return Again(terms("churn_rate_mtd"), _days_of(breaches[0], period)) if breaches else None


def _before(shown: Shown, points: Points) -> list[Number | None]:
    """Return the compared period's series, by the same position in it."""
    values = [rate for _, rate in _series(shown, shown.compared)][: len(points)]
    return values + [None] * (len(points) - len(values))


def _badge(shown: Shown, above: int) -> Text:
    if _by_day(shown):
        return Text(f"已超 {above} 天", f"{above} days over")
    return Text(f"{above} 个月超限", f"{above} months over")


def _keys(beside: str, series: draw.Churn) -> tuple[Key, ...]:
    """Return what the lines mean, those that are drawn."""
    drawn = (
        (True, Key(Text("月流失率", "Month to date"), "var(--series-main)", "line")),
        (any(rate is not None for rate in series.before), Key(_versus(beside), "var(--series-prev)", "dash")),
        (series.daily, Key(Text("按天折算上限", "Prorated limit"), "var(--bad-line)", "dash")),
        (bool(series.breaches), Key(Text("超阈值", "Over the limit"), "var(--breach-fill)")),
    )
    return tuple(key for is_drawn, key in drawn if is_drawn)


def _versus(beside: str) -> Text:
    return Text(f"对比 {beside}", f"vs {beside}")


def _table(shown: Shown, points: Points, values: Sequence[Decimal | None]) -> Table:
    over, daily = churn.above(points, shown.limits.churn_limit), _by_day(shown)
    rows = tuple(
        Row(
            _day(day) if daily else period_label(month_of(day), Grain.MONTH),
            {"churn_rate_mtd": value},
            hits=HIT if is_over else NO_HIT,
            # A month leads to its days, those that are shown.
            period=Period(day if daily else max(month_of(day).first, shown.period.first), day),
        )
        for (day, _), value, is_over in zip(points, values, over, strict=True)
    )
    return Table((column("churn_rate_mtd"),), rows, note=CATALOG["churn_rate_mtd"].about)


@lru_cache(maxsize=1024)
def _day(day: date) -> Text:
    return Text(f"{day.month}月{day.day}日", day.isoformat())


def _explained(shown: Shown) -> Text:
    if shown.scope.channel:
        return NO_STOCK
    last = shown.period.until(shown.today).last
    lost, opening = (shown.books[None].answer(term, Period(last, last)) for term in (LOSSES_MTD, MONTH_OPENING))
    if opening is None:
        return Text("上月末没有现好友，算不出月流失率", "No friends at the close of the month before: no churn rate")
    heads = Fraction(opening) * Fraction(shown.limits.churn_limit)
    gone, held, allowed = (show(value, Unit.COUNT) for value in (lost, opening, heads))
    limit = show(shown.limits.churn_limit, Unit.RATE)
    if lost is None:
        return Text(
            f"本月还没有流失记录；月初现好友 {held}，{limit} 上限为 {allowed} 人",
            f"No losses are recorded yet; {limit} of {held} at the opening allows {allowed}",
        )
    return Text(
        f"累计流失 {gone} ÷ 月初现好友 {held}，{limit} 上限为 {allowed} 人",
        f"{gone} lost of {held} at the opening; {limit} allows {allowed}",
    )


def _finding(first: churn.Breach | None, points: Points) -> Text:
    last = next((rate for _, rate in reversed(points) if rate is not None), None)
    now = show(last, Unit.RATE)
    if last is None:
        return Text("还算不出月流失率", "No month-to-date churn yet")
    if first is None:
        return Text(f"月流失率 {now}，未超阈值", f"Month-to-date churn {now}, within the limit")
    day, rate = first.day, show(first.value, Unit.RATE)
    return Text(
        f"{day.month}月{day.day}日起超过阈值，当日 {rate}，期末 {now}",
        f"Over the limit from {day.isoformat()} ({rate}), {now} at the close",
    )
