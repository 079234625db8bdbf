"""The order of writers: whoever changes units or channels does so alone."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import DataVersion, OrgUnit


def alone(session: Session) -> None:
    """Wait for every other writer, and keep those that come later waiting until the transaction ends.

    Writers of facts lock their units before anything else, so all units are locked here, in the same
    order. Where there are none yet there are no facts either, and the data version stands for them.
    """
    known: set[int] = set()
    while True:
        ids = set(session.execute(select(OrgUnit.id).order_by(OrgUnit.id).with_for_update()).scalars())
        if not ids:
            session.execute(select(DataVersion.id).with_for_update()).all()
        if ids <= known or not ids:
            return
        # While it waited, PostgreSQL kept to the units that there were: others may have been made.
        known = ids
