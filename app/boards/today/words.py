"""Wording that several notices share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.boards.view import Plain
from app.domain.facts import Unit
from app.domain.number import Number, half_up
from app.domain.text import Text
from app.i18n import WAN, compact, points, show

FINE = 4
"""Decimals of a percent where two would not tell two rates apart."""
NAMED = 3
"""Units that a sentence names before it counts the others."""


def shown(value: Plain | Number, unit: Unit) -> str:
    """Write a value with its separators, or in percent."""
    return show(value if isinstance(value, int | Decimal | Fraction) else None, unit)


def brief(value: Number, unit: Unit) -> str:
    """Write a value of a sentence: large amounts of money without their last digits."""
    return compact(value) if unit is Unit.YUAN and abs(Fraction(value)) >= WAN else show(value, unit)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two values that conflict, written so that they differ: rates that look alike get two more decimals."""

    one: str
    other: str
    gap: str


def pair(one: Number | Decimal, other: Number | Decimal, unit: Unit) -> Pair:
    """Write two values and how far they lie apart: rates in percentage points."""
    gap = abs(Fraction(one) - Fraction(other))
    if unit is not Unit.RATE:
        return Pair(shown(one, unit), shown(other, unit), show(gap, unit))
    if shown(one, unit) != shown(other, unit) or not gap:
        return Pair(shown(one, unit), shown(other, unit), points(gap))
    fine = [f"{half_up(Fraction(number) * 100, FINE)}" for number in (one, other, gap)]
    return Pair(f"{fine[0]}%", f"{fine[1]}%", f"{fine[2]}pp")


def listed(parts: Sequence[Text]) -> Text:
    """Join parts of a sentence; of many the first are named and the others counted."""
    named, more = parts[:NAMED], max(len(parts) - NAMED, 0)
    return Text(
        "，".join(part.zh for part in named) + (f"，另有 {more} 个单元" if more else ""),
        ", ".join(part.en for part in named) + (f" and {more} more" if more else ""),
    )


def joined(parts: Iterable[Text]) -> Text:
    """Join sentences."""
    kept = list(parts)
    return Text("；".join(part.zh for part in kept), "; ".join(part.en for part in kept))
