"""月结: an administrator closes a month, and reopens it for a reason."""

from datetime import UTC, date, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.domain.errors import Conflict, Invalid
from app.domain.period import month_of
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.models import MonthClosing
from app.queries import closings
from app.store import history
from app.store.lock import alone
from app.store.version import bump

KIND = "closings"


def close(session: Session, viewer: Viewer, month: date, today: date, reason: str | None = None) -> None:
    """Close a month that is over; Conflict when it is closed already."""
    viewer.require_everywhere(Action.MANAGE)
    if month_of(month).last >= today:
        raise Invalid.one("month", Text("这个月还没有结束，不能月结", "this month is not over yet"))
    alone(session)
    already = closings.load(session).get(month)
    if already is not None:
        raise already.refusal()
    made = MonthClosing(month=month, at=datetime.now(UTC), actor=viewer.name)
    session.add(made)
    session.flush()
    _record(session, viewer, month, before=False, reason=reason)


def reopen(session: Session, viewer: Viewer, month: date, reason: str) -> None:
    """Reopen a closed month; Invalid without a reason, Conflict when it is open."""
    viewer.require_everywhere(Action.MANAGE)
    if not reason.strip():
        raise Invalid.one("reason", Text("请写明重开的原因", "a reason is required"))
    alone(session)
    if month not in closings.load(session):
        raise Conflict(Text("这个月没有月结", "this month is not closed"))
    session.execute(delete(MonthClosing).where(MonthClosing.month == month))
    _record(session, viewer, month, before=True, reason=reason)


def _record(session: Session, viewer: Viewer, month: date, *, before: bool, reason: str | None) -> None:
    change = history.Changed(None, month, {"month": f"{month:%Y-%m}"}, {"closed": before}, {"closed": not before})
    history.record(session, viewer, KIND, [change], reason)
    bump(session)
