"""When something was last changed, and by whom."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Change, ChangeBatch


class Saved(NamedTuple):
    """A write: its moment and who made it."""

    at: datetime
    actor: str


def last_change(session: Session) -> datetime | None:
    """Return when anything was last changed."""
    moment: datetime | None = session.execute(select(func.max(ChangeBatch.at))).scalar()
    return moment


def last_saved(session: Session, kind: str, unit_id: int, days: list[date]) -> Saved | None:
    """Return the latest write to a unit's facts of some days."""
    query = (
        select(ChangeBatch.at, ChangeBatch.actor)
        .join(Change, Change.batch_id == ChangeBatch.id)
        .where(Change.kind == kind, Change.unit_id == unit_id, Change.day.in_(days))
        .order_by(ChangeBatch.id.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return None if row is None else Saved(row.at, row.actor)
