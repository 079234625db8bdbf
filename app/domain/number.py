"""Exact numbers: fractions inside, rounding only where a number leaves the program."""

from collections.abc import Iterable
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
    return plains((value,), unit)[0]


def plains(values: Iterable[Number | None], unit: Unit) -> list[int | Decimal | None]:
    """Return values of a unit as the API gives them."""
    if unit is Unit.COUNT:
        return [value if value is None or isinstance(value, int) else steps(value, 0) for value in values]
    decimals = DECIMALS[unit]
    return [None if value is None else half_up(value, decimals) for value in values]


def ratio(numerator: Number | None, denominator: Number | None) -> Fraction | None:
    """Divide; no value where a side is missing or the denominator is zero or less."""
    if numerator is None or denominator is None or denominator <= 0:
        return None
    if isinstance(numerator, int) and isinstance(denominator, int):
        return Fraction(numerator, denominator)  # reduced once, not twice
    return Fraction(numerator) / denominator
