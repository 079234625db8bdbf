"""What a batch of the history touched, what came later, and which batches were undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.models import Change, ChangeBatch, UndoneBatch

EXISTENCE = ""
"""Stands among the cells of a change that made a row or removed it."""
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Touched:
    """One change of a fact row; values are in stored steps."""

    id: int
    batch_id: int
    unit_id: int
    day: date
    key: str
    before: Mapping[str, int | None] | None
    after: Mapping[str, int | None] | None
    at: datetime
    actor: str

    @property
    def cells(self) -> frozenset[str]:
        """The measures that it changed, and EXISTENCE where the row came or went."""
        before, after = self.before or {}, self.after or {}
        moved = {name for name in (*before, *after) if before.get(name) != after.get(name)}
        return frozenset(moved | ({EXISTENCE} if self.before is None or self.after is None else set()))


def changes_of(session: Session, batch_id: int) -> list[Touched]:
    """Return the changes of a batch of facts."""
    rows = session.execute(_changes().where(Change.batch_id == batch_id).order_by(Change.id))
    return [_touched(row) for row in rows]


def later(session: Session, kind: str, changes: Sequence[Touched]) -> list[Touched]:
    """Return later changes of the same rows that still count: neither undone, nor undoing something later."""
    first = min(change.batch_id for change in changes)
    keys = {change.key for change in changes}
    unit_ids = sorted({change.unit_id for change in changes})
    days = sorted({change.day for change in changes})
    found: list[Touched] = []
    for start in range(0, len(unit_ids), CHUNK):
        query = _changes().where(
            Change.kind == kind,
            Change.unit_id.in_(unit_ids[start : start + CHUNK]),
            Change.day.between(days[0], days[-1]),
            Change.batch_id > first,
        )
        found += [_touched(row) for row in session.execute(query) if row.key in keys]
    idle = _cancelled(session, first)
    return [change for change in found if change.batch_id not in idle]


def is_undone(session: Session, batch_id: int) -> bool:
    """Say whether a batch was undone, and that was not undone in turn."""
    return batch_id in undone(session, batch_id)


def undone(session: Session, first: int) -> set[int]:
    """Return the batches from `first` on whose effect was taken back."""
    return {batch for batch, _ in _pairs(session, first)}


def _cancelled(session: Session, first: int) -> set[int]:
    """Return the batches after `first` that cancel out in pairs: one undone and the one that undid it."""
    return {id_ for batch, by in _pairs(session, first) if batch > first for id_ in (batch, by)}


def _pairs(session: Session, first: int) -> list[tuple[int, int]]:
    """Return (batch, undone by) for the undos in force, batches from `first` on."""
    query = select(UndoneBatch.by_id, UndoneBatch.batch_id).where(UndoneBatch.by_id > first)
    targets = {row.by_id: row.batch_id for row in session.execute(query.order_by(UndoneBatch.by_id))}
    idle: set[int] = set()
    found: list[tuple[int, int]] = []
    # An undo can only be undone by a later one: from the last to the first each is decided once.
    for by in sorted(targets, reverse=True):
        if by not in idle:
            idle.add(targets[by])
            found.append((targets[by], by))
    return [(batch, by) for batch, by in found if batch >= first]


def _changes() -> Select[*tuple[Any, ...]]:
    columns = (Change.id, Change.batch_id, Change.unit_id, Change.day, Change.key, Change.before, Change.after)
    query: Select[*tuple[Any, ...]] = select(*columns, ChangeBatch.at, ChangeBatch.actor)
    return query.join(ChangeBatch, ChangeBatch.id == Change.batch_id)


def _touched(row: Any) -> Touched:  # noqa: ANN401 (a row of columns chosen above)
    before, after = (None if text is None else orjson.loads(text) for text in (row.before, row.after))
    return Touched(row.id, row.batch_id, row.unit_id, row.day, row.key, before, after, row.at, row.actor)
