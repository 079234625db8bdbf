"""Rows of the six fact tables, as they are sent, typed or imported.

A measure left out keeps its stored value (see `model_fields_set`); None clears it. Rules across
fields and rows hold for the merged result, so they stand in `app.store.rules`.
"""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from app.domain.facts import (
    FRIENDS,
    PUSHES,
    RETENTION,
    SALES,
    STOCK_COUNTS,
    TARGETS,
    UNATTRIBUTED,
    ChannelKind,
    CustomerKind,
)
from app.inputs.types import Code, Count, Day, DayN, Month, PlainDecimal, Revision, Yuan

MAX_ROWS = 50_000


class FactInput(BaseModel):
    """What every row has: a unit, and no unknown fields."""

    model_config = ConfigDict(extra="forbid")

    unit: Code


class Versioned(BaseModel):
    """A row that may be refused when the stored one has moved on."""

    revision: Revision | None = Field(None, description="Revision last seen; 0: the row must not exist yet.")


class FriendsKey(FactInput):
    """Which friends row."""

    day: Day
    channel: Code = Field(description="A source channel.")


class FriendsRow(FriendsKey, Versioned):
    """Friends added and lost on a day, per source channel."""

    reach: Count | None = None
    adds: Count | None = None
    losses: Count | None = None


class RetentionKey(FactInput):
    """Which retention row."""

    cohort_day: Day
    channel: Code = Field(description="A source channel.")
    day_n: DayN


class RetentionRow(RetentionKey, Versioned):
    """How many of a day's adds were still there `day_n` days later."""

    retained: Count | None = None


class SalesKey(FactInput):
    """Which sales row."""

    day: Day
    touchpoint: Code
    source: Code = UNATTRIBUTED[ChannelKind.SOURCE]
    customer_kind: CustomerKind


class SalesRow(SalesKey, Versioned):
    """What was sold on a day at a touchpoint; money in yuan."""

    gmv: Yuan | None = None
    orders: Count | None = None
    buyers: Count | None = None
    refunds: Yuan | None = None
    member_gmv: Yuan | None = None
    member_orders: Count | None = None


class PushesKey(FactInput):
    """Which pushes row."""

    day: Day
    touchpoint: Code


class PushesRow(PushesKey, Versioned):
    """What was pushed on a day at a touchpoint; money in yuan."""

    pushes: Count | None = None
    push_cost: Yuan | None = None
    push_gmv: Yuan | None = None
    push_losses: Count | None = None


class StockCountKey(FactInput):
    """Which stock count."""

    day: Day


class StockCountRow(StockCountKey, Versioned):
    """Friends counted at the close of a day; both numbers are needed."""

    cumulative: Count | None = None
    current: Count | None = None


class TargetKey(FactInput):
    """Which target; without channel and customer kind it is for the whole unit."""

    month: Month
    metric: Code
    channel: Code | None = None
    customer_kind: CustomerKind | None = None


class TargetRow(TargetKey, Versioned):
    """A month's target of a metric, in the metric's own unit: heads, yuan or a fraction of 1."""

    value: PlainDecimal | None = None


ROWS: dict[str, type[FactInput]] = {
    FRIENDS.kind: FriendsRow,
    RETENTION.kind: RetentionRow,
    SALES.kind: SalesRow,
    PUSHES.kind: PushesRow,
    STOCK_COUNTS.kind: StockCountRow,
    TARGETS.kind: TargetRow,
}
KEYS: dict[str, type[FactInput]] = {
    FRIENDS.kind: FriendsKey,
    RETENTION.kind: RetentionKey,
    SALES.kind: SalesKey,
    PUSHES.kind: PushesKey,
    STOCK_COUNTS.kind: StockCountKey,
    TARGETS.kind: TargetKey,
}


Row = TypeVar("Row", bound=FactInput)


class RowsOf(BaseModel, Generic[Row]):
    """A request that writes rows: all of them or none."""

    model_config = ConfigDict(extra="forbid")
    rows: list[Row] = Field(min_length=1, max_length=MAX_ROWS)


class KeysOf(BaseModel, Generic[Row]):
    """A request that removes rows; they stay in the history."""

    model_config = ConfigDict(extra="forbid")
    keys: list[Row] = Field(min_length=1, max_length=MAX_ROWS)
