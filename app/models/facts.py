"""The six fact tables; a column is named as its measure, money is in fen, NULL is not recorded."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Computed, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.facts import FRIENDS, PUSHES, RETENTION, SALES, STOCK_COUNTS, TARGETS, CustomerKind, FactTable
from app.models.base import Base, Count, Fen, Id, UtcDateTime


def _constraints(table: FactTable, *key: str) -> tuple[Any, ...]:
    """Return the key, an index by day and a CHECK >= 0 for each measure of a fact table."""
    day = {"month": "month", "cohort_day": "cohort_day"}.get(table.day_key, "day")
    checks = [CheckConstraint(f"{m.key} >= 0", name=f"{m.key}_not_negative") for m in table.measures]
    kinds = ", ".join(f"'{kind}'" for kind in CustomerKind)
    if table is SALES:
        checks.append(CheckConstraint(f"customer_kind IN ({kinds})", name="customer_kind"))
    name = table.kind.replace("-", "_")
    unique = UniqueConstraint("unit_id", day, *key, name=f"uq_{name}_key")
    return (unique, Index(f"ix_{name}_day", day, *key), *checks, Base.__table_args__)


class FactRow:
    """What every fact row carries: its unit, how often it was changed, and when last."""

    id: Mapped[Id]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    revision: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Friends(FactRow, Base):
    """Friends added and lost on a day, per source channel."""

    __tablename__ = "friends"
    __table_args__ = _constraints(FRIENDS, "channel_id")

    day: Mapped[date] = mapped_column(Date)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id"), index=True)
    reach: Mapped[Count]
    adds: Mapped[Count]
    losses: Mapped[Count]


class Retention(FactRow, Base):
    """How many of the friends added on `cohort_day` were still there `day_n` days later."""

    __tablename__ = "retention"
    __table_args__ = _constraints(RETENTION, "channel_id", "day_n")

    cohort_day: Mapped[date] = mapped_column(Date)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channels.id"), index=True)
    day_n: Mapped[int] = mapped_column(Integer)
    retained: Mapped[Count]


class Sales(FactRow, Base):
    """What was sold on a day at a touchpoint, per source channel and kind of customer."""

    __tablename__ = "sales"
    __table_args__ = _constraints(SALES, "touchpoint_id", "source_id", "customer_kind")

    day: Mapped[date] = mapped_column(Date)
    touchpoint_id: Mapped[int] = mapped_column(ForeignKey("channels.id"), index=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("channels.id"), index=True)
    customer_kind: Mapped[str] = mapped_column(String(16))
    gmv: Mapped[Fen]
    orders: Mapped[Count]
    buyers: Mapped[Count]
    refunds: Mapped[Fen]
    member_gmv: Mapped[Fen]
    member_orders: Mapped[Count]


class Pushes(FactRow, Base):
    """What was pushed on a day at a touchpoint, its cost and what came of it."""

    __tablename__ = "pushes"
    __table_args__ = _constraints(PUSHES, "touchpoint_id")

    day: Mapped[date] = mapped_column(Date)
    touchpoint_id: Mapped[int] = mapped_column(ForeignKey("channels.id"), index=True)
    pushes: Mapped[Count]
    push_cost: Mapped[Fen]
    push_gmv: Mapped[Fen]
    push_losses: Mapped[Count]


class StockCount(FactRow, Base):
    """Friends counted at the close of a day; it re-bases the computed stock."""

    __tablename__ = "stock_counts"
    __table_args__ = _constraints(STOCK_COUNTS)

    day: Mapped[date] = mapped_column(Date)
    cumulative: Mapped[Count]
    current: Mapped[Count]
    # Derived: counted less computed just before, so that a stock is a sum over days like any other.
    cumulative_step: Mapped[Count]
    current_step: Mapped[Count]
    cumulative_recount: Mapped[Count]
    current_recount: Mapped[Count]


class Target(FactRow, Base):
    """A month's target of a metric; `value` counts its smallest step: 1, a fen, or 1e-10 of a rate.

    `channel_slot` stands in for a missing channel in the key, because NULLs are never equal there.
    """

    __tablename__ = "targets"
    __table_args__ = _constraints(TARGETS, "metric", "channel_slot", "customer_kind")

    month: Mapped[date] = mapped_column(Date)
    metric: Mapped[str] = mapped_column(String(40))
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("channels.id"), index=True)
    channel_slot: Mapped[int] = mapped_column(BigInteger, Computed("coalesce(channel_id, 0)", persisted=True))
    customer_kind: Mapped[str] = mapped_column(String(16), default="")
    value: Mapped[Count]


FactModel = type[Friends] | type[Retention] | type[Sales] | type[Pushes] | type[StockCount] | type[Target]
FACT_MODELS: dict[str, FactModel] = {
    FRIENDS.kind: Friends,
    RETENTION.kind: Retention,
    SALES.kind: Sales,
    PUSHES.kind: Pushes,
    STOCK_COUNTS.kind: StockCount,
    TARGETS.kind: Target,
}
