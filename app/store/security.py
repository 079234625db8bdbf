"""The security log, written in the transaction of what it tells about."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.domain.roles import Viewer
from app.domain.security import Event
from app.models import SecurityEntry

NAME, DETAIL = 120, 400


def record(
    session: Session, event: Event, who: Viewer, *, subject: str | None = None, detail: str | None = None
) -> None:
    """Write down what somebody did, to whom or what."""
    note(session, event, who.name, subject=subject, detail=detail, address=who.address)


def note(
    session: Session,
    event: Event,
    actor: str,
    *,
    subject: str | None = None,
    detail: str | None = None,
    address: str | None = None,
) -> None:
    """Write down what happened before anybody was known, under the name that was given."""
    session.add(
        SecurityEntry(
            at=datetime.now(UTC),
            event=event,
            actor=actor[:NAME],
            subject=subject and subject[:NAME],
            detail=detail and detail[:DETAIL],
            address=address,
        )
    )
    session.flush()
