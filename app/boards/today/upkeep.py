"""What the data asks attention for: entries that lack, days that look unusual, counts that disagree, open months."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from app.boards.today.cards import board_of
from app.boards.today.morning import OF_CHILDREN, WATCHED, Morning, lag, same_weekdays
from app.boards.today.view import Notice, address
from app.boards.today.words import listed, shown
from app.domain.facts import TABLES
from app.domain.number import Number
from app.domain.period import Period
from app.domain.terms import Level
from app.domain.text import Text
from app.domain.tree import UnitNode
from app.metrics.anomaly import Unusual, unusual
from app.metrics.catalog import CATALOG
from app.metrics.definition import Metric
from app.queries.completeness import DayOf, DayState
from app.queries.recounts import Recount

FILL_IN = Text("去补填", "Fill in")


def lacks(day: DayOf) -> tuple[str, ...]:
    """Return the kinds of fact that lack a row on a unit's day."""
    if day.state is DayState.NO_DATA:
        return ()
    return tuple(kind for kind, found in day.kinds.items() if found.missing)


def missing_entries(morning: Morning) -> Iterator[Notice]:
    """Tell what lacks of yesterday, by unit and kind; then which days of the month before it have no friends row."""
    behind = [(morning.tree.nodes[id_], lacks(day)) for id_, day in morning.days.items() if lacks(day)]
    if behind:
        count = sum(len(kinds) for _, kinds in behind)
        named = listed([_lacking(node.name, kinds) for node, kinds in behind])
        href = address(f"/entry/{behind[0][1][0]}", unit=behind[0][0].code, day=morning.yesterday)
        title = Text(f"昨日未填报 {count} 项", f"Entries missing yesterday: {count}")
        yield Notice("warn", "missing", title, named, href, FILL_IN, _on(morning.yesterday))
    earlier = {id_: [day for day in days if day < morning.yesterday] for id_, days in morning.missing.items()}
    gaps = [(morning.tree.nodes[id_], days) for id_, days in earlier.items() if days]
    if gaps:
        count = sum(len(days) for _, days in gaps)
        parts = [Text(f"{node.name} {len(days)} 天", f"{node.name} {len(days)}") for node, days in gaps]
        href = address("/entry/friends", unit=gaps[0][0].code, day=gaps[0][1][0])
        title = Text(f"本月缺填 {count} 天", f"Days missing this month: {count}")
        yield Notice("warn", "missing", title, listed(parts), href, FILL_IN)


def _lacking(name: str, kinds: Sequence[str]) -> Text:
    tables = [TABLES[kind].name for kind in kinds]
    return Text(
        f"{name} " + "、".join(table.zh for table in tables), f"{name}: " + ", ".join(table.en for table in tables)
    )


def unusual_days(morning: Morning, keys: Iterable[str]) -> Iterator[Notice]:
    """Tell which numbers of yesterday lie far from the same weekdays before: of the unit, then of its children."""
    metrics = [CATALOG[key] for key in dict.fromkeys((*keys, *WATCHED))]
    daily = [metric for metric in metrics if not lag(metric) and not any(isinstance(t, Level) for t in metric.terms)]
    lacking = {line for id_, day in morning.days.items() if lacks(day) for line in morning.tree.lineage(id_)}
    for metric in daily:
        yield from _unusual(morning, metric, morning.unit, morning.number, is_whole=morning.unit.id not in lacking)
    for node in morning.below.nodes:

        def number(metric: Metric, day: date, code: str = node.code) -> Number | None:
            return morning.below.number(metric, Period(day, day), code)

        for key in OF_CHILDREN:
            yield from _unusual(morning, CATALOG[key], node, number, is_whole=node.id not in lacking)


Numbers = Callable[[Metric, date], Number | None]
"""Gives a metric of a unit on a day."""


def _unusual(morning: Morning, metric: Metric, node: UnitNode, number: Numbers, *, is_whole: bool) -> Iterator[Notice]:
    day = morning.yesterday
    before = [number(metric, each) for each in same_weekdays(day)]
    found = unusual(number(metric, day), before, metric.unit)
    # A sum that lacks entries is low because of them, which is told already.
    if found is None or not (found.is_high or is_whole):
        return
    yield Notice(
        "info",
        "unusual",
        Text(f"{metric.label.zh}异常", f"{metric.label.en} unusual"),
        _explained(metric, found),
        address(board_of(metric.key), unit=node.code, first=day, last=day),
        Text("看当日", "That day"),
        Text(node.name, node.name),
    )


def _explained(metric: Metric, found: Unusual) -> Text:
    now, low, high = (shown(number, metric.unit) for number in (found.value, found.low, found.high))
    side = Text("高于", "above") if found.is_high else Text("低于", "below")
    return Text(
        f"昨日 {now}，{side.zh}近 {found.weeks} 个同星期几的 {low} 至 {high}",
        f"{now} yesterday, {side.en} the {low} to {high} of the last {found.weeks} same weekdays",
    )


def recounted(morning: Morning, found: Sequence[Recount]) -> Iterator[Notice]:
    """Tell that stock counts of the month disagree with what was computed."""
    if found:
        parts = [
            Text(
                f"{morning.tree.nodes[one.unit_id].name} 现好友盘点 {one.counted[1]:,}，推算 {one.computed[1]:,}",
                f"{morning.tree.nodes[one.unit_id].name}: {one.counted[1]:,} counted, {one.computed[1]:,} computed",
            )
            for one in found
        ]
        href = address("/recounts", unit=morning.unit.code)
        title = Text(f"对账差异 {len(found)} 处", f"Stock counts that disagree: {len(found)}")
        yield Notice("info", "recount", title, listed(parts[:1]), href, Text("去核对", "Check"))


def not_closed(month: date) -> Notice:
    """Tell that the month before is still open."""
    return Notice(
        "info",
        "closing",
        Text(f"{month.year}年{month.month}月还没有月结", f"{month:%Y-%m} is not closed yet"),
        Text("结账后数据不再变动", "Once closed its numbers no longer change"),
        "/closing",
        Text("去月结", "Close it"),
    )


def _on(day: date) -> Text:
    return Text(f"{day.month}月{day.day}日", day.isoformat())
