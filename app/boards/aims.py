"""Cards beside their targets: of the months that a range holds as a whole, or up to today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from app.boards.board import Shown
from app.boards.cards import limit_note
from app.boards.view import Aim, Card
from app.domain.facts import Unit
from app.domain.number import Number, half_up, plain
from app.domain.period import Grain, Period, month_of, split
from app.domain.scope import Scope
from app.domain.terms import Level, Span, Take
from app.domain.text import Text
from app.i18n import points, show
from app.metrics.catalog import CATALOG
from app.metrics.compare import Progress, Status, Thresholds, assess
from app.metrics.definition import Metric
from app.metrics.targets import from_steps
from app.queries.settings import Limits
from app.queries.targets import TargetRow

MOST_MONTHS = 36
"""Months whose targets are added up at most."""

Rows = Mapping[Period, Sequence[TargetRow]]

NOT_MONTHS = Text("目标按月设定，所选日期不是整月", "Targets are set for months; these days are not whole ones")
TOO_LONG = Text(f"超过 {MOST_MONTHS} 个月不汇总目标", f"Targets are not added over more than {MOST_MONTHS} months")
NONE_SET = Text("没有设定目标", "No target is set")
ONE_MONTH = Text("比率的目标只看单个月", "The target of a rate is of one month")


def months_of(period: Period, today: date) -> tuple[Period, ...]:
    """Return the months of a range that begins with one and ends with one, or today; else none."""
    ends = period.last in (month_of(period.last).last, today)
    if period.first.day != 1 or not ends:
        return ()
    months = tuple(month_of(part.first) for part in split(period, Grain.MONTH))
    return months if len(months) <= MOST_MONTHS else ()


@dataclass(frozen=True, slots=True)
class Reached:
    """A number of a scope over a range, which is to be seen beside its target."""

    metric: Metric
    value: Number | None
    scope: Scope
    period: Period
    today: date
    limits: Limits


def beside(shown: Shown, card: Card, rows: Rows) -> Card:
    """Return a card that shows its target in place of another period, or says why there is none."""
    metric = CATALOG[card.metric]
    number = shown.number(card.metric)
    aim, said = stand(Reached(metric, number, shown.scope, shown.period, shown.today, shown.limits), rows)
    bare = replace(card, compare=None, compare_label=None, note=said, aim=aim)
    if aim is None or not isinstance(aim.target, int | Decimal) or not metric.is_limit:
        return bare
    return replace(bare, limit=Decimal(aim.target), status=None if aim.status == Status.NO_DATA else aim.status)


def stand(reached: Reached, rows: Rows) -> tuple[Aim | None, Text]:
    """Return the target of a number and how it stands, in words too; or why there is no target."""
    metric, number = reached.metric, reached.value
    aim, why = _target(reached, rows)
    if aim is None:
        return None, why
    months = Period(min(rows).first, max(rows).last)
    found = assess(
        metric,
        aim,
        number,
        Progress.of(months, reached.today),
        over=reached.today > months.last,
        thresholds=thresholds(reached.limits),
    )
    target = plain(aim, metric.unit)
    if metric.is_limit:
        said = _bare(metric, aim) if number is None else limit_note(number, half_up(aim, 10), metric.unit)
        return Aim(target, None, None, found.status), said
    pace = found.pace if reached.today <= months.last else None
    said = _words(metric, aim, found.completion, pace) if number is not None else _bare(metric, aim)
    return Aim(target, _rate(found.completion), _rate(pace), found.status), said


def thresholds(limits: Limits) -> Thresholds:
    """Return where a target turns from on track to behind, of the limits that are set."""
    return Thresholds(*(getattr(limits, name) for name in Thresholds.__slots__))


def _bare(metric: Metric, aim: Number) -> Text:
    shown = show(aim, metric.unit)
    return Text(f"目标 {shown}，还没有数据", f"target {shown}, no data yet")


def _rate(number: Number | None) -> Decimal | None:
    return None if number is None else half_up(number, 10)


def _words(metric: Metric, aim: Number, completion: Number | None, pace: Number | None) -> Text:
    shown, done = show(aim, metric.unit), show(completion, Unit.RATE)
    if completion is None:  # of a target of 0 there is no share
        return Text(f"目标 {shown}", f"target {shown}")
    if pace is None:
        return Text(f"目标 {shown}，完成 {done}", f"target {shown}, {done} done")
    word = Text("超前", "ahead") if pace >= 0 else Text("落后", "behind")
    gap = points(pace)
    return Text(f"目标 {shown}，完成 {done}，{word.zh} {gap}", f"target {shown}, {done} done, {gap} {word.en}")


def _target(reached: Reached, rows: Rows) -> tuple[Number | None, Text]:
    """Return the target of a range, or why there is none: flows add up, closes are the last month's."""
    metric = reached.metric
    if not rows:
        is_long = len(split(reached.period, Grain.MONTH)) > MOST_MONTHS
        return None, TOO_LONG if is_long else NOT_MONTHS
    months = sorted(rows)
    if not metric.is_flow:
        if len(months) > 1 and not _at_close(metric):
            return None, ONE_MONTH
        months = months[-1:]
    found = {month: of_month(metric, reached.scope, rows[month]) for month in months}
    lacking = [month for month, number in found.items() if number is None]
    if len(lacking) == len(months):
        return None, NONE_SET
    if lacking:
        names = ", ".join(f"{month.first:%Y-%m}" for month in lacking)
        return None, Text(f"{names} 没有目标", f"No target for {names}")
    return sum((number for number in found.values() if number is not None), 0), NONE_SET


def _at_close(metric: Metric) -> bool:
    """Say whether a metric is known at a close alone, whatever came before its last month."""
    return all(
        term.take is not Take.OPENING if isinstance(term, Level) else term.span is Span.MONTH_TO_DATE
        for term in metric.terms
    )


def of_month(metric: Metric, scope: Scope, rows: Sequence[TargetRow]) -> Number | None:
    """Return the target of a metric in just this scope among those of a unit's month."""
    channel = None if scope.channel is None else scope.channel.code
    wanted = (metric.key, channel, scope.customer_kind)
    steps = next((row.steps for row in rows if (row.metric, row.channel, row.customer_kind) == wanted), None)
    return from_steps(metric, steps)
