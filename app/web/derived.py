"""Read-only columns of an entry form: declared here, computed here for stored values and by the page while typing.

Where a column is a metric of the catalogue its name, parts and unit come from there, so that the form
and the boards cannot disagree (static/js/grid/totals.js reads the same declarations).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.domain.facts import FRIENDS, PUSHES, SALES, STOCK_COUNTS, FactTable, Unit
from app.domain.number import Number
from app.domain.terms import Term, Total
from app.domain.text import Text
from app.i18n import NO_VALUE, show
from app.metrics.catalog import CATALOG
from app.metrics.definition import Net, Ratio
from app.queries.recent import Recorded


@dataclass(frozen=True, slots=True)
class Part:
    """A measure of a row; `paired`: only where that other measure is recorded too."""

    key: str
    paired: str | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """A column computed from the cells of its row.

    `how`: net (first part less the second), ratio (first over second times `scale`), mean (first part
    against its mean of the week before), gap (first part less the computed stock).
    """

    key: str
    name: Text
    hint: Text
    unit: Unit
    how: str
    parts: tuple[Part, ...]
    scale: int = 1
    signed: bool = False


def _metric(key: str, hint: Text, name: Text | None = None) -> Derived:
    metric = CATALOG[key]
    formula = metric.formula
    if isinstance(formula, Net):
        parts = (_part(formula.gain), _part(formula.loss))
        return Derived(key, name or metric.name, hint, metric.unit, "net", parts, signed=True)
    if not isinstance(formula, Ratio):
        raise TypeError(f"{key} is no column of an entry form")
    parts = (_part(formula.numerator), _part(formula.denominator))
    return Derived(key, name or metric.name, hint, metric.unit, "ratio", parts, formula.scale)


def _part(term: Term) -> Part:
    if not isinstance(term, Total):
        raise TypeError(f"{term} is no cell of an entry form")
    return Part(term.fact.column, term.paired.column if term.paired else None)


_YUAN = Text("元", "yuan")
_GAP = Text("盘点 − 推算", "counted − computed")

DERIVED: dict[str, tuple[Derived, ...]] = {
    FRIENDS.kind: (
        _metric("friends_net", Text("新增 − 流失", "added − lost"), Text("净增", "Net adds")),
        _metric("add_rate", Text("新增 ÷ 触达", "added ÷ reach")),
        Derived(
            "adds_change",
            Text("较7日均值", "Vs 7-day mean"),
            Text("新增", "added"),
            Unit.RATE,
            "mean",
            (Part("adds"),),
            signed=True,
        ),
    ),
    SALES.kind: (
        _metric("aov", Text("GMV ÷ 订单", "GMV ÷ orders"), Text("客单价", "Order value")),
        _metric("member_share", Text("会员 ÷ GMV", "member ÷ GMV"), Text("会员占比", "Member share")),
    ),
    PUSHES.kind: (
        _metric("push_cpm", _YUAN, Text("千次成本", "Cost per 1,000")),
        _metric("push_rpm", _YUAN, Text("千次营收", "Revenue per 1,000")),
        _metric("push_loss_rate", Text("流失 ÷ 推送", "lost ÷ pushes")),
    ),
    STOCK_COUNTS.kind: (
        Derived(
            "cumulative_gap",
            Text("累计差异", "Cumulative gap"),
            _GAP,
            Unit.COUNT,
            "gap",
            (Part("cumulative"),),
            signed=True,
        ),
        Derived(
            "current_gap", Text("现好友差异", "Current gap"), _GAP, Unit.COUNT, "gap", (Part("current"),), signed=True
        ),
    ),
}
"""The derived columns of each kind of fact."""

Steps = Mapping[str, int | None]
"""The cells of a row by column, as they are stored: counts, and money in fen."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What derived columns need beside the cells: the week before of a row, and the computed stock."""

    week: Mapping[str, Recorded]
    stock: Mapping[str, int]


def steps_of(value: int | Decimal | None, unit: Unit) -> int | None:
    """Return a measure of a record as an integer: heads, or fen."""
    return None if value is None else int(value * 100 if unit is Unit.YUAN else value)


def texts(table: FactTable, steps: Steps, beside: Beside) -> list[str]:
    """Return what the derived columns of a row show."""
    return [_shown(column, _of_row(column, steps, beside)) for column in DERIVED.get(table.kind, ())]


def totals(table: FactTable, columns: Sequence[Mapping[str, Any]], rows: Sequence[Steps]) -> list[str]:
    """Return the totals row: sums of the columns, and derived columns recomputed from sums."""
    units = [(column["key"], Unit(column["unit"])) for column in columns]
    sums = [show(_money(_sum(rows, Part(key)), unit), unit) for key, unit in units]
    return [*sums, *(_total(column, rows) for column in DERIVED.get(table.kind, ()))]


def _total(column: Derived, rows: Sequence[Steps]) -> str:
    if column.how not in ("net", "ratio"):
        return ""
    return _shown(column, _combined(column, [_sum(rows, part) for part in column.parts]))


def _sum(rows: Sequence[Steps], part: Part) -> int | None:
    found = [value for row in rows if (value := _value(row, part)) is not None]
    return sum(found) if found else None


def _value(row: Steps, part: Part) -> int | None:
    return None if part.paired and row[part.paired] is None else row[part.key]


def _of_row(column: Derived, steps: Steps, beside: Beside) -> Number | None:
    values = [_value(steps, part) for part in column.parts]
    first = values[0]
    if column.how in ("net", "ratio"):
        return _combined(column, values)
    key = column.parts[0].key
    if first is None:
        return None
    if column.how == "gap":
        return first - beside.stock[key] if key in beside.stock else None
    week = beside.week.get(key)
    return Fraction(first * week.days - week.total, week.total) if week and week.total else None


def _combined(column: Derived, values: Sequence[int | None]) -> Number | None:
    one, other = values
    if one is None or other is None:
        return None
    if column.how == "net":
        return one - other
    return Fraction(one * column.scale, other) if other > 0 else None


def _shown(column: Derived, value: Number | None) -> str:
    return NO_VALUE if value is None else show(_money(value, column.unit), column.unit, signed=column.signed)


def _money(value: Number | None, unit: Unit) -> Number | None:
    return Fraction(value) / 100 if value is not None and unit is Unit.YUAN else value


def declared(table: FactTable) -> list[dict[str, Any]]:
    """Return the derived columns of a kind as the page's script reads them."""
    return [
        {
            "how": column.how,
            "unit": column.unit.value,
            "parts": [[part.key, part.paired] for part in column.parts],
            "scale": column.scale,
            "signed": column.signed,
        }
        for column in DERIVED.get(table.kind, ())
    ]
