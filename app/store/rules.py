"""Rules that hold for the merged result of a write: across fields, across rows, and against the clock."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.errors import Issue
from app.domain.facts import FRIENDS, RETENTION, SALES, STOCK_COUNTS, FactTable
from app.domain.text import Text

Values = Mapping[str, int | None]

AT_MOST = {
    SALES.kind: (("buyers", "orders"), ("member_gmv", "gmv"), ("member_orders", "orders")),
    STOCK_COUNTS.kind: (("current", "cumulative"),),
}
"""Per kind: the first measure of a row may not exceed the second, where both are recorded."""

NAMES = {
    "orders": Text("订单数", "orders"),
    "gmv": Text("GMV", "gmv"),
    "cumulative": Text("累计好友", "cumulative"),
}

EXCEEDS = Text("不能大于{zh}（{value}）", "must not exceed {en} ({value})")
BOTH = Text("盘点要填两个数", "a stock count needs both numbers")


@dataclass(frozen=True, slots=True)
class Merged:
    """One row as it would be stored: its place in the request, its day, key and values."""

    row: int
    day: date
    dims: tuple[int | str, ...]
    values: Values


def of_row(table: FactTable, merged: Merged, today: date) -> Iterator[Issue]:
    """Yield what is wrong within one merged row."""
    yield from _of_day(table, merged, today)
    for low, high in AT_MOST.get(table.kind, ()):
        small, large = merged.values[low], merged.values[high]
        if small is not None and large is not None and small > large:
            shown = _shown(table, high, large)
            yield Issue(low, EXCEEDS.fill(zh=NAMES[high].zh, en=NAMES[high].en, value=shown), merged.row)
    if table is STOCK_COUNTS:
        for key, value in merged.values.items():
            if value is None:
                yield Issue(key, BOTH, merged.row)


def _of_day(table: FactTable, merged: Merged, today: date) -> Iterator[Issue]:
    if table.day_key == "month":
        return
    if merged.day > today:
        yield Issue(table.day_key, Text("不能是将来的日期", "must not be in the future"), merged.row)
    elif table is RETENTION and merged.day + timedelta(days=int(merged.dims[1])) > today:
        yield Issue("day_n", Text("还没有到这一天", "this day of the cohort is still to come"), merged.row)


def _shown(table: FactTable, key: str, value: int) -> str:
    return f"{value / 100:.2f}" if table.measure(key).unit == "yuan" else str(value)


def retained_within_adds(table: FactTable, merged: Merged, other: int | None) -> Iterator[Issue]:
    """Yield the breach of retained <= adds, seen from either table.

    `other` is the cohort's adds for a retention row, and the highest retained for a friends row.
    """
    if table is RETENTION:
        retained = merged.values["retained"]
        if retained is not None and other is not None and retained > other:
            message = Text("不能大于该批次的新增好友（{adds}）", "must not exceed the cohort's adds ({adds})")
            yield Issue("retained", message.fill(adds=other), merged.row)
    if table is FRIENDS:
        adds = merged.values["adds"]
        if adds is not None and other is not None and adds < other:
            message = Text(
                "不能小于已记录的留存人数（{retained}）", "must not be below the recorded retained ({retained})"
            )
            yield Issue("adds", message.fill(retained=other), merged.row)
