"""Closed months, and which month a number belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.errors import Closed
from app.domain.facts import RETENTION, FactTable
from app.domain.text import Text
from app.models import MonthClosing
from app.settings import load as settings

MESSAGE = Text(
    "{month:%Y}年{month.month}月已由 {actor} 于 {at.month}月{at.day}日 {at:%H:%M} 月结，只读",
    "{month:%Y-%m} was closed by {actor} on {at:%Y-%m-%d %H:%M}; it is read-only",
)


@dataclass(frozen=True, slots=True)
class Closing:
    """A closed month, when it was closed and by whom; `at` is in the workspace's time zone."""

    month: date
    at: datetime
    actor: str

    @property
    def text(self) -> Text:
        """Say who closed it and when."""
        return MESSAGE.fill(month=self.month, actor=self.actor, at=self.at)

    def refusal(self) -> Closed:
        """Return what a write into it is answered with."""
        return Closed(self.text)


def load(session: Session) -> dict[date, Closing]:
    """Return the closed months by their first day."""
    zone = ZoneInfo(settings().timezone)
    rows = session.execute(select(MonthClosing.month, MonthClosing.at, MonthClosing.actor))
    return {month: Closing(month, at.astimezone(zone), actor) for month, at, actor in rows}


def month_of(table: FactTable, day: date, day_n: int = 0) -> date:
    """Return the month that a number belongs to.

    What was left of a cohort is counted `day_n` days after it was added, and belongs there: else a
    month that was closed in time would never learn how its last friends were kept.
    """
    counted = day + timedelta(days=day_n) if table is RETENTION else day
    return counted.replace(day=1)


def of_day(closed: Mapping[date, Closing], table: FactTable, day: date, day_n: int = 0) -> Closing | None:
    """Return the closing that a number falls under, if any."""
    return closed.get(month_of(table, day, day_n))
