"""What is settled about days: months that are closed, and days on which a unit has no data."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Big, Name, UtcDateTime


class MonthClosing(Base):
    """A closed month (月结), named by its first day; its numbers refuse every write."""

    __tablename__ = "month_closings"

    month: Mapped[date] = mapped_column(Date, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[Name]


class NoDataDay(Base):
    """A day that a unit marked 当日无数据: nothing is expected of it."""

    __tablename__ = "no_data_days"

    unit_id: Mapped[int] = mapped_column(Big, ForeignKey("units.id"), primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[Name]
