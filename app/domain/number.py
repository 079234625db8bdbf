"""Exact numbers: fractions inside, rounding only where a number leaves the program."""

from decimal import Decimal
from fractions import Fraction

from app.domain.facts import Unit

Number = Fraction | int
"""An exact value: heads, yuan or a fraction of 1."""

DECIMALS = {Unit.COUNT: 0, Unit.YUAN: 2, Unit.RATE: 10, Unit.TIMES: 2}
"""Decimals of a value on output, by unit."""


def half_up(value: Number | Decimal, decimals: int) -> Decimal:
    """Round to `decimals` places, halves away from zero."""
    return Decimal(steps(value, decimals)).scaleb(-decimals)


def steps(value: Number | Decimal, decimals: int) -> int:
    """Return how many steps of the last of `decimals` places a value is, halves rounded away from zero."""
    numerator, denominator = value.as_integer_ratio()
    # Integers only: a board rounds a thousand values, and fractions would reduce each step.
    whole: int = (2 * abs(numerator) * 10**decimals + denominator) // (2 * denominator)
    return whole if numerator >= 0 else -whole


def plain(value: Number | None, unit: Unit) -> int | Decimal | None:
    """Return a value as the API gives it: an integer for counts, rounded decimals otherwise."""
    if value is None:
        return None
    if unit is Unit.COUNT:
        return value if isinstance(value, int) else int(half_up(value, 0))
    return half_up(value, DECIMALS[unit])


def ratio(numerator: Number | None, denominator: Number | None) -> Fraction | None:
    """Divide; no value where a side is missing or the denominator is zero or less."""
    if numerator is None or denominator is None or denominator <= 0:
        return None
    if isinstance(numerator, int) and isinstance(denominator, int):
        return Fraction(numerator, denominator)  # reduced once, not twice
    return Fraction(numerator) / denominator
