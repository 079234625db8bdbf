"""What a board is: a declaration that names its cards, what it loads and how its panels are made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.boards.view import Panel, Plain
from app.domain.book import Book, Group
from app.domain.number import Number, plain, plains
from app.domain.period import Compare, Grain, Period, calendar, split
from app.domain.scope import GroupBy, Scope
from app.domain.terms import Term
from app.domain.text import Text
from app.i18n import period_label
from app.metrics.catalog import DEFINED
from app.metrics.compare import value, values
from app.metrics.definition import Metric
from app.queries.channels import ChannelRow
from app.queries.settings import Limits


@dataclass(frozen=True, slots=True)
class Load:
    """Terms to load in one grouping, over the range and what it is compared with.

    `back` names how many days before the end of the range are loaded at least.
    """

    by: GroupBy | None
    terms: tuple[Term, ...]
    back: int = 0
    whole: bool = False
    """Only the range itself is asked for, as a whole: no period of it, and nothing that it is compared with."""


@dataclass(frozen=True, slots=True)
class Again:
    """Terms to load once more, day by day, where a board of months turned out to need some days."""

    terms: tuple[Term, ...]
    days: Period


@dataclass(frozen=True, slots=True)
class Series:
    """A metric period by period: unrounded, and as it is given out."""

    numbers: tuple[Number | None, ...]
    plain: tuple[Plain, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything cards and panels are made from: the loaded books, the range and its comparison."""

    scope: Scope
    period: Period
    grain: Grain
    how: Compare
    compared: Period
    today: date
    books: Mapping[GroupBy | None, Book]
    channels: Mapping[str, ChannelRow]
    limits: Limits
    targets: Mapping[tuple[str, str | None], Number]
    """Targets of the range's last month by metric and channel."""
    days: Book | None = None
    """The days that a board of months asked for again."""
    aim: bool = False
    """Whether numbers are compared with their targets, not with the compared period."""
    periods: tuple[Period, ...] = field(init=False)
    """The rows and bars of the board: periods of its grain that have begun."""
    labels: tuple[Text, ...] = field(init=False)
    """What the periods are called."""
    _known: dict[tuple[str, Period | None, Group, GroupBy | None], Number | None] = field(
        default_factory=dict, repr=False
    )
    _columns: dict[tuple[str, Group, GroupBy | None], Series] = field(default_factory=dict, repr=False)
    """What was computed already: a chart and the table under it show the same numbers."""

    def __post_init__(self) -> None:
        """Cut the range into periods, once."""
        begun = tuple(period for period in split(self.period, self.grain) if period.first <= self.today)
        object.__setattr__(self, "periods", begun)
        object.__setattr__(self, "labels", tuple(period_label(period, self.grain) for period in begun))

    def runs(self, period: Period) -> bool:
        """Say whether a period of the board's grain is not over yet: its numbers will still change."""
        return calendar(self.grain, period.first).last >= self.today

    def number(
        self, key: str, period: Period | None = None, group: Group = None, by: GroupBy | None = None
    ) -> Number | None:
        """Return a metric, unrounded; over the whole range unless a period is given."""
        asked = (key, period, group, by)
        if asked not in self._known:
            self._known[asked] = value(DEFINED[key], self.books[by], period or self.period, group)
        return self._known[asked]

    def plain(self, key: str, period: Period | None = None, group: Group = None, by: GroupBy | None = None) -> Plain:
        """Return a metric as it is given out."""
        return plain(self.number(key, period, group, by), DEFINED[key].unit)

    def over(
        self, key: str, periods: Sequence[Period], group: Group = None, by: GroupBy | None = None
    ) -> list[Number | None]:
        """Return a metric over each of some periods, unrounded."""
        return values(DEFINED[key], self.books[by], periods, group)

    def numbers(self, key: str, group: Group = None, by: GroupBy | None = None) -> Sequence[Number | None]:
        """Return a metric for each period of the board's grain, unrounded."""
        return self._column(key, group, by).numbers

    def series(self, key: str, group: Group = None, by: GroupBy | None = None) -> Sequence[Plain]:
        """Return a metric for each period of the board's grain, as it is given out."""
        return self._column(key, group, by).plain

    def _column(self, key: str, group: Group, by: GroupBy | None) -> Series:
        asked = (key, group, by)
        if asked not in self._columns:
            numbers, unit = self.over(key, self.periods, group, by), DEFINED[key].unit
            self._columns[asked] = Series(tuple(numbers), tuple(plains(numbers, unit)))
        return self._columns[asked]

    def target(self, key: str, channel: str | None = None) -> Decimal | None:
        """Return the target of a rate in the range's last month."""
        target = self.targets.get((key, channel))
        return None if target is None else Decimal(str(plain(target, DEFINED[key].unit)))


@dataclass(frozen=True, slots=True)
class Board:
    """One board: its name, its KPI strip, its loads and its panels, in reading order."""

    key: str
    title: Text
    cards: tuple[str, ...]
    loads: tuple[Load, ...]
    panels: tuple[Callable[[Shown], Panel], ...]
    again: Callable[[Mapping[GroupBy | None, Book], Period, Limits], Again | None] | None = None
    """Says which days a board whose books hold months must look at as well."""

    @property
    def splits(self) -> tuple[GroupBy, ...]:
        """What the numbers of the KPI strip can be split by; customer kinds are known of sales alone."""
        by_kind = any(metric.by_customer_kind for metric in metrics(*self.cards))
        return (GroupBy.UNIT, GroupBy.CHANNEL, *((GroupBy.CUSTOMER_KIND,) if by_kind else ()))


def metrics(*keys: str) -> tuple[Metric, ...]:
    """Return metrics of the catalogue by their keys."""
    return tuple(DEFINED[key] for key in keys)


def terms(*keys: str) -> tuple[Term, ...]:
    """Return what metrics are made of, each term once."""
    return tuple(dict.fromkeys(term for metric in metrics(*keys) for term in metric.terms))
