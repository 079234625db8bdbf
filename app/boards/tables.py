"""Tables that boards share: metrics by period with a total row, and heat steps."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from app.boards.board import Shown, metrics
from app.boards.view import DAYS, Column, Plain, Row, Table
from app.domain.period import Grain, Period
from app.domain.text import Text
from app.i18n import period_label

HEAT_STEPS = 6
"""Steps of the colour ramp."""

LABELS = {Grain.DAY: DAYS, Grain.WEEK: Text("周", "Week"), Grain.MONTH: Text("月份", "Month")}
NOTHING: Mapping[Period, Any] = MappingProxyType({})
TOTAL = Text("合计 / 期末", "Total / close")


def column(key: str, *, signed: bool = False) -> Column:
    """Return the column of a metric, named and formatted by the catalogue."""
    (metric,) = metrics(key)
    return Column(key, metric.label, metric.unit, signed=signed, metric=key)


def by_period(
    shown: Shown,
    columns: Sequence[Column],
    note: Text,
    hits: Mapping[Period, frozenset[str]] = NOTHING,
    words: Mapping[Period, Text] = NOTHING,
) -> Table:
    """Return metrics for each period of the board's grain, and their total over the whole range.

    `hits` names for a period the columns that are over their limit, `words` what is to be noted.
    """
    rows = [
        Row(
            period_label(period, shown.grain),
            {item.key: shown.plain(item.key, period) for item in columns},
            hits=hits.get(period, frozenset()),
            note=words.get(period),
            period=period,
        )
        for period in shown.periods
    ]
    total = Row(TOTAL, {item.key: shown.plain(item.key) for item in columns})
    return Table(tuple(columns), tuple(rows), total, note, LABELS[shown.grain])


def heat(values: Sequence[Plain]) -> list[int | None]:
    """Return each value's step on the ramp, from the lowest to the highest of all; None where there is none."""
    numbers = [value if isinstance(value, int | Decimal) else None for value in values]
    known = [Fraction(value) for value in numbers if value is not None]
    if not known:
        return [None] * len(numbers)
    low, width = min(known), max(known) - min(known)
    return [
        None
        if value is None
        else min(int((Fraction(value) - low) / width * HEAT_STEPS), HEAT_STEPS - 1)
        if width
        else 0
        for value in numbers
    ]
