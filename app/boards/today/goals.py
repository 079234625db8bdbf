"""What the month's limits and targets of the unit ask attention for."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from app.boards.today.cards import board_of, breach
from app.boards.today.morning import CHURN, Morning
from app.boards.today.view import Notice, address
from app.boards.today.words import brief, joined, shown
from app.boards.view import Row
from app.domain.facts import Unit
from app.domain.number import Number
from app.domain.text import Text
from app.i18n import pair, plural
from app.metrics.catalog import CATALOG
from app.metrics.compare import Progress, Status
from app.metrics.definition import Metric
from app.metrics.pace import needed_daily

OPEN_TARGETS = Text("看目标", "Targets")
TONES = {Status.FAR_BEHIND: "bad", Status.BEHIND: "warn", Status.MISSED: "warn"}


def churn_over(morning: Morning) -> Iterator[Notice]:
    """Tell that month-to-date churn is over its limit: since when, and how many days it was."""
    now, limit = morning.number(CATALOG[CHURN], morning.yesterday), morning.limits.churn_limit
    if now is None or now <= limit:
        return
    since, days = breach(morning, limit)
    said = pair(now, limit, Unit.RATE)
    first = f"{since.month}/{since.day}" if since else ""
    yield Notice(
        "bad",
        "limit",
        Text("月流失率超阈值", "Monthly churn over its limit"),
        Text(
            f"{said.one}，阈值 {said.other}，超 {said.gap}；{first} 首次超过，本月按日历天已超 {days} 天",
            f"{said.one} against {said.other}, {said.gap} over; "
            f"first over on {first}, {plural(days, 'calendar day')} this month",
        ),
        _board(morning, CHURN),
        Text("看流失", "Churn"),
    )


def limits_over(morning: Morning) -> Iterator[Notice]:
    """Tell which targets that are limits are exceeded; churn is told once, against the limit of the settings."""
    is_told = any(True for _ in churn_over(morning))
    for row in morning.rows:
        metric = CATALOG[str(row.values["metric"])]
        if row.values["status"] != Status.OVER_LIMIT or (is_told and metric.key in (CHURN, "churn_rate")):
            continue
        actual, limit = _numbers(row)
        said = pair(actual, limit, metric.unit)
        yield Notice(
            "bad",
            "limit",
            Text(f"{row.label.zh}超限", f"{row.label.en} over its limit"),
            Text(
                f"本月 {said.one}，上限 {said.other}，超 {said.gap}",
                f"{said.one} this month against {said.other}, {said.gap} over",
            ),
            targets_page(morning),
            OPEN_TARGETS,
        )


def behind(morning: Morning) -> Iterator[Notice]:
    """Tell which targets are behind, those that are furthest first, and what each day left has to bring."""
    rows = [row for row in morning.rows if row.values["status"] in TONES]
    for row in sorted(rows, key=_weight):
        metric = CATALOG[str(row.values["metric"])]
        actual, target = _numbers(row)
        done = shown(row.values["completion"], Unit.RATE)
        if metric.is_flow:
            time = shown(row.values["time_progress"], Unit.RATE)
            how = Text(f"完成 {done}，时间进度 {time}", f"{done} done, {time} of the time")
            text = joined([how, *_rate_needed(morning, metric, actual, target)])
        else:
            said = pair(actual, target, metric.unit)
            text = Text(
                f"本月 {said.one}，目标 {said.other}，差 {said.gap}，完成 {done}",
                f"{said.one} against {said.other}, {said.gap} short, {done} done",
            )
        yield Notice(
            TONES[Status(str(row.values["status"]))],
            "target",
            Text(f"{row.label.zh}落后", f"{row.label.en} behind"),
            text,
            targets_page(morning),
            OPEN_TARGETS,
        )


def _rate_needed(morning: Morning, metric: Metric, actual: Decimal, target: Decimal) -> Iterator[Text]:
    """Yield what each day left must bring beside what a day brought so far, as the targets' page counts them."""
    progress, unit = Progress.of(morning.month, morning.today), metric.unit
    needed = needed_daily(metric, Fraction(target), Fraction(actual), progress)
    if needed is None:
        return
    left, daily = progress.days - progress.elapsed, Fraction(actual) / len(morning.so_far)
    each, mean = brief(_whole(needed, unit), unit), brief(_whole(daily, unit), unit)
    yield Text(
        f"余下 {left} 天每天需 {each}，至今日均 {mean}",
        f"{each} a day needed for {plural(left, 'day')}, {mean} a day so far",
    )


def _whole(value: Fraction, unit: Unit) -> Number:
    """Return what is to be reached each day: whole heads, rounded up, since less would not do."""
    return -(-value.numerator // value.denominator) if unit is Unit.COUNT else value


def _weight(row: Row) -> tuple[int, Decimal]:
    measured = row.values["pace"] if row.values["pace"] is not None else row.values["completion"]
    return list(TONES).index(Status(str(row.values["status"]))), Decimal(str(measured))


def _numbers(row: Row) -> tuple[Decimal, Decimal]:
    return Decimal(str(row.values["actual"])), Decimal(str(row.values["target"]))


def _board(morning: Morning, key: str) -> str:
    return address(board_of(key), unit=morning.unit.code, first=morning.month.first, last=morning.yesterday)


def targets_page(morning: Morning) -> str:
    """Return the address of the month's targets."""
    return address("/targets", unit=morning.unit.code, month=f"{morning.month.first:%Y-%m}")
