"""What a metric is: its formula is data, and the kind of aggregation is the formula itself.

A rate can only be written as a ratio of two terms, so averaging or adding up rates cannot be
expressed at all. A term is answered by a sum, a level, or what one is forecast to be, and by None where
it is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from app.domain.facts import ChannelKind, Unit
from app.domain.number import Number, ratio
from app.domain.terms import Level, Source, Term, Total
from app.domain.text import Text


class Better(StrEnum):
    """Which way a metric should move."""

    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Flow:
    """A sum over days, units and channels."""

    total: Total

    @property
    def terms(self) -> tuple[Term, ...]:
        """What has to be loaded."""
        return (self.total,)

    def value(self, total: Number | None) -> Number | None:
        """Return the sum."""
        return total


@dataclass(frozen=True, slots=True)
class Net:
    """One sum less another; both are needed."""

    gain: Total
    loss: Total

    @property
    def terms(self) -> tuple[Term, ...]:
        """What has to be loaded."""
        return (self.gain, self.loss)

    def value(self, gain: Number | None, loss: Number | None) -> Number | None:
        """Return the difference."""
        return None if gain is None or loss is None else gain - loss


@dataclass(frozen=True, slots=True)
class Balance:
    """A stock, taken at a close and never summed over days."""

    level: Level

    @property
    def terms(self) -> tuple[Term, ...]:
        """What has to be loaded."""
        return (self.level,)

    def value(self, level: Number | None) -> Number | None:
        """Return the level."""
        return level


@dataclass(frozen=True, slots=True)
class Ratio:
    """One sum or level over another, both over the whole period and scope, times `scale`, and `plus` a whole."""

    numerator: Term
    denominator: Term
    scale: int = 1
    plus: int = 0

    @property
    def terms(self) -> tuple[Term, ...]:
        """What has to be loaded."""
        return (self.numerator, self.denominator)

    def value(self, numerator: Number | None, denominator: Number | None) -> Number | None:
        """Return the quotient; no value over zero, less or nothing."""
        quotient = ratio(numerator, denominator)
        if quotient is None or (self.scale == 1 and not self.plus):
            return quotient
        return quotient * self.scale + self.plus


Formula = Flow | Net | Balance | Ratio


@dataclass(frozen=True, slots=True)
class Metric:
    """One entry of the catalogue; `limit` is the default upper limit where there is one."""

    key: str
    name: Text
    unit: Unit
    formula: Formula
    about: Text
    """The formula and its meaning in one line, for the dictionary on screen."""
    better: Better = Better.UP
    limit: Decimal | None = None
    source: str = "article"
    short: Text | None = None
    """The name where room is short, as on a card."""

    @property
    def terms(self) -> tuple[Term, ...]:
        """What has to be loaded."""
        return self.formula.terms

    @property
    def label(self) -> Text:
        """The name for cards and column heads."""
        return self.short or self.name

    @property
    def is_flow(self) -> bool:
        """Say whether the metric accumulates over days, so that time progress means something."""
        return isinstance(self.formula, Flow | Net)

    @property
    def is_limit(self) -> bool:
        """Say whether a target of the metric is an upper limit."""
        return self.better is Better.DOWN

    def value(self, *answers: Number | None) -> Number | None:
        """Return the metric from its terms, answered in their order: heads, yuan or a fraction of 1, unrounded."""
        value = self.formula.value(*answers)
        # Money is loaded in fen; a quotient of money keeps the unit, a rate cancels it.
        if value is None or self.unit is not Unit.YUAN:
            return value
        return Fraction(value, 100)

    def values(self, columns: Sequence[Sequence[Number | None]]) -> list[Number | None]:
        """Return what `value` gives for each place of some columns, one column for each term."""
        formula = self.formula
        plain = isinstance(formula, Flow | Balance)  # their only term is what they are
        found: list[Number | None] = list(columns[0] if plain else map(formula.value, *columns))
        if self.unit is not Unit.YUAN:
            return found
        return [None if value is None else Fraction(value, 100) for value in found]

    @property
    def channel_kinds(self) -> frozenset[ChannelKind]:
        """Kinds of channel that the metric can be split by: those that all its terms know."""
        return frozenset.intersection(*(_channel_kinds(term) for term in self.terms))

    @property
    def by_customer_kind(self) -> bool:
        """Say whether the metric is made of sales alone."""
        return all(isinstance(term, Total) and term.fact.source is Source.SALES for term in self.terms)


_KNOWN = {
    Source.FRIENDS: frozenset({ChannelKind.SOURCE}),
    Source.COHORTS: frozenset({ChannelKind.SOURCE}),
    Source.SALES: frozenset(ChannelKind),
    Source.PUSHES: frozenset({ChannelKind.TOUCHPOINT}),
}


def _channel_kinds(term: Term) -> frozenset[ChannelKind]:
    return _KNOWN[term.fact.source] if isinstance(term, Total) else frozenset()
