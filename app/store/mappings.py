"""Remembering how somebody reads files of a shape."""

from datetime import UTC, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.domain.roles import Viewer
from app.inputs.imports import Reading
from app.models import ImportMapping

PASSING = frozenset({"year", "day", "cohort_day", "month"})
"""Constants of one file, which would be wrong for the next one."""


def remember(session: Session, viewer: Viewer, header_hash: str, reading: Reading) -> None:
    """Keep a reading for the next file with these headers; a token or a command remembers nothing."""
    if viewer.user_id is None:
        return
    place = {"user_id": viewer.user_id, "kind": reading.kind, "header_hash": header_hash}
    lasting = {key: value for key, value in reading.constants.items() if key not in PASSING}
    kept = reading.model_copy(update={"constants": lasting, "sheet": None})
    session.execute(delete(ImportMapping).filter_by(**place))
    session.add(ImportMapping(**place, mapping=kept.model_dump_json(), updated_at=datetime.now(UTC)))
    session.flush()
