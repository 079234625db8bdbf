"""The view model of 今日: cards, what needs attention, and the month's targets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from app.boards.view import Coverage, Delta, Plain, Row
from app.domain.facts import Unit
from app.domain.period import Period
from app.domain.text import Text
from app.queries.completeness import DayOf
from app.queries.recounts import Recount


@dataclass(frozen=True, slots=True)
class Spark:
    """The line of the last days in a box of 112 x 36: runs of recorded days, its end, and where the limit lies."""

    runs: tuple[str, ...]
    end: tuple[str, str]
    limit: str | None
    words: Text
    """The same in words: each day with its value."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A card's month beside its target; `shape` is flow, level (stocks and ratios) or limit."""

    shape: str
    target: Plain
    actual: Plain
    share: Plain
    """Completion, or how much of a limit is used."""
    time: Plain
    pace: Plain
    gap: Plain
    """What lacks to the target, or what is left of the limit; below zero beyond either."""
    status: str
    since: date | None = None
    """The first day of the month above the limit."""
    days: int = 0
    """How many days stand above it."""


@dataclass(frozen=True, slots=True)
class KpiCard:
    """A metric on its last full day: value, comparison, line, limit and pace."""

    metric: str
    name: Text
    unit: Unit
    word: Text
    """What is counted, behind the value."""
    about: Text
    day: date
    value: Plain
    compare: Delta | None
    spark: Spark | None
    status: str | None
    """within_limit or over_limit, for a metric that has a limit and a value."""
    month: Plain
    pace: Pace | None
    href: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that needs attention: one sentence with the two numbers, and where to act."""

    tone: str
    """bad, warn or info: what weighs most comes first."""
    kind: str
    title: Text
    text: Text
    href: str
    action: Text
    about: Text | None = None
    """The day or the unit that it is about."""


@dataclass(frozen=True, slots=True)
class Today:
    """The whole page."""

    month: Period
    yesterday: date
    cards: tuple[KpiCard, ...]
    net: Plain
    gmv: Plain
    notices: tuple[Notice, ...]
    hidden: int
    """Notices that found no room."""
    unseen: int
    """Direct children that are too many to look at each; 0 where all were."""
    targets: tuple[Row, ...]
    time: Plain
    elapsed: int
    coverage: Coverage
    days: Mapping[int, DayOf]
    """How far yesterday is filled, by unit."""
    missing: Mapping[int, list[date]]
    """Days of the month without a friends row, by unit."""
    recounts: tuple[Recount, ...]


def address(path: str, **params: object) -> str:
    """Return the address of a page with its parameters; `first` and `last` are called from and to."""
    names = {"first": "from", "last": "to"}
    return f"{path}?{urlencode({names.get(name, name): str(value) for name, value in params.items()})}"
