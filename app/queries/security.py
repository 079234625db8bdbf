"""The security log, newest first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.roles import Action, Viewer
from app.domain.security import Event
from app.models import SecurityEntry


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened at the doors."""

    id: int
    at: datetime
    event: Event
    actor: str
    subject: str | None
    detail: str | None
    address: str | None


def entries(
    session: Session,
    viewer: Viewer,
    *,
    event: Event | None = None,
    actor: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Return up to `limit` entries: of a kind, by or about somebody, older than an entry."""
    viewer.require(Action.ADMINISTER)
    query = select(SecurityEntry)
    query = query if event is None else query.where(SecurityEntry.event == event)
    query = query if actor is None else query.where((SecurityEntry.actor == actor) | (SecurityEntry.subject == actor))
    query = query if before is None else query.where(SecurityEntry.id < before)
    rows = session.execute(query.order_by(SecurityEntry.id.desc()).limit(limit)).scalars()
    return [Entry(row.id, row.at, Event(row.event), row.actor, row.subject, row.detail, row.address) for row in rows]
