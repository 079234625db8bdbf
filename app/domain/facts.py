"""The facts people enter: tables, their keys and their measures, declared once.

Models, inputs, the REST routes, the entry form and the history all follow these declarations;
`tests/domain/test_facts.py` fails when one of them drifts.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.text import Text


class Unit(StrEnum):
    """What a number counts: heads and pieces, fen stored and yuan shown, a fraction of 1, or how many times."""

    COUNT = "count"
    YUAN = "yuan"
    RATE = "rate"
    TIMES = "times"


class ChannelKind(StrEnum):
    """Where friends come from (引流渠道), or where they buy (成交触点)."""

    SOURCE = "source"
    TOUCHPOINT = "touchpoint"


class CustomerKind(StrEnum):
    """How often a customer has bought (客户类型)."""

    NEW = "new"
    FIRST_REPEAT = "first_repeat"
    SECOND_REPEAT = "second_repeat"
    LOYAL = "loyal"

    @property
    def text(self) -> Text:
        """The name shown to people."""
        return _CUSTOMER_KINDS[self]


_CUSTOMER_KINDS = {
    CustomerKind.NEW: Text("新客", "New"),
    CustomerKind.FIRST_REPEAT: Text("首次复购", "First repeat"),
    CustomerKind.SECOND_REPEAT: Text("二次复购", "Second repeat"),
    CustomerKind.LOYAL: Text("多次复购", "Loyal"),
}
NEW = frozenset({CustomerKind.NEW})
OLD = frozenset(CustomerKind) - NEW

RETENTION_DAYS = (1, 7, 30)
"""The days after adding on which a cohort is counted again."""

MAX_COUNT = 10**12
MAX_FEN = 10**13 * 100
"""Bounds of one value: counts, and money in fen (10^13 yuan)."""

FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2199, 12, 31)
"""Business days lie between these, so that a day before or a year before always exists."""

UNATTRIBUTED = {kind: f"unattributed_{kind}" for kind in ChannelKind}
"""Codes of the built-in 未区分 channels."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of a fact table; its column holds an integer (fen for yuan) or NULL, not recorded."""

    key: str
    name: Text
    unit: Unit = Unit.COUNT


@dataclass(frozen=True, slots=True)
class Dim:
    """A part of a fact's key beside day and unit; `channels` says which kinds of channel it may name."""

    key: str
    name: Text
    channels: frozenset[ChannelKind] = frozenset()
    optional: bool = False

    @property
    def column(self) -> str:
        """The column that holds it: channels are stored by their id."""
        return f"{self.key}_id" if self.channels else self.key


@dataclass(frozen=True, slots=True)
class FactTable:
    """One kind of fact: `kind` in the REST path, key (`day_key`, unit, dims) and measures."""

    kind: str
    name: Text
    dims: tuple[Dim, ...]
    measures: tuple[Measure, ...]
    day_key: str = "day"

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the key fields, in the order of the REST contract."""
        return (self.day_key, "unit", *(dim.key for dim in self.dims))

    def measure(self, key: str) -> Measure:
        """Return the measure named `key`; KeyError for another."""
        return next(m for m in self.measures if m.key == key)


_SOURCE = Dim("channel", Text("引流渠道", "Source channel"), frozenset({ChannelKind.SOURCE}))
_TOUCHPOINT = Dim("touchpoint", Text("成交触点", "Touchpoint"), frozenset({ChannelKind.TOUCHPOINT}))

FRIENDS = FactTable(
    "friends",
    Text("好友", "Friends"),
    (_SOURCE,),
    (
        Measure("reach", Text("触达数", "Reach")),
        Measure("adds", Text("新增好友", "Friends added")),
        Measure("losses", Text("流失好友", "Friends lost")),
    ),
)
RETENTION = FactTable(
    "retention",
    Text("留存", "Retention"),
    (_SOURCE, Dim("day_n", Text("第几日", "Day"))),
    (Measure("retained", Text("留存人数", "Retained")),),
    day_key="cohort_day",
)
SALES = FactTable(
    "sales",
    Text("销售", "Sales"),
    (
        _TOUCHPOINT,
        Dim("source", Text("引流渠道", "Source channel"), frozenset({ChannelKind.SOURCE})),
        Dim("customer_kind", Text("客户类型", "Customer kind")),
    ),
    (
        Measure("gmv", Text("GMV", "GMV"), Unit.YUAN),
        Measure("orders", Text("订单数", "Orders")),
        Measure("buyers", Text("购买人数", "Buyers")),
        Measure("refunds", Text("退款", "Refunds"), Unit.YUAN),
        Measure("member_gmv", Text("会员GMV", "Member GMV"), Unit.YUAN),
        Measure("member_orders", Text("会员订单数", "Member orders")),
    ),
)
PUSHES = FactTable(
    "pushes",
    Text("推送", "Pushes"),
    (_TOUCHPOINT,),
    (
        Measure("pushes", Text("推送量", "Pushes")),
        Measure("push_cost", Text("推送成本", "Push cost"), Unit.YUAN),
        Measure("push_gmv", Text("推送GMV", "Push GMV"), Unit.YUAN),
        Measure("push_losses", Text("推送后流失", "Losses after push")),
    ),
)
STOCK_COUNTS = FactTable(
    "stock-counts",
    Text("盘点", "Stock count"),
    (),
    (
        Measure("cumulative", Text("累计好友", "Cumulative friends")),
        Measure("current", Text("现好友", "Current friends")),
    ),
)
TARGETS = FactTable(
    "targets",
    Text("目标", "Targets"),
    (
        Dim("metric", Text("指标", "Metric")),
        Dim("channel", Text("渠道", "Channel"), frozenset(ChannelKind), optional=True),
        Dim("customer_kind", Text("客户类型", "Customer kind"), optional=True),
    ),
    (Measure("value", Text("目标值", "Target")),),
    day_key="month",
)
DAILY = (FRIENDS, RETENTION, SALES, PUSHES, STOCK_COUNTS)
TABLES = {table.kind: table for table in (*DAILY, TARGETS)}
