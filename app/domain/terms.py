"""What a formula asks the data for: a fact, and how it is taken.

Formulas name terms, queries answer them, metrics turn the answers into values; the three meet
only here. A term is a frozen value, so it is its own key in a `Book`.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from app.domain.facts import CustomerKind


class Source(StrEnum):
    """Where a fact is read: a fact table, or the cohorts (retention joined to its friends row)."""

    FRIENDS = "friends"
    COHORTS = "cohorts"
    SALES = "sales"
    PUSHES = "pushes"
    STOCK = "stock"
    """What stock counts add to the computed stock."""


class Fact(StrEnum):
    """A summable number, named `source.column`."""

    REACH = "friends.reach"
    ADDS = "friends.adds"
    LOSSES = "friends.losses"
    RETAINED = "cohorts.retained"
    COHORT_ADDS = "cohorts.adds"
    GMV = "sales.gmv"
    ORDERS = "sales.orders"
    BUYERS = "sales.buyers"
    REFUNDS = "sales.refunds"
    MEMBER_GMV = "sales.member_gmv"
    MEMBER_ORDERS = "sales.member_orders"
    PUSHES = "pushes.pushes"
    PUSH_COST = "pushes.push_cost"
    PUSH_GMV = "pushes.push_gmv"
    PUSH_LOSSES = "pushes.push_losses"
    CUMULATIVE_STEP = "stock.cumulative_step"
    CURRENT_STEP = "stock.current_step"
    CUMULATIVE_RECOUNT = "stock.cumulative_recount"
    CURRENT_RECOUNT = "stock.current_recount"

    @property
    def source(self) -> Source:
        """The table the fact stands in."""
        return _SOURCES[self]

    @property
    def column(self) -> str:
        """The column of the fact."""
        return self.value.split(".")[1]


_SOURCES = {fact: Source(fact.value.split(".")[0]) for fact in Fact}


class Stock(StrEnum):
    """A level of friends at the close of a day; it exists per unit, not per channel."""

    CUMULATIVE = "cumulative"
    CURRENT = "current"


class Span(StrEnum):
    """Over which days a total runs."""

    PERIOD = "period"
    MONTH_TO_DATE = "month_to_date"
    """From the 1st of the month of the period's last day shown."""


class Take(StrEnum):
    """At which close a level is taken."""

    OPENING = "opening"
    """The day before the period."""
    CLOSING = "closing"
    """The last day of the period shown."""
    MONTH_OPENING = "month_opening"
    """The day before the month of the period's last day shown."""


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of a fact over a span: missing when no row recorded it.

    `kinds` keeps only those customer kinds (sales), `day_n` one retention day (cohorts), and
    `paired` only the rows in which that other fact of the same source is recorded.
    """

    fact: Fact
    kinds: frozenset[CustomerKind] | None = None
    paired: Fact | None = None
    day_n: int | None = None
    span: Span = Span.PERIOD
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Hash once: a board looks terms up thousands of times."""
        object.__setattr__(self, "_hash", hash((self.fact, self.kinds, self.paired, self.day_n, self.span)))

    def __hash__(self) -> int:
        """Return the hash of all fields."""
        return self._hash


@dataclass(frozen=True, slots=True)
class Level:
    """A stock at one close: missing where nothing was ever recorded up to it."""

    stock: Stock
    take: Take = Take.CLOSING


Term = Total | Level
