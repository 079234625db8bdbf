"""The data version, which says whether anything has changed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import DataVersion


def current(session: Session) -> int:
    """Return the version of what this session reads."""
    return session.execute(select(DataVersion.version)).scalar_one()


def structure(session: Session) -> tuple[str, int]:
    """Return what says whether units have changed."""
    return session.execute(select(DataVersion.epoch, DataVersion.structure)).one()
