"""How somebody last read files of a shape."""

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.roles import Viewer
from app.inputs.imports import Reading
from app.models import ImportMapping


def recall(session: Session, viewer: Viewer, header_hash: str, kind: str = "") -> Reading | None:
    """Return what the viewer last chose for these headers, of one kind or of whichever came last."""
    if viewer.user_id is None:
        return None
    query = select(ImportMapping.mapping).where(
        ImportMapping.user_id == viewer.user_id, ImportMapping.header_hash == header_hash
    )
    if kind:
        query = query.where(ImportMapping.kind == kind)
    stored = session.execute(query.order_by(ImportMapping.updated_at.desc()).limit(1)).scalar()
    try:
        return None if stored is None else Reading.model_validate_json(stored)
    except ValidationError:
        return None  # an older version wrote it in another way: it is asked for again
