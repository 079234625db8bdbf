"""Target values: kept as whole steps of their metric's unit, so that they are exact everywhere."""

from decimal import Decimal
from fractions import Fraction

from app.domain.facts import MAX_COUNT, MAX_FEN, Unit
from app.domain.number import Number
from app.metrics.definition import Metric

STEPS = {Unit.COUNT: 1, Unit.YUAN: 100, Unit.RATE: 10**10}
"""Steps that make one head, one yuan or the rate 1."""

MAX_STEPS = {Unit.COUNT: MAX_COUNT, Unit.YUAN: MAX_FEN, Unit.RATE: 10**16}
"""Bounds of a target; a rate of a million is beyond any use."""


def to_steps(metric: Metric, value: Decimal) -> int | None:
    """Return a target as steps; None when it has more decimals than its unit allows."""
    steps = Fraction(value) * STEPS[metric.unit]
    return int(steps) if steps.denominator == 1 else None


def from_steps(metric: Metric, steps: int | None) -> Number | None:
    """Return stored steps as a number in the metric's unit."""
    if steps is None:
        return None
    return steps if metric.unit is Unit.COUNT else Fraction(steps, STEPS[metric.unit])
