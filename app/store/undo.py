"""Undoing a batch of the history as a whole, or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from sqlalchemy.orm import Session

from app.domain.errors import Conflict, InTheWay, Invalid, NotFound
from app.domain.facts import TABLES, TARGETS, FactTable
from app.domain.roles import Action, Viewer
from app.domain.text import Text
from app.models import ChangeBatch, UndoneBatch
from app.queries import channels, undone, units
from app.queries.undone import EXISTENCE, Touched
from app.store import rows as store
from app.store.batch import Batch
from app.store.keys import Key, Resolver
from app.store.rows import Values, Write


@dataclass(frozen=True, slots=True)
class Undone:
    """The batch that an undo made, how many rows it changed, and the data version after it."""

    batch: int
    rows: int
    version: int


def undo(session: Session, viewer: Viewer, batch_id: int, today: date) -> Undone:
    """Put every cell that a batch changed back to what it was before, as a batch of its own.

    Raises NotFound, Forbidden, InTheWay (naming the cells that were changed later), Conflict for
    one that is undone already or cannot be undone, Closed for a closed month.
    """
    undone_batch = session.get(ChangeBatch, batch_id)
    if undone_batch is None:
        raise NotFound(Text("没有这条记录", "no such batch"))
    if undone_batch.kind not in TABLES:
        raise Conflict(Text("这类改动不能撤销，请直接改回", "changes of this kind cannot be undone"))
    table = TABLES[undone_batch.kind]
    resolver = Resolver(table, units.load_tree(session), channels.load(session))
    changes = undone.changes_of(session, batch_id)
    _require(viewer, resolver, table, changes)
    store.lock_units(session, resolver, {change.unit_id for change in changes})
    if undone.is_undone(session, batch_id):
        raise Conflict(Text("这条记录已经撤销过", "this batch has been undone already"))
    _refuse_touched(session, resolver, table, changes)
    writes = _writes(session, resolver, table, changes)
    try:
        store.check(session, resolver, writes, today, new=False)
    except Invalid as error:
        raise Conflict(_broken(error)) from None
    batch = Batch(session, viewer, resolver, f"撤销 #{batch_id}")
    batch.write(writes)
    if batch.id is None:
        raise Conflict(Text("没有可撤销的改动", "there is nothing to undo"))
    session.add(UndoneBatch(by_id=batch.id, batch_id=batch_id))
    session.flush()
    return Undone(batch.id, len(writes), batch.close())


def _require(viewer: Viewer, resolver: Resolver, table: FactTable, changes: Sequence[Touched]) -> None:
    action = Action.WRITE_TARGETS if table is TARGETS else Action.WRITE_FACTS
    for unit_id in {change.unit_id for change in changes}:
        viewer.require(action, resolver.tree.lineage(unit_id))


def _refuse_touched(session: Session, resolver: Resolver, table: FactTable, changes: Sequence[Touched]) -> None:
    """Refuse where a later batch that still counts changed one of the same cells."""
    later: dict[str, list[Touched]] = {}
    for change in undone.later(session, table.kind, changes):
        later.setdefault(change.key, []).append(change)
    cells = []
    for change in changes:
        for after in later.get(change.key, ()):
            cells += [_cell(resolver, table, after, name) for name in sorted(change.cells & after.cells)]
    if cells:
        message = Text("之后有 {count} 格又被修改，不能整批撤销", "{count} cell(s) were changed later")
        raise InTheWay(message.fill(count=len(cells)), cells)


def _cell(resolver: Resolver, table: FactTable, change: Touched, name: str) -> dict[str, object]:
    measure = None if name == EXISTENCE else name
    place = {"kind": table.kind, "unit": resolver.tree.nodes[change.unit_id].code, "day": change.day}
    return {
        **place,
        "key": orjson.loads(change.key),
        "measure": measure,
        "batch": change.batch_id,
        "actor": change.actor,
        "at": change.at,
    }


def _writes(session: Session, resolver: Resolver, table: FactTable, changes: Sequence[Touched]) -> list[Write]:
    """Return what puts the cells back; a row that others have added to since stays, without our cells."""
    keys = [_key(resolver, table, change) for change in changes]
    stored = store.stored(session, table, keys)
    writes = []
    for index, (change, key) in enumerate(zip(changes, keys, strict=True)):
        row = stored.get(key)
        writes.append(Write(index, key, row, _restored(table, change, row)))
    return writes


def _restored(table: FactTable, change: Touched, row: Any) -> Values | None:  # noqa: ANN401 (a database row or None)
    blank: Values = {measure.key: None for measure in table.measures}
    now = blank if row is None else store.values_of(table, row)
    before = change.before or {}
    values = {key: before.get(key) if key in change.cells else value for key, value in now.items()}
    if change.before is None and (row is None or now == {**blank, **(change.after or {})}):
        return None
    return values


def _key(resolver: Resolver, table: FactTable, change: Touched) -> Key:
    """Return the key of a change; the history names it in codes, which never change."""
    named = orjson.loads(change.key)
    dims = tuple(resolver.dim(dim, named[dim.key]) for dim in table.dims)
    return Key(change.unit_id, change.day, dims)


def _broken(error: Invalid) -> Text:
    return Text(
        "撤销后的数不成立：" + "；".join(sorted({issue.message.zh for issue in error.issues})),
        "what would be put back breaks a rule: " + "; ".join(sorted({issue.message.en for issue in error.issues})),
    )
