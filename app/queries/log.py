"""The log page: batches of the history, newest first, and the changed cells of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session

from app.domain.errors import NotFound
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.domain.tree import Tree
from app.models import Change, ChangeBatch, UndoneBatch
from app.queries.undone import undone
from app.queries.units import subtree, tops


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which batches: of a unit's subtree, a kind, an actor, an origin, data days, moments, older than a batch."""

    unit_id: int | None = None
    kind: str | None = None
    actor: str | None = None
    origin: str | None = None
    first: date | None = None
    last: date | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """One write as the log shows it; counts and days are of the rows that the viewer may see."""

    id: int
    at: datetime
    actor: str
    origin: str
    kind: str
    reason: str | None
    rows: int
    units: int
    unit_id: int | None
    first: date | None
    last: date | None
    is_undone: bool
    undoes: int | None


@dataclass(frozen=True, slots=True)
class RowChange:
    """One changed row: its key in codes, and each changed measure with its stored steps before and after."""

    unit_id: int | None
    day: date | None
    key: dict[str, Any]
    cells: tuple[tuple[str, Any, Any], ...]
    came: bool
    went: bool


def batches(session: Session, viewer: Viewer, tree: Tree, wanted: Wanted, limit: int = 50) -> list[Batch]:
    """Return up to `limit` batches that changed something the viewer may read; Forbidden for a unit out of reach."""
    rows = _rows(viewer, tree, wanted)
    query = select(ChangeBatch.id).where(exists().where(Change.batch_id == ChangeBatch.id, *rows))
    for column, value in ((ChangeBatch.kind, wanted.kind), (ChangeBatch.actor, wanted.actor)):
        query = query if value is None else query.where(column == value)
    query = query if wanted.origin is None else query.where(ChangeBatch.origin == wanted.origin)
    query = query if wanted.since is None else query.where(ChangeBatch.at >= wanted.since)
    query = query if wanted.until is None else query.where(ChangeBatch.at < wanted.until)
    query = query if wanted.before is None else query.where(ChangeBatch.id < wanted.before)
    ids = session.execute(query.order_by(ChangeBatch.id.desc()).limit(limit)).scalars().all()
    return _summed(session, ids, rows)


def batch(session: Session, viewer: Viewer, tree: Tree, batch_id: int) -> Batch:
    """Return one batch; NotFound where there is none of which the viewer may read anything."""
    found = _summed(session, [batch_id], _rows(viewer, tree, Wanted()))
    if not found:
        raise NotFound(Text("没有这条记录", "no such batch"))
    return found[0]


def changes(session: Session, viewer: Viewer, tree: Tree, batch_id: int, limit: int = 500) -> list[RowChange]:
    """Return the changed rows of a batch that the viewer may read, at most `limit`."""
    query = select(Change.unit_id, Change.day, Change.key, Change.before, Change.after)
    query = query.where(Change.batch_id == batch_id, *_rows(viewer, tree, Wanted())).order_by(Change.id).limit(limit)
    return [_row(*row) for row in session.execute(query)]


def actors(session: Session) -> list[str]:
    """Return everybody who ever changed something."""
    return list(session.execute(select(ChangeBatch.actor).distinct().order_by(ChangeBatch.actor)).scalars())


def _rows(viewer: Viewer, tree: Tree, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return the conditions on changes: what the viewer may read, and what is asked for."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.unit_id is not None:
        viewer.require(Action.READ, tree.lineage(wanted.unit_id))
        conditions.append(Change.unit_id.in_(select(subtree(wanted.unit_id).c.id)))
    elif not viewer.may(Action.READ, ()):
        below = [Change.unit_id.in_(select(subtree(top.id).c.id)) for top in tops(tree, viewer)]
        conditions.append(or_(*below) if below else Change.id < 0)
    if wanted.first is not None:
        conditions.append(Change.day >= wanted.first)
    if wanted.last is not None:
        conditions.append(Change.day <= wanted.last)
    return conditions


def _summed(session: Session, ids: Sequence[int], rows: Sequence[ColumnElement[bool]]) -> list[Batch]:
    if not ids:
        return []
    sums = (func.count(Change.id), func.count(Change.unit_id.distinct()), func.min(Change.unit_id))
    columns = (ChangeBatch.id, ChangeBatch.at, ChangeBatch.actor, ChangeBatch.origin, ChangeBatch.kind)
    query: Select[*tuple[Any, ...]] = select(
        *columns, ChangeBatch.reason, *sums, func.min(Change.day), func.max(Change.day)
    ).join(Change, Change.batch_id == ChangeBatch.id)
    query = query.where(ChangeBatch.id.in_(ids), *rows).group_by(*columns, ChangeBatch.reason)
    taken_back = undone(session, min(ids))
    undoes = {
        row.by_id: row.batch_id
        for row in session.execute(select(UndoneBatch.by_id, UndoneBatch.batch_id).where(UndoneBatch.by_id.in_(ids)))
    }
    found = session.execute(query.order_by(ChangeBatch.id.desc()))
    return [_batch((*row, row[0] in taken_back, undoes.get(row[0]))) for row in found]


def _batch(fields: tuple[Any, ...]) -> Batch:
    return Batch(*fields)


def _row(unit_id: int | None, day: date | None, key: str, before: str | None, after: str | None) -> RowChange:
    old: dict[str, Any] = {} if before is None else orjson.loads(before)
    new: dict[str, Any] = {} if after is None else orjson.loads(after)
    names = [name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)]
    cells = tuple((name, old.get(name), new.get(name)) for name in names)
    return RowChange(unit_id, day, orjson.loads(key), cells, came=before is None, went=after is None)
