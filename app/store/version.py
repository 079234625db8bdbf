"""The data version, raised last in every write."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.models import DataVersion
from app.queries import version


def bump(session: Session) -> int:
    """Raise the data version and return it; its row is locked until the transaction ends, so call it last."""
    session.execute(update(DataVersion).values(version=DataVersion.version + 1))
    return version.current(session)
