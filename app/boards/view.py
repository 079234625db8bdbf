"""The view model of a board: one frozen value that the page, the JSON and later exports render."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple

from app.domain.facts import CustomerKind, Unit
from app.domain.number import DECIMALS, half_up
from app.domain.period import Grain, Period
from app.domain.scope import GroupBy
from app.domain.text import Text

Plain = int | Decimal | str | None
"""A value as the API gives it: rounded, money in yuan, rates as fractions, None for no value."""

Figure = dict[str, object]
"""A Plotly figure as plain data: `data`, `layout` and perhaps `narrow` (layout below 460 px)."""


DAYS = Text("日期", "Day")
CHANNELS = Text("渠道", "Channel")


class Tone(StrEnum):
    """Whether a change is good for its metric: the only thing that colours it."""

    GOOD = "good"
    BAD = "bad"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Delta:
    """A value beside the one it is compared with; `points` only for rates."""

    value: Plain
    change: Decimal | None
    points: Decimal | None
    tone: Tone = Tone.NEUTRAL


@dataclass(frozen=True, slots=True)
class Aim:
    """A target beside what was reached: completion, pace while its months run, and how it stands."""

    target: Plain
    completion: Decimal | None
    pace: Decimal | None
    status: str


@dataclass(frozen=True, slots=True)
class Card:
    """One number of the KPI strip with its comparison line and, where it has one, its limit."""

    metric: str
    name: Text
    unit: Unit
    value: Plain
    compare: Delta | None = None
    compare_label: Text | None = None
    limit: Decimal | None = None
    status: str | None = None
    """within_limit or over_limit, only for a metric with a limit and a value."""
    note: Text | None = None
    aim: Aim | None = None
    """The target it is compared with, where that was asked for and there is one."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: `unit` None is text; `signed` shows a plus sign."""

    key: str
    name: Text
    unit: Unit | None = None
    signed: bool = False
    share: bool = False
    metric: str | None = None
    by_row: bool = False
    """Rows count different things here: each has the unit of its own in its value `unit`."""
    period: Period | None = None
    """The days that its numbers are of, where they are not the row's."""
    group: tuple[GroupBy, str] | None = None
    """The channel or customer kind that its numbers are of, where a row is a period."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A note on a day, as a chart and a table show it: the sign of its kind, and what it says."""

    mark: Text
    text: Text


NOTHING: Mapping[Any, Any] = MappingProxyType({})
NO_HIT: frozenset[str] = frozenset()


class Row(NamedTuple):  # not a dataclass: a board has hundreds, and one that is frozen takes four times as long to make
    """A row of a table; `hits` names the columns over their limit, `heat` their step 0..5 on the ramp."""

    label: Text
    values: Mapping[str, Plain]
    hits: frozenset[str] = NO_HIT
    heat: Mapping[str, int] = NOTHING
    note: Text | None = None
    slot: int | None = None
    level: int = 0
    period: Period | None = None
    """The days that the row is about, in a table of which each row is a period."""
    short: Text | None = None
    """Its name where the row above it says the rest."""
    beside: Mapping[str, Plain] = NOTHING
    """What a page shows beside the values, and the JSON does not."""
    group: tuple[GroupBy, str] | None = None
    """The unit, channel or customer kind that the row is about, by its code."""
    metric: str | None = None
    """The metric that its numbers are of, in a table of which each row is another one."""
    part: Text | None = None
    """What is shown of a period that is not whole: it still runs, or the range cuts it."""
    href: str | None = None
    """The address that shows what the row is about; only a page has one."""
    pins: tuple[Pin, ...] = ()
    """What people noted on these days."""

    @property
    def remark(self) -> Text | None:
        """All that is to be noted about the row."""
        said = [*([self.note] if self.note else []), *(pin.text for pin in self.pins)]
        return Text("；".join(text.zh for text in said), "; ".join(text.en for text in said)) if said else None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns, a total row that says how it was made, and a foot note."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    note: Text | None = None
    label: Text = DAYS
    """What the rows are: the head of the column of their labels."""
    more: int = 0
    """Rows that there would be too many of."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several tables of a panel, of which the page shows one at a time."""

    key: str
    name: Text
    table: Table


@dataclass(frozen=True, slots=True)
class Key:
    """An entry of the legend above a chart; `mark` is box, line or dash."""

    name: Text
    color: str
    mark: str = "box"


@dataclass(frozen=True, slots=True)
class Option:
    """Something else that a panel can show: a value of a parameter of the address."""

    param: str
    value: str
    label: Text
    chosen: bool


class Remedy(StrEnum):
    """What fills a panel that has nothing to show."""

    LATEST = "latest"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Panel:
    """One card of a board: a chart with its finding in words, or a table."""

    key: str
    kind: str
    """chart or table."""
    title: Text
    subtitle: Text | None = None
    width: int = 12
    """Columns of the 12-column grid."""
    height: int = 280
    figure: Figure | None = None
    finding: Text | None = None
    keys: tuple[Key, ...] = ()
    table: Table | None = None
    """The table itself, or the data behind the chart."""
    choices: tuple[Choice, ...] = ()
    """The tables among which the page lets one choose; the first is `table`."""
    status: str | None = None
    badge: Text | None = None
    options: tuple[Option, ...] = ()
    note: Text | None = None
    """How a chart is computed, at its foot; a table says so itself."""
    empty: Text | None = None
    """Why there is nothing to show, where it is not for what the filters leave."""
    remedy: Remedy | None = None
    """What a reader can do about that."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How complete a period is: unit-days that have a friends row of those expected."""

    expected: int
    present: int
    missing: tuple[tuple[str, int], ...] = ()
    """Names of the children that lack days, or of the unit itself where it has none, with how many."""

    @property
    def rate(self) -> Decimal | None:
        """The share present, rounded as rates are; no value when nothing is expected."""
        return half_up(Fraction(self.present, self.expected), DECIMALS[Unit.RATE]) if self.expected else None


AIM = "target"
"""Asked for in place of a comparison: how numbers stand against their targets."""


@dataclass(frozen=True, slots=True)
class ScopeView:
    """What a board is about."""

    unit: str
    unit_name: str
    period: Period
    channel: str | None
    compare: str | None
    compared: Period | None
    today: date
    as_of: date | None = None
    """The day at whose close the numbers stood as they are shown; None shows them as they are."""
    kind: CustomerKind | None = None
    grain: Grain | None = None
    """The length of the periods shown; None where nothing is cut into periods."""
    aim: bool = False
    """Whether cards stand against their targets, in place of `compare`."""


@dataclass(frozen=True, slots=True)
class BoardView:
    """A whole board."""

    board: str
    title: Text
    scope: ScopeView
    coverage: Coverage
    cards: tuple[Card, ...]
    panels: tuple[Panel, ...]
    version: int
