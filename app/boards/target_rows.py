"""The rows of the target board: each target beside what was reached, before, and what is to be expected."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.boards.aims import thresholds
from app.boards.view import Column, Plain, Row
from app.domain.book import Book, Group
from app.domain.facts import Unit
from app.domain.number import Number, plain
from app.domain.period import Period
from app.domain.roles import Viewer
from app.domain.scope import GroupBy, Scope
from app.domain.text import Text
from app.domain.tree import Tree, UnitNode
from app.metrics.catalog import CATALOG
from app.metrics.compare import Assessment, Progress, Thresholds, assess, compare, value
from app.metrics.definition import Metric
from app.metrics.forecast import forecast, needed_terms, pattern_days
from app.metrics.pace import needed_daily
from app.metrics.targets import from_steps
from app.queries import book, channels, settings
from app.queries.channels import ChannelRow
from app.queries.targets import TargetRow

COLUMNS = (
    Column("target", Text("目标", "Target")),
    Column("actual", Text("实际", "Actual")),
    Column("completion", Text("完成率", "Completion"), Unit.RATE),
    Column("usage", Text("用量", "Usage"), Unit.RATE),
    Column("previous", Text("上月", "Previous")),
    Column("change", Text("环比", "Change"), Unit.RATE),
    Column("points", Text("差值", "Points"), Unit.RATE),
    Column("time_progress", Text("时间进度", "Time progress"), Unit.RATE),
    Column("pace", Text("进度差", "Pace"), Unit.RATE),
    Column("forecast", Text("月末预测", "Forecast")),
    Column("status", Text("状态", "Status")),
)

Place = tuple[GroupBy | None, str | None]
"""How a book is split, and the channel that it is within."""
Books = Mapping[Place, Book]


@dataclass(frozen=True, slots=True)
class Split:
    """How the numbers of a target are loaded: grouped, within a channel or not; and its group there."""

    by: GroupBy | None
    channel: str | None
    group: Group

    @property
    def place(self) -> Place:
        """The book that the numbers stand in."""
        return self.by, self.channel


def split_of(row: TargetRow) -> Split:
    """Return where a target's numbers stand: one load serves all rows that are split alike."""
    if row.channel and row.customer_kind:
        return Split(GroupBy.CUSTOMER_KIND, row.channel, row.customer_kind)
    if row.channel:
        return Split(GroupBy.CHANNEL, None, row.channel)
    if row.customer_kind:
        return Split(GroupBy.CUSTOMER_KIND, None, row.customer_kind)
    return Split(None, None, None)


def ordered(rows: Iterable[TargetRow], known: Mapping[str, ChannelRow]) -> list[TargetRow]:
    """Return targets in the order of the catalogue, each metric as a whole first, then by channel and kind."""
    order = {key: index for index, key in enumerate(CATALOG)}
    places = {code: index for index, code in enumerate(known, 1)}
    kept = [row for row in rows if row.metric in order]
    return sorted(kept, key=lambda row: (order[row.metric], places.get(row.channel or "", 0), row.customer_kind or ""))


def load_books(
    session: Session,
    viewer: Viewer,
    tree: Tree,
    unit_id: int,
    rows: Iterable[TargetRow],
    spans: Iterable[Period],
    today: date,
    *,
    by_month: bool = False,
) -> dict[Place, Book]:
    """Load one book for each way in which the rows are split; `by_month` for sums of whole months only."""
    wanted: dict[Place, dict[Any, None]] = {}
    for row in rows:
        metric = CATALOG[row.metric]
        terms = wanted.setdefault(split_of(row).place, {})
        terms.update(dict.fromkeys((*metric.terms, *needed_terms(metric))))
    known, asked, days = channels.load(session), list(spans), () if by_month else None
    return {
        (by, channel): book.load(
            session, viewer, tree, Scope(unit_id, channels.find(known, channel), None, by), terms, asked, today, days
        )
        for (by, channel), terms in wanted.items()
    }


def patterns(period: Period, today: date) -> tuple[Period, ...]:
    """Return the days that forecast a running month."""
    return (pattern_days(today),) if today in period else ()


def thresholds_of(session: Session) -> Thresholds:
    """Return where a target turns from on track to behind, as it is set."""
    return thresholds(settings.limits(session))


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the row of a target from the book that its numbers stand in."""

    period: Period
    other: Period
    today: date
    thresholds: Thresholds
    channels: Mapping[str, ChannelRow]

    @property
    def over(self) -> bool:
        """Say whether the month has ended."""
        return self.today > self.period.last

    def row(self, target: TargetRow, loaded: Book) -> Row:
        """Return the row of a unit's own target."""
        channel = self.channels.get(target.channel or "")
        return self._row(
            target,
            loaded,
            split_of(target).group,
            Row(
                _label(CATALOG[target.metric], target, channel),
                {},
                slot=channel.color_slot if channel else None,
                level=1 if target.channel or target.customer_kind else 0,
                short=_part(target, channel),
            ),
        )

    def child(self, unit: UnitNode, target: TargetRow, loaded: Book) -> Row:
        """Return the row of a child's target, from a book by unit."""
        metric = CATALOG[target.metric]
        label = Text(f"{unit.name}·{metric.name.zh}", f"{unit.name} · {metric.name.en}")
        named = Row(label, {"unit": unit.code}, level=1, short=Text(unit.name, unit.name))
        return self._row(target, loaded, unit.code, named)

    def _row(self, target: TargetRow, loaded: Book, group: Group, named: Row) -> Row:
        """Return a row with the figures of its target."""
        metric = CATALOG[target.metric]
        actual, before = (value(metric, loaded, period, group) for period in (self.period, self.other))
        values, daily = self._values(target, actual, before, forecast(metric, loaded, self.period, group))
        hits = frozenset({"actual"}) if values["status"] == "over_limit" else frozenset()
        return named._replace(values={**named.values, **values}, hits=hits, beside={"daily": daily})

    def _values(
        self, target: TargetRow, actual: Number | None, before: Number | None, expected: Number | None
    ) -> tuple[dict[str, Plain], Plain]:
        """Return the figures of the contract, and what each day left must bring."""
        metric = CATALOG[target.metric]
        aim, progress = from_steps(metric, target.steps), Progress.of(self.period, self.today)
        found, beside = self.assess(metric, aim, actual), compare(metric, actual, before)
        numbers = {"target": aim, "actual": actual, "previous": beside.value, "forecast": expected}
        rates = {
            "completion": found.completion,
            "usage": found.usage,
            "change": beside.change,
            "points": beside.points,
            "time_progress": progress.share,
            "pace": found.pace,
        }
        values: dict[str, Plain] = {
            "metric": metric.key,
            "channel": target.channel,
            "customer_kind": target.customer_kind,
            **{key: plain(number, metric.unit) for key, number in numbers.items()},
            **{key: plain(rate, Unit.RATE) for key, rate in rates.items()},
            "status": found.status,
        }
        return values, plain(needed_daily(metric, aim, actual, progress), metric.unit)

    def near(self, status: Plain, share: Plain) -> Plain:
        """Say (as 1) whether a missed target was missed by little: by less than what makes a level far behind."""
        if status != "missed" or not isinstance(share, int | Decimal):
            return None
        return 1 if share >= self.thresholds.level_behind else None

    def assess(self, metric: Metric, aim: Number | None, actual: Number | None) -> Assessment:
        """Say how a target of the month stands."""
        progress = Progress.of(self.period, self.today)
        return assess(metric, aim, actual, progress, over=self.over, thresholds=self.thresholds)


def _part(target: TargetRow, channel: ChannelRow | None) -> Text | None:
    """Return what part of a metric a target is for; None for all of it."""
    parts = [Text(channel.name, channel.name)] if channel else []
    parts += [target.customer_kind.text] if target.customer_kind else []
    return Text("·".join(part.zh for part in parts), " · ".join(part.en for part in parts)) if parts else None


def _label(metric: Metric, target: TargetRow, channel: ChannelRow | None) -> Text:
    part = _part(target, channel)
    return metric.name if part is None else Text(f"{part.zh}·{metric.name.zh}", f"{part.en} · {metric.name.en}")


def label_of(target: TargetRow, channel: ChannelRow | None) -> tuple[Text, Text | None]:
    """Return the name of a target, and of the part that it is for."""
    return _label(CATALOG[target.metric], target, channel), _part(target, channel)
