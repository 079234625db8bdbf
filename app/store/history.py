"""The history: one batch per write, one change per row."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson
from sqlalchemy.orm import Session

from app.domain.roles import Viewer
from app.models import Change, ChangeBatch
from app.observe import tally
from app.store.bulk import insert_rows, plain

Values = dict[str, Any]

MAX_REASON = 400
COLUMNS = ("batch_id", "kind", "unit_id", "day", "key", "before", "after")


@dataclass(frozen=True, slots=True)
class Changed:
    """One row before and after; None where it did not exist."""

    unit_id: int | None
    day: date | None
    key: Values
    before: Values | None
    after: Values | None


class Log:
    """The batch of one write; it is made with its first change, so that a write of nothing leaves no trace."""

    def __init__(self, session: Session, viewer: Viewer, kind: str, reason: str | None = None) -> None:
        self._session, self._viewer, self._kind = session, viewer, kind
        self._reason = (reason or "").strip()[:MAX_REASON] or None
        self.batch_id: int | None = None

    def add(self, changes: Iterable[Changed]) -> None:
        """Write down changes."""
        known = list(changes)
        if known:
            batch = self._begun()
            rows = [
                (
                    *(batch, self._kind, change.unit_id, change.day, as_json(change.key)),
                    None if change.before is None else as_json(change.before),
                    None if change.after is None else as_json(change.after),
                )
                for change in known
            ]
            insert_rows(self._session.connection(), plain(Change.metadata.tables["changes"]), COLUMNS, rows)

    def _begun(self) -> int:
        if self.batch_id is None:
            batch = ChangeBatch(
                at=datetime.now(UTC),
                actor=self._viewer.name,
                origin=self._viewer.origin,
                kind=self._kind,
                reason=self._reason,
            )
            self._session.add(batch)
            self._session.flush()
            self.batch_id = batch.id
            tally.note(self._session.connection().info, self._kind, **{tally.BATCHES: 1})
        return self.batch_id


def record(
    session: Session, viewer: Viewer, kind: str, changes: Iterable[Changed], reason: str | None = None
) -> int | None:
    """Write down who changed what, as one batch, and return its id."""
    log = Log(session, viewer, kind, reason)
    log.add(changes)
    return log.batch_id


def as_json(values: Values) -> str:
    """Return a key or values as the history keeps them: equal keys are equal texts."""
    return orjson.dumps(values, default=str).decode()
