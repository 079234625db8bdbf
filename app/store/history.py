"""The history: one batch per write, one change per row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson
from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.domain.roles import Viewer
from app.models import Change, ChangeBatch

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Changed:
    """One row before and after; None where it did not exist."""

    unit_id: int | None
    day: date | None
    key: Values
    before: Values | None
    after: Values | None


def record(session: Session, viewer: Viewer, kind: str, changes: Iterable[Changed]) -> None:
    """Write down who changed what, as one batch."""
    batch = ChangeBatch(at=datetime.now(UTC), actor=viewer.name, origin=viewer.origin, kind=kind)
    session.add(batch)
    session.flush()
    rows = [
        {
            "batch_id": batch.id,
            "kind": kind,
            "unit_id": change.unit_id,
            "day": change.day,
            "key": _json(change.key),
            "before": None if change.before is None else _json(change.before),
            "after": None if change.after is None else _json(change.after),
        }
        for change in changes
    ]
    if rows:
        session.execute(insert(Change), rows)


def _json(values: Values) -> str:
    return orjson.dumps(values, default=str).decode()
