"""The history as people read it: who last saved, what became of a cell, and the log of batches."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.domain.facts import FactTable
from app.domain.roles import Action, Viewer
from app.domain.tree import Tree
from app.models import Change, ChangeBatch


class Saved(NamedTuple):
    """A write: its moment and who made it."""

    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class CellChange:
    """One change of one cell, in stored steps; None is not recorded."""

    batch_id: int
    at: datetime
    actor: str
    origin: str
    reason: str | None
    before: int | None
    after: int | None


def last_change(session: Session) -> datetime | None:
    """Return when anything was last changed."""
    moment: datetime | None = session.execute(select(func.max(ChangeBatch.at))).scalar()
    return moment


def last_saved(session: Session, kind: str, unit_id: int, days: list[date]) -> Saved | None:
    """Return the latest write to a unit's facts of some days."""
    query = (
        select(ChangeBatch.at, ChangeBatch.actor)
        .join(Change, Change.batch_id == ChangeBatch.id)
        .where(Change.kind == kind, Change.unit_id == unit_id, Change.day.in_(days))
        .order_by(ChangeBatch.id.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return None if row is None else Saved(row.at, row.actor)


def of_cell(
    session: Session,
    viewer: Viewer,
    tree: Tree,
    table: FactTable,
    unit_id: int,
    key: Mapping[str, object],
    measure: str,
    limit: int = 20,
) -> list[CellChange]:
    """Return what became of one cell, the latest change first; `key` is in codes, its day as a date or as text."""
    viewer.require(Action.READ, tree.lineage(unit_id))
    day = date.fromisoformat(str(key[table.day_key]))
    columns = (Change.batch_id, Change.before, Change.after, ChangeBatch.at, ChangeBatch.actor)
    query: Select[*tuple[Any, ...]] = select(*columns, ChangeBatch.origin, ChangeBatch.reason).join(
        ChangeBatch, ChangeBatch.id == Change.batch_id
    )
    named = orjson.dumps({name: key[name] for name in table.key}, default=str).decode()
    query = query.where(
        Change.kind == table.kind, Change.unit_id == unit_id, Change.day == day, Change.key == named
    ).order_by(Change.id.desc())
    found: list[CellChange] = []
    for row in session.execute(query):
        before, after = (_value(text, measure) for text in (row.before, row.after))
        if before != after:
            found.append(CellChange(row.batch_id, row.at, row.actor, row.origin, row.reason, before, after))
        if len(found) == limit:
            break
    return found


def _value(text: str | None, measure: str) -> int | None:
    value: int | None = None if text is None else orjson.loads(text).get(measure)
    return value
