"""Whether a day is unusual: a plain rule on the same weekdays before it, which a sentence can explain."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.domain.facts import Unit
from app.domain.number import Number
from app.domain.text import Text

WEEKS = 8
"""Same weekdays that a day is held against."""
FEWEST = 4
"""With fewer recorded ones nothing is called unusual."""
MARGIN = Fraction(1, 4)
"""How far beyond all of them, as a share of their median."""
HEADS = 5
"""At least so far beyond, where heads or orders are counted: small stores vary by a few each day."""

RULE = Text(
    "异常：昨日数值超出近 8 周同星期几的全部数值，且超出幅度大于其中位数的 25%（数量类至少 5）；"
    "同星期几有记录的不足 4 个时不判断",
    "Unusual: beyond all recorded values of the same weekday in the last 8 weeks, by more than 25% of their median "
    "(counts: at least 5); never judged on fewer than 4 of them",
)


@dataclass(frozen=True, slots=True)
class Unusual:
    """A value beside the range that it left; `weeks` says how many same weekdays made it."""

    value: Number
    low: Number
    high: Number
    weeks: int

    @property
    def is_high(self) -> bool:
        """Say whether it lies above the range; else it lies below."""
        return self.value > self.high


def unusual(value: Number | None, before: Sequence[Number | None], unit: Unit) -> Unusual | None:
    """Return a day's value with the range of the same weekdays before when it is far outside of it, else None.

    `before` holds one value for each of the weeks, None where nothing was recorded.
    """
    known = sorted(number for number in before if number is not None)
    if value is None or len(known) < FEWEST:
        return None
    low, high = known[0], known[-1]
    beyond = max(value - high, low - value)
    far = MARGIN * median(known)
    if beyond <= far or (unit is Unit.COUNT and beyond < HEADS):
        return None
    return Unusual(value, low, high, len(known))


def median(ordered: Sequence[Number]) -> Fraction:
    """Return the middle of ordered values, or the mean of the two in the middle."""
    half = len(ordered) // 2
    return Fraction(ordered[half] + ordered[-half - 1], 2)
