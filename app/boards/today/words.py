"""Wording that several notices share."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from app.boards.view import Plain
from app.domain.facts import Unit
from app.domain.number import Number
from app.domain.text import Text
from app.i18n import WAN, compact, show

NAMED = 3
"""Units that a sentence names before it counts the others."""


def shown(value: Plain | Number, unit: Unit) -> str:
    """Write a value with its separators, or in percent."""
    return show(value if isinstance(value, int | Decimal | Fraction) else None, unit)


def brief(value: Number, unit: Unit) -> str:
    """Write a value of a sentence: large amounts of money without their last digits."""
    return compact(value) if unit is Unit.YUAN and abs(Fraction(value)) >= WAN else show(value, unit)


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
